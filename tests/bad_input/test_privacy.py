"""No cell of a patient leaves records/ and cohort/, however wrong it is and whatever goes wrong."""

import hashlib
import os
import shutil
import stat

import pytest

from retrocohort.config.study import load_studies
from retrocohort.faults import FaultsFound
from retrocohort.records.headers import check_source_files
from tests.bad_input.cases import (
    IDENTIFIERS,
    KEY,
    PLANTED,
    PLANTED_ROW,
    ROOT,
    STUDY,
    apply,
    make_project,
    plant,
)
from tests.bad_input.test_cells import rows_of
from tests.bad_input.test_study_and_files import run_snakemake
from tests.privacy.search import found_in, leaks

FIRST_ROW = 2  # of a patient in patients.csv
RECORDS = f"results/{STUDY}/records"
MAY_QUOTE = [  # row level, for the owner alone: what was delivered and what became of it
    f"{RECORDS}/records.parquet",
    f"{RECORDS}/cleaning_log.csv",
    f"{RECORDS}/problems.csv",
]
DIRECT = ["Quixwood", "QUIXPID77", "QUIXPID88", *(PLANTED[name] for name in IDENTIFIERS)]
DIRECT += ["31.12.1949", "19491231"]
QUOTED = {*(PLANTED[name] for name in ("sex", "operated", "size", "implant", "stage", "ward"))}
WORDS = [*DIRECT, *QUOTED, "quixvalue"]
UNDECLARED = "Quixwood"  # stands in `remark` too, a column that no dictionary protects


def printed(run) -> set[str]:
    """Return the planted words that a run has printed."""
    return found_in((run.stdout + run.stderr).encode(), (*WORDS, KEY))


@pytest.fixture(scope="module")
def project(finished):
    return finished[1].parents[1]


def test_the_planted_cells_are_problems_of_this_run(finished):
    run, results = finished
    assert run.returncode == 0, run.stdout + run.stderr
    problems = rows_of(results / "records/problems.csv")
    planted = {row["variable"]: row for row in problems if row["source_file"] == "patients.csv"}
    assert set(planted) >= {"sex", "operated", "size", "implant", "stage", "age", "centre"}
    rows = {int(row["source_row"]) for row in planted.values()}
    assert rows <= {PLANTED_ROW + FIRST_ROW, 60 + FIRST_ROW}
    assert {planted[name]["raw_value"] for name in ("sex", "size", "stage")} <= QUOTED


def test_no_cell_is_printed(finished):
    assert printed(finished[0]) == set()


def test_no_cell_is_in_any_file_but_those_that_may_quote_it(project):
    assert leaks(project, WORDS, MAY_QUOTE) == {}
    assert all((project / path).is_file() for path in MAY_QUOTE)


def test_direct_identifiers_are_nowhere_at_all(project):
    found = leaks(project, DIRECT)
    assert found == {f"{RECORDS}/records.parquet": {UNDECLARED}}


def test_the_key_is_nowhere_at_all(project):
    assert leaks(project, [KEY], skipped=()) == {}
    checksum = hashlib.sha256(KEY.encode()).hexdigest()  # Snakemake's own, of a key that is long
    assert {path.split("/")[0] for path in leaks(project, [checksum])} <= {".snakemake"}


def test_what_holds_records_is_for_its_owner_alone(project):
    records = [row["record_id"] for row in rows_of(project / RECORDS / "cleaned.csv")]
    holding = leaks(project, records, skipped=())
    assert len(holding) == 8, sorted(holding)
    assert {path.split("/")[2] for path in holding} == {"records", "cohort"}
    modes = {path: stat.S_IMODE((project / path).stat().st_mode) for path in holding}
    assert set(modes.values()) == {0o600}, modes


def test_whole_folders_of_records_are_closed_and_reports_are_not(project):
    closed = [project / RECORDS, project / f"results/{STUDY}/cohort", project / ".snakemake"]
    for folder in closed:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for folder in closed[:2]:
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    umask = os.umask(0)
    os.umask(umask)
    report = project / f"results/{STUDY}/report/report.html"
    assert stat.S_IMODE(report.stat().st_mode) == 0o666 & ~umask
    assert stat.S_IMODE(report.parent.stat().st_mode) == 0o777 & ~umask


DIES = "    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)\n"
CRASHES = {  # inserted behind a line of a module; the messages quote the planted cells
    "raises": (
        "records/patients.py",
        "    logs = Logs()\n",
        "    import warnings\n    warnings.warn(f\"odd: {set(records['sex'])}\")\n"
        "    records['size'].astype(object).map(float)\n"
        "    raise ValueError(f\"{set(records['implant'])} {set(records['operated'])}\")\n",
        "patients.py:",
    ),
    "raises_early": (
        "records/identifiers.py",
        "    protected = frame.copy(deep=False)\n",
        "    raise KeyError(str(frame.to_dict()))\n",
        "identifiers.py:",
    ),
    "killed": (
        "io.py",
        "        frame.to_parquet(aside, index=False)\n",
        DIES.replace("    ", "        "),
        "",
    ),
    "stumbles_in_the_plan": (
        "records/headers.py",
        '    data = read_bytes(spec["path"])\n',
        "    raise RuntimeError(data.decode())\n",
        "cannot be opened (RuntimeError)",
    ),
}


@pytest.mark.parametrize("name", CRASHES)
def test_a_crash_tells_the_place_in_the_code_and_no_cell(tmp_path, name):
    project = make_project(tmp_path / "project")
    key = plant(project)
    (project / "workflow").unlink()
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "workflow", project / "workflow", ignore=skip)
    module, before, crash, said = CRASHES[name]
    path = project / "workflow/retrocohort" / module
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, before + crash, 1), encoding="utf-8")
    run = run_snakemake(project, key=key)
    assert run.returncode != 0
    assert said in run.stdout + run.stderr
    assert printed(run) == set()
    _assert_closed_and_clean(project)
    assert not (project / RECORDS / "cleaned.csv").exists()


ARM = {"find": "treatment: {variable: treatment}", "put": "treatment: {variable: side}"}
SIDE = "side,Side,category,,left=Left|right=Right,,,,patients:sex,,,,\n"


def test_an_empty_arm_of_unmatched_codes_is_told_without_a_cell(tmp_path):
    project = make_project(tmp_path / "project")
    key = plant(project)
    apply(project, ARM | {"file": "study.yaml"})
    apply(project, {"file": "dictionary.csv", "append": SIDE})
    run = run_snakemake(project, f"results/{STUDY}/cohort/cohort.csv", key=key)
    assert run.returncode != 0
    assert "no patient of the cohort has the level 'left'" in run.stderr
    assert printed(run) == set()
    _assert_closed_and_clean(project)


HEADER = "pid,sex,age,operated,last_seen,died,arm,stage,size,implant,"
FAULTS = {  # what is wrong with the table -> text, what stands there instead, and what is said
    "no_header": (
        HEADER,
        "Zelda Quixwood,quixsex,QUIXPID77,1949-12-31,",
        "are missing. Deliver the file with a row of column names.",
    ),
    "row_too_long": ("QUIXPID77,", "QUIXPID77,Zelda Quixwood,", "row 7: has"),
    "quote_left_open": ("QUIXPID77,", '"QUIXPID77,', "Is a quote left open?"),
    "column_missing": ("size,implant,", "Quixwood,implant,", "the column 'size' is missing."),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_data_is_told_without_a_cell(tmp_path, monkeypatch, name):
    project = make_project(tmp_path / "project")
    monkeypatch.setenv("RETROCOHORT_KEY_FILE", str(plant(project)))
    monkeypatch.chdir(project)
    find, put, said = FAULTS[name]
    apply(project, {"file": "patients.csv", "find": find, "put": put})
    with pytest.raises(FaultsFound) as found:
        load_studies([STUDY], lambda name, *given: check_source_files(*given))
    assert said in str(found.value)
    assert found_in(str(found.value).encode(), (*WORDS, KEY)) == set()


def test_without_the_key_nothing_is_read(tmp_path):
    project = make_project(tmp_path / "project")
    plant(project)
    run = run_snakemake(project)
    assert run.returncode != 0 and "RETROCOHORT_KEY_FILE" in run.stderr
    assert printed(run) == set() and not (project / "results").exists()
    _assert_closed_and_clean(project)


def _assert_closed_and_clean(project):
    """Of a run that failed nobody else can read anything of a patient."""
    found = leaks(project, WORDS, MAY_QUOTE, skipped=("data", "config", "workflow"))
    left = [path for path in found if not path.startswith(f"{RECORDS}/.")]  # of a killed job
    assert left == []
    for path in (project / "results").rglob("*"):
        if path.is_file() and path.relative_to(project / "results").parts[1:2] == ("records",):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
