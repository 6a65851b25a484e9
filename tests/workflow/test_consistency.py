"""Each kind of artefact is broken in turn, and the gate of consistency sees it."""

import csv
import io
import re
from functools import cache
from pathlib import Path

import pytest

from retrocohort.audit import agreement
from retrocohort.audit.agreement import Cells
from retrocohort.audit.consistency import COHORT, IDENTITIES, agreements
from retrocohort.config.study import load_studies
from retrocohort.plan.checked import checked_files, checked_parts, checked_rows
from retrocohort.plan.entries import Plan
from retrocohort.where import FULL

STUDY = "xu2025"
# No other file holds these numbers, and nothing follows from them: a second engine has to check
# them (or, of a rank, a quartile or a test of a baseline table, R in tests/reference).
ALONE = {
    "followup": {"median", "median_low", "median_high", "min", "max"},
    "quantiles": {"median_low", "median_high"},
    "logrank": {"statistic", "df", "p_holm"},
    "landmarks": {"ci_low", "ci_high"},
    "km_by_surgery": {"time", "ci_low", "ci_high"},
    "cox_adjusted_fit": {"p"},
    "landmark_six_months_quantiles": {"median", "median_low", "median_high", "q1", "q3"},
    "landmark_six_months_km": {"time", "ci_low", "ci_high"},
    "landmark_six_months_cox": {"n", "events"},
    "rmst_rmst": {"tau", "z", "p"},
    "interaction_surgery_by_subgroup_tests": {"events", "terms", "df", "p"},
    "interaction_surgery_by_subgroup_ratios": {"n", "events"},
    "subgroups_surgery_across_tests": {"events", "terms", "df", "p"},
    "subgroups_surgery_across_effects": {"n", "events"},
    "flow": {"n_unknown", "step"},
    "endpoints": {"n_events_after_followup"},
}
FILES = [
    *(f"cohort/{name}.csv" for name in ("flow", "populations", "arms", "endpoints")),
    *(f"tables/full/{name}.csv" for name in ("table1", "table2")),
    *(
        f"models/full/os/{name}.csv"
        for name in (
            *("quantiles", "followup", "logrank", "landmarks", "km_by_surgery", "rmst_rmst"),
            *(f"cox_adjusted{end}" for end in ("", "_fit")),
            *(f"landmark_six_months_{end}" for end in ("excluded", "quantiles", "km", "cox")),
            *(f"interaction_surgery_by_subgroup_{end}" for end in ("tests", "ratios")),
            *(f"subgroups_surgery_across_{end}" for end in ("tests", "effects")),
        )
    ),
]
NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?$")


@pytest.fixture(scope="module")
def plan():
    return Plan(STUDY, load_studies([STUDY], lambda *_: [])[STUDY])


@pytest.fixture(scope="module")
def parts(plan):
    return checked_parts(plan)


@cache
def cells(path):
    return Cells(f"results/{STUDY}/{path}", path)


def found_in(plan, parts, path="", rows=None):
    """Return what must agree when a file has other rows."""

    def read(asked):
        if asked != path:
            return cells(asked)
        changed = Cells(f"results/{STUDY}/{asked}", asked)
        changed.rows = rows
        return changed

    return agreements(read, parts, checked_rows(plan), plan.conventions("confidence"))


def broken(plan, parts, path="", rows=None):
    """Return the identities that do not hold when a file has other rows."""
    found = found_in(plan, parts, path, rows)
    return {each.identity for each in found if not each.holds}


def changes():
    """Return (path, column, row) of a number of each column, the last that stands in a curve."""
    found = []
    for path in FILES:
        with open(f"results/{STUDY}/{path}", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for column in (name for name in rows[0] if name != "level"):
            numeric = [i for i, row in enumerate(rows) if NUMBER.match(row[column])]
            drawn = [i for i in numeric if rows[i].get("variable") == "surgery"]
            drawn = [i for i in drawn if not rows[i].get("contrast")] or drawn
            ends = [i for i in numeric if rows[i].get("statistic") in ("aic", "lr")]
            if numeric:
                i = (ends or drawn or numeric)[-1]
                found.append(pytest.param(path, column, i, id=f"{Path(path).stem}-{column}"))
    return found


def test_the_results_agree(plan, parts):
    found = list(agreements(cells, parts, checked_rows(plan), plan.conventions("confidence")))
    assert {each.identity for each in found} == set(IDENTITIES)
    assert [each.row() for each in found if not each.holds] == []


def test_the_rows_stand_in_the_same_order_in_every_process(plan, parts):
    """No set is walked through, whose order differs from process to process."""
    found = list(agreements(cells, parts, checked_rows(plan), plan.conventions("confidence")))
    items = [each.item.rpartition(", ")[2] for each in found if each.identity == "models"]
    fits = [item for item in items if item in ("lr", "aic", "epv")]
    assert len(fits) > 20 and re.fullmatch("(lr (aic )?epv )+", f"{' '.join(fits)} ")


@pytest.mark.parametrize(("path", "column", "i"), changes())
def test_a_changed_number_is_seen(plan, parts, path, column, i):
    rows = [dict(row) for row in cells(path).rows]
    rows[i][column] = str(2 * float(rows[i][column]) + 1)
    seen = bool(broken(plan, parts, path, rows))
    assert seen == (column not in ALONE.get(Path(path).stem, ()))


COUNTS = ("flow", "populations", "arms", "endpoints", "quantiles", "followup", "km_")
MOST = 3  # rows of a file that are deleted in turn


def sample(rows):
    """Return positions in a list: the first, the last, and some between."""
    step = max(1, len(rows) // MOST)
    return sorted({*range(0, len(rows), step), len(rows) - 1}) if rows else []


def own(parts, path):
    """Return the parts that read a file."""
    return {kind: [p for p in found if path in p.values()] for kind, found in parts.items()}


def test_a_lost_or_double_row_never_ends_the_gate_and_is_seen_where_it_counts(plan, parts):
    silent = set()
    for path in (file.removeprefix(f"{plan.folder}/") for file in checked_files(plan)):
        concerned = parts if path.startswith("cohort/") else own(parts, path)
        rows = cells(path).rows
        for i in sample(rows):
            lost = broken(plan, concerned, path, rows[:i] + rows[i + 1 :])
            double = broken(plan, concerned, path, [*rows[: i + 1], *rows[i:]])
            assert double
            if not lost:
                silent.add(path.rpartition("/")[2])
    assert not [name for name in silent if any(part in name for part in COUNTS)]


@pytest.mark.parametrize("path", FILES)
def test_a_file_without_rows_or_numbers_never_ends_the_gate(plan, parts, path):
    rows = cells(path).rows
    assert path not in COHORT or "complete" in broken(plan, parts, path, [])
    assert "complete" in broken(plan, parts, path, [{"other": "1"}])
    told = [{column: "no number" for column in row} for row in rows]
    assert broken(plan, parts, path, told)


def test_what_is_lost_is_named(plan, parts):
    rows = cells("cohort/populations.csv").rows[1:]
    told = [each.row() for each in found_in(plan, parts, "cohort/populations.csv", rows)]
    said = list(agreement.broken(told))
    assert f"cohort/populations.csv:n, no row population={FULL}" in "\n".join(said)
    assert f"cohort/populations.csv: rows with population={FULL}" in "\n".join(said)


def test_a_record_less_in_the_list_behind_a_box_is_seen(plan, parts):
    rows = cells("cohort/exclusions.csv").rows
    assert broken(plan, parts, "cohort/exclusions.csv", rows[1:]) == {"lists"}


def test_the_gate_reads_every_table_of_estimates(plan):
    """What it does not read are tests, which agree with R in tests/reference."""
    read = {Path(path).relative_to(plan.folder).as_posix() for path in checked_files(plan)}
    made = {
        path.relative_to(plan.folder).as_posix()
        for folder in ("cohort", "tables", "models")
        for path in Path(plan.folder, folder).rglob("*.csv")
    }
    left = {path.rpartition("/")[2] for path in made - read if "cohort/counts" not in path}
    proportional = {f"cox_{name}_ph.csv" for name in plan.study["models"]}
    pairs = {"landmark_six_months_logrank.csv"}
    assert left - proportional - pairs == {"table1_tests.csv", "operations_tests.csv"}


def test_the_report_of_the_gate(plan):
    with open(f"results/{STUDY}/audit/consistency.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    told = Path(f"results/{STUDY}/audit/consistency.passed").read_text(encoding="utf-8")
    assert told == f"checked: {len(rows)} of {len(rows)}\n" and len(rows) > 3000
