"""What a completed run leaves behind, so that later runs can be compared with it.

All but "run" is the same for runs that read and gave the same. "files" and "jobs" are those of the
manifest without times; "planned" is the code that planned the run; "altered" are results that are
no longer what their job made; "decisions" and "tables" are texts, by path; "records" says who is
counted where.
"""

import csv
import re
import time
from collections.abc import Mapping
from hashlib import sha256
from io import StringIO
from pathlib import Path

from retrocohort import io, signed
from retrocohort.audit import manifest as manifests
from retrocohort.audit.environment import plain
from retrocohort.faults import Fault, FaultsFound
from retrocohort.history.records import states
from retrocohort.jobs import utc
from retrocohort.plan.manifest import planned_with
from retrocohort.report.provenance import versions

AGGREGATE = re.compile(r"(tables|models)/.*\.csv|cohort/(flow|populations|arms|endpoints)\.csv")
DECISIONS = re.compile(r".*\.yaml|.*/(dictionary|codes)\.csv")  # and no key of patients' hashes
COHORT = ("cohort/cohort.csv", "cohort/exclusions.csv")
REPORT, INDEX = "logs/build_report.log", "results/logs/build_index.log"


def taken(study: str) -> dict:
    """Return the snapshot of a finished study.

    Raises
    ------
    FaultsFound
        When no run came to its end, or its manifest was altered.
    """
    manifest = _manifest(manifests.path_of(study))
    files = {path: entry for path, entry in manifest["files"].items() if entry["role"] != "log"}
    folder = f"results/{study}/"
    made = [p for p in files if p.startswith(folder) and "job" in files[p]]
    aggregate = sorted(p for p in made if AGGREGATE.fullmatch(p.removeprefix(folder)))
    aggregate += [f"{folder}{name}" for name in COHORT]
    contents = {path: _bytes(path) for path in aggregate}
    text = {p.removeprefix(folder): c.decode("utf-8", "replace") for p, c in contents.items()}
    tables = {name: text[name] for name in text if name not in COHORT}
    decided = [p for p in files if files[p]["role"] == "config" and DECISIONS.fullmatch(p)]
    return {
        "study": study,
        "run": {
            "taken": utc(time.time()),
            "written": manifest["written"],
            "manifest": manifest["digest"],
            "git": manifest["git"],
            "platform": manifest["environment"]["platform"],
        },
        "environment": _environment(manifest["environment"]),
        "jobs": {log: _job(job) for log, job in manifest["jobs"].items()},
        "files": {path: _file(entry) for path, entry in files.items()},
        "planned": sorted({p for p in planned_with(study) if manifests.role_of(p) == "code"}),
        "altered": [p for p, c in contents.items() if sha256(c).hexdigest() != files[p]["sha256"]],
        "decisions": {path: _bytes(path).decode("utf-8") for path in sorted(decided)},
        "tables": tables,
        "records": _records(text),
    }


def same(a: Mapping, b: Mapping) -> bool:
    """Return whether two snapshots are equal in all but the time and place of the run."""
    return a | {"run": None} == b | {"run": None}


def studies() -> list[str]:
    """Return the studies of the last run."""
    shared = _manifest(manifests.path_of(""))
    pages = shared["jobs"][INDEX]["params"]["studies"]
    return list(dict.fromkeys(page["name"].partition("/")[0] for page in pages))


def _manifest(path: str) -> dict:
    there = Path(path).is_file()
    manifest = signed.read(path)
    if manifest is None:
        problem = "was altered by hand." if there else "is missing: no run came to its end."
        raise FaultsFound([Fault(path, "", problem, "Run `make report`.")])
    return manifest


def _environment(environment: Mapping) -> dict:
    """Return Python and the packages that the lock file names: others run no job."""
    lock, installed = environment["lock"]["path"], environment["packages"]
    locked = [plain(name) for name, _ in versions(io.read_text(lock))]
    packages = {name: installed[name] for name in locked if name in installed}
    return {"lock": lock, "python": environment["python"], "packages": packages}


def _job(job: Mapping) -> dict:
    reads = [*job["inputs"], *job["code"]]
    return {key: job[key] for key in ("rule", "params", "outputs")} | {"reads": reads}


def _file(entry: Mapping) -> dict:
    return {key: entry[key] for key in ("sha256", "role", "job") if key in entry}


def _bytes(path: str) -> bytes:
    """Return what a file holds; nothing if it has gone since the run."""
    return Path(path).read_bytes() if Path(path).is_file() else b""


def _records(text: Mapping[str, str]) -> dict:
    """Return who is counted where; `text` is file below the results -> CSV."""

    def rows(name: str) -> csv.DictReader:
        return csv.DictReader(StringIO(text[f"cohort/{name}.csv"], newline=""))

    lines = csv.reader(StringIO(text["cohort/cohort.csv"], newline=""))
    return states(
        list(rows("exclusions")),
        (next(lines, []), lines),
        [row["population"] for row in rows("populations")],
        {row["arm"]: row["variable"] for row in rows("arms")},
    )


def facts(snapshot: Mapping) -> dict[str, dict]:
    """Return language -> what the report of the study stated, and `terms`, of each of its pages."""
    jobs = snapshot["jobs"]
    pages = [log for log in jobs if log.endswith(REPORT)]
    found = {}
    for log in sorted(pages, key=len):  # the first language has no folder of its own
        params = jobs[log]["params"]
        found[params["study"]["language"]] = params["study"] | {"terms": params["terms"]}
    return found
