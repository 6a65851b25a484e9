"""The RO-Crate of a study is valid, one that is not is refused, and no patient is in it."""

import csv
import json
import re
import zipfile
from pathlib import Path

import pytest

from retrocohort import io, signed
from retrocohort.audit import manifest

pytest.importorskip("rocrate", reason="NO RO-CRATE TESTED: `make test` installs it")
pytest.importorskip("rocrate_validator", reason="NO RO-CRATE TESTED: `make test` installs it")

STUDY = "xu2025"
PRIVATE = re.compile(
    r"records/|cohort/(cohort|exclusions|counts)|\.parquet|\.log$|_log\.csv|config/"
)


@pytest.fixture(scope="module")
def made():
    return signed.read(manifest.path_of(STUDY))


@pytest.fixture(scope="module")
def crate(made, tmp_path_factory):
    """Return the crate as a zip file."""
    from retrocohort.audit.crate import crate_of

    path = tmp_path_factory.mktemp("crate") / f"{STUDY}.zip"
    path.write_bytes(b"".join(crate_of(made).stream_zip()))
    return path


@pytest.fixture(scope="module")
def entities(crate):
    with zipfile.ZipFile(crate) as packed:
        graph = json.loads(packed.read("ro-crate-metadata.json"))["@graph"]
    return {entity["@id"]: entity for entity in graph}


def test_it_is_a_valid_process_run_crate(crate):
    from retrocohort.audit.crate_check import problems_of

    assert problems_of(str(crate)) == []


def test_a_crate_that_is_not_valid_is_not_kept(tmp_path, monkeypatch):
    import crate as command
    from retrocohort.audit.crate import crate_of

    def unlicensed(manifest):
        spoilt = crate_of(manifest)
        del spoilt.root_dataset["license"]
        return spoilt

    monkeypatch.setattr(command, "faults_of_study", lambda _: [])
    monkeypatch.setattr(command, "crate_of", unlicensed)
    replacing, target = io.replacing, tmp_path / "crate.zip"
    monkeypatch.setattr(command.io, "replacing", lambda _: replacing(str(target)))
    with pytest.raises(SystemExit) as said:
        command.main(STUDY)
    assert "is no valid RO-Crate: The Root Data Entity MUST have a `license`" in str(said.value)
    assert list(tmp_path.iterdir()) == []


def test_of_private_data_there_is_none(monkeypatch):
    import crate as command

    monkeypatch.setattr(command, "load_study", lambda *_: {"data": "private"})
    with pytest.raises(SystemExit, match=f"data of {STUDY} are private.*no crate is made"):
        command.main(STUDY)


def test_every_job_is_an_action_with_what_it_read_and_made(made, entities):
    for log, job in made["jobs"].items():
        action = entities[f"#{log}"]
        for key, paths in (("object", job["inputs"]), ("result", job["outputs"])):
            found = action[key] if isinstance(action[key], list) else [action[key]]
            assert [entity["@id"].removeprefix("#") for entity in found] == paths
            for entity, path in zip(found, paths, strict=True):
                assert entities[entity["@id"]]["sha256"] == made["files"][path]["sha256"]
        assert entities[action["instrument"]["@id"]]["name"].startswith("workflow/scripts/")
        assert action["startTime"] <= action["endTime"]
    assert {e["@id"] for e in entities["./"]["mentions"]} == {f"#{log}" for log in made["jobs"]}


def test_its_files_are_the_aggregate_results_and_no_others(made, crate, entities):
    with zipfile.ZipFile(crate) as packed:
        names = {info.filename for info in packed.infolist()} - {"ro-crate-metadata.json"}
    assert names == {part["@id"] for part in entities["./"]["hasPart"]}
    assert [name for name in names if PRIVATE.search(name)] == []
    results = {path for path, entry in made["files"].items() if entry["role"] == "output"}
    left = {path for path in results - names if not PRIVATE.search(path)}
    assert {Path(path).name for path in left} <= {"NOTICE.txt"}
    assert len(names) > 300 and "results/xu2025/report/report.html" in names


def test_no_record_of_a_patient_is_in_it(crate):
    with open(f"results/{STUDY}/records/cleaned.csv", encoding="utf-8", newline="") as file:
        known = {row["record_id"] for row in csv.DictReader(file)}
    assert len(known) > 200
    with zipfile.ZipFile(crate) as packed:
        for info in packed.infolist():
            words = set(re.findall(rb"[0-9a-f]{16,}", packed.read(info)))
            assert not known & {word.decode() for word in words}, info.filename
