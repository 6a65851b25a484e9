"""The checks of survival estimates: quantiles, curves, fixed times, follow-up, log-rank tests."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
from scipy.stats import norm

from retrocohort.verify.check import OWN, Check, Checks, number_of
from retrocohort.verify.cohort import Cohort, Followed
from retrocohort.verify.curves import (
    ENGINE,
    at_risk,
    median_limits,
    quantile,
    restricted_mean,
    steps,
)
from retrocohort.verify.logrank import holm, log_rank
from retrocohort.verify.rows import Matched, Rows, at, groups, item

LEVELS = {"q1": 0.75, "median": 0.5, "q3": 0.25}
LIMITED = ("survival", "ci_low", "ci_high")


def group_of(cohort: Cohort, group: Followed, variable: str, level: str) -> Followed:
    """Return the patients of a level, or all."""
    if not level:
        return group
    return group.where(cohort.texts(variable, group.rows) == level)


def of_quantiles(
    cohort: Cohort, group: Followed, file: str, rows: Rows, names, how
) -> Iterator[Check]:
    """Yield the checks of the median with its interval, and of the quartiles."""
    checks = Checks("kaplan_meier", file, OWN, ENGINE)
    matched = Matched(checks, rows, ("variable", "level"), groups(cohort, names))
    yield from matched.faults()
    for key, row in matched.pairs():
        own = group_of(cohort, group, *key)
        found = {"n": own.n, "events": int(own.event.sum())}
        found |= dict.fromkeys((*LEVELS, "median_low", "median_high"), np.nan)
        if own.event.any():
            curve = steps(own, how)
            found |= {
                name: quantile(curve.time, curve.survival, curve.last, level, how["quantiles"])
                for name, level in LEVELS.items()
            }
            found["median_low"], found["median_high"] = median_limits(curve)
        yield from checks(item(key), row, found)


def of_landmarks(
    cohort: Cohort, group: Followed, file: str, rows: Rows, asked: Mapping, how
) -> Iterator[Check]:
    """Yield the checks of survival at fixed times."""
    checks = Checks("kaplan_meier", file, OWN, ENGINE)
    wanted = [
        (*key, at(float(time)))
        for key in groups(cohort, asked["variables"])
        for time in asked["landmarks"]
    ]
    matched = Matched(checks, rows, ("variable", "level", "time"), wanted)
    yield from matched.faults()
    for key, row in matched.pairs():
        own, time = group_of(cohort, group, *key[:2]), number_of(row["time"])
        found = {"n_risk": at_risk(own, time)} | dict.fromkeys(LIMITED, np.nan)
        if found["n_risk"]:
            found |= dict(zip(LIMITED, steps(own, how).at(time), strict=True))
        yield from checks(item(key), row, found)


def of_follow_up(
    cohort: Cohort, group: Followed, file: str, rows: Rows, names, how
) -> Iterator[Check]:
    """Yield the checks of the follow-up, the survival curve of being censored."""
    checks = Checks("kaplan_meier", file, OWN, ENGINE)
    matched = Matched(checks, rows, ("variable", "level"), groups(cohort, names))
    yield from matched.faults()
    for key, row in matched.pairs():
        own = group_of(cohort, group, *key)
        found = {"n": own.n}
        found |= dict.fromkeys(("min", "max", "median", "median_low", "median_high"), np.nan)
        reverse = own.censored()
        if own.n:
            found |= {"min": reverse.time.min(), "max": reverse.time.max()}
        if reverse.event.any():
            curve = steps(reverse, how)
            found["median"] = quantile(
                curve.time, curve.survival, curve.last, 0.5, how["quantiles"]
            )
            found["median_low"], found["median_high"] = median_limits(curve)
        yield from checks(item(key), row, found)


def of_curve(
    cohort: Cohort, group: Followed, file: str, rows: Rows, by: str, how
) -> Iterator[Check]:
    """Yield the checks of a curve: of each level and column the step that differs most.

    There is a step at each time at which somebody leaves, or enters late.
    """
    checks = Checks("kaplan_meier", file, OWN, ENGINE)
    of_level = {lv: group_of(cohort, group, by, lv) for lv in (cohort.levels(by) if by else [""])}
    steps_of = {
        level: np.unique(np.concatenate([own.time, own.entry[np.isfinite(own.entry)]]))
        for level, own in of_level.items()
    }
    wanted = [(level, at(time)) for level, times in steps_of.items() for time in times.tolist()]
    matched = Matched(checks, rows, ("level", "time"), wanted)
    yield from matched.faults()
    pairs: dict[str, list] = {level: [] for level in of_level}
    for key, row in matched.pairs():
        pairs[key[0]].append((item(key), row))
    for level, own_pairs in pairs.items():
        if own_pairs:
            yield from _worst(checks, of_level[level], own_pairs, how)


def _worst(checks: Checks, own: Followed, pairs, how) -> Iterator[Check]:
    """Yield the check of the step that differs most, of each column of the curve of a group."""
    times = np.array([number_of(row["time"]) for _, row in pairs])
    died, left = own.event == 1, own.event == 0
    found = {
        "n_risk": at_risk(own, times),
        "n_event": _leaving(own.time[died], times),
        "n_censor": _leaving(own.time[left], times),
    }
    found |= dict(zip(LIMITED, steps(own, how).at(times), strict=True))
    for name, numbers in found.items():
        each = [
            checks.one(place, name, number_of(row[name]), number)
            for (place, row), number in zip(pairs, numbers, strict=True)
        ]
        yield max(each, key=lambda check: (not check.agrees, check.difference))


def _leaving(exits: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return how many of some exits are at each time."""
    order = np.sort(exits)
    return np.searchsorted(order, times, "right") - np.searchsorted(order, times, "left")


def of_log_rank(
    cohort: Cohort, group: Followed, file: str, rows: Rows, asked: Mapping
) -> Iterator[Check]:
    """Yield the checks of log-rank tests, with Holm's P of the pairs.

    Parameters
    ----------
    asked : `variables`, and the `logrank_strata` of a further test of each.
    """
    columns = ("variable", "strata", "contrast")
    wanted = _tests(cohort, group, asked["variables"], asked["logrank_strata"])
    matched = Matched(Checks("log_rank", file, OWN, ENGINE), rows, columns, wanted)
    yield from matched.faults()
    tests = {key: _log_rank(cohort, group, *key) for key in wanted}
    adjusted: dict[tuple, float] = {}
    for name, strata in dict.fromkeys(key[:2] for key in wanted):
        pairs = [key for key in wanted if key[:2] == (name, strata) and key[2]]
        adjusted |= zip(pairs, holm([tests[key][0]["p"] for key in pairs]), strict=True)
    for key, row in matched.pairs():
        found, engine = tests[key]
        checks = Checks("log_rank", file, OWN, engine)
        yield from checks(item(key), row, found)
        yield from checks.either(item(key), row, {"p_holm": adjusted.get(key, np.nan)})


def _tests(cohort: Cohort, group: Followed, names, strata) -> list[tuple[str, str, str]]:
    """Return (variable, strata, contrast) of each test: pairs are of the levels with patients."""
    wanted = []
    for name in names:
        if not cohort.is_coded(name):
            wanted.append((name, "", ""))
            continue
        texts = set(cohort.texts(name, group.rows).tolist())
        present = [level for level in cohort.levels(name) if level in texts]
        pairs = ["|".join(pair) for pair in combinations(present, 2)] if len(present) > 2 else []
        others = "+".join(other for other in strata if other != name)
        for block in dict.fromkeys(("", others)):
            wanted += [(name, block, contrast) for contrast in ("", *pairs)]
    return wanted


def _log_rank(cohort: Cohort, group: Followed, name: str, strata: str, contrast: str):
    """Return the numbers of a test, NaN where there is none, and who computed them."""
    found = dict.fromkeys(("statistic", "df", "p"), np.nan)
    if not cohort.is_coded(name):
        return {"n": group.n, "events": int(group.event.sum())} | found, ENGINE
    blocks = list(filter(None, strata.split("+")))
    own = group.where(cohort.known([name, *blocks], group.rows))
    if contrast:
        own = own.where(np.isin(cohort.texts(name, own.rows), contrast.split("|")))
    levels, numbers = cohort.texts(name, own.rows), cohort.strata(blocks, own.rows)
    *test, engine = log_rank(own, levels, numbers)
    counts = {"n": own.n, "events": int(own.event.sum())}
    return counts | dict(zip(found, test, strict=True)), engine


MEANS = ("estimate", "se", "ci_low", "ci_high", "z", "p")


def of_means(
    cohort: Cohort, group: Followed, file: str, rows: Rows, asked: Mapping, confidence: float
) -> Iterator[Check]:
    """Yield the checks of restricted means, of their differences, and of how far they go.

    Parameters
    ----------
    asked : `by`, the variable, and `tau`; without it the last time that all groups reach.
    """
    by, z = asked["by"], norm.ppf(0.5 + confidence / 2)
    each = {level: group_of(cohort, group, by, level) for level in cohort.levels(by)}
    last = min((own.time.max() for own in each.values() if own.n), default=np.nan)
    tau = last if asked.get("tau") is None else asked["tau"]
    found = {(level, ""): _mean(own, tau) for level, own in each.items()}
    for first, second in combinations(each, 2):
        found[second, first] = _apart(found[first, ""], found[second, ""])
    checks = Checks("means", file, OWN, ENGINE)
    wanted = [(by, *key) for key in found]
    matched = Matched(checks, rows, ("variable", "level", "reference"), wanted)
    yield from matched.faults()
    for key, row in matched.pairs():
        numbers = dict.fromkeys(MEANS, np.nan) | {"tau": tau} | found[key[1:]]
        width = z * numbers["se"]
        numbers["ci_low"] = numbers["estimate"] - width
        numbers["ci_high"] = numbers["estimate"] + width
        yield from checks.either(item(key), row, numbers)


def _mean(own: Followed, tau: float) -> dict[str, float]:
    """Return the mean of a group, none where its curve is not known as far as tau."""
    found = {"n": own.n, "events": int(own.event.sum())}
    last = own.time == own.time.max(initial=-np.inf)
    if own.n and (own.time.max() >= tau or own.event[last].all()):
        how = {"interval": "plain", "confidence": 0.95}  # limits that nobody reads
        found["estimate"], found["se"] = restricted_mean(own, tau, how)
    return found


def _apart(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """Return the second mean less the first, none where one is missing."""
    found = {key: first[key] + second[key] for key in ("n", "events")}
    if "estimate" not in first or "estimate" not in second:
        return found
    difference = second["estimate"] - first["estimate"]
    error = np.hypot(first["se"], second["se"])
    found |= {"estimate": difference, "se": error}
    if error:
        found |= {"z": difference / error, "p": 2 * norm.sf(abs(difference / error))}
    return found
