"""No cell of a patient leaves records/ and cohort/, however wrong it is and whatever goes wrong."""

import shutil

import pytest

from tests.bad_input.cases import PLANTED, PLANTED_ROW, ROOT, STUDY, make_project, plant
from tests.bad_input.test_cells import rows_of
from tests.bad_input.test_study_and_files import run_snakemake

PRIVATE = ("records", "cohort")
AGGREGATE = ("flow.csv", "populations.csv", "arms.csv", "endpoints.csv")
FIRST_ROW = 2  # of a patient in patients.csv
WORDS = [*PLANTED.values(), "Quixwood"]


def leaks(path) -> list[str]:
    """Return the planted cells that a file holds."""
    data = path.read_bytes().lower()
    return [f"{word} in {path}" for word in WORDS if word.encode().lower() in data]


def shown_files(project):
    """Return every file of a run that others may see: all but the data and row-level results."""
    study = project / "results" / STUDY
    for path in [*study.rglob("*"), *(project / ".snakemake").rglob("*")]:
        is_private = path.is_relative_to(study) and path.relative_to(study).parts[0] in PRIVATE
        if path.is_file() and (not is_private or path.name in AGGREGATE):
            yield path


def test_the_planted_cells_are_problems_of_this_run(finished):
    run, results = finished
    assert run.returncode == 0
    problems = rows_of(results / "records/problems.csv")
    planted = {row["variable"]: row for row in problems}
    assert set(planted) >= {"sex", "operated", "size", "implant"}
    assert {row["source_row"] for row in problems} == {str(PLANTED_ROW + FIRST_ROW)}
    assert planted["size"]["raw_value"] == PLANTED["size"]


def test_no_cell_is_printed(finished):
    run, _ = finished
    assert not [word for word in WORDS if word.lower() in (run.stdout + run.stderr).lower()]


def test_no_cell_is_in_a_log_or_result(finished):
    _, results = finished
    files = list(shown_files(results.parents[1]))
    places = {path.relative_to(results).parts[0] for path in files if results in path.parents}
    assert places == {"cohort", "tables", "models", "figures", "report", "audit", "logs"}
    assert any(".snakemake" in path.parts and path.suffix == ".log" for path in files)
    assert [leak for path in files for leak in leaks(path)] == []


def test_direct_identifiers_are_nowhere_at_all(finished):
    _, results = finished
    for path in results.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"Quixwood" not in data and b"QUIXPID" not in data, path


CRASHES = {  # inserted at the beginning of a function; the messages quote the planted cells
    "records/patients.py": (
        "    logs = Logs()\n",
        "    import warnings\n    warnings.warn(f\"odd: {set(records['sex'])}\")\n"
        "    records['size'].astype(object).map(float)\n"
        "    raise ValueError(f\"{set(records['implant'])} {set(records['operated'])}\")\n",
    ),
    "records/identifiers.py": (
        "    protected = frame.copy(deep=False)\n",
        "    raise KeyError(str(frame.to_dict()))\n",
    ),
}


@pytest.mark.parametrize("module", CRASHES)
def test_a_crash_tells_the_place_in_the_code_and_no_cell(tmp_path, module):
    project = make_project(tmp_path)
    plant(project)
    (project / "workflow").unlink()
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "workflow", project / "workflow", ignore=skip)
    path = project / "workflow/retrocohort" / module
    text = path.read_text(encoding="utf-8")
    before, crash = CRASHES[module]
    assert before in text
    path.write_text(text.replace(before, before + crash, 1), encoding="utf-8")
    run = run_snakemake(project)
    output = run.stdout + run.stderr
    assert run.returncode != 0
    assert f"{path.name}:" in output and "Error" in output
    assert not [word for word in WORDS if word.lower() in output.lower()]
    assert [leak for path in shown_files(project) for leak in leaks(path)] == []
    results = project / "results" / STUDY
    assert not list(results.rglob(".*"))
    assert not (results / "records/cleaned.csv").exists()
