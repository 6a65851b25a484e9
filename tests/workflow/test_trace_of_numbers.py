"""Every number of a report is a cell, and every cell comes from the delivered files."""

import base64
import csv
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path

import pandas  # noqa: F401  the rule files switch it off for who has not imported it yet
import pytest

from made_by import steps_behind
from retrocohort.checksums import sha256
from retrocohort.config.study import load_studies
from retrocohort.faults import FaultsFound
from retrocohort.io import read_rows
from retrocohort.plan.entries import Plan
from retrocohort.trace.addresses import Addresses, Place, Shown
from retrocohort.trace.keys import keys_of
from retrocohort.trace.lines import WIDTH, width
from retrocohort.trace.number import number_lines, steps_text
from retrocohort.trace.steps import chain

ROOT = Path(__file__).parents[2]
STUDY = "xu2025"
MEDIAN = Place("models/full/os/quantiles.csv", 30, "median")
ID = "os.full.surgery.phr.median"


@cache
def addresses():
    return Addresses(Plan(STUDY, load_studies([STUDY])[STUDY]))


@cache
def made_by():
    """Return the steps behind every file with a number of the report."""
    files = {number["file"] for number in addresses().numbers.values()}
    return steps_behind(STUDY, [f"results/{STUDY}/{file}" for file in sorted(files)])


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        (ID, [MEDIAN]),
        (f" {{{{{ID}}}}} ", [MEDIAN]),
        ("models/full/os/quantiles.csv#30.median", [MEDIAN]),
        ("./results/xu2025/models/full/os/quantiles.csv#30.median", [MEDIAN]),
        ("models/full/os/quantiles.csv#variable=surgery;level=phr.median", [MEDIAN]),
        ("os.full.surgery.logrank.p.stated", [Place("models/full/os/logrank.csv", 22, "p")]),
        (
            "report.html#table2-survival-full-os-surgery-phr.median",
            [MEDIAN, *(Place(MEDIAN.file, 30, column) for column in ("q1", "q3"))],
        ),
        (
            "#table1-baseline-full-all.arm-nr",
            [Place("tables/full/table1.csv", 3, "value")],
        ),
        ("os.full.surgery.phr.medan", f"no id of report/numbers.json. Did you mean '{ID}'"),
        ("models/full/os/quantiles.csv", "A cell is FILE#LINE.COLUMN."),
        ("models/full/os/quantile.csv#3.n", "Did you mean 'models/full/os/quantiles.csv'"),
        ("models/full/os/quantiles.csv#3.medan", "no column 'medan'. Did you mean 'median'"),
        ("models/full/os/quantiles.csv#1.median", "Say a line from 2 to 40"),
        (
            "models/full/os/quantiles.csv#variable=surgery.n",
            "3 rows have variable=surgery. Lines 28",
        ),
        ("models/full/os/quantiles.csv#variable=none.n", "0 rows have variable=none"),
        ("records/cleaned.csv#3.age", "has a row a patient. Ask for a RECORD instead"),
        ("../../data/xu2025/zhongshan_export.csv#2.age", "is no file below results/xu2025."),
        ("../../config/config.yaml#2.age", "is no file below results/xu2025."),
        ("audit/manifest.json#2.value", "manifest.json is no CSV of the results."),
        ("report/tables.json#1.x", "tables.json is no CSV of the results."),
        ("figures/full/os/km_by_surgery.svg#1.x", "km_by_surgery.svg is no CSV of the results."),
        ("report.html#table2-survival-full-os-surgery-phr.medan", "Did you mean 'table2-survival-"),
    ],
)
def test_which_cell_is_meant(asked, places):
    if isinstance(places, list):
        assert addresses().places(asked) == places
    else:
        with pytest.raises(FaultsFound, match=re.escape(places)):
            addresses().places(asked)


def test_every_number_of_the_report_is_the_one_of_its_cell():
    files = {number["file"] for number in addresses().numbers.values()}
    rows = {file: read_rows(f"results/{STUDY}/{file}") for file in files}
    for name, number in addresses().numbers.items():
        cell = rows[number["file"]][number["row"] - 2][number["column"]]
        assert Shown(name, "", "", number["value"]).agrees(cell), name
    assert len(addresses().numbers) > 7000


def test_a_cell_that_has_changed_since_the_report_is_told():
    shown = Shown(ID, "122", "Table 3", 122.0)
    assert not shown.agrees("a word")
    assert shown.agrees("122") and Shown(ID, "50.0", "", 50.0).agrees("0.5")
    assert not shown.agrees("121") and not shown.agrees("")
    assert Shown(ID, "not reached", "", None).agrees("")


def test_every_file_with_numbers_goes_back_to_the_delivered_files():
    """By the steps that Snakemake wrote down when it ran them, not only by those it would run."""
    sums = dict(
        line.split()[::-1] for line in Path(f"data/{STUDY}/SHA256SUMS").read_text().splitlines()
    )
    files = {number["file"] for number in addresses().numbers.values()}
    for file in files - {"records/linkage.csv"}:
        steps = chain(f"results/{STUDY}/{file}", made_by())
        rules = [step.rule for step, _ in steps]
        assert rules[-1] == "read_records" and len(rules) == len(set(rules)), file
        read = {path for path in steps[-1][0].inputs if path.startswith("data/")}
        assert {Path(path).name: sha256(path) for path in read} == {
            Path(path).name: sums[Path(path).name] for path in read
        }
    assert read == {f"data/{STUDY}/{name}" for name in sums if not name.endswith("md")}


def test_the_steps_are_those_that_were_run():
    for path, step in made_by().items():
        name = base64.b64encode(path.encode()).decode()
        told = json.loads(Path(".snakemake/metadata", name).read_text(encoding="utf-8"))
        assert told["rule"] == step.rule and not step.stale
        assert set(told["input"]) == {*step.inputs, *step.code}
        assert sorted(told["params"]) == sorted(map(repr, step.params.values()))


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        ("read_records", ["sources"]),
        ("clean_records", ["sources", "derive", "checks"]),
        ("build_cohort", ["criteria", "populations", "arms.surgery", "endpoints.os"]),
        ("estimate_survival_xu2025_os", ["survival", "curves.by_surgery", "conventions"]),
        ("fit_cox_xu2025_adjusted", ["models.adjusted", "conventions"]),
        ("describe_baseline_xu2025_table1", ["tables.table1", "conventions"]),
        ("analyse_landmark_xu2025_six_months", ["further.six_months", "conventions"]),
        ("estimate_rmst_xu2025_rmst", ["further.rmst", "conventions"]),
    ],
)
def test_the_decisions_behind_a_step(rule, keys):
    (step, *_) = (step for step in made_by().values() if step.rule == rule)
    assert keys_of(step.params, addresses().plan.study)["study.yaml"] == keys


def test_the_text():
    plan, places = addresses().plan, [MEDIAN]
    text = number_lines(plan, addresses(), places) + steps_text(plan, MEDIAN.file, made_by())
    assert [line for line in text if width(line) > WIDTH] == []
    told = " ".join(" ".join(text).split())
    for expected in (
        "results/xu2025/models/full/os/quantiles.csv, line 30 variable=surgery; level=phr; n=56",
        f"median 122 '122' in Table 3 of results/xu2025/report/report.html, id {ID}",
        "is made in 4 steps, the last one first.",
        "Step 1 estimate_survival_xu2025_os (xu2025: estimate survival, os)",
        "script workflow/scripts/estimate_survival.py",
        "models/kaplan_meier.py",
        "reads results/xu2025/cohort/cohort.parquet (step 2)",
        "given endpoint: os",
        "Step 4 read_records",
        f"data/xu2025/puth_database.sav SHA-256 {sha256('data/xu2025/puth_database.sav')}",
        f"config/studies/xu2025/study.yaml SHA-256 {sha256('config/studies/xu2025/study.yaml')}",
    ):
        assert expected in told, expected


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a copy of the project with the finished results of one study."""
    folder = tmp_path_factory.mktemp("trace")
    for name in ("config", "workflow", "report", "envs", "profiles", "data/rotterdam", "Snakefile"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "results/rotterdam", folder / "results/rotterdam")
    shutil.copytree(ROOT / ".snakemake/metadata", folder / ".snakemake/metadata")
    (folder / "config/config.yaml").write_text("studies: [rotterdam]\n")
    return folder


def trace(project, study, **asked):
    """Return exit code, what is printed, and what is said of faults."""
    options = [word for name, value in asked.items() for word in (f"--{name}", value)]
    command = [sys.executable, "workflow/tracing.py", study, *options]
    environment = os.environ | {"PYTHONPATH": "workflow"}
    run = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    return run.returncode, run.stdout, run.stderr


def test_a_patient_into_a_private_file_and_into_no_other(project, tmp_path):
    with open(project / "results/rotterdam/cohort/cohort.csv", encoding="utf-8") as file:
        record = next(csv.DictReader(file))["record_id"]
    before = {path for path in project.rglob("*") if path.is_file()}
    out = tmp_path / "patient.txt"
    code, said, faults = trace(project, "rotterdam", record=record[:9], out=str(out))
    assert (code, faults) == (0, "") and record not in said
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    text = out.read_text(encoding="utf-8")
    assert text.startswith("PRIVATE") and f"Record {record} of study rotterdam" in text
    new = {p for p in project.rglob("*") if p.is_file() and "__pycache__" not in p.parts} - before
    assert not [path for path in new if record[:9] in path.read_text(encoding="utf-8")]
    code, said, faults = trace(project, "rotterdam", record=record, out="results/rotterdam/audit/a")
    assert code == 1 and said == "" and "would be among the results" in faults


def test_a_cell_altered_by_hand_is_told_with_the_rule_that_makes_it_again(project):
    """Snakemake sees nothing to do: the file is as old as it was."""
    path = project / "results/rotterdam/models/full/os/quantiles.csv"
    before, times = path.read_text(encoding="utf-8"), path.stat()
    line = before.splitlines()[1]
    path.write_text(before.replace(line, line.replace("877", "878", 1), 1), encoding="utf-8")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    code, said, faults = trace(project, "rotterdam", number="models/full/os/quantiles.csv#2.events")
    path.write_text(before, encoding="utf-8")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert (code, faults) == (0, "")
    told = " ".join(said.split())
    assert told.startswith("BUT results/rotterdam/models/full/os/quantiles.csv was altered by hand")
    assert "--forcerun estimate_survival_rotterdam_os" in told and "run make report" not in told
    assert "the report was made from another value of this cell" in told


def test_a_changed_study_file_is_told_and_a_missing_file_named(project):
    study = project / "config/studies/rotterdam/study.yaml"
    text = study.read_text(encoding="utf-8")
    study.write_text(
        text.replace("nodes: {at_most: 0}", "nodes: {at_most: 1}", 1), encoding="utf-8"
    )
    asked = {"number": "os.full.hormone.yes.median"}
    code, said, faults = trace(project, "rotterdam", **asked)
    assert (code, said) == (1, "")
    assert "build_cohort: is to run again: other parameters. Run make report" in faults
    assert "estimate_survival_rotterdam_os: is to run again: an earlier step" in faults
    study.write_text(text, encoding="utf-8")
    (project / "results/rotterdam/report/numbers.json").unlink()
    code, said, faults = trace(project, "rotterdam", **asked)
    assert code == 1 and faults.startswith("results/rotterdam/report/numbers.json has 1 fault:")
    assert "does not exist yet. Run make report" in faults
    code, said, faults = trace(project, "rotterdm", **asked)
    assert code == 1 and "is no study of config/config.yaml. Did you mean 'rotterdam'?" in faults
    code, said, faults = trace(project, "rotterdam", **asked, record="0")
    assert code == 1 and "needs RECORD or NUMBER, one of them." in faults
