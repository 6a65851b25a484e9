"""Snapshots of a real study: what `make report` keeps, and what it says of a later run."""

import json
import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from tests.workflow.matrix import ROOT

from retrocohort import signed
from retrocohort.audit import manifest
from retrocohort.history import cells, store

STUDY = "rotterdam"
COX = f"results/{STUDY}/models/full/os/cox_adjusted.csv"
RAW = f"data/{STUDY}/rotterdam.csv"
BETWEEN = ("records/records.parquet", "records/cleaned.parquet", "cohort/cohort.parquet")
CODE = "workflow/retrocohort/models/cox.py"
HEAVY = {"pandas", "numpy", "yaml", "jinja2", "snakemake", "jsonschema"}


def rewritten(study, change):
    """Change a manifest, as a later run would have written it."""
    path = Path(manifest.path_of(study))
    made = json.loads(path.read_text(encoding="utf-8"))
    del made["digest"]
    change(made)
    path.write_text(signed.text(made, indent=1), encoding="utf-8")


def only_this_study(made):
    made["jobs"]["results/logs/build_index.log"]["params"]["studies"] = [{"name": STUDY}]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a copy of what the manifest of a study lists; tests run in it, one after the other."""
    folder, here = tmp_path_factory.mktemp("history"), os.getcwd()
    for study in ("", STUDY):
        path = manifest.path_of(study)
        for file in (path, *json.loads((ROOT / path).read_text(encoding="utf-8"))["files"]):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, folder / file)
    os.chdir(folder)
    rewritten("", only_this_study)
    yield folder
    os.chdir(here)


def command(name, *arguments):
    """Return the exit code of a command after Snakemake, and what it printed."""
    script = [sys.executable, str(ROOT / f"workflow/{name}.py"), *arguments]
    env = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    run = subprocess.run(script, env=env, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def why():
    page = Path(f"history/{STUDY}/changes.html").read_text(encoding="utf-8")
    (told,) = re.findall(r'(?s)<section aria-labelledby="why">(.*?)</section>', page)
    return told


def other_p(line, p):
    """Write another P into a row of the model, as a run would."""
    text = Path(COX).read_text(encoding="utf-8").splitlines(keepends=True)
    (i,) = [i for i, row in enumerate(text) if row.startswith(line)]
    row = text[i].split(",")
    text[i] = ",".join([*row[:-2], p, row[-1]])
    Path(COX).write_text("".join(text), encoding="utf-8")
    return {COX: sha256("".join(text).encode()).hexdigest()}


def later_run(sums):
    def change(made):
        made["written"] = "2099-01-01T00:00:00.000+00:00"
        for path, digest in sums.items():
            made["files"][path]["sha256"] = digest

    rewritten(STUDY, change)


def test_the_first_run_is_kept_and_an_idle_one_adds_nothing(project):
    assert command("snapshot") == (0, "")
    before = {path: path.read_bytes() for path in Path("history").rglob("*") if path.is_file()}
    assert {path.suffix for path in before} == {".gz", ".html"}
    assert command("snapshot") == (0, "")
    assert before == {p: p.read_bytes() for p in Path("history").rglob("*") if p.is_file()}
    assert "there is none to compare it with" in Path(f"history/{STUDY}/changes.html").read_text()


def test_a_snapshot_has_every_aggregate_cell_and_every_record(project):
    kept = store.load(STUDY, *store.names(STUDY))
    below = Path(f"results/{STUDY}")
    tables = {p.relative_to(below).as_posix() for p in below.rglob("[tm]*/*/**/*.csv")}
    tables = {name for name in tables if name.startswith(("tables/", "models/"))}
    counts = {f"cohort/{n}.csv" for n in ("flow", "populations", "arms", "endpoints")}
    assert kept["tables"].keys() == tables | counts and len(tables) > 80
    assert all(t == (below / p).read_text(encoding="utf-8") for p, t in kept["tables"].items())
    states = [kept["records"]["states"][i] for i in kept["records"]["records"].values()]
    assert (len(states), sum(box == "" for box, _, _ in states)) == (2982, 1546)
    large = [arms["treatment"] for _, populations, arms in states if "large" in populations]
    counted = cells.table_of(kept["tables"]["cohort/arms.csv"])
    for arm in ("no", "yes"):
        row = f"population=large, arm=treatment, variable=hormone, level={arm}"
        assert large.count(arm) == int(counted[row]["n"])
    assert "hash_key" not in "".join(kept["decisions"])


def test_a_row_has_a_name_of_its_own():
    """Two rows of a name would be taken for each other; means stand beside their difference."""
    files = [p for step in ("tables", "models") for p in ROOT.glob(f"results/*/{step}/**/*.csv")]
    assert len(files) > 300
    for file in files:
        rows = cells.table_of(file.read_text(encoding="utf-8"))
        assert file.name.startswith("rmst_") or not [name for name in rows if name.endswith(")")]


def test_a_run_that_gave_the_same_is_told_and_not_kept(project):
    later_run({})
    assert command("snapshot")[1] == f"{STUDY}: no result differs: history/{STUDY}/changes.html\n"
    assert len(store.names(STUDY)) == 1


def test_a_raw_cell_is_the_cause_of_what_crossed(project):
    sums = other_p("age,", "0.06")
    sums |= {path: "1" * 64 for path in (RAW, *(f"results/{STUDY}/{p}" for p in BETWEEN))}
    later_run(sums)
    code, said = command("snapshot")
    assert said == (
        f"{STUDY}: 1 cells differ in 1 tables, 1 crossed alpha: history/{STUDY}/changes.html\n"
    )
    assert f"<td>Delivered file</td><td>{RAW}</td>" in why() and "Code" not in why()
    assert len(store.names(STUDY)) == 2


def test_a_function_is_the_cause(project):
    later_run(other_p("age,", "0.07") | {CODE: "2" * 64})
    assert command("snapshot")[0] == 0
    assert f"<td>Code</td><td>{CODE}</td>" in why() and "Delivered file" not in why()


def test_a_result_that_was_altered_by_hand(project):
    other_p("age,", "0.08")
    assert command("snapshot")[0] == 0
    assert "it was altered by hand." in why() and "No input differs" not in why()


def test_two_runs_are_compared_by_name(project):
    first, second, *_ = store.names(STUDY)
    code, said = command("diff", STUDY, first, second)
    assert code == 0 and said.startswith(f"{STUDY}: {first} -> {second}\n")
    assert "not significant now: models/full/os/cox_adjusted.csv, variable=age: p" in said
    assert f"cause: data {RAW}: " in said and f"Open: history/{STUDY}/diff.html" in said
    code, said = command("diff", STUDY, "2001", "last")
    assert code == 1 and "2001: names no snapshot. There are: " in said and second in said
    code, said = command("diff", "lung", "previous", "last")
    assert code == 1 and f"There are those of: {STUDY}." in said


def test_an_altered_manifest_is_said(project):
    with open(manifest.path_of(STUDY), "a", encoding="utf-8") as file:
        file.write(" ")
    code, said = command("snapshot")
    assert code == 1 and "was altered by hand. Run `make report`." in said


def test_history_is_for_the_owner_alone(project):
    modes = {p.stat().st_mode & 0o077 for p in Path("history").rglob("*")}
    assert modes == {0}


def test_keeping_a_snapshot_imports_no_more_than_it_needs():
    code = (
        "import sys, retrocohort.history.snapshot, retrocohort.history.store; print(*sys.modules)"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert not HEAVY & set(run.stdout.split())
