"""No printed number reaches a result by another way than the raw records."""

import csv
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

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
    with open(project / f"results/{STUDY}/audit/published.csv", encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture
def project(tmp_path):
    """Return a copy of the project with the finished results of the study."""
    copy = tmp_path / "project"
    skip = shutil.ignore_patterns(".venv", ".git", "__pycache__", "tests", "locks", "twin")
    shutil.copytree(ROOT, copy, ignore=skip, symlinks=True)
    run(copy)
    return copy


def test_a_changed_ledger_changes_the_comparison_and_the_report_alone(project):
    before, was = sums(project), compared(project)
    path = project / LEDGER
    text = path.read_text(encoding="utf-8")
    old, new = ",NR,n,38,38,=,0,cell: 38 (54),", ",NR,n,39,39,=,0,cell: 38 (54),"
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    run(project)
    assert changed(before, sums(project)) == {"audit/published.csv", "report/report.html"}
    assert {name for name, row in compared(project).items() if row != was[name]} == {"xu005"}


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
    assert without == {"logs"}
