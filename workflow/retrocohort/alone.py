"""One run at a time in a folder: a lock that a run holds, and each of its jobs.

The lock is on the standard input of the run, which all processes that it starts inherit: where a
run is killed, its jobs go on and keep the lock until the last of them has ended. Snakemake's own
lock knows nothing of them, and stays for ever.
"""

import fcntl
import os
from pathlib import Path

LOCK = Path(".snakemake/retrocohort/run.lock")
SNAKEMAKES = Path(".snakemake/locks")


def hold(wait: bool) -> bool:
    """Take the lock for this process and all that it will start; return whether it is held.

    Parameters
    ----------
    wait : bool
        Whether to wait, and say so, while another run holds it.
    """
    _open_standard_files()
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with open(LOCK, "a+b") as file:
        if os.path.samestat(os.fstat(0), os.fstat(file.fileno())):
            return True  # of the run that has started this process
        if not (_taken(file) or (wait and _waited(file))):
            return False
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        os.dup2(file.fileno(), 0)
    return True


def holder() -> str:
    """Return in words who holds the lock."""
    return f"run {LOCK.read_text('utf-8', 'replace')} in this folder, or a job that it has left,"


def forget_killed_run() -> None:
    """Remove the lock of a Snakemake that was killed; for who holds the lock of the folder."""
    for lock in SNAKEMAKES.glob("*.lock"):
        lock.unlink()


def _open_standard_files() -> None:
    """Open nothing in place of standard files that are closed: the next file would be in theirs."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(number, True)


def _taken(file) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _waited(file) -> bool:
    print(f"Waiting: {holder()} is still working.", flush=True)
    fcntl.flock(file, fcntl.LOCK_EX)
    return True
