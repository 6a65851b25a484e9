"""Many cohorts in several processes, each with files of its own in memory."""

import os
import sys
import tempfile
import time
from functools import cache
from multiprocessing import get_context
from pathlib import Path

MEMORY = Path("/dev/shm")  # Linux; elsewhere the files go where temporary files go
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
TOGETHER = 20  # cohorts that are delivered together: twice as fast as one by one
TOLD = 25  # deliveries between two words of progress


@cache
def simulator(folder: str, seed: int):
    """Return the simulator of this process."""
    from tests.simulation.simulate import Simulator  # not in the process that only waits

    return Simulator(Path(tempfile.mkdtemp(dir=folder)), seed)


def simulate(task: tuple[str, int, int]) -> tuple:
    """Return the number of a delivery, its verdict, and the outcome of each of its cohorts."""
    folder, seed, number = task
    own = simulator(folder, seed)
    simulated = own.simulate(number, TOGETHER)
    return number, own.verdict(simulated), [own.outcome(cohort) for cohort in simulated.cohorts]


def simulate_many(deliveries: int, seed: int, processes: int) -> list[tuple]:
    """Return what `simulate` says of the deliveries of a seed, in their order."""
    os.environ.update(ONE_THREAD)  # of the processes to come
    start, done = time.perf_counter(), []
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        tasks = ((folder, seed, number) for number in range(deliveries))
        with get_context("spawn").Pool(processes) as pool:
            for simulated in pool.imap_unordered(simulate, tasks):
                done.append(simulated)
                if len(done) % TOLD == 0:
                    seconds = time.perf_counter() - start
                    print(f"{TOGETHER * len(done):,} cohorts in {seconds:.0f} s", file=sys.stderr)
    return sorted(done, key=lambda simulated: simulated[0])
