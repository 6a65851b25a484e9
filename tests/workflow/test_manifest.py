"""The manifests of finished results: in the declared shape, and a changed byte is seen."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.workflow.matrix import ROOT

from retrocohort.audit import manifest
from retrocohort.audit.integrity import faults_of_study
from retrocohort.config import strict_yaml

STUDIES = ("xu2025", "rotterdam", "nafld")
SCHEMA = "workflow/schemas/manifest.schema.yaml"
STUDY = "rotterdam"
TURNS = 5


@pytest.fixture(scope="module", params=["", *STUDIES])
def made(request):
    return json.loads(Path(manifest.path_of(request.param)).read_text(encoding="utf-8"))


def test_the_shape_is_the_declared_one(made):
    schema = strict_yaml.load(SCHEMA, Path(SCHEMA).read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(made)) == []


def test_every_result_has_its_job_and_every_job_its_files(made):
    listed = set(made["files"])
    for log, job in made["jobs"].items():
        assert {log, *job["inputs"], *job["code"], *job["outputs"]} <= listed
        assert made["environment"]["lock"]["path"] in job["code"]
    results = {path for path in listed if made["files"][path]["role"] in ("output", "log")}
    assert {made["files"][path]["job"] for path in results} == set(made["jobs"])
    there = {p.as_posix() for p in Path("results", made["study"]).rglob("*") if p.is_file()}
    assert results <= there


def test_the_inputs_are_those_of_the_study(made):
    if study := made["study"]:
        for folder in (f"data/{study}", f"config/studies/{study}"):
            assert {p.as_posix() for p in Path(folder).iterdir()} <= set(made["files"])
    assert {p for p in made["files"] if p.startswith(("/", ".", "history"))} == set()


@pytest.mark.parametrize("study", ["", *STUDIES])
def test_after_a_run_all_is_well(study):
    """But for what earlier versions of the workflow may have left."""
    assert [f for f in faults_of_study(study) if not f.problem.startswith("is extra")] == []


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a copy of what the manifests of a study list, and of nothing else."""
    folder = tmp_path_factory.mktemp("copied")
    for study in ("", STUDY):
        path = manifest.path_of(study)
        for file in (path, *json.loads((ROOT / path).read_text(encoding="utf-8"))["files"]):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, folder / file)
    return folder


def flipped(path):
    """Change one bit in the middle of a file; return what it held."""
    before = Path(path).read_bytes()
    at = len(before) // 2
    Path(path).write_bytes(before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
    return before


@pytest.mark.parametrize("turn", range(TURNS))
@pytest.mark.parametrize("study", ["", STUDY])
def test_a_changed_byte_of_any_file_is_found(project, monkeypatch, study, turn):
    """In each turn other files are changed, and exactly those are named, with their rules."""
    monkeypatch.chdir(project)
    made = json.loads(Path(manifest.path_of(study)).read_text(encoding="utf-8"))
    files = [path for path, entry in made["files"].items() if entry["bytes"]][turn::TURNS]
    before = {path: flipped(path) for path in files}
    told = {}
    for fault in faults_of_study(study):
        told.setdefault(fault.file, []).append(fault)
    for path, content in before.items():
        Path(path).write_bytes(content)
    stale = told.pop(f"results/{study}".rstrip("/"), [])
    assert set(told) == set(files) and all(len(faults) == 1 for faults in told.values())
    reading = set()
    for path in files:
        said, job = str(told[path][0]), made["files"][path].get("job")
        if job:
            assert f"altered by hand after {made['jobs'][job]['rule']} made it" in said
        else:
            rules = {made["jobs"][log]["rule"] for log in manifest.readers(made, path)}
            assert all(rule in said for rule in rules)
            reading |= rules
    assert reading <= {fault.place for fault in stale}
    assert faults_of_study(study) == []


def test_a_changed_byte_of_the_manifest_is_found(project, monkeypatch):
    monkeypatch.chdir(project)
    path = manifest.path_of(STUDY)
    before = flipped(path)
    assert [fault.file for fault in faults_of_study(STUDY)] == [path]
    Path(path).write_bytes(before)


def verify(project, *studies):
    """Return the exit code of `make verify` and what it said."""
    command = [sys.executable, str(ROOT / "workflow/verify.py"), *(studies or [STUDY])]
    env = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    run = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def test_all_faults_are_said_at_once_and_none_where_all_is_well(project):
    assert verify(project) == (0, f"{STUDY}: every file is as it was made and used.\n")
    lost, table = (f"results/{STUDY}/{name}" for name in ("cohort/flow.csv", "report/tables.docx"))
    raw, page = f"data/{STUDY}/rotterdam.csv", "results/index.html"
    extra = [project / folder / "more.csv" for folder in (f"data/{STUDY}", f"results/{STUDY}")]
    before = {path: (project / path).read_bytes() for path in (lost, table, raw, page)}
    for path in (table, raw, page):
        flipped(project / path)
    for path in extra:
        path.write_text("x", encoding="utf-8")
    (project / lost).unlink()
    code, said = verify(project)
    for path, content in before.items():
        (project / path).write_bytes(content)
    for path in extra:
        path.unlink()
    assert code == 1
    for path, words in (
        (lost, "is missing; label_cohort made it"),
        (table, "was altered by hand after write_tables made it"),
        (page, "was altered by hand after build_index made it"),
        (raw, "has changed since read_records read it"),
        (f"results/{STUDY}/more.csv", "is extra"),
        (f"data/{STUDY}/more.csv", "is extra"),
        (
            f"results/{STUDY}",
            f"clean_records: stale, as {raw} has changed: 5 files, of them 3: records/",
        ),
    ):
        assert f"\n{path}: {words}" in f"\n{said}"
    assert verify(project)[0] == 0


def test_a_study_is_asked_for(project):
    for wrong in ("", "rotterdm", "../rotterdam"):
        code, said = verify(project, wrong)
        assert code == 1 and said.startswith(f"{wrong}: there is no such study. ")
    assert "make verify needs one STUDY, of: rotterdam." in verify(project, STUDY, STUDY)[1]


def test_verifying_imports_no_more_than_it_needs():
    code = "import sys, retrocohort.audit.integrity; print(*sys.modules)"
    env = os.environ | {"PYTHONPATH": "workflow"}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert not {"pandas", "numpy", "snakemake", "yaml"} & set(run.stdout.split())
