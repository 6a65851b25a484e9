"""Concordance of a risk score with survival, pair by pair, and its standard error."""

import numpy as np

from retrocohort.verify.cohort import Followed


def concordance(group: Followed, score: np.ndarray, strata: np.ndarray) -> tuple[float, float]:
    """Return the share of comparable pairs in which the higher risk fails first, and its error.

    Pairs of an event and of who is at risk then and goes on, in one stratum; equal risks are one
    half. The standard error is the infinitesimal jackknife of R's `survival::concordance`: leaving
    out a little of a patient changes the share by what his own pairs differ from it. NaN without
    pairs.

    Parameters
    ----------
    score : (n,) risk.
    strata : (n,) numbers.
    """
    agreeing, pairs = np.zeros(group.n), np.zeros(group.n)  # of the pairs that each is part of
    for stratum in np.unique(strata):
        own = np.flatnonzero(strata == stratum)
        agreeing[own], pairs[own] = _of_each(group.where(own), score[own])
    if not pairs.any():
        return np.nan, np.nan
    total = pairs.sum() / 2
    share = agreeing.sum() / 2 / total
    influence = (agreeing - share * pairs) / total
    return float(share), float(np.sqrt(influence @ influence))


def _of_each(group: Followed, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the (n,) agreeing and comparable pairs that each patient of a stratum is part of."""
    order = np.lexsort((-group.event, group.time))  # at one time those who go on come last
    own, risk = group.where(order), score[order]
    first = np.searchsorted(own.time, own.time, side="right") - _censored_with(own)
    agreeing, pairs, everybody = np.zeros(own.n), np.zeros(own.n), np.ones(own.n)
    for i in np.flatnonzero(own.event == 1):
        later = slice(first[i], None)
        halves = (risk[later] < risk[i]).astype(float) + (risk[later] <= risk[i])
        there = own.entry[later] < own.time[i] if own.delayed else everybody[later]
        halves *= there
        agreeing[later] += halves / 2
        pairs[later] += there
        agreeing[i] += halves.sum() / 2
        pairs[i] += there.sum()
    place = np.argsort(order)
    return agreeing[place], pairs[place]


def _censored_with(own: Followed) -> np.ndarray:
    """Return how many are censored at the time of each patient."""
    _, place = np.unique(own.time, return_inverse=True)
    return np.bincount(place, weights=own.event == 0)[place].astype(int)
