"""What each job read, was told and wrote, noted by itself, for the manifest of the study.

Snakemake remembers no checksum of an output and no name of a parameter: a result that somebody
altered would be an input like any other to it, and to the next run.
"""

import os
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from retrocohort import signed
from retrocohort.checksums import checksums, files_of
from retrocohort.faults import Fault, FaultsFound

JOBS = Path(".snakemake/retrocohort/jobs")  # private, and gone with the memory of Snakemake
COARSE = 0.1  # seconds by which the times of files may lag behind
STARTED = time.time()  # of the process: scripts import this early, and what takes long after it


def utc(seconds: float) -> str:
    """Return a time, in seconds since 1970, as "2025-01-31T12:00:00.000+00:00"."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def begun(smk) -> dict:
    """Return what is known of a job before it works: `smk` is the object that Snakemake gives.

    What is outside of the project is left out: it is the secret key of private data, which could
    be guessed from its checksum if it is short.
    """
    inside = [path for path in smk.input if not os.path.normpath(path).startswith(("/", ".."))]
    return started(smk.rule, inside) | {"params": dict(smk.params.items())}


def started(rule: str, inputs: Iterable[str]) -> dict:
    """Return the rule, the time and the checksums of what is about to be read."""
    sums = checksums(files_of(inputs))
    return {"rule": rule, "started": utc(STARTED), "params": {}, "inputs": sums}


def require_unchanged(job: Mapping) -> None:
    """Raise a fault for each file that has changed since a job began."""
    began = datetime.fromisoformat(job["started"]).timestamp()
    faults = [
        Fault(path, "", f"has changed while {job['rule']} read it.", "Run again when it is still.")
        for path, checksum in job["inputs"].items()
        if _touched_since(path, began) and checksums([path])[path] != checksum
    ]
    if faults:
        raise FaultsFound(faults)


def _touched_since(path: str, seconds: float) -> bool:
    """Return whether the content or the name of a file was changed after some time."""
    return not os.path.exists(path) or os.stat(path).st_ctime >= seconds - COARSE


def ended(job: Mapping, outputs: Iterable[str]) -> dict:
    """Return the same job with its duration and the checksums of what it has written."""
    sums = checksums(files_of(outputs))
    return {**job, "seconds": round(time.time() - STARTED, 3), "outputs": sums}


def place(log: str) -> str:
    """Return the file in which the job of a log is noted."""
    return (JOBS / log).with_suffix(".json").as_posix()


def noted(folder: str) -> dict[str, dict]:
    """Return log -> job of all jobs that have their logs below a folder, the latest last.

    A note that is not as it was written is as if it were not there.
    """
    found = {}
    for path in sorted(JOBS.joinpath(folder).rglob("*.json")):
        job = signed.read(path)
        if job is not None:
            found[path.relative_to(JOBS).with_suffix(".log").as_posix()] = job
    return dict(sorted(found.items(), key=lambda item: item[1]["started"]))
