"""Parts of one job on several cores."""

import sys
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

from retrocohort.faults import without_values


def side_by_side(parts: list[Callable[[], Any]]) -> list[Any]:
    """Return what each part returns; all but the last are computed in forks of this process.

    No pool: its workers would wait for ever, and hold the lock of the folder, were this process
    killed. A fork ends when its part does, and tells nobody if nobody listens any more.
    """
    fork = get_context("fork")
    begun = []
    for part in parts[:-1]:
        reads, writes = fork.Pipe(duplex=False)
        process = fork.Process(target=_tell, args=(part, reads, writes))
        process.start()
        writes.close()
        begun.append((process, reads))
    last = parts[-1]()
    told = [_heard(process, reads) for process, reads in begun]
    return [*told, last]


def _tell(part: Callable[[], Any], reads, writes) -> None:
    reads.close()
    try:
        found = part()
    except Exception as error:  # whose text may quote a cell
        sys.exit(without_values(error))
    writes.send(found)


def _heard(process, reads) -> Any:
    """Return what a fork tells; one that was stopped has said why."""
    try:
        found = reads.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"a part of the job ended with exit code {process.exitcode}") from None
    process.join()
    return found
