"""Cells that mean nothing: each is a row of problems.csv, and the run goes on."""

import csv

import pytest

from retrocohort.config.study import load_study
from tests.bad_input.cases import STUDY, cases_of, make_project
from tests.workflow.built_records import build_records

CASES = cases_of("cells")


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def records_of(project, monkeypatch):
    """Read and clean the study of a project; return the folder of the records."""
    monkeypatch.chdir(project)
    folder = project / "records"
    folder.mkdir()
    return build_records(load_study(f"config/studies/{STUDY}", f"data/{STUDY}"), folder)


def shown(row):
    """Return a row of problems.csv as the cases write it."""
    return "{source_file} row {source_row}: {variable}: {problem}; {action}".format(**row)


def test_the_base_study_has_no_problem(tmp_path, monkeypatch):
    records = records_of(make_project(tmp_path), monkeypatch)
    assert rows_of(records / "problems.csv") == []


@pytest.mark.parametrize("name", CASES)
def test_a_problem_names_file_row_variable_and_what_was_done(tmp_path, monkeypatch, name):
    case = CASES[name]
    records = records_of(make_project(tmp_path, case["edits"]), monkeypatch)
    problems = rows_of(records / "problems.csv")
    assert sorted(map(shown, problems)) == sorted(case["expect"])
    assert all(row["raw_value"] and row["record_id"] for row in problems)
    cleaned = {row["record_id"]: row for row in rows_of(records / "cleaned.csv")}
    for row in problems:
        assert cleaned[row["record_id"]][row["variable"]] == ""


def test_a_unit_that_the_dictionary_knows_is_converted(tmp_path, monkeypatch):
    records = records_of(make_project(tmp_path, CASES["units_mixed"]["edits"]), monkeypatch)
    converted = [r for r in rows_of(records / "cleaning_log.csv") if r["raw_value"] == "1.5 cm"]
    assert [(row["clean_value"], row["rule"]) for row in converted] == [("15", "unit cm")]


def test_a_row_of_nobody_in_a_source_of_known_patients_is_left_out(tmp_path, monkeypatch):
    edits = cases_of("accepted")["source_of_known_patients"]["edits"]
    records = records_of(make_project(tmp_path, edits), monkeypatch)
    (problem,) = rows_of(records / "problems.csv")
    assert shown(problem) == "registry.csv row 3: : no such patient; row left out"
    patients = rows_of(records / "cleaned.csv")
    delivered = rows_of(tmp_path / f"data/{STUDY}/patients.csv")
    assert len(patients) == len(delivered)
    assert [row["implant"] for row in patients if row["implant"]] == ["yes"]
    assert problem["record_id"] not in {row["record_id"] for row in patients}
    linked = {row["source"]: row for row in rows_of(records / "linkage.csv")}
    assert (linked["registry"]["patients"], linked["registry"]["unmatched_keys"]) == ("known", "1")


def test_a_death_without_its_day_is_no_censored_patient(tmp_path, monkeypatch):
    """A patient known to have died, whose day of death cannot be read, is not at risk."""
    from retrocohort import io
    from retrocohort.cohort.build import cohort
    from retrocohort.plan.entries import Plan

    edits = [
        {"file": "study.yaml", "find": "    followup: follow_up", "put": "    followup: size"},
        {"file": "dictionary.csv", "find": "diameter,number,mm", "put": "diameter,number,days"},
        {"file": "patients.csv", "find": "2015-07-31,2016-03-13,yes", "put": "2015-07-31,13,yes"},
    ]
    records = records_of(make_project(tmp_path, edits), monkeypatch)
    study = load_study(f"config/studies/{STUDY}", f"data/{STUDY}")
    decisions = Plan(STUDY, study).cohort_decisions()
    result = cohort(io.read_frame(records / "cleaned.parquet"), decisions)
    (row,) = result.endpoints
    assert (row["n_not_at_risk"], row["reason"]) == (1, "Day of the event missing")
