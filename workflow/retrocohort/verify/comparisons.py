"""Tests between the arms of a baseline table, by statsmodels.

Rank tests, Fisher's and Yates' have no second library: they are written from their formulae.
"""

import math

import numpy as np
from scipy.special import chdtrc

from retrocohort.verify.check import COMPACT
from retrocohort.verify.curves import ENGINE


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
