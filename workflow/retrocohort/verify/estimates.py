"""The checks of survival estimates: quantiles, curves, fixed times, follow-up, log-rank tests."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from scipy.stats import norm

from retrocohort.io import as_number
from retrocohort.verify.check import OWN, Check, Checks, item_of
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

Rows = Sequence[Mapping[str, str]]
LEVELS = {"q1": 0.75, "median": 0.5, "q3": 0.25}


def group_of(cohort: Cohort, group: Followed, row: Mapping[str, str]) -> Followed:
    """Return the patients of a row: those of a level, or all."""
    if not row["level"]:
        return group
    return group.where(cohort.texts(row["variable"], group.rows) == row["level"])


def of_quantiles(cohort: Cohort, group: Followed, file: str, rows: Rows, how) -> Iterator[Check]:
    """Yield the checks of the median with its interval, and of the quartiles."""
    checks = Checks("kaplan_meier", file, OWN, ENGINE)
    for row in rows:
        own = group_of(cohort, group, row)
        found = {"n": own.n, "events": int(own.event.sum())}
        if own.event.any():
            curve = steps(own, how)
            found |= {
                name: quantile(curve.time, curve.survival, curve.last, level, how["quantiles"])
                for name, level in LEVELS.items()
            }
            found["median_low"], found["median_high"] = median_limits(curve)
        yield from checks(item_of(row, "variable", "level"), row, found)


def of_landmarks(cohort: Cohort, group: Followed, file: str, rows: Rows, how) -> Iterator[Check]:
    """Yield the checks of survival at fixed times."""
    checks = Checks("kaplan_meier", file, OWN, ENGINE)
    for row in rows:
        own, time = group_of(cohort, group, row), as_number(row["time"])
        found = {"n_risk": at_risk(own, time)}
        if found["n_risk"]:
            limits = steps(own, how).at(time)
            found |= dict(zip(("survival", "ci_low", "ci_high"), limits, strict=True))
        yield from checks(item_of(row, "variable", "level", "time"), row, found)


def of_follow_up(cohort: Cohort, group: Followed, file: str, rows: Rows, how) -> Iterator[Check]:
    """Yield the checks of the follow-up, the survival curve of being censored."""
    checks = Checks("kaplan_meier", file, OWN, ENGINE)
    for row in rows:
        own = group_of(cohort, group, row)
        found = {"n": own.n}
        reverse = own.censored()
        if own.n:
            found |= {"min": reverse.time.min(), "max": reverse.time.max()}
        if reverse.event.any():
            curve = steps(reverse, how)
            found["median"] = quantile(
                curve.time, curve.survival, curve.last, 0.5, how["quantiles"]
            )
            found["median_low"], found["median_high"] = median_limits(curve)
        yield from checks(item_of(row, "variable", "level"), row, found)


def of_curve(
    cohort: Cohort, group: Followed, file: str, rows: Rows, by: str, how
) -> Iterator[Check]:
    """Yield the checks of a curve: of each level and column the step that differs most."""
    checks = Checks("kaplan_meier", file, OWN, ENGINE)
    for level in dict.fromkeys(row["level"] for row in rows):
        own_rows = [row for row in rows if row["level"] == level]
        own = group_of(cohort, group, {"variable": by, "level": level})
        times = np.array([as_number(row["time"]) for row in own_rows])
        died, left = own.event == 1, own.event == 0
        found = {
            "n_risk": at_risk(own, times),
            "n_event": _leaving(own.time[died], times),
            "n_censor": _leaving(own.time[left], times),
        }
        found |= dict(
            zip(("survival", "ci_low", "ci_high"), steps(own, how).at(times), strict=True)
        )
        for name, numbers in found.items():
            each = [
                checks.one(f"{level} {row['time']}".strip(), name, as_number(row[name]), number)
                for row, number in zip(own_rows, numbers, strict=True)
            ]
            yield max(each, key=lambda check: (not check.agrees, check.difference))


def _leaving(exits: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return how many of some exits are at each time."""
    order = np.sort(exits)
    return np.searchsorted(order, times, "right") - np.searchsorted(order, times, "left")


def of_log_rank(cohort: Cohort, group: Followed, file: str, rows: Rows) -> Iterator[Check]:
    """Yield the checks of log-rank tests, with Holm's P of the pairs."""
    pairs: dict[tuple, list] = {}
    for row in rows:
        name, strata = row["variable"], list(filter(None, row["strata"].split("+")))
        own = group
        if cohort.is_coded(name):
            own = group.where(cohort.known([name, *strata], group.rows))
        if row["contrast"]:
            own = own.where(np.isin(cohort.texts(name, own.rows), row["contrast"].split("|")))
        found = {"n": own.n, "events": int(own.event.sum())}
        engine = ENGINE
        if cohort.is_coded(name):
            levels, blocks = cohort.texts(name, own.rows), cohort.strata(strata, own.rows)
            *numbers, engine = log_rank(own, levels, blocks, row["p"] != "")
            found |= dict(zip(("statistic", "df", "p"), numbers, strict=True))
        checks = Checks("log_rank", file, OWN, engine)
        item = item_of(row, "variable", "contrast", "strata")
        yield from checks(item, row, found)
        if row["contrast"]:
            pairs.setdefault((name, row["strata"]), []).append((checks, item, row, found["p"]))
    for own_pairs in pairs.values():
        adjusted = holm([p for *_, p in own_pairs])
        for (checks, item, row, _), p in zip(own_pairs, adjusted, strict=True):
            yield from checks(item, row, {"p_holm": p})


def of_means(
    cohort: Cohort, group: Followed, file: str, rows: Rows, confidence: float
) -> Iterator[Check]:
    """Yield the checks of restricted means and their differences."""
    checks = Checks("means", file, OWN, ENGINE)
    z, how = norm.ppf(0.5 + confidence / 2), {"interval": "plain", "confidence": confidence}
    found = {}
    for row in rows:
        if row["reference"] or not row["estimate"]:
            continue
        own = group_of(cohort, group, row)
        mean, error = restricted_mean(own, as_number(row["tau"]), how)
        counts = {"n": own.n, "events": int(own.event.sum())}
        found[row["level"]] = mean, error, counts
        numbers = counts | {"estimate": mean, "se": error}
        numbers |= {"ci_low": mean - z * error, "ci_high": mean + z * error}
        yield from checks(item_of(row, "variable", "level"), row, numbers)
    for first, second in combinations(found, 2):
        row = next(r for r in rows if (r["reference"], r["level"]) == (first, second))
        difference = found[second][0] - found[first][0]
        error = np.hypot(found[first][1], found[second][1])
        numbers = {key: found[first][2][key] + found[second][2][key] for key in ("n", "events")}
        numbers |= {"estimate": difference, "se": error}
        numbers |= {"ci_low": difference - z * error, "ci_high": difference + z * error}
        if error:
            numbers |= {"z": difference / error, "p": 2 * norm.sf(abs(difference / error))}
        yield from checks(item_of(row, "variable", "level", "reference"), row, numbers)
