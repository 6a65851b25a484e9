"""Cox models by the engine that did not fit them first, from the cohort file on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from statsmodels.duration.hazard_regression import PHReg

from retrocohort.verify.check import COMPACT
from retrocohort.verify.cohort import Cohort, Followed
from retrocohort.verify.curves import ENGINE
from retrocohort.verify.partial import Cox

JUST_AFTER = 1e-9  # PHReg counts a patient with entry == t as at risk
STEPS = 40
STILL = 1e-7  # of the last step, in standard errors: what is left is its square
FAR = 0.1  # a first step that is longer starts anew
FLAT = 1e-6  # gain of the log likelihood by a last step that has converged
RUNAWAY = 20.0  # change of the log hazard over the range of a covariate that no finite maximum has
OWN_SHARE = 1e-9  # of the spread of a column that those before it leave it


class Statsmodels:
    """The likelihood of PHReg, with the methods of `partial.Cox`; its maximum is sought anew."""

    engine = ENGINE

    def __init__(self, group: Followed, x: np.ndarray, strata: np.ndarray, ties: str):
        """Keep the model; strata without an event say nothing, and PHReg stumbles over them."""
        used = np.isin(strata, strata[group.event == 1])
        own = group.where(used)
        self.model = PHReg(
            own.time,
            (x - x.mean(axis=0))[used],
            status=own.event,
            entry=own.entry + JUST_AFTER if own.delayed else None,
            strata=strata[used],
            ties=ties,
        )

    def value(self, beta: np.ndarray) -> float:
        """Return the log likelihood."""
        return float(self.model.loglike(beta))

    def information(self, beta: np.ndarray) -> np.ndarray:
        """Return the (p, p) information."""
        return -np.asarray(self.model.hessian(beta))

    def maximum(self, start: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Return the (p,) coefficients at the maximum, the (p, p) information, and the last gain.

        There is one maximum at most, so that Newton's steps may start where the first engine ended:
        if that is not the maximum, they leave it. They start from zero where it is far off.
        """
        beta = start
        for _ in range(STEPS):
            information = self.information(beta)
            slope = np.asarray(self.model.score(beta))
            step = np.linalg.solve(information, slope)
            longest = np.abs(step * np.sqrt(np.diag(information))).max()
            if beta is start and beta.any() and not longest < FAR:
                beta = np.zeros(len(start))
                continue
            beta = beta + step
            if longest < STILL:
                break
        return beta, information, float(step @ slope)


class Compact:
    """The same of `partial.Cox`."""

    engine = COMPACT

    def __init__(self, group: Followed, x: np.ndarray, strata: np.ndarray, ties: str):
        """Keep the likelihood."""
        self.cox = Cox(group, x, strata, ties)
        self.value = self.cox.value

    def maximum(self, start: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Return the same, from zero."""
        beta = self.cox.maximum()
        there = self.cox.terms(beta)
        slope, information = there.residual.sum(axis=0), there.information
        unit = np.sqrt(np.maximum(np.diag(information), 1e-300))
        inside = np.linalg.pinv(information / np.outer(unit, unit), hermitian=True)
        return beta, information, float(slope / unit @ inside @ (slope / unit))


@dataclass(frozen=True)
class Design:
    """Covariates of n complete cases.

    Attributes
    ----------
    columns : (variable, level) of each of the p columns, the level empty for numbers.
    x : (n, p).
    live : (n,) bool: not in a level without events, whose hazard is zero in the limit.
    """

    columns: list[tuple[str, str]]
    x: np.ndarray
    live: np.ndarray

    def kept(self, group: Followed, strata: np.ndarray) -> list[int]:
        """Return the columns that those before them do not determine, among the living."""
        x = self.x[self.live] - _means(self.x[self.live], strata[self.live])
        basis: list[np.ndarray] = []
        kept = []
        for j, column in enumerate(x.T):
            left = column.copy()
            for _ in range(2):  # again, for what rounding leaves
                for other in basis:
                    left = left - (left @ other) * other
            size = np.linalg.norm(left)
            if size > OWN_SHARE * max(np.linalg.norm(self.x[self.live, j]), 1e-300):
                basis.append(left / size)
                kept.append(j)
        return kept


def _means(x: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Return for each row the mean of its stratum."""
    means = np.empty_like(x)
    for stratum in np.unique(strata):
        means[strata == stratum] = x[strata == stratum].mean(axis=0)
    return means


def coded(texts: np.ndarray, levels: Sequence[str], event, reference: str, penalised: bool):
    """Return the columns of a covariate with levels, and who is in one that counts.

    Returns
    -------
    tuple
        Levels other than the first that counts, the reference if it does; their (n, q) columns;
        (n,) bool.
    """
    n = [int((texts == level).sum()) for level in levels]
    counted = n if penalised else [int(event[texts == level].sum()) for level in levels]
    counting = [level for level, number in zip(levels, counted, strict=True) if number]
    base = reference if reference in counting else next(iter(counting), reference)
    shown = [level for level in counting if level != base]
    x = np.array([texts == level for level in shown], dtype=float).reshape(len(shown), len(texts))
    return shown, x.T, np.isin(texts, counting)


def design_of(
    cohort: Cohort, group: Followed, names, references: Mapping[str, str], penalised: bool = False
) -> Design:
    """Return the design of complete cases; the first level is the reference where none is named."""
    columns, x, live = [], [np.empty((group.n, 0))], np.ones(group.n, dtype=bool)
    for name in names:
        if not cohort.is_coded(name):
            columns.append((name, ""))
            x.append(cohort.numbers(name, group.rows)[:, None])
            continue
        levels = cohort.levels(name)
        texts, reference = cohort.texts(name, group.rows), references.get(name) or levels[0]
        shown, own, counts = coded(texts, levels, group.event, reference, penalised)
        columns += [(name, level) for level in shown]
        x.append(own)
        live &= counts
    return Design(columns, np.column_stack(x), live)


@dataclass(frozen=True)
class Fit:
    """A model fitted by a second engine.

    Attributes
    ----------
    columns : those kept, as in `Design`.
    beta, covariance : (p,) and (p, p).
    value : the log likelihood at the maximum.
    engine : who fitted it.
    running : (p,) bool, coefficients without a finite maximum (monotone likelihood, separation).
    """

    columns: list[tuple[str, str]]
    beta: np.ndarray
    covariance: np.ndarray
    value: float
    engine: str
    running: np.ndarray


def fit(
    design: Design, group: Followed, strata: np.ndarray, ties: str, stated: Mapping | None = None
) -> Fit | None:
    """Return the fit to the living, None where nothing can be fitted or the fit does not converge.

    Parameters
    ----------
    stated : (variable, level) -> coefficient of the first engine: PHReg fits. None: `partial.Cox`.
    """
    kept, live = design.kept(group, strata), design.live
    if not kept or not group.event[live].any():
        return None
    columns = [design.columns[j] for j in kept]
    model = group.where(live), design.x[np.ix_(live, kept)], strata[live], ties
    start = np.array([(stated or {}).get(column, 0.0) for column in columns])
    tried = ([] if stated is None else [Statsmodels]) + [Compact]
    for engine in tried:
        likelihood = engine(*model)
        found = _maximum(likelihood, start)
        if found is not None:
            break
    else:
        return None
    beta, information = found
    covariance = np.linalg.pinv(information, rcond=1e-14, hermitian=True)
    running = np.abs(beta) * np.ptp(model[1], axis=0) > RUNAWAY
    return Fit(columns, beta, covariance, likelihood.value(beta), likelihood.engine, running)


def _maximum(likelihood, start: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return coefficients and information, None where the likelihood does not level off."""
    try:
        beta, information, gain = likelihood.maximum(start)
    except np.linalg.LinAlgError:  # of a library led astray by what was stated
        return None
    return (beta, information) if gain < FLAT else None


def null_tests(cohort: Cohort, group: Followed, names, strata: np.ndarray, ties: str):
    """Return the log likelihood without covariates, the score test, and its degrees of freedom.

    Of all complete cases and all levels that have patients, also of those without events.
    """
    design = design_of(cohort, group, names, {}, penalised=True)
    at_zero = Cox(group, design.x, strata, ties).terms(np.zeros(design.x.shape[1]))
    score, information = at_zero.residual.sum(axis=0), at_zero.information
    unit = np.sqrt(np.maximum(np.diag(information), 1e-300))
    inside = information / np.outer(unit, unit)
    df = int(np.linalg.matrix_rank(inside, tol=1e-9, hermitian=True))
    inverse = np.linalg.pinv(inside, rcond=1e-9, hermitian=True)
    return float(at_zero.value.sum()), float(score / unit @ inverse @ (score / unit)), df
