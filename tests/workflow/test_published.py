"""No printed number reaches a result by another way than the raw records."""

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from retrocohort.audit.ledger import selector
from retrocohort.audit.published import compare
from retrocohort.io import read_rows as rows_of
from retrocohort.io import write_rows

ROOT = Path(__file__).parents[2]
STUDY = "xu2025"
LEDGER = f"config/studies/{STUDY}/published.csv"
RAW = f"data/{STUDY}/zhongshan_export.csv"  # of one hospital, in the encoding that it delivers


def run(project):
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--config", f"studies=[{STUDY}]"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def sums(project):
    """Return the checksum of every result but the logs, by its path below those of the study."""
    folder = project / "results" / STUDY
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.relative_to(folder).parts[0] != "logs"
    }


def changed(before, after):
    assert set(before) == set(after)
    return {path for path in before if before[path] != after[path]}


def compared(project):
    return {r["id"]: r for r in rows_of(project / f"results/{STUDY}/audit/published.csv")}


@pytest.fixture
def project(tmp_path):
    """Return a copy of the project with the finished results of the study."""
    copy = tmp_path / "project"
    skip = shutil.ignore_patterns(".venv", ".git", "__pycache__", "tests", "locks", "twin")
    shutil.copytree(ROOT, copy, ignore=skip, symlinks=True)
    run(copy)
    return copy


KINDS = {  # one row of the ledger of each kind of number
    "a count": "xu005",
    "a percentage": "xu154",
    "a median": "xu667",
    "an upper quartile": "xu176",
    "a log-rank P": "xu158",
    "a hazard ratio": "xu329",
    "a limit of its interval": "xu330",
    "a Wald P": "xu332",
    "a number of the text": "xu767",
    "a count of a subgroup": "xu762",
}


def other(number, decimals):
    """Return a number that reads differently, as it is printed."""
    return f"{float(number) + 3 * 10.0**-decimals:.{decimals}f}"


def test_changed_printed_numbers_change_the_comparison_and_the_report_alone(project):
    before, was = sums(project), compared(project)
    ledger = rows_of(project / LEDGER)
    for row in ledger:
        if row["id"] in KINDS.values():
            new = other(row["value"], int(row["decimals"]))
            row["value_printed"] = row["value_printed"].replace(row["value"], new)
            row["value"] = new
    write_rows(project / LEDGER, list(ledger[0]), ledger)
    run(project)
    found = changed(before, sums(project))
    audit = {f"audit/{name}" for name in ("published.csv", "rendered.csv", "manifest.json")}
    assert {path for path in found if not path.startswith("report/")} == audit
    assert "report/report.html" in found and "report/numbers.json" not in found
    now = compared(project)
    assert {name for name, row in now.items() if row != was[name]} == set(KINDS.values())
    for name in KINDS.values():
        assert now[name]["match"] == "no" and now[name]["printed"] != was[name]["printed"]
        assert now[name]["regenerated"] == was[name]["regenerated"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_cell_of_the_results_is_named(kind):
    """A cell of a result is broken; the comparison names its row, and none of another cell."""
    ledger = rows_of(ROOT / LEDGER)
    (row,) = [row for row in ledger if row["id"] == KINDS[kind]]
    broken = rows_of(ROOT / "results" / STUDY / row["file"])
    wanted = selector(row["row"]).items()
    (line,) = [line for line in broken if wanted <= line.items()]
    line[row["column"]] = other(line[row["column"]], int(row["decimals"]))

    def read(file):
        return broken if file == row["file"] else rows_of(ROOT / "results" / STUDY / file)

    was = compared(ROOT)
    now = {found["id"]: found for found in compare(STUDY, ledger, read, 0.05)}
    differ = {name for name, found in now.items() if dict(found) != was[name]}
    same_cell = {
        r["id"]
        for r in ledger
        if (r["file"], r["row"]) == (row["file"], row["row"])
        and row["column"] in (r["column"], r["take"])
    }
    assert row["id"] in differ <= same_cell
    assert now[row["id"]]["match"] == "no"
    assert "% from the printed value" in now[row["id"]]["reason"]


def row_of_a_man(project, population):
    """Return where the raw row of a man of a population stands, counted from 0."""
    results = project / "results" / STUDY
    cohort = pd.read_parquet(results / "cohort/cohort.parquet")
    men = cohort.loc[cohort[f"in_{population}"] & (cohort["sex"] == "male"), "record_id"]
    records = pd.read_parquet(results / "records/records.parquet")
    own = records[records["source"] == "zhongshan"]
    return int(own.loc[own["record_id"].isin(men), "source_row"].iloc[0]) - 1


def test_a_changed_raw_cell_changes_what_is_made_of_it(project):
    before, was = sums(project), compared(project)
    path = project / RAW
    lines = path.read_bytes().decode("gb18030").splitlines(keepends=True)
    place = row_of_a_man(project, "hn")
    cells = lines[place].split(",")
    cells[lines[1].split(",").index("性别")] = "女"
    lines[place] = ",".join(cells)
    path.write_bytes("".join(lines).encode("gb18030"))
    run(project)
    found = changed(before, sums(project))
    assert {f"tables/{place}/table1.csv" for place in ("full", "hn")} <= found
    assert {"tables/full/table2.csv", "tables/hn/table3.csv", "audit/published.csv"} <= found
    untouched = ("tables/bt/", "models/bt/", "models/bt_phr/", "models/pnec/", "tables/pnec/")
    assert not [path for path in found if path.startswith(untouched)]
    assert not [path for path in found if "km_by_surgery" in path]  # they do not compare sexes
    now = compared(project)
    differ = [row for name, row in now.items() if row["regenerated"] != was[name]["regenerated"]]
    assert {row["item"] for row in differ} == {"Gender"}
    assert int(was["xu153"]["regenerated"]) - int(now["xu153"]["regenerated"]) == 1


def test_the_notice_stands_in_every_folder_of_results():
    results = ROOT / "results" / STUDY
    holding = {path.parent for path in results.rglob("*") if path.is_file()}
    without = {
        d.relative_to(results).as_posix() for d in holding if not (d / "NOTICE.txt").exists()
    }
    assert without - {"report/screenshots"} == {"logs"}  # which somebody may have asked for
