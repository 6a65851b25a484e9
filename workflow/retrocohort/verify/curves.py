"""Survival estimates by statsmodels: curves, intervals, quantiles, restricted means."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm
from statsmodels.duration.survfunc import SurvfuncRight

from retrocohort.verify.cohort import Followed

ENGINE = "statsmodels"
EQUAL = np.sqrt(np.finfo(float).eps)  # R's tolerance of quantiles


@dataclass(frozen=True)
class Steps:
    """A Kaplan-Meier curve: (m,) arrays, from the first exit to the last event.

    `last` is the end of follow-up.
    """

    time: np.ndarray
    survival: np.ndarray
    low: np.ndarray
    high: np.ndarray
    last: float

    def at(self, times) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return survival and its limits at some times; 1 before anybody leaves."""
        i = np.searchsorted(self.time, times, side="right")
        each = (self.survival, self.low, self.high)
        return tuple(np.concatenate(([1.0], column))[i] for column in each)


def steps(group: Followed, conventions: Mapping) -> Steps:
    """Return the curve of a group with at least one patient, with the limits of the study."""
    entry = group.entry if group.delayed else None
    found = SurvfuncRight(group.time, group.event, entry=entry)
    survival, error = np.asarray(found.surv_prob), np.asarray(found.surv_prob_se)
    # after a risk set in which all died it goes on with 1e-16
    survival = np.minimum.accumulate(np.where(survival < 1e-12, 0.0, survival))
    time, first = np.asarray(found.surv_times), group.time.min()
    if not len(time) or first < time[0]:
        time = np.concatenate(([first], time))
        survival, error = np.concatenate(([1.0], survival)), np.concatenate(([0.0], error))
    low, high = limits(survival, error, conventions["interval"], conventions["confidence"])
    return Steps(time, survival, low, high, float(group.time.max()))


def limits(survival, error, kind: str, confidence: float):
    """Return the limits of survival on a scale, from its standard error; NaN at S = 0."""
    z = norm.ppf(0.5 + confidence / 2)
    s = np.where(survival > 0, survival, np.nan)
    if kind == "plain":
        return np.clip(s - z * error, 0, None), np.clip(s + z * error, None, 1)
    if kind == "log":  # delta method: the error of log S is that of S over S
        factor = np.exp(z * error / s)
        return s / factor, np.clip(s * factor, None, 1)
    s = np.where(s < 1, s, np.nan)  # log-log: no limits where it is 1
    factor = np.exp(z * error / (s * np.log(s)))  # below 1, as log S is negative
    return s ** (1 / factor), s**factor


def quantile(times, values, last: float, level: float, rule: str) -> float:
    """Return when a falling step function reaches a level, NaN when never.

    Parameters
    ----------
    rule : "spss", the first time at or below it; "r", the middle of a step that lies on it.
    """
    known = ~np.isnan(values)
    times, values = times[known], values[known]
    reached = values <= level + EQUAL
    if not reached.any():
        return np.nan
    if rule == "spss":
        return float(times[reached][0])
    # a limit may rise again: for R the step nearest to the level counts, whenever it is
    nearest = values[reached].max()
    first = float(times[values == nearest][0])
    if abs(nearest - level) > EQUAL:
        return first
    below = values[values < level - EQUAL]
    return (first + (float(times[values == below.max()][0]) if len(below) else last)) / 2


def median_limits(found: Steps, rule: str = "r") -> tuple[float, float]:
    """Return when the limits of the curve reach one half."""
    return tuple(
        quantile(found.time, each, found.last, 0.5, rule) for each in (found.low, found.high)
    )


def at_risk(group: Followed, times) -> np.ndarray:
    """Return how many have entered before each time and not left before it."""
    entered = np.searchsorted(np.sort(group.entry), times, side="left")
    return entered - np.searchsorted(np.sort(group.time), times, side="left")


def restricted_mean(group: Followed, tau: float, conventions: Mapping) -> tuple[float, float]:
    """Return the area under the curve up to tau, and its standard error (Greenwood)."""
    found = steps(group, conventions)
    inside = found.time < tau
    grid = np.concatenate(([0.0], found.time[inside], [tau]))
    height = np.concatenate(([1.0], found.survival[inside]))
    areas = np.diff(grid) * height
    variance = 0.0
    for i, time in enumerate(found.time[inside]):
        died = int(((group.time == time) & (group.event == 1)).sum())
        risk = int(at_risk(group, time))
        if risk > died:
            variance += areas[i + 1 :].sum() ** 2 * died / (risk * (risk - died))
    return float(areas.sum()), float(np.sqrt(variance))
