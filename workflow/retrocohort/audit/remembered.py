"""What Snakemake remembers of each result: a record of JSON an output, below `.snakemake/metadata`.

It ignores a record that it cannot read, and then takes the result for fresh whatever else was asked
of its job since: parameters stand nowhere else. Of a folder there is one record. The records of a
job differ in their times only, so one of them is read and the others are compared with it.
"""

import binascii
import json
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

RECORDS = ".snakemake/metadata"
FORMAT = 6  # the first that holds all parameters
HELD = {
    "rule": str,
    "input": list,
    "params": list,
    "record_format_version": int,
    "job_hash": int,
    "input_checksums": dict,
}
TIME, LAST = b'"starttime": ', b'"incomplete": '
TIMES = re.compile(rb'"starttime": [0-9.]+, "endtime": [0-9.]+, ')
CONTINUED = "@"  # before a part of a name that is too long for the disk
ALGORITHM = "sha256:"


def place(path: str) -> str:
    """Return where the record of a result is, which may be missing."""
    name = urlsafe_b64encode(path.encode()).decode()
    longest = os.pathconf(".", "PC_NAME_MAX") - 1
    *before, last = [name[i : i + longest] for i in range(0, len(name), longest)]
    return "/".join([RECORDS, *(CONTINUED + part for part in before), last])


def results() -> set[str]:
    """Return the results, files and folders, that have a record, be it readable or not."""
    found = set()
    for folder, _, names in os.walk(RECORDS):
        before = folder.removeprefix(RECORDS).replace(f"/{CONTINUED}", "")
        for name in names:
            with suppress(binascii.Error, UnicodeDecodeError):
                found.add(urlsafe_b64decode(before + name).decode())
    return found


def is_remembered(log: str, job: Mapping, recorded: set[str]) -> bool:
    """Return whether Snakemake knows what a job was told and read for each of its results.

    Parameters
    ----------
    log : str
        The log of the job, of which there is no record.
    job : mapping
        As `jobs.noted` gives it.
    recorded : set of str
        The results that have a record.
    """
    known = ""
    for path in _recorded([path for path in job["outputs"] if path != log], recorded):
        try:
            with open(place(path), "rb", buffering=0) as file:
                record = file.read()
        except OSError:
            return False
        start, end = record.find(TIME), record.find(LAST)
        timeless = record[:start] + record[end:]
        if timeless == known and TIMES.fullmatch(record, start, end):
            continue
        if not _is_sound(record, job):
            return False
        known = timeless
    return True


def forget(paths: Iterable[str], recorded: set[str]) -> None:
    """Delete the records of some results: Snakemake stops at some that are damaged."""
    for path in _recorded(paths, recorded):
        Path(place(path)).unlink(missing_ok=True)


def _recorded(paths: Iterable[str], recorded: set[str]) -> Iterator[str]:
    """Yield each result, or in its place once the folder that holds it and has a record."""
    folders = set()
    for path in paths:
        own = path
        while own and own not in recorded:
            own = os.path.dirname(own)
        if own in ("", path):
            yield path
        elif own not in folders:
            folders.add(own)
            yield own


def _is_sound(text: bytes, job: Mapping) -> bool:
    """Return whether a record is one, and of this run of a job."""
    try:
        record = json.loads(text)
    except ValueError:
        return False
    if not isinstance(record, dict):
        return False
    if not all(isinstance(record.get(key), kind) for key, kind in HELD.items()):
        return False
    sums, read = record["input_checksums"], job["inputs"]
    return (
        record["rule"] == job["rule"]
        and record["record_format_version"] >= FORMAT
        and all(isinstance(told, str) for told in sums.values())
        and all(sums[p] == ALGORITHM + read[p] for p in sums.keys() & read.keys())
    )
