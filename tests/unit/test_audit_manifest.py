"""A project of two jobs: what its manifest lists, and what is seen when a file is another one."""

import json
from pathlib import Path

import pytest
from two_jobs import CODE, COPY, COUNTS, FINAL, LOCK, PAGE, PLAN, RAW, make, work, write

from retrocohort import jobs, signed
from retrocohort.audit import environment, integrity, manifest
from retrocohort.plan.manifest import complete_in, delivered, seeds_of


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make()
    return tmp_path


def composed():
    noted = jobs.noted("results/a")
    made = manifest.compose([*FINAL, PLAN], noted)
    return made, integrity.faults_of_run(made, FINAL, noted)


def written():
    made, faults = composed()
    assert faults == []
    about = {"study": "a", "complete": complete_in("a")}
    write(manifest.path_of("a"), signed.text(about | made, indent=1))
    return made


def said():
    """Return what is wrong, by file."""
    return {fault.file: str(fault) for fault in integrity.faults_of_study("a")}


def test_a_manifest_lists_all_that_led_to_the_results():
    files, told = written()["files"], composed()[0]["jobs"]
    assert {path: entry["role"] for path, entry in files.items()} == {
        **{RAW: "input", PLAN: "config", CODE: "code", LOCK: "code"},
        **{COUNTS: "output", PAGE: "output", COPY: "output"},
        **{f"results/a/logs/{rule}.log": "log" for rule in ("count", "show")},
    }
    job = told[files[COUNTS]["job"]]
    assert (job["rule"], job["params"]) == ("count", {"labels": {"yes": "Yes"}})
    assert (job["inputs"], job["code"], job["outputs"]) == ([RAW], [CODE, LOCK], [COUNTS])
    assert files[RAW]["bytes"] == len(RAW) and job["seconds"] >= 0
    assert manifest.readers(written(), COUNTS) == ["results/a/logs/show.log"]
    assert said() == {}


def test_a_key_outside_of_the_project_is_not_listed():
    assert "key.txt" not in json.dumps(composed()[0]) + Path(jobs.JOBS).joinpath(
        "results/a/logs/count.json"
    ).read_text(encoding="utf-8")


def test_jobs_that_nothing_leads_to_any_more_are_left_out():
    work("forget", [COUNTS], ["results/a/old.csv"])
    made = written()
    assert "results/a/old.csv" not in made["files"]
    assert said() == {
        path: f"is extra: no job of the study made it. {integrity.OLD}"
        for path in ("results/a/logs/forget.log", "results/a/old.csv")
    }


def test_of_two_jobs_with_the_same_output_the_later_one_counts():
    work("show_anew", [COUNTS], [PAGE, COPY])
    assert composed()[0]["files"][PAGE]["job"] == "results/a/logs/show_anew.log"


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        (COUNTS, "was altered by hand after count made it. Make it again: "),
        (PAGE, "was altered by hand after show made it. Make it again: "),
        ("results/a/logs/show.log", "was altered by hand after show made it. Make it again: "),
        (RAW, "is not what count read. Make it again: "),
        (LOCK, "is not what count read. Make it again: "),
    ],
)
def test_what_was_altered_before_the_manifest_keeps_it_from_being_written(path, fault):
    write(path, "altered")
    faults = composed()[1]
    assert str(faults[0]).startswith(fault) and {f.file for f in faults} == {path}


def test_an_altered_file_is_seen_also_when_a_later_job_has_read_it():
    write(COUNTS, "altered")
    work("show", [COUNTS], [PAGE, COPY])
    assert [(f.file, f.problem) for f in composed()[1]] == [
        (COUNTS, "was altered by hand after count made it.")
    ]


def test_a_result_that_no_job_is_known_to_have_made():
    Path(jobs.place("results/a/logs/show.log")).unlink()
    assert [(f.file, f.problem) for f in composed()[1]] == [
        (path, "is not known to have been made by a job.") for path in (PAGE, COPY)
    ]


@pytest.mark.parametrize("path", [COUNTS, PAGE, COPY, "results/a/logs/count.log"])
def test_a_result_that_is_altered_or_missing_later(path):
    rule = "count" if "count" in Path(path).name and path != COPY else "show"
    written()
    write(path, "altered")
    again = f"Make it again: .venv/bin/python -m snakemake --cores 2 --forcerun {rule}"
    assert said() == {path: f"was altered by hand after {rule} made it. {again}"}
    Path(path).unlink()
    assert said() == {path: f"is missing; {rule} made it. {again}"}


def test_a_source_that_has_changed_makes_stale_what_was_made_from_it():
    written()
    write(RAW, "another")
    assert said() == {
        RAW: "has changed since count read it. Put it back as it was, or: Run `make report`.",
        "results/a": f"show: stale, as {RAW} has changed: page.html, files/counts.csv.",
    }
    assert [f.place for f in integrity.faults_of_study("a")] == ["", "count", "show"]
    Path(RAW).unlink()
    assert said()[RAW].startswith("is missing; it was there when count read it.")


def test_what_a_job_made_anew_is_stale_with_all_that_is_older():
    work("count", [RAW, CODE, LOCK], [COUNTS])
    written()
    write(RAW, "another")
    assert {f.place for f in integrity.faults_of_study("a")} == {"", "count", "show"}


def test_a_changed_decision_that_no_job_reads():
    written()
    write(PLAN, "another")
    assert set(said()) == {PLAN} and "since the run was planned" in said()[PLAN]


def test_a_result_that_a_later_run_made_is_not_called_altered():
    written()
    write(COUNTS, "x")
    work("count_anew", [RAW], [COUNTS])
    assert said()[COUNTS] == "was made anew by count, but nothing after it. Run `make report`."


def test_extra_files_but_not_what_programs_leave_behind():
    written()
    extra = {"data/a/more.csv", "config/studies/a/b/c.csv", "results/a/files/more"}
    left = {"data/a/.~lock.raw.csv#", "config/studies/a/study.yaml~", "data/a/~$raw.xlsx"}
    for path in (*extra, *left, "results/a/files/.snakemake_timestamp"):
        write(path, "x")
    assert set(said()) == extra
    assert manifest.compose([*FINAL, "data/a"], jobs.noted("results/a"))["files"].keys() >= {
        "data/a/more.csv",
        RAW,
    }
    assert not left & set(manifest.compose(["data/a"], {})["files"])


def test_hidden_files_and_copies_among_the_data_and_the_results_are_extra():
    written()
    extra = {"data/a/.hidden.csv", "data/a/raw.csv~", "results/a/.more.csv", "results/a/x~"}
    left = {
        f"data/a/{name}" for name in (".DS_Store", ".~lock.raw.csv#", ".raw.csv.swp", "~$a.xls")
    }
    for path in (*extra, *left):
        write(path, "x")
    assert set(said()) == extra and said()["data/a/.hidden.csv"].endswith("Take it away.")


def test_a_linked_folder_is_followed(tmp_path):
    written()
    write("../elsewhere/b/more.csv", "x")
    Path("../empty").mkdir()
    for name in ("elsewhere", "empty"):
        Path("data/a", name).symlink_to(tmp_path.parent / name)
    assert set(said()) == {"data/a/elsewhere/b/more.csv", "data/a/empty"}


def test_the_log_of_a_job_that_stopped_is_not_called_altered():
    written()
    log = "results/a/logs/count.log"
    write(log, "results/a/x.csv has 1 fault:\n")
    Path(COUNTS).unlink()
    assert said()[log] == "tells why count stopped. Run `make report`."
    assert said()[COUNTS].startswith("is missing; count made it.")


def test_of_a_stale_job_with_many_files_three_are_named():
    work("show_all", [COUNTS], [PAGE, COPY, *(f"results/a/files/{n}.csv" for n in "xyz")])
    written()
    write(RAW, "another")
    assert said()["results/a"].endswith(
        ": 5 files, of them 3: page.html, files/counts.csv, files/x.csv."
    )


def test_a_manifest_that_is_altered_or_missing():
    written()
    path = manifest.path_of("a")
    text = Path(path).read_text(encoding="utf-8")
    for other in (text.replace('"bytes": ', '"bytes":  ', 1), text[:-2], "[]", "", "\xff"):
        Path(path).write_bytes(other.encode("latin-1"))
        assert said() == {path: "was altered by hand. Delete it. Run `make report`."}
    Path(path).unlink()
    assert "is missing" in said()[path]


def test_a_filled_manuscript_is_known_and_watched():
    written()
    paper = "results/a/paper_filled.docx"
    job = jobs.started("make manuscript", [PAGE])
    write(paper, "filled")
    write("history/a/manuscript.json", json.dumps({"job": jobs.ended(job, [paper])}))
    assert said() == {}
    write(paper, "altered")
    assert "altered by hand after make manuscript made it" in said()[paper]
    Path(paper).unlink()
    assert said() == {}


def test_seeds_are_found_wherever_they_stand():
    study = {"seed": 1, "further": {"boot": {"seed": 7}}, "list": [{"seed": 3}], "seeds": 5}
    assert seeds_of(study) == {"seed": 1, "further.boot.seed": 7, "list.0.seed": 3}


def test_packages_that_are_not_those_of_the_lock(tmp_path):
    lock = "pytest==0.1 \\\n    --hash=sha256:0\nNo_such.package==1.0\n"
    (tmp_path / "lock").write_text(lock)
    told = environment.environment("lock", lock)
    assert told["differs_from_lock"] == {
        "pytest": {"lock": "0.1", "installed": pytest.__version__},
        "no-such-package": {"lock": "1.0", "installed": None},
    }


def test_no_commit_outside_of_a_repository():
    assert environment.git_state() is None


def test_what_no_study_names_among_the_data_is_not_listed():
    for name in ("raw.csv", "SHA256SUMS", "PROVENANCE.md", "Zorblatt Hans.pdf"):
        write(f"data/a/{name}", "x")
    sources = {"patients": {"path": "data/a/raw.csv"}}
    assert delivered("a", sources) == [
        f"data/a/{name}" for name in ("raw.csv", "PROVENANCE.md", "SHA256SUMS")
    ]
