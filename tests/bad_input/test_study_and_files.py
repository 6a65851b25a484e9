"""Faults of a study's decisions and of the delivered files: found before any job, all at once."""

import os
import subprocess
import sys

import pytest

from retrocohort.config.study import load_config, load_studies
from retrocohort.faults import FaultsFound
from retrocohort.records.headers import check_source_files
from tests.bad_input.cases import ROOT, STUDY, cases_of, make_project

STUDY_CASES, FILE_CASES = cases_of("config"), cases_of("files")
FAULTY = {**STUDY_CASES, **FILE_CASES}
FAR_FROM_ALL = ["five_faults", "yaml_syntax", "missing_file", "corrupt_workbook"]


def said(project, monkeypatch) -> str:
    """Return the message about a project, empty if it has no fault."""
    monkeypatch.chdir(project)
    monkeypatch.delenv("RETROCOHORT_KEY_FILE", raising=False)
    try:
        load_studies([STUDY], lambda name, *given: check_source_files(*given))
    except FaultsFound as found:
        return str(found)
    return ""


def test_the_base_study_has_no_fault(tmp_path, monkeypatch):
    assert said(make_project(tmp_path), monkeypatch) == ""


@pytest.mark.parametrize("name", cases_of("accepted"))
def test_what_looks_odd_and_is_right(tmp_path, monkeypatch, name):
    assert said(make_project(tmp_path, cases_of("accepted")[name]["edits"]), monkeypatch) == ""


@pytest.mark.parametrize("name", FAULTY)
def test_the_message_names_place_fault_and_remedy(tmp_path, monkeypatch, name):
    case = FAULTY[name]
    message = said(make_project(tmp_path, case["edits"]), monkeypatch)
    assert message == case["expect"].rstrip("\n")


def run_snakemake(project, *arguments, key=""):
    """Run the workflow as a user does, with the file of a secret key if there is one."""
    env = os.environ | {"RETROCOHORT_KEY_FILE": str(key)}
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)


def assert_stopped_before_any_job(project, run, message):
    output = run.stdout + run.stderr
    assert run.returncode != 0
    assert message.rstrip("\n") in output
    for noise in ("Traceback", 'File "', ".smk", ".py"):  # no place in our own code
        assert noise not in output
    assert f"{STUDY}: " not in output  # what a finished step prints
    assert not (project / "results").exists()


@pytest.mark.parametrize("name", FAR_FROM_ALL)
def test_a_fault_stops_the_run_before_any_job(tmp_path, name):
    case = FAULTY[name]
    project = make_project(tmp_path, case["edits"])
    assert_stopped_before_any_job(project, run_snakemake(project), case["expect"])


CONFIGURATIONS = {
    "missing": (None, "is missing. Add it."),
    "empty": ("", "is empty. Write studies: [name of a folder under config/studies]."),
    "not YAML": (
        "studies: [invented\n",
        "line 2: did not find expected ',' or ']'."
        " Close the bracket, and put commas between the items.",
    ),
    "key twice": (
        "studies: [invented]\nstudies: [invented]\n",
        "line 2: 'studies' stands twice, first in line 1. Keep one of them.",
    ),
    "unknown study": (
        "studies: [invent]\n",
        "studies: no folder config/studies/invent. Did you mean 'invented'?",
    ),
    "unknown key": (
        "studies: [invented]\nstudy: x\n",
        "study: unknown key 'study'. Did you mean 'studies'?",
    ),
    "no list": (
        "studies: invented\n",
        "studies: 'invented' is not a list. The studies to run, in this order; each is a folder"
        " under config/studies and one under data.",
    ),
}


@pytest.mark.parametrize("case", CONFIGURATIONS)
def test_faults_of_the_configuration(tmp_path, monkeypatch, case):
    project, message = with_configuration(tmp_path, case)
    monkeypatch.chdir(project)
    with pytest.raises(FaultsFound) as found:
        load_config({})
    assert str(found.value) == message


@pytest.mark.parametrize("case", ["missing", "not YAML"])
def test_a_fault_of_the_configuration_stops_the_run(tmp_path, case):
    project, message = with_configuration(tmp_path, case)
    assert_stopped_before_any_job(project, run_snakemake(project), message)


def test_the_command_line_overrides_the_configuration(tmp_path, monkeypatch):
    project, _ = with_configuration(tmp_path, "unknown study")
    monkeypatch.chdir(project)
    assert load_config({"studies": [STUDY]}) == {"studies": [STUDY]}


def with_configuration(folder, case):
    """Return a project with this config.yaml, and the message about it."""
    text, expected = CONFIGURATIONS[case]
    project = make_project(folder)
    path = project / "config/config.yaml"
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    return project, f"config/config.yaml has 1 fault:\n  {expected}"


def test_the_papers_of_the_delivered_files_are_missing(tmp_path):
    project = make_project(tmp_path, [{"file": "SHA256SUMS", "delete": True}])
    message = f"data/{STUDY}/SHA256SUMS has 1 fault:\n  is missing. "
    assert_stopped_before_any_job(project, run_snakemake(project, "-n"), message)


def test_the_faults_of_two_studies_are_listed_together(tmp_path, monkeypatch):
    for name in ("unknown_key_deep", "code_to_unknown_level"):
        (tmp_path / name).mkdir()
    project = make_project(tmp_path / "unknown_key_deep", FAULTY["unknown_key_deep"]["edits"])
    other = make_project(
        tmp_path / "code_to_unknown_level", FAULTY["code_to_unknown_level"]["edits"]
    )
    for folder in ("config/studies", "data"):
        os.rename(other / folder / STUDY, project / folder / "second")
    monkeypatch.chdir(project)
    with pytest.raises(FaultsFound) as found:
        load_studies([STUDY, "second"])
    second = FAULTY["code_to_unknown_level"]["expect"].replace(STUDY, "second")
    assert str(found.value) == FAULTY["unknown_key_deep"]["expect"] + second.rstrip("\n")


def test_every_case_says_what_it_is_about():
    for case in [*FAULTY.values(), *cases_of("cells").values(), *cases_of("population").values()]:
        assert case["about"].endswith(".") and case["edits"] and case["expect"]


def test_no_case_shows_a_cell_of_a_patient(tmp_path):
    lines = (ROOT / "tests/bad_input/base/patients.csv").read_text(encoding="utf-8").splitlines()
    numbers = {line.split(",")[0] for line in lines[1:]}
    for case in FILE_CASES.values():
        assert not any(number in case["expect"] for number in numbers)
