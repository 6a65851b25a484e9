"""Cox's partial likelihood with Efron's or Breslow's ties, strata and delayed entry.

The second engine of every fit: it finds out beforehand what cannot be estimated, checks the main
engine, and gives what that lacks (null model, score test, time-weighted information). Formulae:
Therneau and Grambsch (2000), Modeling Survival Data, sections 3.1 and 3.3.
"""

from dataclasses import dataclass

import numpy as np

from retrocohort.models.interval_sums import IntervalSums
from retrocohort.models.samples import Sample


@dataclass(frozen=True)
class RiskSets:
    """Which of n patients are at risk at which of m event times, over all strata.

    Event times are numbered by stratum, then time; a patient is at risk at an interval of numbers.
    Each of the d deaths is a step: the k-th (from 0) of the q deaths tied at g removes the share
    k/q of the tied deaths from the risk set (Efron) or nothing (Breslow). No risk set is subtracted
    from another: a coefficient that runs away gives some patients an enormous hazard, and those of
    other strata, or not at risk at the same time, must keep theirs.

    Attributes
    ----------
    strata : (n,) int, from 0 without gaps.
    intervals : of the n patients over the m event times.
    times : (m,) array, the event times.
    deaths : (d,) positions of the patients with an event, in the order of their event times.
    step : (d,) number of the event time of each death.
    removed : (d,) share of the tied deaths removed at each step.
    """

    strata: np.ndarray
    intervals: IntervalSums
    times: np.ndarray
    deaths: np.ndarray
    step: np.ndarray
    removed: np.ndarray

    def at_step(self, values: np.ndarray) -> np.ndarray:
        """Return the (d,) sums over the risk set at each step of (n,) values."""
        tied = np.bincount(self.step, values[self.deaths], minlength=len(self.times))
        return self.intervals.at_positions(values)[self.step] - self.removed * tied[self.step]

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Return for each patient the sum of (d,) values over the steps that he is at risk at.

        The adjoint of `at_step`.
        """
        m = len(self.times)
        spread = self.intervals.over_intervals(np.bincount(self.step, values, minlength=m))
        removed = np.bincount(self.step, values * self.removed, minlength=m)
        spread[self.deaths] -= removed[self.step]
        return spread


def risk_sets(sample: Sample, strata: np.ndarray, ties: str) -> RiskSets:
    """Return the risk sets of strata ((n,) int codes) under a rule of ties (efron | breslow)."""
    if ties not in ("efron", "breslow"):
        raise ValueError(f"rule of ties: {ties!r}")
    distinct = np.unique(np.concatenate([sample.time, entry_of(sample)]), return_inverse=True)[1]
    numbered = np.unique(strata, return_inverse=True)[1]
    width = 2 * sample.n + 1  # more than there are distinct times
    exits = numbered * width + distinct[: sample.n]
    entries = numbered * width + distinct[sample.n :]
    keys = np.unique(exits[sample.event])
    last = np.searchsorted(keys, exits, side="right")
    first = np.searchsorted(keys, entries, side="right")
    deaths = np.flatnonzero(sample.event)
    deaths = deaths[np.argsort(last[deaths], kind="stable")]
    step = last[deaths] - 1
    n_tied = np.bincount(step, minlength=len(keys))
    rank = np.arange(len(deaths)) - (np.cumsum(n_tied) - n_tied)[step]
    removed = rank / n_tied[step] if ties == "efron" else np.zeros(len(deaths))
    times = np.empty(len(keys))
    times[step] = sample.time[deaths]
    intervals = IntervalSums(first, last, len(keys))
    return RiskSets(numbered, intervals, times, deaths, step, removed)


def entry_of(sample: Sample) -> np.ndarray:
    """Return the times of entry, before all times where there is no delayed entry."""
    return np.full(sample.n, -np.inf) if sample.entry is None else sample.entry


@dataclass(frozen=True)
class Likelihood:
    """The log partial likelihood of p coefficients, its (p,) gradient and (p, p) information."""

    value: float
    gradient: np.ndarray
    information: np.ndarray


class PartialLikelihood:
    """The partial likelihood of one design, evaluated at any coefficients.

    Parameters
    ----------
    sets : the risk sets.
    x : (n, p) float array of covariates; centred here in each stratum, which changes no estimate.
    """

    def __init__(self, sets: RiskSets, x: np.ndarray):
        """Centre the covariates; keep their (p,) variance of before, which strata may take away."""
        self.sets = sets
        self.variance = x.var(axis=0)
        n = np.bincount(sets.strata)
        sums = np.column_stack([np.bincount(sets.strata, column) for column in x.T])
        self.x = x - (sums / n[:, None])[sets.strata]

    def at(self, beta: np.ndarray) -> Likelihood:
        """Return value, gradient and information at (p,) coefficients."""
        eta = self.x @ beta
        weight, total, mean = self._steps(eta)
        value = eta[self.sets.deaths].sum() - np.log(total).sum()
        gradient = self.x[self.sets.deaths].sum(axis=0) - mean.sum(axis=0)
        return Likelihood(value, gradient, self._information(weight, total, mean, 1.0))

    def weighted(self, beta: np.ndarray, g: np.ndarray):
        """Return the gradient weighted by g, and the information weighted by 1, g and g squared.

        Parameters
        ----------
        g : (d,) array, a function of the time of each death.
        """
        weight, total, mean = self._steps(self.x @ beta)
        gradient = g @ (self.x[self.sets.deaths] - mean)
        parts = [self._information(weight, total, mean, g**power) for power in (0, 1, 2)]
        return gradient, *parts

    def information_slopes(self, beta: np.ndarray, matrix: np.ndarray) -> np.ndarray:
        """Return the (p,) traces of a matrix times the derivative of the information by each beta.

        The derivative of a variance of covariates at risk is their third central moment. With it
        contracted by the (p, p) symmetric `matrix`, sums of one column at a time suffice.
        """
        weight, total, mean = self._steps(self.x @ beta)
        share = weight * self.sets.spread(1 / total)
        spread = [self.sets.spread(column / total) for column in mean.T]
        shared_mean = weight[:, None] * np.column_stack(spread)
        square = ((self.x @ matrix) * self.x).sum(axis=1)
        mean_square = self.sets.at_step(weight * square) / total
        square_of_mean = ((mean @ matrix) * mean).sum(axis=1)
        product = ((self.x @ matrix) * shared_mean).sum(axis=1)
        return self.x.T @ (share * square - 2 * product) - mean.T @ (
            mean_square - 2 * square_of_mean
        )

    def _steps(self, eta: np.ndarray):
        """Return (n,) relative hazards, and their (d,) sum and (d, p) mean covariates at a step."""
        weight = np.exp(eta)
        total = self.sets.at_step(weight)
        columns = [self.sets.at_step(weight * column) for column in self.x.T]
        return weight, total, np.column_stack(columns) / total[:, None]

    def _information(self, weight, total, mean, g) -> np.ndarray:
        """Return the sum over the steps of g times the variance of the covariates at risk."""
        share = weight * self.sets.spread(g / total)
        return (self.x * share[:, None]).T @ self.x - (mean * np.reshape(g, (-1, 1))).T @ mean
