"""Maximum of a partial likelihood by Newton's method, with the coefficients that run away named."""

from dataclasses import dataclass

import numpy as np

from retrocohort.models.partial_likelihood import PartialLikelihood

MAX_ITERATIONS = 150  # coefficients that run away take many, in steps of LONGEST
FLAT = 1e-10  # expected gain of the log likelihood below which it has converged
EXTRA_STEPS = (
    3  # a finite maximum is then reached to machine precision: each step squares the error
)
MOVING = 1e-3  # a coefficient whose step is larger after that has no finite maximum,
VANISHED = 1e-8  # nor has one that has lost its information but for this share
LONGEST = 3.0  # of a step, as change of the log hazard over the range of a covariate
ALIASED = 1e-9  # a column has no information of its own when less than this share is left


@dataclass(frozen=True)
class Maximum:
    """Coefficients at the maximum.

    Attributes
    ----------
    beta : (p,) coefficients.
    diverging : (p,) bool, the log likelihood is flat but the coefficient still moves
        (monotone likelihood, "separation").
    converged : whether the log likelihood has converged.
    """

    beta: np.ndarray
    diverging: np.ndarray
    converged: bool


def maximise(likelihood: PartialLikelihood) -> Maximum:
    """Return the maximum, from zero, in units of the range of each covariate, with step halving."""
    scale = np.ptp(likelihood.x, axis=0)
    beta = np.zeros(len(scale))
    now, flat_steps = likelihood.at(beta), 0
    at_zero = np.diag(now.information)
    for _ in range(MAX_ITERATIONS):
        step = solve_scaled(now.information, now.gradient, scale)
        if step is None:
            break
        flat_steps += float(step @ now.gradient) < FLAT
        step *= min(1.0, LONGEST / max(np.abs(step * scale).max(), 1e-300))
        beta, now = climb(likelihood, beta, step, now)
        if flat_steps > EXTRA_STEPS:
            lost = np.diag(now.information) < VANISHED * at_zero
            return Maximum(beta, lost | (np.abs(step * scale) > MOVING), True)
    return Maximum(beta, np.ones(len(scale), dtype=bool), False)


def climb(likelihood: PartialLikelihood, beta, step, now):
    """Return the coefficients after the step, halved until the likelihood does not fall."""
    for halving in range(20):
        there = beta + step / 2**halving
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            then = likelihood.at(there)
        # rounding noise of a flat likelihood is no fall
        if then.value >= now.value - 1e-9 * max(1.0, abs(now.value)):
            return there, then
    return beta, now


def solve_scaled(information, gradient, scale):
    """Return information^-1 gradient, solved in units of `scale`; None when it cannot be solved."""
    try:
        step = np.linalg.solve(information / np.outer(scale, scale), gradient / scale) / scale
    except np.linalg.LinAlgError:
        return None
    return step if np.isfinite(step).all() else None


def aliased(information: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Return (p,) bool: columns that the columns before them determine, or that never vary.

    Sequential Cholesky decomposition, as R's coxph drops columns.

    Parameters
    ----------
    information : (p, p) information at zero.
    most : (p,) information that each column would have alone, were all at risk all the time.
    """
    left = information.copy()
    found = np.zeros(len(most), dtype=bool)
    for j in range(len(most)):
        if not left[j, j] > ALIASED * most[j]:
            found[j] = True
            continue
        left -= np.outer(left[:, j], left[j]) / left[j, j]
    return found
