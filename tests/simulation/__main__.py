"""Simulate cohorts of which the truth is known, on all cores, and print the rates: `make simulate`.

Ends with an error if anything is silently wrong or a rate lies outside its band.
"""

import argparse
import os
import sys
import time
from math import ceil
from statistics import fmean

from tests.simulation.many import TOGETHER, simulate_many

SEED = 20250711
SHOWN = 20  # of what is silently wrong


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    given = parser.parse_args()
    start = time.perf_counter()
    done = simulate_many(ceil(given.cohorts / TOGETHER), given.seed, given.processes)
    seconds = time.perf_counter() - start
    from tests.simulation.rates import bias, cells, rates  # they import what the pool needs

    outcomes = [outcome for *_, own in done for outcome in own]
    n, events = fmean(o.n for o in outcomes), fmean(o.events for o in outcomes)
    found = rates(outcomes)
    print(f"{len(outcomes):,} cohorts of {n:.0f} patients and {events:.0f} deaths on average,")
    print(f"seed {given.seed}, {seconds:.0f} s on {given.processes} processes")
    print(*found, bias(outcomes), *cells(verdict for _, verdict, _ in done), sep="\n")
    wrong = [(number, fault) for number, verdict, _ in done for fault in verdict.wrong]
    for number, fault in wrong[:SHOWN]:
        print(f"delivery {number}: {fault}")
    if wrong or not all(rate.is_right for rate in found if rate.is_judged):
        sys.exit("Something is silently wrong, or a rate lies outside its band.")


if __name__ == "__main__":
    main()
