"""The log-rank test of k groups, plain or stratified, also with delayed entry.

With delayed entry it is the score test of a Cox model with exact ties, whose variance at zero is
the hypergeometric one over the risk sets entry < t <= time (oracle: coxph(..., ties = "exact")).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from retrocohort.language import noted
from retrocohort.models.samples import Sample


@dataclass(frozen=True)
class LogRank:
    """Chi-square statistic, degrees of freedom and P; `note` says why there is none."""

    statistic: float
    df: int | None
    p: float
    note: str = ""


def log_rank(sample: Sample, groups: np.ndarray, strata: np.ndarray | None = None) -> LogRank:
    """Return the log-rank test.

    Parameters
    ----------
    sample : follow-up of n patients.
    groups : (n,) int array; -1 leaves a patient out.
    strata : (n,) int array, -1 as above; None for one stratum.
    """
    strata = np.zeros(sample.n, dtype=np.intp) if strata is None else strata
    known = (groups >= 0) & (strata >= 0)
    sample, groups, strata = sample.take(known), groups[known], strata[known]
    present, groups = np.unique(groups, return_inverse=True)
    if len(present) < 2:
        return LogRank(
            np.nan, None, np.nan, noted("not estimable: fewer than two groups have patients")
        )
    if not sample.event.any():
        return LogRank(np.nan, None, np.nan, noted("not estimable: no event"))
    observed = np.bincount(groups, weights=sample.event, minlength=len(present))
    expected, variance = np.zeros(len(present)), np.zeros((len(present), len(present)))
    for stratum in np.unique(strata):
        own = strata == stratum
        e, v = expected_events(sample.take(own), groups[own], len(present))
        expected, variance = expected + e, variance + v
    return score_test(observed - expected, variance, expected > 0)


def expected_events(sample: Sample, groups: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the (k,) expected events and their (k, k) hypergeometric covariance in one stratum."""
    times, deaths = np.unique(sample.time[sample.event], return_counts=True)
    at_risk = np.empty((len(times), k))
    for group in range(k):
        own = groups == group
        at_risk[:, group] = own.sum() - np.searchsorted(np.sort(sample.time[own]), times)
        if sample.entry is not None:
            late = own.sum() - np.searchsorted(np.sort(sample.entry[own]), times)
            at_risk[:, group] -= late
    total = at_risk.sum(axis=1)
    share = at_risk / total[:, None]
    spread = np.where(total > 1, deaths * (total - deaths) / np.maximum(total - 1, 1), 0.0)
    variance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return deaths @ share, variance


def score_test(difference: np.ndarray, variance: np.ndarray, counted: np.ndarray) -> LogRank:
    """Return the quadratic form of observed minus expected; one group fewer than are counted.

    Groups that nobody expects an event in (no patient of theirs at risk at any event) do not count,
    as in `survdiff`.
    """
    inner = np.flatnonzero(counted)[1:]
    if len(inner) == 0:
        return LogRank(
            np.nan, None, np.nan, noted("not estimable: one group is at risk at the events")
        )
    v = variance[np.ix_(inner, inner)]
    scale = np.sqrt(np.diag(v))
    if (scale == 0).any() or np.linalg.matrix_rank(v / np.outer(scale, scale), tol=1e-9) < len(v):
        return LogRank(
            np.nan, None, np.nan, noted("not estimable: the groups are never at risk together")
        )
    statistic = float(difference[inner] @ np.linalg.solve(v, difference[inner]))
    return LogRank(statistic, len(inner), float(chdtrc(len(inner), statistic)))


def holm(p: list[float]) -> list[float]:
    """Return Holm's (1979) adjusted P; those not estimable stay NaN and are not counted."""
    p = np.asarray(p, dtype=float)
    adjusted = np.full(len(p), np.nan)
    order = [i for i in np.argsort(p, kind="stable") if not np.isnan(p[i])]
    largest = 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * p[i]))
        adjusted[i] = largest
    return adjusted.tolist()
