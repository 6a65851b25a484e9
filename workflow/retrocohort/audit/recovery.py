"""What a fault of the machine has damaged is made again: before a run, by who holds its lock.

Snakemake judges by times. It does not see a result that was damaged, or lost while what was made
from it still stands; nor a file that was put back as it was long ago, or changed after the clock
was set back. Beside the checksums that each job has noted (`retrocohort.jobs`) all of that shows.
A result of which no sound note tells, or nothing that Snakemake remembers, is made again as well.
"""

import os
import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from retrocohort import jobs, signed
from retrocohort.audit import remembered
from retrocohort.audit.integrity import ASKED
from retrocohort.audit.manifest import leading_to, makers, path_of
from retrocohort.checksums import files_of, sha256
from retrocohort.faults import Fault, FaultsFound
from retrocohort.private import close_folder

ASIDE = Path(".snakemake/retrocohort/set_aside")  # private, as what it keeps may be
READ = ("config", "data", "envs", "report", "workflow")
PARTS = ".*.part"  # of outputs that a job was writing when it was killed
OF_FOLDERS = ".snakemake_timestamp"  # which Snakemake lays in each folder that is a result
SHOWN = 3  # of many files or rules that are named


def recover(studies: Collection[str], released: bool = False) -> Iterator[str]:
    """Take away what is not as it was made, and all that was made from it; yield what was done.

    A run then makes it again. What was altered is kept aside: it may be somebody's work.

    Parameters
    ----------
    studies : collection of str
        The studies that the run is of.
    released : bool
        Whether it is for a release of them, which is left alone else.

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
    yield from _made_again(jobs.noted(""), remembered.results(), _Scope(studies, released))


def _made_again(every: Mapping, recorded: set[str], scope: "_Scope") -> Iterator[str]:
    """Take away what has to be made again; yield what and why."""
    noted = _leading_to_ends(every, scope)
    made_by = makers(noted)
    unknown = _unknown(every, recorded, scope)
    of_unknown = [log for log, job in noted.items() if unknown & job["inputs"].keys()]
    wrong = {path: log for path, log in made_by.items() if _differs(path, noted[log])}
    unseen = dict(_unseen(noted, made_by))
    forgotten = [k for k, job in noted.items() if not remembered.is_remembered(k, job, recorded)]
    starting = {*of_unknown, *wrong.values(), *unseen, *forgotten}
    spoilt = {path for log in _from(starting, noted) for path in noted[log]["outputs"]}
    if not any(os.path.lexists(path) for path in spoilt | unknown):
        return  # all of it will be made anyway
    if unknown:
        yield f"{_some(unknown)}: no sound note says how this was made: made again. Kept: {ASIDE}"
    for path in unknown:
        _set_aside(path)
        remembered.forget([path], recorded)
    if rules := {noted[log]["rule"] for log in {*forgotten} - {*wrong.values()}}:
        yield f"{_some(rules)}: what Snakemake knew of this is damaged or lost: made again."
    for log in forgotten:
        remembered.forget(noted[log]["outputs"], recorded)
    for path, log in wrong.items():
        rule = noted[log]["rule"]
        if os.path.lexists(path):
            yield f"{path} is not what {rule} wrote: made again. It is kept: {_set_aside(path)}"
        else:
            yield f"{path} is missing, which {rule} wrote: made again."
    for path in dict.fromkeys(unseen.values()):
        yield f"{path} has changed, though it is older than what was made from it: made again."
    _take_away(spoilt | unknown)


def _take_away(paths: Iterable[str]) -> None:
    """Delete files, and folders that are results as a whole: an empty one would pass for made."""
    for path in paths:
        Path(path).unlink(missing_ok=True)
    folders = {folder for path in paths for folder in Path(path).parents}
    for folder in [folder for folder in folders if (folder / OF_FOLDERS).is_file()]:
        shutil.rmtree(folder, ignore_errors=True)  # perhaps it was in another
    for folder in sorted(folders, reverse=True):
        with suppress(OSError):  # of one that still holds something, or is gone
            folder.rmdir()


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


@dataclass(frozen=True)
class _Scope:
    """Which results a run may make: those of its studies, and their releases if it is for one."""

    studies: Collection[str]
    released: bool

    def ends(self) -> set[str]:
        """Return the manifests: of each study, and of what all studies share."""
        return {path_of(study) for study in ("", *self.studies)}

    def holds(self, path: str) -> bool:
        """Return whether the run makes such a result."""
        top, _, below = path.partition("/")
        of_run = "/" not in below or below.partition("/")[0] in {"logs", *self.studies}
        return top == "results" and of_run and (self.released or not ASKED.search(path))


def _leading_to_ends(every: Mapping, scope: _Scope) -> dict[str, dict]:
    """Return the jobs behind the manifests; of a study that has none yet all its jobs."""
    made = makers(every)
    ends = scope.ends() & made.keys()
    for folder in (os.path.dirname(end) for end in scope.ends() - ends):
        below = folder.removesuffix("/audit") + "/"
        ends |= {path for path in made if path.startswith(below) and scope.holds(path)}
    if scope.released:  # which makes no report that is missing
        ends |= {path for path in made if ASKED.search(path) and scope.holds(path)}
        ends = {path for path in ends if os.path.lexists(path)}
    return {log: every[log] for log in leading_to(ends, every)}


def _unknown(every: Mapping, recorded: Iterable[str], scope: _Scope) -> set[str]:
    """Return the results that were made by a job, but by which no sound note says.

    That a job made them tell Snakemake, the jobs that read them, or the manifest.
    """
    made = makers(every)
    read = {path for job in every.values() for path in job["inputs"]}
    made_in = {os.path.dirname(path) for path in made}  # folders that are known, as some results
    known = {*scope.ends(), *read, *recorded} - made.keys() - made_in
    unknown = {path for path in files_of(filter(scope.holds, known)) if os.path.lexists(path)}
    for manifest in map(signed.read, scope.ends() if unknown else ()):
        listed = manifest["files"].items() if manifest else ()
        unknown |= {path for path, entry in listed if "job" in entry and scope.holds(path)}
    return {path for path in unknown - made.keys() if os.path.lexists(path)}


def _some(names: Iterable[str]) -> str:
    """Return the first of some names, and how many more there are."""
    names = sorted(names)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


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
