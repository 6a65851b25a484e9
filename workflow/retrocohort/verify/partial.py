"""Cox's partial likelihood once more, compactly, for what only one library computes.

That is Breslow's ties, Firth's penalty, covariates without a finite maximum, and the score test of
proportional hazards. Written from the formulae and without anything of `retrocohort.models`; R's
`survival` and `coxphf` confirm it in the tests. Sums over risk sets are differences of running sums
from the last time backwards; each death is one term, that of the k-th of d tied deaths less k/d of
their sum with Efron's ties.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from retrocohort.verify.cohort import Followed

STEPS = 200  # what runs on takes many
STILL = 1e-11  # largest step at the maximum, in standard errors
LONGEST = 2.0
NOTHING_LEFT = 1e-9  # of the information of a column times g(t), given the others
NUDGE = 1e-5  # of numerical derivatives, in standard errors


@dataclass(frozen=True)
class Terms:
    """One term for each of d deaths, at some coefficients.

    Attributes
    ----------
    time : (d,) times.
    value : (d,) contributions to the log likelihood.
    residual : (d, p) covariates less their mean in the risk set (Schoenfeld).
    variance : (d, p, p) covariances in the risk set.
    """

    time: np.ndarray
    value: np.ndarray
    residual: np.ndarray
    variance: np.ndarray

    @property
    def information(self) -> np.ndarray:
        """Return the (p, p) information."""
        return self.variance.sum(axis=0)


class Cox:
    """The likelihood of one design.

    Parameters
    ----------
    group : follow-up of n patients.
    x : (n, p) covariates.
    strata : (n,) numbers.
    ties : "efron" | "breslow".
    """

    def __init__(self, group: Followed, x: np.ndarray, strata: np.ndarray, ties: str):
        """Keep the design, with covariates around their means."""
        self.group, self.strata, self.ties = group, strata, ties
        self.x = x - x.mean(axis=0) if len(x) else x

    def terms(self, beta: np.ndarray) -> Terms:
        """Return the terms of all deaths, which may be none."""
        p = self.x.shape[1]
        none = (np.empty(0), np.empty(0), np.empty((0, p)), np.empty((0, p, p)))
        blocks = [self._block(self.strata == s, beta) for s in np.unique(self.strata)]
        columns = zip(none, *filter(None, blocks), strict=True)
        return Terms(*(np.concatenate(each) for each in columns))

    def _block(self, own: np.ndarray, beta: np.ndarray):
        """Return the columns of the terms of one stratum, None without a death."""
        group, x = self.group.where(own), self.x[own]
        dead = np.flatnonzero(group.event == 1)
        if not len(dead):
            return None
        dead = dead[np.argsort(group.time[dead], kind="stable")]
        linear = x @ beta
        top = linear.max()
        weight = np.exp(linear - top)
        p = x.shape[1]
        squares = (x[:, :, None] * x[:, None, :]).reshape(len(x), p * p)
        weighted = weight[:, None] * np.column_stack([np.ones(len(x)), x, squares])
        times, place, n_tied = np.unique(group.time[dead], return_inverse=True, return_counts=True)
        risk = _later(group.time, weighted, times) - _later(group.entry, weighted, times)
        tied = np.zeros((len(times), weighted.shape[1]))
        np.add.at(tied, place, weighted[dead])
        rank = np.arange(len(dead)) - np.searchsorted(place, place)
        share = rank / n_tied[place] if self.ties == "efron" else np.zeros(len(dead))
        sums = risk[place] - share[:, None] * tied[place]
        mean = sums[:, 1 : p + 1] / sums[:, :1]
        second = (sums[:, p + 1 :] / sums[:, :1]).reshape(-1, p, p)
        value = linear[dead] - top - np.log(sums[:, 0])
        return (
            group.time[dead],
            value,
            x[dead] - mean,
            second - mean[:, :, None] * mean[:, None, :],
        )

    def value(self, beta: np.ndarray) -> float:
        """Return the log likelihood."""
        return float(self.terms(beta).value.sum())

    def maximum(self) -> np.ndarray:
        """Return the (p,) coefficients at the maximum; one without any runs on until it is flat."""
        beta = np.zeros(self.x.shape[1])
        now = self.terms(beta)
        for _ in range(STEPS):
            # in units of a unit diagonal, so that what runs on does not vanish beside the others
            unit = np.sqrt(np.maximum(np.diag(now.information), 1e-300))
            inside = np.linalg.pinv(now.information / np.outer(unit, unit), hermitian=True)
            step = self._short(inside @ (now.residual.sum(axis=0) / unit) / unit)
            before = now.value.sum()
            now = self.terms(beta + step)
            while not now.value.sum() >= before - 1e-9 * abs(before):
                step = step / 2
                now = self.terms(beta + step)
            beta = beta + step
            if np.abs(step * unit).max() < STILL:
                break
        return beta

    def _short(self, step: np.ndarray) -> np.ndarray:
        """Return a step that changes no log hazard by more than `LONGEST`."""
        return step * min(1.0, LONGEST / max(np.abs(step * np.ptp(self.x, axis=0)).max(), 1e-300))

    def penalised(self, beta: np.ndarray) -> float:
        """Return the log likelihood with Firth's penalty, half the log determinant."""
        now = self.terms(beta)
        return float(now.value.sum() + np.linalg.slogdet(now.information)[1] / 2)

    def penalised_maximum(self, start: np.ndarray, held: int = -1) -> np.ndarray:
        """Return the maximum with Firth's penalty, or over all coefficients but the one held.

        Newton's steps with the slope of the penalty by central differences.
        """
        beta, free = start.copy(), np.flatnonzero(np.arange(len(start)) != held)
        for _ in range(STEPS):
            if not len(free):
                break
            now = self.terms(beta)
            error = 1 / np.sqrt(np.diag(now.information))
            slope = np.array([self._slope(beta, j, NUDGE * error[j]) for j in free])
            gradient = now.residual.sum(axis=0)[free] + slope
            step = np.zeros(len(beta))
            step[free] = np.linalg.solve(now.information[np.ix_(free, free)], gradient)
            step, before = self._short(step), self.penalised(beta)
            while not self.penalised(beta + step) >= before - 1e-11 * abs(before):
                step = step / 2
            beta = beta + step
            if np.abs(step / error).max() < 1e-9:
                break
        return beta

    def _slope(self, beta: np.ndarray, j: int, nudge: float) -> float:
        """Return the derivative of the penalty by one coefficient."""
        ends = []
        for sign in (-1, 1):
            there = beta.copy()
            there[j] += sign * nudge
            ends.append(np.linalg.slogdet(self.terms(there).information)[1] / 2)
        return (ends[1] - ends[0]) / (2 * nudge)


def _later(times: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return for each time of `at` the sums of the (n, q) values of who is not before it."""
    order = np.argsort(-times, kind="stable")
    running = np.vstack([np.zeros(values.shape[1]), np.cumsum(values[order], axis=0)])
    return running[np.searchsorted(-times[order], -at, side="right")]


def hazards_test(terms: Terms, g: np.ndarray) -> Callable[[list[int]], float]:
    """Return the score test of columns times g(t), given all columns, at the maximum.

    It is a function of the columns; NaN where too few events leave nothing of one of them.

    Parameters
    ----------
    g : (d,) a function of the times of the terms.
    """
    g = g - g.mean()
    every = g @ terms.residual
    plain, once, twice = (np.tensordot(g**k, terms.variance, axes=1) for k in (0, 1, 2))
    rest = twice - once @ np.linalg.pinv(plain, hermitian=True) @ once
    nothing = np.diag(rest) <= NOTHING_LEFT * np.diag(twice)

    def test(columns: list[int]) -> float:
        if nothing[columns].any():
            return np.nan
        score, left = every[columns], rest[np.ix_(columns, columns)]
        return float(score @ np.linalg.solve(left, score))

    return test
