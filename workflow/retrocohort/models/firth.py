"""Firth's penalised partial likelihood: finite estimates where a level has no event.

Heinze G, Schemper M. A solution to the problem of monotone likelihood in Cox regression. Biometrics
2001;57:114-119. The log likelihood is penalised by half the log determinant of the information
(Jeffreys' prior, Firth 1993). Intervals and P are from the profile of the penalised likelihood,
with the penalty of all columns also where one coefficient is held, as in R's coxphf; that package
knows Breslow's ties only, here the penalty is that of whichever likelihood the model has.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from retrocohort.models.newton import LONGEST, climb
from retrocohort.models.partial_likelihood import Likelihood, PartialLikelihood

MAX_ITERATIONS = 500
STILL = 1e-10  # longest step at the maximum, in standard errors
MAX_TRIES = 60  # for a limit of a profile
ON_LIMIT = 1e-10  # distance of the signed root from that of the limit


class PenalisedLikelihood:
    """A partial likelihood with Firth's penalty: value and gradient penalised, information not."""

    def __init__(self, plain: PartialLikelihood):
        """Keep the likelihood without penalty."""
        self.plain, self.x, self.sets = plain, plain.x, plain.sets

    def at(self, beta: np.ndarray) -> Likelihood:
        """Return value, gradient and information at (p,) coefficients."""
        plain = self.plain.at(beta)
        scale = np.sqrt(np.diag(plain.information))
        unit = plain.information / np.outer(scale, scale)
        sign, log_determinant = np.linalg.slogdet(unit)
        if not sign > 0:  # far from the maximum: no step ends here
            return Likelihood(-np.inf, plain.gradient, plain.information)
        inverse = np.linalg.inv(unit) / np.outer(scale, scale)
        penalty = log_determinant / 2 + np.log(scale).sum()
        gradient = plain.gradient + self.plain.information_slopes(beta, inverse) / 2
        return Likelihood(plain.value + penalty, gradient, plain.information)


@dataclass(frozen=True)
class Peak:
    """The (p,) coefficients at a maximum, the likelihood there, and whether it was reached."""

    beta: np.ndarray
    there: Likelihood
    converged: bool


def maximise(likelihood: PenalisedLikelihood, start: np.ndarray, held: int = -1) -> Peak:
    """Return the maximum, or the maximum over all coefficients but the one `held`.

    The BFGS method, from the inverse of the plain information: steps of that alone, as coxphf has
    them, may overshoot for ever in the smallest samples, where the penalty curves as much.
    """
    reach = np.ptp(likelihood.x, axis=0)
    free = np.flatnonzero(np.arange(len(reach)) != held)
    beta, now = start, likelihood.at(start)
    unit = np.sqrt(np.diag(now.information))[free]
    inverse = np.linalg.pinv(now.information[np.ix_(free, free)] / np.outer(unit, unit))
    for _ in range(MAX_ITERATIONS):
        step = np.zeros(len(reach))
        step[free] = inverse @ (now.gradient[free] / unit) / unit
        if not np.isfinite(step).all() or not np.isfinite(now.value):
            break
        if not len(free) or np.abs(step[free] * unit).max() <= STILL:
            return Peak(beta, now, True)
        step *= min(1.0, LONGEST / np.abs(step * reach).max())
        before, place = now, beta
        beta, now = climb(likelihood, beta, step, now)
        moved, fallen = (beta - place)[free] * unit, (before.gradient - now.gradient)[free] / unit
        inverse = updated(inverse, moved, fallen)
    return Peak(beta, now, False)


def updated(inverse: np.ndarray, moved: np.ndarray, fallen: np.ndarray) -> np.ndarray:
    """Return the inverse curvature after a step along which the gradient has fallen (BFGS)."""
    curvature = moved @ fallen
    if not curvature > 0:
        return inverse
    left = np.eye(len(moved)) - np.outer(moved, fallen) / curvature
    return left @ inverse @ left.T + np.outer(moved, moved) / curvature


def signed_root(likelihood: PenalisedLikelihood, peak: Peak, column: int) -> float:
    """Return the signed root of the penalised likelihood ratio statistic of one coefficient."""
    beta = peak.beta.copy()
    beta[column] = 0.0
    without = maximise(likelihood, beta, held=column)
    if not without.converged:
        return np.nan
    drop = max(2 * (peak.there.value - without.there.value), 0.0)
    return float(np.copysign(np.sqrt(drop), peak.beta[column]))


def profile_limits(
    likelihood: PenalisedLikelihood, peak: Peak, column: int, confidence: float
) -> tuple[float, float]:
    """Return the limits of one coefficient, NaN where none is found."""
    return tuple(_limit(likelihood, peak, column, confidence, side) for side in (-1, 1))


def _limit(likelihood, peak: Peak, column: int, confidence: float, side: int) -> float:
    """Return where the profile has fallen by half the chi-square quantile, by safeguarded Newton.

    The root of twice the fall is nearly a line, whose slope the gradient gives.
    """
    target = ndtri((1 + confidence) / 2)
    error = np.sqrt(np.linalg.inv(peak.there.information)[column, column])
    beta = peak.beta.copy()
    near, far, distance = 0.0, np.inf, target * error
    for _ in range(MAX_TRIES):
        beta[column] = peak.beta[column] + side * distance
        held = maximise(likelihood, beta, held=column)
        if not held.converged:
            return np.nan
        beta = held.beta.copy()
        root = np.sqrt(max(2 * (peak.there.value - held.there.value), 0.0))
        if abs(root - target) <= ON_LIMIT:
            return float(beta[column])
        near, far = (distance, far) if root < target else (near, distance)
        slope = -side * held.there.gradient[column] / root if root > 0 else 0.0
        distance += (target - root) / slope if slope > 0 else np.inf
        if not near < distance < far:
            distance = (near + far) / 2 if np.isfinite(far) else 2 * near + error
        elif np.isinf(far):
            distance = min(distance, 3 * near + error)
    return np.nan
