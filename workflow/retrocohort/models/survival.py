"""The rows of the survival estimates of one endpoint in one population, from the cohort frame.

`variables` is the study's dictionary: name -> label, type, levels. The first row of quantiles,
landmarks and follow-up is the whole population, with variable and level empty.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from retrocohort.language import noted
from retrocohort.models.kaplan_meier import (
    QUARTILES,
    Curve,
    censoring,
    kaplan_meier,
    n_at_risk,
    quantile,
    quantile_interval,
    survival_at,
)
from retrocohort.models.log_rank import holm, log_rank
from retrocohort.models.samples import Sample, is_coded, level_codes, stratum_codes

QUANTILE_COLUMNS = [
    "variable", "level", "n", "events", "median", "median_low", "median_high", "q1", "q3", "note",
]  # fmt: skip
LANDMARK_COLUMNS = [
    "variable", "level", "time", "n_risk", "survival", "ci_low", "ci_high", "note",
]  # fmt: skip
LOGRANK_COLUMNS = [
    "variable", "strata", "contrast", "statistic", "df", "p", "p_holm", "n", "events", "note",
]  # fmt: skip
FOLLOWUP_COLUMNS = [
    "variable", "level", "n", "median", "median_low", "median_high", "min", "max", "note",
]  # fmt: skip
CURVE_COLUMNS = [
    "level", "time", "n_risk", "n_event", "n_censor", "survival", "ci_low", "ci_high",
]  # fmt: skip

NO_PATIENT = noted("not estimable: no patient")
NO_EVENT = noted("not estimable: no event")
NOT_REACHED = noted("not reached")
NO_CENSORING = noted("not estimable: no patient is censored")


def groups_of(frame, sample: Sample, names, variables) -> Iterator[tuple[str, str, Sample]]:
    """Give (variable, level, its patients): all of them first, then each level of each variable."""
    yield "", "", sample
    for name in names:
        if is_coded(variables[name]):
            levels = list(variables[name]["levels"])
            codes = level_codes(frame, name, levels, sample.rows)
            for code, level in enumerate(levels):
                yield name, level, sample.take(codes == code)


def quantile_rows(frame, sample: Sample, names, variables, conventions) -> list[dict]:
    """Return n, events, median with interval, and quartiles of each level."""
    rows = []
    for name, level, group in groups_of(frame, sample, names, variables):
        row = {"variable": name, "level": level, "n": group.n, "events": group.events}
        if group.events:
            curve = kaplan_meier(group, conventions["interval"], conventions["confidence"])
            q1, median, q3 = (quantile(curve, s, conventions["quantiles"]) for s in QUARTILES)
            low, high = quantile_interval(curve, 0.5)
            row |= {"median": median, "median_low": low, "median_high": high, "q1": q1, "q3": q3}
            row["note"] = NOT_REACHED if np.isnan(median) else ""
        else:
            row["note"] = NO_EVENT if group.n else NO_PATIENT
        rows.append(row)
    return rows


def landmark_rows(frame, sample: Sample, names, variables, times, conventions) -> list[dict]:
    """Return survival at fixed times; none where nobody is followed any longer, or nobody yet."""
    rows = []
    for name, level, group in groups_of(frame, sample, names, variables):
        curve = kaplan_meier(group, conventions["interval"], conventions["confidence"])
        for time in times:
            row = {"variable": name, "level": level, "time": float(time)}
            row["n_risk"] = int(n_at_risk(group, time))
            if row["n_risk"]:
                row["survival"], row["ci_low"], row["ci_high"] = survival_at(curve, time)
            else:
                row["note"] = why_no_landmark(group, time)
            rows.append(row)
    return rows


def why_no_landmark(group: Sample, time: float) -> str:
    """Return why there is no survival at a time at which nobody is at risk."""
    if group.n == 0:
        return NO_PATIENT
    if time > group.time.max():
        return noted("not estimable: follow-up ends before this time")
    return noted("not estimable: nobody is at risk at this time")


def follow_up_rows(frame, sample: Sample, names, variables, conventions) -> list[dict]:
    """Return the median follow-up by reverse Kaplan-Meier, the shortest and the longest."""
    rows = []
    for name, level, group in groups_of(frame, sample, names, variables):
        row = {"variable": name, "level": level, "n": group.n}
        reverse = censoring(group)
        if group.n:
            row |= {"min": float(reverse.time.min()), "max": float(reverse.time.max())}
        if reverse.events:
            curve = kaplan_meier(reverse, conventions["interval"], conventions["confidence"])
            row["median"] = quantile(curve, 0.5, conventions["quantiles"])
            row["median_low"], row["median_high"] = quantile_interval(curve, 0.5)
            row["note"] = NOT_REACHED if np.isnan(row["median"]) else ""
        else:
            row["note"] = NO_CENSORING if group.n else NO_PATIENT
        rows.append(row)
    return rows


def curve_rows(frame, sample: Sample, by: str, variables, conventions) -> list[dict]:
    """Return the curve of each level of `by`, or of all patients when it is empty."""
    rows = []
    for name, level, group in groups_of(frame, sample, [by] if by else [], variables):
        if name == by:
            curve = kaplan_meier(group, conventions["interval"], conventions["confidence"])
            columns = [getattr(curve, column).tolist() for column in CURVE_COLUMNS[1:]]
            own = [
                {"level": level, **dict(zip(CURVE_COLUMNS[1:], values, strict=True))}
                for values in zip(*columns, strict=True)
            ]
            rows += sorted(own + entry_rows(group, curve, level), key=lambda row: row["time"])
    return rows


def entry_rows(group: Sample, curve: Curve, level: str) -> list[dict]:
    """Return a row at each time at which patients enter late and nobody leaves.

    The curve does not change there, but the number at risk does after it: with these rows a reader
    of the file knows it at every time.
    """
    if group.entry is None:
        return []
    rows = []
    for time in np.setdiff1d(group.entry, curve.time).tolist():
        place = {"level": level, "time": time, "n_risk": int(n_at_risk(group, time))}
        survival = dict(zip(CURVE_COLUMNS[-3:], survival_at(curve, time), strict=True))
        rows.append(place | {"n_event": 0, "n_censor": 0} | survival)
    return rows


def log_rank_rows(frame, sample: Sample, names, variables, strata) -> list[dict]:
    """Return the tests of each variable: plain, then stratified, each with its pairs of levels."""
    rows = []
    for name in names:
        if not is_coded(variables[name]):
            row = {"variable": name, "n": sample.n, "events": sample.events}
            rows.append(
                row | {"note": noted("not estimable: no groups, the variable is continuous")}
            )
            continue
        rows += tests_of_variable(frame, sample, name, variables, [])
        others = [other for other in strata if other != name]
        if others:
            rows += tests_of_variable(frame, sample, name, variables, others)
    return rows


def tests_of_variable(frame, sample: Sample, name: str, variables, strata) -> list[dict]:
    """Return the test of all levels and, of more than two, the pairwise tests with Holm's P."""
    levels = list(variables[name]["levels"])
    codes = level_codes(frame, name, levels, sample.rows)
    blocks = stratum_codes(frame, strata, variables, sample.rows)
    rows = [test_row(sample, codes, blocks, name, strata, "")]
    present = np.unique(codes[codes >= 0]).tolist()
    if len(present) > 2:
        pairs = []
        for a, b in combinations(present, 2):
            pair = np.where((codes == a) | (codes == b), codes, -1)
            pairs.append(test_row(sample, pair, blocks, name, strata, f"{levels[a]}|{levels[b]}"))
        for row, p in zip(pairs, holm([row["p"] for row in pairs]), strict=True):
            rows.append(row | {"p_holm": p})
    return rows


def test_row(sample: Sample, codes, blocks, name: str, strata, contrast: str) -> dict:
    """Return one test as a row, with the patients and events that it used."""
    used = sample.take((codes >= 0) & (blocks >= 0))
    test = log_rank(sample, codes, blocks)
    return {
        "variable": name,
        "strata": "+".join(strata),
        "contrast": contrast,
        "statistic": test.statistic,
        "df": test.df,
        "p": test.p,
        "n": used.n,
        "events": used.events,
        "note": test.note,
    }
