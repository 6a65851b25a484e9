"""Restricted mean survival time: the area under the Kaplan-Meier curve up to a time tau.

Royston P, Parmar MK. Restricted mean survival time. BMC Med Res Methodol 2013;13:152. The variance
is Greenwood's, as in the print method of R's `survfit` with `rmean`; groups are independent.
"""

from itertools import combinations

import numpy as np
from scipy.special import ndtr, ndtri

from retrocohort.language import noted
from retrocohort.models.kaplan_meier import kaplan_meier
from retrocohort.models.samples import Sample, level_codes

COLUMNS = [
    "variable", "level", "reference", "tau", "n", "events", "estimate", "se", "ci_low", "ci_high",
    "z", "p", "note",
]  # fmt: skip

NO_PATIENT = noted("not estimable: no patient")
TOO_SHORT = noted("not estimable: follow-up of this group ends before tau")
NO_PAIR = noted("not estimable: a group of the two has no estimate")


def restricted_mean(sample: Sample, tau: float) -> tuple[float, float]:
    """Return the mean survival time up to tau, and its standard error.

    Parameters
    ----------
    sample : the follow-up, from time 0 (no delayed entry), with at least one patient.
    tau : above 0, in the unit of the times.
    """
    curve = kaplan_meier(sample)
    own = curve.time < tau
    time = np.concatenate(([0.0], curve.time[own], [tau]))
    survival = np.concatenate(([1.0], curve.survival[own]))
    areas = np.diff(time) * survival
    to_come = np.cumsum(areas[::-1])[::-1][1:]  # from each time to tau
    died, at_risk = curve.n_event[own], curve.n_risk[own]
    left = at_risk - died
    greenwood = np.where(left > 0, died / (at_risk * np.maximum(left, 1)), 0.0)
    return float(areas.sum()), float(np.sqrt((to_come**2 * greenwood).sum()))


def last_common_time(groups: list[Sample]) -> float:
    """Return the smallest of the last times of the groups that have patients, NaN without any."""
    return min((float(group.time.max()) for group in groups if group.n), default=np.nan)


def is_known(sample: Sample, tau: float) -> bool:
    """Return whether the curve is known up to tau: somebody is followed so long, or all died."""
    last = sample.time == sample.time.max()
    return bool(sample.time.max() >= tau or sample.event[last].all())


def rmst_rows(frame, sample: Sample, name: str, variables, tau: float | None, confidence: float):
    """Return a row for each level, then one for the difference of each pair, the later level first.

    Parameters
    ----------
    name : variable whose levels are compared.
    tau : None for the smallest of the levels' last times.
    """
    levels = list(variables[name]["levels"])
    codes = level_codes(frame, name, levels, sample.rows)
    groups = [sample.take(codes == code) for code in range(len(levels))]
    tau = last_common_time(groups) if tau is None else float(tau)
    width = ndtri((1 + confidence) / 2)
    rows = []
    for level, group in zip(levels, groups, strict=True):
        row = {"variable": name, "level": level, "reference": "", "tau": tau}
        row |= {"n": group.n, "events": group.events}
        if not group.n or not is_known(group, tau):
            rows.append(row | {"note": TOO_SHORT if group.n else NO_PATIENT})
            continue
        mean, se = restricted_mean(group, tau)
        limits = {"ci_low": mean - width * se, "ci_high": mean + width * se}
        rows.append(row | {"estimate": mean, "se": se} | limits)
    return rows + [_difference(a, b, width) for a, b in combinations(rows, 2)]


def _difference(first: dict, second: dict, width: float) -> dict:
    """Return the row of the second level minus the first."""
    row = {"variable": first["variable"], "level": second["level"], "reference": first["level"]}
    row |= {"tau": first["tau"]} | {key: first[key] + second[key] for key in ("n", "events")}
    if "estimate" not in first or "estimate" not in second:
        return row | {"note": NO_PAIR}
    difference = second["estimate"] - first["estimate"]
    se = float(np.hypot(first["se"], second["se"]))
    row |= {"estimate": difference, "se": se}
    row |= {"ci_low": difference - width * se, "ci_high": difference + width * se}
    if se == 0:
        return row | {"note": noted("not estimable: nobody of either group died before tau")}
    return row | {"z": difference / se, "p": float(2 * ndtr(-abs(difference / se)))}
