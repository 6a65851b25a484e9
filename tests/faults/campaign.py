"""All faults, by name: those that are tried with every change, and the whole campaign."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.faults import kinds

Fault = Callable[[Path, Path], None]  # of a finished project, and of a folder that is not there
SEED = 20251

ONCE: dict[str, Fault] = {
    "the disk is full": kinds.disk_full,
    "a delivered file cannot be read": kinds.unreadable_data,
    "an intermediate file cannot be read": kinds.unreadable_result,
    "a delivered file changes during the run": kinds.data_changed,
    "two runs start at once": kinds.two_at_once,
    "the clock is set back": kinds.clock_set_back,
    "another folder, locale, time zone, one core": kinds.another_place,
    "the notes of jobs are damaged": kinds.notes_damaged,
    "what Snakemake knows is damaged": kinds.records_damaged,
    "the checked studies are altered": kinds.checks_damaged,
    "all that is remembered is lost": kinds.memory_lost,
    "data/ is read-only": kinds.read_only_data,
    "two runs elsewhere, with data/ read-only, on five cores": kinds.twice_elsewhere,
}


def kills(number: int, seconds: float) -> Iterator[tuple[str, Fault]]:
    """Yield kills at random moments of a run that takes some seconds."""
    moments = random.Random(SEED)
    for i in range(number):
        what, after = list(kinds.KILLED)[i % len(kinds.KILLED)], moments.uniform(0, seconds)
        name = f"{what} is killed after {after:.1f} s"
        yield name, partial(kinds.killed, what=what, after=after)


def of_jobs(names: list[str]) -> Iterator[tuple[str, Fault]]:
    """Yield what is done to each of some jobs, or to what it made."""
    for name in names:
        yield f"{name} is killed", partial(kinds.job_killed, name=name)
        yield f"what {name} made is lost", partial(kinds.lost, name=name)
        for how in (kinds.truncated, kinds.flipped):
            damaged = partial(kinds.damaged, name=name, how=how)
            yield f"what {name} made is {how.__name__}", damaged
