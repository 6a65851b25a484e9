"""What a fault of the machine has damaged is made again: before a run, by who holds its lock.

Snakemake judges by times. It does not see a result that was damaged, or lost while what was made
from it still stands; nor a file that was put back as it was long ago, or changed after the clock
was set back. Beside the checksums that each job has noted (`retrocohort.jobs`) all of that shows.
"""

import os
import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from retrocohort import jobs
from retrocohort.audit.manifest import leading_to, makers, path_of
from retrocohort.checksums import sha256
from retrocohort.faults import Fault, FaultsFound
from retrocohort.private import close_folder

ASIDE = Path(".snakemake/retrocohort/set_aside")  # private, as what it keeps may be
READ = ("config", "data", "envs", "report", "workflow")
PARTS = ".*.part"  # of outputs that a job was writing when it was killed


def recover(studies: Collection[str]) -> Iterator[str]:
    """Take away what is not as it was made, and all that was made from it; yield what was done.

    A run then makes it again. What was altered is kept aside: it may be somebody's work.

    Raises
    ------
    FaultsFound
        Where files that the run reads cannot be read.
    """
    unreadable = [fault for path in _files(READ) if (fault := _unreadable(path))]
    if unreadable:
        raise FaultsFound(unreadable)
    for part in [p for p in Path("results").rglob(PARTS) if p.is_file()]:
        part.unlink()
    if _brought_to_now():
        yield "The clock was set back: results of later times are taken for those of now."
    noted = _noted(studies)
    made_by = makers(noted)
    wrong = {path: log for path, log in made_by.items() if _differs(path, noted[log])}
    unseen = dict(_unseen(noted, made_by))
    starting = {*wrong.values(), *unseen}
    spoilt = {path for log in _from(starting, noted) for path in noted[log]["outputs"]}
    if not any(os.path.lexists(path) for path in spoilt):
        return  # all of it will be made anyway
    for path, log in wrong.items():
        rule = noted[log]["rule"]
        if os.path.lexists(path):
            yield f"{path} is not what {rule} wrote: made again. It is kept: {_set_aside(path)}"
        else:
            yield f"{path} is missing, which {rule} wrote: made again."
    for path in dict.fromkeys(unseen.values()):
        yield f"{path} has changed, though it is older than what was made from it: made again."
    for path in spoilt:
        Path(path).unlink(missing_ok=True)


def _brought_to_now() -> int:
    """Give results of times that are still to come that of now; return how many there were.

    Snakemake takes no input that is younger than what it makes of it.
    """
    now = time.time()
    ahead = [path for path in Path("results").rglob("*") if path.lstat().st_mtime > now]
    for path in ahead:
        os.utime(path, (now, now), follow_symlinks=False)
    return len(ahead)


def _files(folders: Iterable[str]) -> Iterator[Path]:
    return (path for folder in folders for path in Path(folder).rglob("*") if path.is_file())


def _unreadable(path: Path) -> Fault | None:
    if os.access(path, os.R_OK):
        return None
    problem = "cannot be read: you do not have the right to."
    return Fault(path.as_posix(), "", problem, f"Give it back: chmod u+r {path.as_posix()}")


def _noted(studies: Iterable[str]) -> dict[str, dict]:
    """Return the jobs behind the manifests of some studies; all where no run came to its end."""
    every = jobs.noted("")
    ends = makers(every).keys() & {path_of(study) for study in ("", *studies)}
    return {log: every[log] for log in leading_to(ends, every)} if ends else every


def _differs(path: str, job: Mapping) -> bool:
    """Return whether an output is not as its job has noted it."""
    try:
        return sha256(path) != job["outputs"][path]
    except OSError:  # it is missing, cannot be read, or is a folder
        return True


def _unseen(noted: Mapping, made_by: Mapping) -> Iterator[tuple[str, str]]:
    """Yield (job, file) where a file that no job made has changed without being younger."""
    sums: dict[str, str] = {}
    for log, job in noted.items():
        times = [os.stat(path).st_mtime_ns for path in job["outputs"] if os.path.exists(path)]
        for path in job["inputs"]:
            if path in made_by or not times or not os.path.isfile(path):
                continue
            if path not in sums:
                sums[path] = sha256(path)
            if sums[path] != job["inputs"][path] and os.stat(path).st_mtime_ns <= min(times):
                yield log, path


def _from(logs: Collection[str], noted: Mapping) -> set[str]:
    """Return some jobs and all that read what they made, directly or not."""
    found, queue = set(logs), list(logs)
    while queue:
        made = noted[queue.pop()]["outputs"]
        later = [log for log, job in noted.items() if made.keys() & job["inputs"].keys()]
        later = [log for log in later if log not in found]
        found |= set(later)
        queue += later
    return found


def _set_aside(path: str) -> str:
    """Move a file to where its owner alone finds it; return the place."""
    place = ASIDE / path
    close_folder(ASIDE)
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.rmtree(place)
    os.replace(path, place)
    return place.as_posix()
