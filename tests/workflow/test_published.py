"""No printed number reaches a result by another way than the raw records."""

import csv
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

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


def test_a_changed_raw_cell_changes_what_is_made_of_it(project):
    before, was = sums(project), compared(project)
    path = project / RAW
    text = path.read_bytes().decode("gb18030")
    old, new = ",19490705,男 ,54,", ",19490705,女 ,54,"  # a man of the head and neck group
    assert text.count(old) == 1
    path.write_bytes(text.replace(old, new).encode("gb18030"))
    run(project)
    found = changed(before, sums(project))
    assert {f"tables/{place}/table1.csv" for place in ("full", "hn")} <= found
    assert {"tables/full/table2.csv", "tables/hn/table3.csv", "audit/published.csv"} <= found
    untouched = ("tables/bt/", "models/bt/", "models/bt_phr/", "models/pnec/", "tables/pnec/")
    assert not [path for path in found if path.startswith(untouched)]
    assert not [path for path in found if "km_" in path]  # sex is not what the curves compare
    now = compared(project)
    differ = [row for name, row in now.items() if row["regenerated"] != was[name]["regenerated"]]
    assert {row["item"] for row in differ} == {"Gender"}
    men = now["xu005"], was["xu005"]
    assert [int(row["regenerated"]) for row in men] == [37, 38]
