"""Facts of a population never stop a run: the row says what cannot be estimated, and why.

An arm that is empty in the whole cohort is a fault, and stops it.
"""

import contextlib
import csv
import re
from pathlib import Path

import pytest

from retrocohort import io
from retrocohort.cohort.build import cohort
from retrocohort.config.study import load_study
from retrocohort.faults import FaultsFound
from retrocohort.models.model_table import model_table
from retrocohort.models.samples import at_risk
from retrocohort.plan.entries import Plan
from tests.bad_input.cases import STUDY, cases_of, make_project
from tests.bad_input.test_study_and_files import run_snakemake

CASE = cases_of("population")["facts"]
POPULATIONS = ("full", "women", "nobody", "one_patient", "one_arm", "survivors")
DRAWN = POPULATIONS[2:]


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def item(row):
    """Return the row's name as the cases and warnings.csv write it."""
    return "=".join(filter(None, [row.get("variable", ""), row.get("level", "")]))


@pytest.fixture
def results(finished):
    return finished[1]


def aggregates(results: Path):
    return [path for part in ("tables", "models") for path in (results / part).rglob("*.csv")]


def test_the_run_ends_well(finished):
    run, results = finished
    assert run.returncode == 0, run.stdout + run.stderr
    assert (results / "report/report.html").stat().st_size > 10_000


def test_the_populations_are_those_meant(results):
    sizes = {r["population"]: int(r["n"]) for r in rows_of(results / "cohort/populations.csv")}
    assert tuple(sizes) == POPULATIONS
    assert (sizes["full"], sizes["nobody"], sizes["one_patient"]) == (60, 0, 1)


@pytest.mark.parametrize("expected", CASE["expect"], ids=lambda e: f"{e[0]}, {e[1] or 'all'}")
def test_the_row_says_why_it_is_empty(results, expected):
    file, name, note = expected
    rows = [row for row in rows_of(results / file) if item(row) == name]
    assert {row["note"] for row in rows} == {note}
    numbers = ("hr", "coef", "se", "median", "p", "statistic", "survival")
    if file.endswith("_tests.csv"):
        numbers = ("p",)
    assert not any(row.get(column) for row in rows for column in numbers)


def test_what_can_be_estimated_is(results):
    """The same numbers with a level left out, whether or not something else has no estimate."""
    cox = {item(row): row for row in rows_of(results / "models/full/os/cox_separated.csv")}
    assert 0.5 < float(cox["treatment=drug"]["hr"]) < 3 and cox["treatment=drug"]["p"]
    cox = {item(row): row for row in rows_of(results / "models/women/os/cox_adjusted.csv")}
    assert float(cox["age"]["hr"]) and float(cox["treatment=drug"]["hr"])
    (one,) = [r for r in rows_of(results / "models/one_patient/os/quantiles.csv") if not item(r)]
    assert (one["n"], one["events"], one["note"]) == ("1", "1", "") and float(one["median"]) > 0


def test_every_such_row_is_counted_once_in_the_warnings(results):
    counted = {}
    for row in rows_of(results / "audit/warnings.csv"):
        if row["warning"].startswith("not estimable"):
            key = row["population"], row["endpoint"], row["item"], row["warning"]
            counted[key] = counted.get(key, 0) + int(row["n"])
    found = {}
    for path in aggregates(results):
        parts = path.relative_to(results).parts
        if path.name == "survival.csv":  # repeats what its models and estimates say
            continue
        for row in rows_of(path):
            if row.get("note", "").startswith("not estimable"):
                endpoint = parts[2] if parts[0] == "models" else ""
                key = parts[1], endpoint, item(row), row["note"]
                found[key] = found.get(key, 0) + 1
    assert len(found) > 50
    missing = {key: n for key, n in found.items() if counted.get(key, 0) < n}
    assert not missing
    assert set(counted) <= set(found)


def test_no_number_is_absurd(results):
    checked = 0
    for path in [*aggregates(results), *(results / "cohort").glob("*.csv")]:
        for row in rows_of(path):
            for column, text in row.items():
                assert text.lower() not in ("nan", "inf", "-inf", "none", "nat"), (path, column)
                if re.fullmatch(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?", text) and column != "record_id":
                    checked += 1
                    assert abs(float(text)) < 1e6, (path, column)
    assert checked > 1000


def test_every_figure_is_there(results):
    for population in DRAWN:
        for ending in ("svg", "pdf"):
            figure = results / f"figures/{population}/os/km_by_treatment.{ending}"
            assert figure.stat().st_size > 1000
    for ending in ("svg", "pdf"):
        assert (results / f"figures/flowchart.{ending}").stat().st_size > 1000
        for name in ("forest_adjusted", "forest_penalised", "landmark_year"):
            assert (results / f"figures/nobody/os/{name}.{ending}").stat().st_size > 1000


def test_the_report_says_so_and_shows_no_broken_number(results):
    page = (results / "report/report.html").read_text(encoding="utf-8")
    page = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.S)
    text = re.sub(r"<[^>]*>", " ", page)
    assert "ot estimable" in text
    assert not re.findall(r"\b(?:nan|NaN|inf|None|NaT|undefined)\b", text)
    assert not re.findall(r"\d(?:\.\d+)?e\+\d+", text)


def test_the_report_shows_the_further_analyses(results):
    page = (results / "report/report.html").read_text(encoding="utf-8")
    section = page.partition('aria-labelledby="further"')[2].partition("</section>")[0]
    for title in ("By sex", "Parts", "Year", "Never", "Mean", "Long mean", "Penalised"):
        assert f">{title}</h3>" in section


def test_a_model_of_which_nothing_is_chosen_says_so(results, monkeypatch):
    study = load_study_of(results, monkeypatch)
    model = study["models"]["adjusted"] | {"select": {"below": 1e-9}}
    frame = io.read_frame(results / "cohort/cohort.parquet")
    variables, conventions = study["variables"], study["conventions"]
    table = model_table(frame, at_risk(frame, "os", "full"), variables, model, conventions)
    assert table.estimates == []
    notes = {row["note"] for row in table.fit if row["statistic"] == "concordance"}
    assert notes == {"not estimable: no covariate was selected"}
    entered = [row["value"] for row in table.fit if row["statistic"] == "entered"]
    assert entered == [0] * len(model["covariates"])


def load_study_of(results, monkeypatch):
    """Return the study of a finished project, of which the key lies beside it."""
    project = results.parents[1]
    monkeypatch.setenv("RETROCOHORT_KEY_FILE", f"{project}.key")
    with contextlib.chdir(project):
        return load_study(f"config/studies/{STUDY}", f"data/{STUDY}")


def test_a_fault_after_a_finished_run_is_found_and_leaves_the_results(results):
    """The header of a file that was read already is checked against a changed dictionary."""
    project = results.parents[1]
    path = project / f"config/studies/{STUDY}/dictionary.csv"
    before = path.read_text(encoding="utf-8")
    files = {file: file.stat().st_mtime_ns for file in results.rglob("*") if file.is_file()}
    try:
        path.write_text(before.replace("patients:stage", "patients:stag"), encoding="utf-8")
        run = run_snakemake(project)
    finally:
        path.write_text(before, encoding="utf-8")
    assert run.returncode != 0
    message = "row 1: the column 'stag' is missing. Did you mean 'stage'?"
    assert f"data/{STUDY}/patients.csv has 1 fault:\n  {message}" in run.stdout + run.stderr
    assert files == {f: f.stat().st_mtime_ns for f in results.rglob("*") if f.is_file()}


MESSAGE = (
    "arms.treatment: no patient of the cohort has the level '{}'."
    " Remove the level, or correct its codes or the criteria."
)


def test_an_arm_that_is_empty_in_the_whole_cohort_is_a_fault(tmp_path):
    edit = {"file": "dictionary.csv", "find": "drug=Drug", "put": "drug=Drug|none=No treatment"}
    project = make_project(tmp_path, [edit])
    run = run_snakemake(project)
    assert run.returncode != 0
    message = MESSAGE.format("none")
    assert message in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    results = project / "results" / STUDY
    assert {folder.name for folder in results.iterdir()} <= {"records", "cohort", "logs"}
    assert [path for path in results.rglob("*") if path.name.startswith(".")] == []
    assert list((results / "cohort").glob("*")) == []
    assert message in (results / "logs/build_cohort.log").read_text(encoding="utf-8")


def test_so_is_an_arm_that_the_criteria_empty(results, monkeypatch):
    study = load_study_of(results, monkeypatch)
    study["criteria"] = [{"exclude": "drug", "label": "Drug", "where": {"treatment": "drug"}}]
    cleaned = io.read_frame(results / "records/cleaned.parquet")
    with pytest.raises(FaultsFound) as found:
        cohort(cleaned, Plan(STUDY, study).cohort_decisions())
    assert [str(fault) for fault in found.value.faults] == [MESSAGE.format("drug")]
