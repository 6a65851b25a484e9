"""R as a third engine: what it is asked, and that a difference is named; with R, that it agrees."""

import csv
import os
import shutil
from pathlib import Path

import pytest

import third_engine
from retrocohort.config.study import load_studies
from retrocohort.io import read_rows
from retrocohort.plan.entries import Plan
from retrocohort.plan.verified import verified_conventions, verified_parts, verified_variables
from retrocohort.verify import third

STUDY = "xu2025"
TESTS = "tables/full/table1_tests.csv"


def read(path):
    return read_rows(f"results/{STUDY}/{path}")


@pytest.fixture(scope="module")
def jobs():
    plan = Plan(STUDY, load_studies([STUDY], lambda *_: [])[STUDY])
    asked = verified_parts(plan), verified_conventions(plan), verified_variables(plan)
    return list(third.jobs_of(*asked, read))


def test_every_group_test_and_model_is_asked_for(jobs):
    for path in ("models/full/os/quantiles.csv", "models/full/os/followup.csv"):
        asked = {(job["variable"], job["level"]) for job in jobs if job["file"] == path}
        assert asked == {(row["variable"], row["level"]) for row in read(path)}
    tests = {
        (job["variable"], job["level"], job["strata"].replace("|", "+"))
        for job in jobs
        if job["file"] == "models/full/os/logrank.csv"
    }
    rows = read("models/full/os/logrank.csv")
    assert tests == {(row["variable"], row["contrast"], row["strata"]) for row in rows}
    (model,) = (job for job in jobs if job["file"] == "models/full/os/cox_by_hospital.csv")
    assert (model["strata"], model["ties"]) == ("centre", "breslow")
    rows = read("models/full/os/cox_by_hospital.csv")
    named = dict(zip(model["variable"].split("|"), model["references"].split("|"), strict=True))
    assert named == {row["variable"]: row["reference"] or "-" for row in rows}
    assert not [job for job in jobs if "firth" in job["file"]]  # no package of Debian's R has it
    made = {(job["variable"], job["level"]) for job in jobs if job["file"] == TESTS}
    assert made == {(row["variable"], row["test"]) for row in read(TESTS) if row["p"]}


def test_a_difference_is_found():
    key = {"file": "cox_a.csv", "item": "age", "quantity": "coef"}
    first = {**key, "kind": "cox", "value": "0.5", "engine": "lifelines"}
    same, other = ({**key, "value": value} for value in ("0.5000000001", "0.51"))
    alone = {**key, "item": "sex", "value": "1"}
    assert [c.agrees for c in third.compared([same, alone], [first], "R")] == [True]
    assert [c.agrees for c in third.compared([other], [first], "R")] == [False]


def test_what_r_says_is_for_the_owner_alone(monkeypatch, tmp_path):
    def ask_r(_, __, folder):
        for name in ("r_jobs.csv", "r_numbers.csv"):
            (folder / name).write_text("file\n", encoding="utf-8")
        first = read("audit/verification.csv")[0]
        return [first], "R 4.2.2"

    studies = load_studies([STUDY], lambda *_: [])
    monkeypatch.setattr(third_engine, "load_studies", lambda _: studies)
    monkeypatch.setattr(third_engine.shutil, "which", lambda _: "Rscript")
    monkeypatch.setattr(third_engine.third, "ask_r", ask_r)
    monkeypatch.setattr(third_engine.store, "HISTORY", tmp_path / "history")
    umask = os.umask(0o022)
    try:
        third_engine.main()
    finally:
        os.umask(umask)
    made = list((tmp_path / "history").rglob("*"))
    names = {"r.csv", "r.sha256", "r_jobs.csv", "r_numbers.csv"}
    assert {path.name for path in made if path.is_file()} == names
    assert {path.stat().st_mode & 0o077 for path in made} == {0}
    answer = tmp_path / f"history/{STUDY}/r.csv"
    before = answer.read_bytes()
    answer.write_bytes(b"")
    third_engine.main()
    assert answer.read_bytes() == before


@pytest.mark.skipif(not shutil.which("Rscript"), reason="NOT TESTED WITH R: no Rscript")
def test_r_agrees(jobs, tmp_path: Path):
    own = [job for job in jobs if "/full/" in job["file"]]
    numbers, version = third.ask_r(f"results/{STUDY}/cohort/cohort.csv", own, tmp_path)
    with open(f"results/{STUDY}/audit/verification.csv", encoding="utf-8") as file:
        checks = third.compared(numbers, csv.DictReader(file), version)
    assert version.startswith("R ") and len(checks) > 1400
    assert [check for check in checks if not check.agrees] == []
    kinds = {"kaplan_meier", "log_rank", "cox", "hazards", "baseline"}
    assert {check.kind for check in checks} == kinds
