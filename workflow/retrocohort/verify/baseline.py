"""The checks of a baseline table: numbers by the standard library, and which tests are made."""

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from retrocohort.verify.check import COMPACT, Check, Checks
from retrocohort.verify.cohort import Cohort
from retrocohort.verify.comparisons import CATEGORICAL, CONTINUOUS, rank_sum
from retrocohort.verify.rows import Key, Matched, Rows, item

TESTED = ("statistic", "df", "df2", "p")
NUMBERS = ("mean", "sd", "median", "q1", "q3", "min", "max")
MEAN_TESTS = ("welch", "student", "anova")
TWO_ARM_TESTS = ("welch", "student", "mann_whitney")
TWO_BY_TWO_TESTS = ("fisher", "yates")
SMALL_EXPECTED = 5


def of_baseline(cohort: Cohort, part: Mapping, read) -> Iterator[Check]:
    """Yield the checks of the numbers, the tests and the differences of a baseline table."""
    rows, arms = cohort.members(part["population"]), arms_of(cohort, part)
    checks = Checks("baseline", part["values"], "tableone", COMPACT)
    columns, wanted = ("variable", "level", "arm", "statistic"), _values(cohort, part)
    matched = Matched(checks, read(part["values"]), columns, wanted)
    yield from matched.faults()
    for key, row in matched.pairs():
        own = arms[row["arm"]] if row["arm"] else rows
        yield from checks(item(key), row, {"value": _summary(cohort, row, own)})
    yield from _of_tests(cohort, part, arms, read(part["tests"]))


def _values(cohort: Cohort, part: Mapping) -> Iterator[Key]:
    """Yield (variable, level, arm, statistic) of each number of the table."""
    arms = ["", *cohort.levels(part["asked"]["by"])]
    yield from (("", "", arm, "n") for arm in arms)
    for name in part["asked"]["variables"]:
        own = [("", statistic) for statistic in ("n", "missing")]
        if cohort.is_coded(name):
            own += [(level, end) for level in cohort.levels(name) for end in ("n", "percent")]
        else:
            own += [("", statistic) for statistic in NUMBERS]
        yield from ((name, level, arm, statistic) for level, statistic in own for arm in arms)


def _of_tests(cohort: Cohort, part: Mapping, arms, rows: Rows) -> Iterator[Check]:
    """Yield the checks of the tests, of which there are, and of the standardised differences."""
    filled = [own for own in arms.values() if len(own)]
    shown = {row["variable"]: row["summary"] for row in rows if not row["contrast"]}
    tests, pairs = {}, ["|".join(pair) for pair in combinations(arms, 2)]
    for name in part["asked"]["variables"]:
        test = _chosen(cohort, part, name, filled, shown.get(name, ""))
        tests[name, "", test] = "scipy", *_test(cohort, name, test, filled, part["conventions"])
        for contrast in pairs:
            smd = _difference(cohort, name, *(arms[arm] for arm in contrast.split("|")))
            tests[name, contrast, ""] = "tableone", {"smd": smd}, COMPACT
    checks = Checks("baseline", part["tests"], "scipy", COMPACT)
    matched = Matched(checks, rows, ("variable", "contrast", "test"), tests)
    yield from matched.faults()
    for key, row in matched.pairs():
        engine, found, second = tests[key]
        found = dict.fromkeys((*TESTED, "smd"), math.nan) | found
        own = Checks("baseline", part["tests"], engine, second)
        yield from own.either(item(key), row, found)


def arms_of(cohort: Cohort, part: Mapping) -> dict[str, np.ndarray]:
    """Return the rows of each arm of a table."""
    rows, by = cohort.members(part["population"]), part["asked"]["by"]
    return {arm: rows[cohort.texts(by, rows) == arm] for arm in cohort.levels(by)}


def _summary(cohort: Cohort, row: Mapping[str, str], own) -> float:
    """Return one number of the table from the cells of its patients."""
    name, statistic = row["variable"], row["statistic"]
    if not name:
        return len(own)
    known = own[cohort.known([name], own)]
    if statistic == "missing":
        return len(own) - len(known)
    if cohort.is_coded(name):
        count = int((cohort.texts(name, known) == row["level"]).sum())
        if statistic == "percent":
            return 100 * count / len(known) if len(known) else math.nan
        return count if row["level"] else len(known)
    if statistic == "n":
        return len(known)
    return _of_numbers(cohort.numbers(name, known).tolist(), statistic)


def _of_numbers(values: Sequence[float], statistic: str) -> float:
    """Return a summary of numbers, NaN where there are too few."""
    if len(values) < (2 if statistic == "sd" else 1):
        return math.nan
    if statistic in ("q1", "q3"):
        if len(values) == 1:
            return values[0]
        return statistics.quantiles(values, n=4, method="inclusive")[0 if statistic == "q1" else 2]
    return {
        "mean": statistics.fmean,
        "sd": statistics.stdev,
        "median": statistics.median,
        "min": min,
        "max": max,
    }[statistic](values)


def counts(cohort: Cohort, name: str, groups) -> np.ndarray:
    """Return the contingency table, groups by levels that somebody has."""
    texts = [cohort.texts(name, own) for own in groups]
    table = np.array([[(t == level).sum() for level in cohort.levels(name)] for t in texts])
    return table[:, table.sum(axis=0) > 0]


def numbers(cohort: Cohort, name: str, groups) -> list[np.ndarray]:
    """Return the values of a number in each group."""
    return [cohort.numbers(name, own[cohort.known([name], own)]) for own in groups]


def _difference(cohort: Cohort, name: str, first, second) -> float:
    """Return the standardised difference of two arms, the second less the first; NaN of none."""
    if not cohort.is_coded(name):
        a, b = numbers(cohort, name, (first, second))
        if not _have_spread((a, b)):
            return math.nan
        spread = math.sqrt((statistics.variance(a.tolist()) + statistics.variance(b.tolist())) / 2)
        return (statistics.fmean(b) - statistics.fmean(a)) / spread
    table = counts(cohort, name, (first, second))
    if not _is_comparable(table):
        return math.nan
    p, q = table / table.sum(axis=1, keepdims=True)
    inside = sum(np.diag(share) - np.outer(share, share) for share in (p, q)) / 2
    apart, inside = (q - p)[1:], inside[1:, 1:]
    if np.linalg.matrix_rank(inside) < len(inside):
        return math.nan
    return float(np.sqrt(apart @ np.linalg.solve(inside, apart)))


def _have_spread(values) -> bool:
    """Return whether means can be compared: two values in each arm, and spread in one of them."""
    return min(map(len, values)) > 1 and any(np.ptp(own) > 0 for own in values)


def _is_comparable(table: np.ndarray) -> bool:
    """Return whether each of several arms has patients, and they have several levels."""
    return min(table.shape) > 1 and bool((table.sum(axis=1) > 0).all())


def _can_be_tested(cohort: Cohort, name: str, groups) -> bool:
    """Return whether each of several arms has values, and not all values are the same."""
    if cohort.is_coded(name):
        return len(groups) > 1 and _is_comparable(counts(cohort, name, groups))
    values = numbers(cohort, name, groups)
    return len(groups) > 1 and min(map(len, values)) > 0 and np.ptp(np.concatenate(values)) > 0


def _chosen(cohort: Cohort, part: Mapping, name: str, groups, summary: str) -> str:
    """Return the name of the test of a variable, empty where none is chosen.

    The table's own choice; else by the conventions, Fisher's test for 2 x 2 tables with an expected
    count below 5, rank tests for numbers that are not shown as means.
    """
    asked, conventions = part["asked"], part["conventions"]
    named = (asked.get("tests") or {}).get(name, "")
    if named or not _can_be_tested(cohort, name, groups):
        return named
    if not cohort.is_coded(name):
        means = (asked.get("summary") or {}).get(name, summary) == "mean_sd"
        of_two = conventions["t_test"] if means else "mann_whitney"
        return of_two if len(groups) == 2 else "anova" if means else "kruskal"
    table = counts(cohort, name, groups)
    if table.shape != (2, 2):
        return "pearson"
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return "fisher" if expected.min() < SMALL_EXPECTED else conventions["contingency"]


def _test(cohort: Cohort, name: str, test: str, groups, conventions) -> tuple[dict, str]:
    """Return the numbers of a test and who computed them; none of one that cannot be made."""
    coded = cohort.is_coded(name)
    if test not in (CATEGORICAL if coded else (*CONTINUOUS, "mann_whitney")):
        return {}, COMPACT
    if not _can_be_tested(cohort, name, groups):
        return {}, COMPACT
    if coded:
        table = counts(cohort, name, groups)
        if test in TWO_BY_TWO_TESTS and table.shape != (2, 2):
            return {}, COMPACT
        return CATEGORICAL[test](table)
    values = numbers(cohort, name, groups)
    if test in TWO_ARM_TESTS and len(groups) != 2:
        return {}, COMPACT
    if test in MEAN_TESTS and not _have_spread(values):
        return {}, COMPACT
    if test == "mann_whitney":
        return rank_sum(*values, corrected=conventions["rank_test"] == "corrected"), COMPACT
    return CONTINUOUS[test](values)
