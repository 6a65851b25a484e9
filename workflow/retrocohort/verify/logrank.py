"""The log-rank test by statsmodels, or in its textbook form where that has none."""

import numpy as np
from scipy.stats import chi2
from statsmodels.duration.survfunc import survdiff

from retrocohort.verify.check import COMPACT
from retrocohort.verify.cohort import Followed
from retrocohort.verify.curves import ENGINE, at_risk


def log_rank(group: Followed, levels, strata) -> tuple[float, float, float, str]:
    """Return statistic, degrees of freedom, P and the engine; NaN where there is no test.

    statsmodels fails where there is no test, with late entry in strata, and with a group that
    nobody expects an event in.

    Parameters
    ----------
    levels : (n,) array, the level of each patient.
    strata : (n,) array, the stratum of each patient.
    """
    names = levels.astype(str)
    if group.delayed or not _all_expected(group, names, strata):
        return *by_the_book(group, names, strata), COMPACT
    if np.isnan(by_the_book(group, names, strata)[0]):
        return np.nan, np.nan, np.nan, COMPACT
    several = len(np.unique(strata)) > 1
    statistic, _ = survdiff(group.time, group.event, names, strata=strata if several else None)
    df = len(np.unique(names)) - 1
    return float(statistic), df, float(chi2.sf(statistic, df)), ENGINE


def _all_expected(group: Followed, names, strata) -> bool:
    """Return whether somebody of each group is at risk at some event of his stratum."""
    exposed = np.zeros(group.n, dtype=bool)
    for stratum in np.unique(strata):
        own = strata == stratum
        times = np.sort(group.time[own & (group.event == 1)])
        exposed[own] = np.searchsorted(times, group.time[own], side="right") > 0
    return set(names[exposed]) == set(names)


def by_the_book(group: Followed, names, strata) -> tuple[float, float, float]:
    """Return statistic, degrees of freedom and P, NaN where there is no test."""
    observed, expected, variance = textbook(group, names, strata)
    counted = expected > 0
    df = int(counted.sum()) - 1
    if df < 1:
        return np.nan, np.nan, np.nan
    apart = (observed - expected)[counted][1:]
    covariance = variance[np.ix_(counted, counted)][1:, 1:]
    if np.linalg.matrix_rank(covariance, tol=1e-9 * np.abs(covariance).max()) < df:
        return np.nan, np.nan, np.nan
    statistic = float(apart @ np.linalg.inv(covariance) @ apart)
    return statistic, df, float(chi2.sf(statistic, df))


def textbook(group: Followed, levels, strata):
    """Return (k,) observed and expected events and their (k, k) covariance, time by time.

    Mantel N. Evaluation of survival data and two new rank order statistics. Cancer Chemother Rep
    1966;50:163-170.
    """
    names = np.unique(levels)
    member = levels[:, None] == names
    observed = (member * group.event[:, None]).sum(axis=0)
    expected, variance = np.zeros(len(names)), np.zeros((len(names), len(names)))
    for stratum in np.unique(strata):
        own = strata == stratum
        times, died = np.unique(group.time[own & (group.event == 1)], return_counts=True)
        risk = np.column_stack([at_risk(group.where(own & each), times) for each in member.T])
        n = risk.sum(axis=1)
        share = risk / n[:, None]
        factor = died * (n - died) / np.maximum(n - 1, 1)
        expected += died @ share
        variance += np.diag(factor @ share) - share.T @ (factor[:, None] * share)
    return observed, expected, variance


def holm(p) -> list[float]:
    """Return Holm's adjusted P of several tests; NaN are no tests."""
    p = np.asarray(p, dtype=float)
    m = int((~np.isnan(p)).sum())
    adjusted = []
    for value in p:
        below = p[p <= value]  # an adjusted P is the largest of its own and of all smaller ones
        each = [(m - (p < other).sum()) * other for other in below]
        adjusted.append(min(1.0, max(each)) if each else np.nan)
    return adjusted
