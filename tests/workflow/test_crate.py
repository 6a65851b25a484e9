"""The RO-Crate of a study is valid, and no patient is in it.

The validator works offline, but for the JSON-LD context of RO-Crate 1.1, which it would fetch: it
is given the later one that `rocrate` ships, which has the same terms.
"""

import csv
import json
import re
import zipfile
from pathlib import Path

import pytest

from retrocohort.audit import manifest

rocrate = pytest.importorskip("rocrate", reason="NO RO-CRATE TESTED: `make test` installs it")
pytest.importorskip("rocrate_validator", reason="NO RO-CRATE TESTED: `make test` installs it")

STUDY = "xu2025"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PRIVATE = re.compile(
    r"records/|cohort/(cohort|exclusions|counts)|\.parquet|\.log$|_log\.csv|config/"
)


@pytest.fixture(scope="module")
def made():
    return manifest.read(manifest.path_of(STUDY))


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


def test_it_is_a_valid_process_run_crate(crate, tmp_path):
    from requests_cache import CachedRequest, CachedResponse, CachedSession
    from rocrate_validator import services

    context = Path(rocrate.__file__).with_name("data") / "ro-crate.jsonld"
    response = CachedResponse(
        status_code=200,
        url=CONTEXT,
        headers={"Content-Type": "application/ld+json"},
        content=context.read_bytes(),
        request=CachedRequest(method="GET", url=CONTEXT),
    )
    cache = tmp_path / "cache"
    with CachedSession(str(cache), backend="sqlite") as session:
        session.cache.save_response(response)
    settings = services.ValidationSettings(
        rocrate_uri=str(crate),
        profile_identifier="process-run-crate-0.5",
        requirement_severity="REQUIRED",
        offline=True,
        cache_path=cache,
    )
    result = services.validate(settings)
    assert result.passed(), [issue.message for issue in result.get_issues()]


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
