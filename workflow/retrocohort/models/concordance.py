"""Concordance of a risk score with survival, and its standard error, as survival::concordance.

A pair is comparable when one has an event while the other is at risk and goes on: leaves later, or
is censored at that time, and entered before it. Pairs are formed within strata. Counting is by a
wavelet matrix, all patients at once in O(n log n), so that a million patients take seconds.
"""

import numpy as np

from retrocohort.models.partial_likelihood import entry_of
from retrocohort.models.samples import Sample


def concordance(sample: Sample, score: np.ndarray, strata: np.ndarray) -> tuple[float, float]:
    """Return the concordance and its infinitesimal jackknife standard error (NaN without pairs).

    Parameters
    ----------
    sample : follow-up of n patients.
    score : (n,) risk; a higher one should fail earlier. Pairs of equal risk count one half.
    strata : (n,) int codes.
    """
    rank = np.unique(score, return_inverse=True)[1]
    concordant, discordant, tied = pair_counts(sample, rank, strata)
    pairs = (concordant + discordant + tied).sum() / 2
    if pairs == 0:
        return np.nan, np.nan
    somers = (concordant - discordant).sum() / (2 * pairs)
    influence = (concordant - discordant - somers * (concordant + discordant + tied)) / pairs
    return float(somers + 1) / 2, float(np.sqrt((influence**2).sum()) / 2)


def pair_counts(sample: Sample, rank: np.ndarray, strata: np.ndarray):
    """Return (n,) concordant, discordant and tied pairs that each patient is part of."""
    exit_key, entry_key, end_key = order_keys(sample, strata)
    event = np.flatnonzero(sample.event)
    here = exit_key[event]
    # those who leave after an event of their stratum, less those who enter after it
    after = count_ranks(exit_key, rank, here, end_key[event], rank[event])
    not_yet = count_ranks(entry_key, rank, here, end_key[event], rank[event])
    below, equal, above = (a - b for a, b in zip(after, not_yet, strict=True))
    concordant, tied, discordant = (np.zeros(sample.n) for _ in range(3))
    concordant[event], tied[event], discordant[event] = below, equal, above
    # each patient as the one who goes on: the events between his entry and his exit
    below, equal, above = count_ranks(here, rank[event], entry_key, exit_key - 1, rank)
    return concordant + above, discordant + below, tied + equal


def order_keys(sample: Sample, strata: np.ndarray):
    """Return (n,) integers that order exits and entries over all strata, and the end of a stratum.

    At one time: events, then censorings and entries; the keys of events are even, the others odd.
    """
    moments = np.concatenate([sample.time, entry_of(sample)])
    place = 2 * np.unique(moments, return_inverse=True)[1]
    width = 2 * len(moments)
    start = strata.astype(np.int64) * width
    exit_key = start + place[: sample.n] + ~sample.event
    return exit_key, start + place[sample.n :] + 1, start + width - 1


def count_ranks(keys, ranks, low, high, bound):
    """Return how many with low < key <= high have a rank below, equal to and above a bound.

    Parameters
    ----------
    keys, ranks : (m,) int arrays.
    low, high, bound : (q,) int arrays, the questions.
    """
    order = np.argsort(keys, kind="stable")
    start = np.searchsorted(keys[order], low, side="right")
    stop = np.maximum(np.searchsorted(keys[order], high, side="right"), start)
    below = count_below(ranks[order], start, stop, bound)
    to_equal = count_below(ranks[order], start, stop, bound + 1)
    return below, to_equal - below, stop - start - to_equal


def count_below(values, start, stop, bound) -> np.ndarray:
    """Return how many of values[start:stop] lie below a bound, for (q,) questions at once.

    Wavelet matrix (Claude and Navarro 2012): bit by bit from the highest, the values with a 0 move
    to the front in their order, and the ranges of the questions move with them.
    """
    found = np.zeros(len(start), dtype=np.int64)
    if len(values) == 0:
        return found
    highest = int(max(values.max(), bound.max(initial=0))).bit_length()
    for bit in reversed(range(highest)):
        one = (values >> bit) & 1
        zeros = np.concatenate(([0], np.cumsum(1 - one)))
        zero_start, zero_stop = zeros[start], zeros[stop]
        goes_right = ((bound >> bit) & 1).astype(bool)
        found += np.where(goes_right, zero_stop - zero_start, 0)
        start = np.where(goes_right, zeros[-1] + start - zero_start, zero_start)
        stop = np.where(goes_right, zeros[-1] + stop - zero_stop, zero_stop)
        values = np.concatenate([values[one == 0], values[one == 1]])
    return found
