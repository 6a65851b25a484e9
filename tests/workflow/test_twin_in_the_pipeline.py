"""What the calibration of a twin believes, against what the pipeline makes of its raw files."""

import csv
from collections import defaultdict
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import pytest

from twin.ledger import read_ledger, targets
from twin.score import read_calibrated, score
from twin.settings import read_settings

STUDY = "xu2025"
FOLDER, RESULTS = Path(f"config/studies/{STUDY}"), Path(f"results/{STUDY}")
MODELS = {  # the file of a table -> the model that it shows
    "tables/full/table2.csv": "models/full/os/cox_adjusted_fit.csv",
    "tables/bt/table3.csv": "models/bt/os/cox_adjusted_fit.csv",
    "tables/bt_phr/etable2.csv": "models/bt_phr/os/cox_adjusted_phr_fit.csv",
}


def rows_of(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def settings():
    return read_settings(FOLDER / "twin.yaml")


def test_the_score_of_the_calibration_is_the_comparison_of_the_pipeline(settings):
    wanted = targets(read_ledger(FOLDER / "published.csv"), settings)
    table = score(read_calibrated(FOLDER / "calibrated.csv"), wanted, settings)
    compared = {row["id"]: row["match"] for row in rows_of(RESULTS / "audit/published.csv")}
    believed = {name: row.match for row in table.itertuples() for name in row.ids.split()}
    assert len(believed) > 400
    assert {n for n, match in believed.items() if (compared[n] == "yes") != match} == set()


@pytest.mark.parametrize("file", MODELS)
def test_the_models_of_the_calibration_are_those_that_the_rule_selects(settings, file):
    entered = {
        row["model"]
        for row in rows_of(RESULTS / MODELS[file])
        if row["statistic"] == "entered" and row["value"] == "1"
    }
    assert entered == set(settings.models[file]["covariates"])


@pytest.mark.parametrize("population", ["bt", "hn", "pnec"])
def test_no_baseline_variable_differs_where_the_paper_finds_no_difference(settings, population):
    tests = rows_of(RESULTS / f"tables/{population}/table1_tests.csv")
    alpha = settings.no_difference["alpha"]
    below = {row["variable"] for row in tests if row["p"] and float(row["p"]) <= alpha}
    assert below == set(settings.no_difference["except"][population])


def printed_and_made(column):
    """Return (table, variable) -> level -> printed and regenerated number of a survival table.

    The hazard ratio of a reference is 1; a median that is not reached lies above all others.
    """
    absent = {"hr": 1.0, "median": float("inf")}[column]
    found = defaultdict(dict)
    for row in read_ledger(FOLDER / "published.csv"):
        if row["column"] != column or row["verdict"] or not row["file"].startswith("tables/"):
            continue
        wanted = dict(part.split("=", 1) for part in row["row"].split(";"))
        (line,) = [own for own in rows_of(RESULTS / row["file"]) if wanted.items() <= own.items()]
        pair = float(row["value"] or absent), float(line[column] or absent)
        found[row["file"], wanted["variable"]][wanted["level"]] = pair
    return found


@pytest.mark.parametrize(("column", "pairs"), [("hr", 18), ("median", 40)])
def test_no_order_of_the_printed_numbers_is_reversed(column, pairs):
    compared = 0
    for place, levels in printed_and_made(column).items():
        for one, other in combinations(levels, 2):
            printed, made = zip(levels[one], levels[other], strict=True)
            if printed[0] != printed[1]:
                compared += 1
                assert (printed[0] < printed[1]) == (made[0] < made[1]), (place, one, other)
    assert compared >= pairs


@pytest.mark.parametrize("table", ["full/table2", "bt/table3"])
def test_the_more_is_removed_the_smaller_is_the_hazard(table):
    """PHR < PR < NR in print and here; NR is the reference."""
    ratios = printed_and_made("hr")[f"tables/{table}.csv", "surgery"]
    for which in (0, 1):
        assert ratios["phr"][which] < ratios["pr"][which] < ratios["nr"][which] == 1


@pytest.mark.parametrize("path", ["config/studies/xu2025/calibrated", "tests/twin/xu2025/truth"])
def test_the_calibrated_cohort_and_the_truth_have_their_checksums(path):
    sums = Path(f"{path}.sha256").read_text(encoding="utf-8").split()[0]
    assert sha256(Path(f"{path}.csv").read_bytes()).hexdigest() == sums
