"""The checks of a baseline table: numbers by the standard library, tests by statsmodels.

Rank tests, Fisher's and Yates' have no second library: they are written from their formulae.
"""

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy.special import chdtrc

from retrocohort.verify.check import COMPACT, Check, Checks, item_of
from retrocohort.verify.cohort import Cohort
from retrocohort.verify.curves import ENGINE


def of_baseline(cohort: Cohort, part: Mapping, read) -> Iterator[Check]:
    """Yield the checks of the numbers, the tests and the differences of a baseline table."""
    rows, arms = cohort.members(part["population"]), arms_of(cohort, part)
    checks = Checks("baseline", part["values"], "tableone", COMPACT)
    for row in read(part["values"]):
        own = arms[row["arm"]] if row["arm"] else rows
        item = item_of(row, "variable", "level", "arm", "statistic")
        yield from checks(item, row, {"value": _summary(cohort, row, own)})
    filled = [own for own in arms.values() if len(own)]
    for row in read(part["tests"]):
        engine, second = "tableone", COMPACT
        if row["contrast"]:
            pair = [arms[arm] for arm in row["contrast"].split("|")]
            found = {"smd": _difference(cohort, row["variable"], *pair)} if row["smd"] else {}
        else:
            engine = "scipy"
            found, second = _test(cohort, row, filled, part["conventions"])
        item = item_of(row, "variable", "contrast", "test")
        yield from Checks("baseline", part["tests"], engine, second)(item, row, found)


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
    """Return the standardised difference of two arms, the second less the first."""
    if not cohort.is_coded(name):
        a, b = numbers(cohort, name, (first, second))
        spread = math.sqrt((statistics.variance(a.tolist()) + statistics.variance(b.tolist())) / 2)
        return (statistics.fmean(b) - statistics.fmean(a)) / spread
    table = counts(cohort, name, (first, second))
    p, q = table / table.sum(axis=1, keepdims=True)
    inside = sum(np.diag(share) - np.outer(share, share) for share in (p, q)) / 2
    apart = (q - p)[1:]
    return float(np.sqrt(apart @ np.linalg.solve(inside[1:, 1:], apart)))


def _test(cohort: Cohort, row: Mapping[str, str], groups, conventions) -> tuple[dict, str]:
    """Return the numbers of the test of a row and who computed them; none of one not made."""
    if not row["p"]:
        return {}, COMPACT
    if cohort.is_coded(row["variable"]):
        table = counts(cohort, row["variable"], groups)
        return CATEGORICAL[row["test"]](table)
    values = numbers(cohort, row["variable"], groups)
    corrected = conventions["rank_test"] == "corrected"
    if row["test"] == "mann_whitney":
        return rank_sum(*values, corrected=corrected), COMPACT
    return CONTINUOUS[row["test"]](values)


def pearson(table: np.ndarray) -> tuple[dict, str]:
    """Return the chi-square test of independence."""
    from statsmodels.stats.contingency_tables import Table

    found = Table(table, shift_zeros=False).test_nominal_association()
    statistic, df = float(found.statistic), int(found.df)
    return {"statistic": statistic, "df": df, "p": float(chdtrc(df, statistic))}, ENGINE


def yates(table: np.ndarray) -> tuple[dict, str]:
    """Return the chi-square test of a 2 x 2 table with Yates' correction."""
    (a, b), (c, d) = table.tolist()
    n = a + b + c + d
    apart = max(abs(a * d - b * c) - n / 2, 0.0)
    statistic = n * apart**2 / ((a + b) * (c + d) * (a + c) * (b + d))
    return {"statistic": statistic, "df": 1, "p": math.erfc(math.sqrt(statistic / 2))}, COMPACT


def fisher(table: np.ndarray) -> tuple[dict, str]:
    """Return Fisher's exact test, two-sided: all tables no more likely than this one."""
    (a, b), (c, d) = table.tolist()
    row, other, column = a + b, c + d, a + c
    ways = {
        k: math.comb(row, k) * math.comb(other, column - k)
        for k in range(max(0, column - other), min(row, column) + 1)
    }
    # R's and scipy's: tables that are as likely but for rounding count; whole numbers need none
    extreme = sum(number for number in ways.values() if number <= ways[a])
    return {"p": extreme / math.comb(row + other, column)}, COMPACT


def t_test(values, kind: str) -> tuple[dict, str]:
    """Return Welch's or Student's t test."""
    from statsmodels.stats.weightstats import ttest_ind

    usevar = "unequal" if kind == "welch" else "pooled"
    statistic, p, df = ttest_ind(*values, usevar=usevar)
    return {"statistic": float(statistic), "df": float(df), "p": float(p)}, ENGINE


def anova(values) -> tuple[dict, str]:
    """Return the one-way analysis of variance with equal variances."""
    from statsmodels.stats.oneway import anova_oneway

    found = anova_oneway(values, use_var="equal")
    df, df2 = found.df
    numbers = {"statistic": found.statistic, "df": df, "df2": df2, "p": found.pvalue}
    return {name: float(number) for name, number in numbers.items()}, ENGINE


def ranks(values: np.ndarray) -> tuple[np.ndarray, float]:
    """Return mid-ranks, and the sum of t cubed less t over the groups of t ties."""
    _, place, n = np.unique(values, return_inverse=True, return_counts=True)
    upper = np.cumsum(n)
    return (upper - (n - 1) / 2)[place], float((n.astype(float) ** 3 - n).sum())


def rank_sum(first: np.ndarray, second: np.ndarray, corrected: bool) -> dict[str, float]:
    """Return the Mann-Whitney test, normal approximation with ties (Lehmann 1975)."""
    n, m = len(first), len(second)
    rank, ties = ranks(np.concatenate([first, second]))
    u = rank[:n].sum() - n * (n + 1) / 2
    total = n + m
    spread = math.sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))))
    apart = max(abs(u - n * m / 2) - (0.5 if corrected else 0.0), 0.0 if corrected else -math.inf)
    return {"statistic": float(u), "p": math.erfc(apart / spread / math.sqrt(2))}


def kruskal(values) -> tuple[dict, str]:
    """Return the Kruskal-Wallis test with ties."""
    together = np.concatenate(values)
    rank, ties = ranks(together)
    n = len(together)
    sums = [
        part.sum() ** 2 / len(part) for part in np.split(rank, np.cumsum([*map(len, values)])[:-1])
    ]
    statistic = 12 / (n * (n + 1)) * sum(sums) - 3 * (n + 1)
    statistic /= 1 - ties / (n**3 - n)
    df = len(values) - 1
    return {"statistic": float(statistic), "df": df, "p": float(chdtrc(df, statistic))}, COMPACT


CATEGORICAL = {"pearson": pearson, "yates": yates, "fisher": fisher}
CONTINUOUS = {
    "welch": lambda values: t_test(values, "welch"),
    "student": lambda values: t_test(values, "student"),
    "anova": anova,
    "kruskal": kruskal,
}
