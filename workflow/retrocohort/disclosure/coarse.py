"""Follow-up in which nobody leaves alone: patients leave in groups of at least the smallest cell.

Curves, medians, survival at given times and median follow-up are estimated from these times alone,
with the same code as the exact ones, so that none of them tells more than the released life table.
The idea is that of OpenSAFELY's `round_km` (events wait until enough have come together) and of
ACRO's rounded survival tables; `midpoint` lets a group leave between its first and its last, so
that the curve is not shifted.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from retrocohort.models.kaplan_meier import kaplan_meier
from retrocohort.models.samples import Sample

DECIMALS = 1  # of released times: of a group of equal times no patient's own is told
GROUPED = "grouped"
MODES = ("exact", "midpoint", GROUPED)


@dataclass(frozen=True)
class Rule:
    """How follow-up is made coarse: mode, smallest group, rounding of counts, fixed times' step."""

    mode: str
    least: int
    rounded: Callable[[int], int]
    step: float


@dataclass(frozen=True)
class Coarse(Sample):
    """Coarse follow-up that remembers the exact one, as each subset has groups of its own."""

    exact: Sample
    rule: Rule

    def take(self, chosen: np.ndarray) -> "Coarse":
        """Return some of the patients, in groups of their own."""
        return coarsened(self.exact.take(chosen), self.rule)


def coarsened(sample: Sample, rule: Rule) -> Coarse:
    """Return the follow-up of a group as it may be told, with as many patients as are told."""
    n, events = rule.rounded(sample.n), rule.rounded(sample.events)
    kinds = [(sample.event, events), (~sample.event, n - events)]
    times = [resized(together(np.sort(sample.time[own]), rule), size) for own, size in kinds]
    event = np.repeat([True, False], [len(each) for each in times])
    entry = None
    if sample.entry is not None:
        entry = resized(together(np.sort(sample.entry), rule), len(event))
    return Coarse(np.concatenate(times), event, entry, sample.rows, sample, rule)


def resized(times: np.ndarray, size: int) -> np.ndarray:
    """Return so many times: the last one more often, or less, where counts are rounded."""
    if not len(times):
        return times
    return np.concatenate([times[:size], np.full(max(size - len(times), 0), times[-1])])


def together(times: np.ndarray, rule: Rule) -> np.ndarray:
    """Return for each of sorted times that of its group; the last one takes who is left over."""
    if rule.mode == "exact" or not len(times):
        return times
    group = np.minimum(np.arange(len(times)) // rule.least, max(len(times) // rule.least, 1) - 1)
    first = times[np.searchsorted(group, group, side="left")]
    last = times[np.searchsorted(group, group, side="right") - 1]
    if rule.mode == GROUPED:
        return np.ceil(last / rule.step - 1e-9) * rule.step
    return np.round((first + last) / 2, DECIMALS)


def is_fit(sample: Sample, rule: Rule) -> bool:
    """Return whether a group may have a curve: nobody leaves in a group that is too small."""
    leaving = [sample.time[sample.event], sample.time[~sample.event]]
    if sample.entry is not None:
        leaving.append(sample.entry[sample.entry > 0])
    if rule.mode == "exact":
        sizes = [n for times in leaving for n in np.unique(times, return_counts=True)[1]]
    else:
        sizes = [len(times) for times in leaving if len(times)]
    return all(size >= rule.least for size in sizes) and not _leave_before_they_came(sample, rule)


def _leave_before_they_came(sample: Sample, rule: Rule) -> bool:
    """Return whether in coarse times more leave than are there: few enter, and late."""
    if sample.entry is None:
        return False
    curve = kaplan_meier(coarsened(sample, rule))
    return bool((curve.n_risk < curve.n_event + curve.n_censor).any())
