"""Faults of a machine, one function each: what it does, what must be said, and how all ends well.

Each gets a finished project to copy, and an empty folder; `make report` alone must then bring the
results of the undisturbed run, to the byte.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.faults.project import (
    LIMIT,
    RAW,
    RESULTS,
    content,
    copied,
    ended,
    fresh,
    processes,
    report,
    rights_bind,
    start,
)

NOTES = ".snakemake/retrocohort/jobs"
KILLED = {
    "everything": "make",
    "snakemake": "snakemake",
    "launcher": "workflow/run.py",
    "server": "workflow/warm.py",
}
DAY = 24 * 3600  # seconds


class Skipped(Exception):
    """A fault that cannot be made here, and why."""


def same(project: Path, finished: Path) -> None:
    """Raise where the results of a project are not those of the undisturbed run."""
    own, wanted = content(project), content(finished)
    differing = {path for path in own | wanted if own.get(path) != wanted.get(path)}
    assert not differing, f"{len(differing)} files differ: {sorted(differing)[:5]}"


def recovers(project: Path, finished: Path, **options) -> str:
    """Return what `make report` says, which must end well, with the same results."""
    code, said = report(project, **options)
    assert code == 0, said[-2000:]
    same(project, finished)
    return said


def stops(project: Path, *words: str, **options) -> str:
    """Return what `make report` says, which must end with an error that holds some words."""
    code, said = report(project, **options)
    assert code != 0, said[-2000:]
    missing = [word for word in words if word not in said]
    assert not missing, f"{missing} not said, but: {said[-2000:]}"
    return said


def jobs_of(finished: Path) -> dict[str, dict]:
    """Return name -> job of all jobs of the undisturbed run."""
    folder = finished / NOTES
    notes = sorted(folder.rglob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in notes}


def killed(finished: Path, folder: Path, what: str, after: float) -> None:
    """SIGKILL a part of a run after some seconds; jobs that are left go on."""
    run = start(fresh(finished, folder))
    time.sleep(after)
    if what == "everything":
        os.killpg(run.pid, signal.SIGKILL)
    for process in processes(run, KILLED[what]) if what != "everything" else ():
        with suppress(psutil.NoSuchProcess):
            process.kill()
            break
    code, said = (None, "") if what == "launcher" else ended(run)
    if what == "snakemake" and code:
        assert "The run was killed (SIGKILL). Run `make report` again." in said, said[-2000:]
    if what == "server":
        assert code == 0, said[-2000:]
    recovers(folder, finished)
    run.communicate()


def job_killed(finished: Path, folder: Path, name: str) -> None:
    """SIGKILL one job in its middle."""
    job = jobs_of(finished)[name]
    run = start(fresh(finished, folder))
    script, end = script_of(job), time.monotonic() + LIMIT
    while run.poll() is None and time.monotonic() < end:
        there = processes(run, script)
        if there:
            time.sleep(job["seconds"] / 2)
            with suppress(psutil.NoSuchProcess):
                there[0].kill()
            break
        time.sleep(0.02)
    ended(run)
    recovers(folder, finished)


def script_of(job: dict) -> str:
    """Return the name of the script of a job."""
    scripts = [path for path in job["inputs"] if path.startswith("workflow/scripts/")]
    return Path(scripts[0]).name


def damaged(finished: Path, folder: Path, name: str, how: Callable[[bytes], bytes]) -> None:
    """Damage every output of one job, so that only the content tells."""
    project, job = copied(finished, folder), jobs_of(finished)[name]
    for path in (project / path for path in job["outputs"]):
        before, times = path.read_bytes(), path.stat()
        if how(before) == before:
            continue
        path.write_bytes(how(before))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    said = recovers(project, finished)
    for path in job["outputs"]:
        kept = project / ".snakemake/retrocohort/set_aside" / path
        if kept.exists():
            assert f"{path} is not what {job['rule']} wrote: made again." in said
            assert kept.read_bytes() == how((finished / path).read_bytes())


def truncated(data: bytes) -> bytes:
    """Return the first half."""
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    """Return the same with one bit changed in the middle."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] if data else data


def notes_damaged(finished: Path, folder: Path) -> None:
    """Empty, cut or alter the note of every job."""
    project = copied(finished, folder)
    _damage_all(project / NOTES, "*.json")
    assert "no sound note says how this was made: made again." in recovers(project, finished)


def records_damaged(finished: Path, folder: Path) -> None:
    """Empty, cut or alter what Snakemake knows of every result, which it would then not ask."""
    project = copied(finished, folder)
    _damage_all(project / ".snakemake/metadata", "*")
    said = recovers(project, finished)
    assert "what Snakemake knew of this is damaged or lost: made again." in said


def checks_damaged(finished: Path, folder: Path) -> None:
    """Alter a number in the checked studies, and in the others what follows from it."""
    project = copied(finished, folder)
    code, said = report(project)  # in this folder
    for path in (project / ".snakemake/retrocohort/passed").glob("*.json"):
        before = path.read_text(encoding="utf-8")
        path.write_text(before.replace('"below": 18', '"below": 58'), encoding="utf-8")
        assert path.read_text(encoding="utf-8") != before
    assert "Nothing to be done" in recovers(project, finished)


def memory_lost(finished: Path, folder: Path) -> None:
    """Delete all that Snakemake and the jobs remember, and leave the results."""
    project = copied(finished, folder)
    shutil.rmtree(project / ".snakemake")
    assert "no sound note says how this was made: made again." in recovers(project, finished)


def _damage_all(top: Path, pattern: str) -> None:
    """Damage files in turn, so that only the content tells."""
    ways = (truncated, flipped, lambda _: b"", lambda _: b"[]", lambda _: b"\xff")
    for i, path in enumerate(sorted(path for path in top.rglob(pattern) if path.is_file())):
        times = path.stat()
        path.write_bytes(ways[i % len(ways)](path.read_bytes()))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def lost(finished: Path, folder: Path, name: str) -> None:
    """Delete every output of one job while what was made from it stays."""
    project = copied(finished, folder)
    for path in jobs_of(finished)[name]["outputs"]:
        (project / path).unlink()
    said = recovers(project, finished)  # Snakemake makes again what nothing was made from
    assert " is missing, which " in said or name in said


def disk_full(finished: Path, folder: Path) -> None:
    """Run on a disk that holds half of the results, then give it room."""
    folder.mkdir()
    size = sum(p.stat().st_size for p in (finished / RESULTS).rglob("*") if p.is_file())
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size // 2}", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True).returncode:
        raise Skipped("to mount a small disk needs rights that are missing")
    try:
        project = fresh(finished, folder / "project")
        stops(project, "The disk is full. Free some space, then run `make report` again.")
        subprocess.run(["mount", "-o", f"remount,size={10 * size}", "tmpfs", folder], check=True)
        recovers(project, finished)
    finally:
        subprocess.run(["umount", folder], check=True)


def unreadable_data(finished: Path, folder: Path) -> None:
    """Take the right to read a delivered file."""
    _need_rights(folder.parent)
    project = copied(finished, folder)
    with rights(project / RAW, 0):
        stops(project, f"{RAW} has 1 fault", "chmod u+r", without_rights=True)
    recovers(project, finished)


def unreadable_result(finished: Path, folder: Path) -> None:
    """Take the right to read an intermediate file."""
    _need_rights(folder.parent)
    project = copied(finished, folder)
    path = f"{RESULTS}/report/tables.json"
    (project / path).chmod(0)
    said = recovers(project, finished, without_rights=True)
    assert f"{path} is not what build_report wrote: made again." in said


def read_only_data(finished: Path, folder: Path) -> None:
    """Nothing is ever written to data/."""
    project = fresh(finished, folder)
    with read_only(project):
        recovers(project, finished, without_rights=True)


@contextmanager
def read_only(project: Path) -> Iterator[None]:
    """Take the right to write to data/ for a while."""
    _need_rights(project)
    folder, raw = (project / RAW).parent, project / RAW
    with rights(project / "data", 0o500), rights(folder, 0o500), rights(raw, 0o400):
        yield


@contextmanager
def rights(path: Path, mode: int) -> Iterator[None]:
    """Set the rights of a path for a while."""
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


def _need_rights(folder: Path) -> None:
    if not rights_bind(folder):
        raise Skipped("the rights of files do not bind this user")


def data_changed(finished: Path, folder: Path) -> None:
    """Change a delivered file while a run goes on, then put it back."""
    project = fresh(finished, folder)
    raw, note = project / RAW, project / f"{NOTES}/{RESULTS}/logs/clean_records.json"
    before = raw.read_bytes()
    run = start(project)
    while run.poll() is None and not note.exists():
        time.sleep(0.02)
    raw.write_bytes(before.replace(b"\n", b" \n", 2))
    code, said = ended(run)
    assert code != 0 and f"{RAW} has 1 fault" in said, said[-2000:]
    assert "is not what read_records read." in said
    raw.write_bytes(before)
    recovers(project, finished)


def two_at_once(finished: Path, folder: Path, **options) -> None:
    """Start two runs: one waits for the other, and finds nothing to do."""
    project = folder if folder.exists() else fresh(finished, folder)
    runs = [start(project, **options) for _ in range(2)]
    codes, said = zip(*map(ended, runs), strict=True)
    assert codes == (0, 0), said
    assert sum("is still working." in words for words in said) == 1
    assert sum("Nothing to be done" in words for words in said) == 1
    same(project, finished)


def clock_set_back(finished: Path, folder: Path) -> None:
    """Change a delivered file that is then older than what was made from it; put it back."""
    project = copied(finished, folder)
    for path in [p for top in ("results", ".snakemake") for p in (project / top).rglob("*")]:
        future = path.stat().st_mtime + DAY
        os.utime(path, (future, future))
    raw = project / RAW
    before, seen = raw.read_bytes(), raw.stat()
    raw.write_bytes(b"".join(before.splitlines(keepends=True)[:-1]))
    run = start(project)
    told = f"{RAW} has changed, though it is older than what was made from it: made again.\n"
    assert told in iter(run.stdout.readline, "")
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    raw.write_bytes(before)
    os.utime(raw, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    recovers(project, finished)


def another_place(finished: Path, folder: Path) -> None:
    """Run in another folder, locale and time zone, with other hashes, cores and order of jobs."""
    folder.mkdir()
    strange = {"LC_ALL": "C", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "12345"}
    recovers(fresh(finished, folder / "place-名"), finished, cores=1, **strange)


def twice_elsewhere(finished: Path, folder: Path) -> None:
    """Start two runs in another place, where data/ is read-only."""
    folder.mkdir()
    project = fresh(finished, folder / "other")
    strange = {"LANG": "de_DE.UTF-8", "TZ": "America/St_Johns", "PYTHONHASHSEED": "7"}
    with read_only(project):
        two_at_once(finished, project, cores=5, without_rights=True, **strange)
