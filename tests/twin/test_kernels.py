"""The compiled kernels against R (kernels.R)."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from twin import kernels

HERE = Path(__file__).parent
HORIZON = 22


@pytest.fixture(scope="module")
def r():
    with open(HERE / "kernels.csv") as file:
        return {row["statistic"].strip(): float(row["value"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def cohort():
    data = np.genfromtxt(HERE / "kernels_cohort.csv", delimiter=",", names=True, dtype=int)
    return {name: data[name].astype(np.int64) for name in data.dtype.names}


def counts(cohort, group):
    """Return (month, level) at risk and deaths, and the months of death."""
    at_risk, deaths = np.zeros((2, HORIZON, 4), np.float32)
    for month, died, level in zip(cohort["months"], cohort["died"], cohort[group], strict=True):
        at_risk[: month + 1, level] += 1
        deaths[month, level] += died
    return at_risk, deaths, np.flatnonzero(deaths.sum(axis=1))


@pytest.mark.parametrize(("group", "levels"), [("two", 2), ("three", 3), ("four", 4)])
def test_log_rank(cohort, r, group, levels):
    at_risk, deaths, months = counts(cohort, group)
    x = kernels.log_rank(at_risk, deaths, months, len(months), levels)
    assert x == pytest.approx(r[f"chisq_{group}"], rel=1e-6)
    assert kernels.chi_square_tail(x, levels - 1) == pytest.approx(r[f"p_{group}"], rel=1e-6)


def test_side_by_side(cohort, r):
    at_risk, deaths, months = counts(cohort, "two")
    at_risk, deaths = (np.repeat(x[:, :, None], 5, axis=2) for x in (at_risk, deaths))
    excess, variance, path = np.zeros(5), np.zeros(5), np.ones((HORIZON, 4, 5))
    kernels.two_sample_sums(at_risk, deaths, months, len(months), 1, 4, excess, variance)
    assert excess[1:4] ** 2 / variance[1:4] == pytest.approx([r["chisq_two"]] * 3, rel=1e-6)
    assert excess[0] == excess[4] == 0
    for level in (0, 1):
        kernels.survival_paths(at_risk, deaths, months, len(months), level, 1, 4, path)
        for p in (0.75, 0.5, 0.25):
            reached = np.flatnonzero(path[1 : len(months) + 1, level, 2] <= p + kernels.REACHED)
            first = months[reached[0]] if len(reached) else 0
            assert first == r[f"quartile_{level}_{p:g}"]


def test_cox(cohort, r):
    n = len(cohort["months"])
    terms, n_terms = np.zeros((n, 3), np.int64), np.zeros(n, np.int64)
    for i in range(n):
        own = [cohort["two"][i] == 1, cohort["three"][i] == 1, cohort["three"][i] == 2]
        n_terms[i] = sum(own)
        terms[i, : n_terms[i]] = np.flatnonzero(own)
    order = np.argsort(-cohort["months"], kind="stable")
    beta, variance = np.zeros(3), np.zeros((3, 3))
    for _ in range(8):
        step = kernels.newton_step(
            cohort["months"], cohort["died"], terms, n_terms, np.ones(n, bool), 3, order, beta,
            variance,
        )  # fmt: skip
    assert step < 1e-9
    assert beta == pytest.approx([r[f"beta_{k}"] for k in (1, 2, 3)], rel=1e-6)
    errors = np.sqrt(np.diag(variance))
    assert errors == pytest.approx([r[f"se_{k}"] for k in (1, 2, 3)], rel=1e-6)


def test_pearson(cohort, r):
    table = np.zeros((4, 2))
    for level, arm in zip(cohort["three"], cohort["two"], strict=True):
        table[level, arm] += 1
    x, df = kernels.pearson(table, 4, 2)
    assert (x, df) == (pytest.approx(r["pearson"], rel=1e-6), 2)


@pytest.mark.parametrize(
    ("before", "after", "reached", "misses"),
    [(0.8, 0.75, 1, False), (0.75, 0.7, 1, True), (0.8, 0.76, 1, True), (1, 0.6, 0, True),
     (1, 0.8, 0, False), (1, 0.75, 0, True)],
)  # fmt: skip
def test_a_quartile_is_the_first_month_at_or_below(before, after, reached, misses):
    assert (kernels.quartile_miss(before, after, reached, 0.75) > 0) == misses


def test_singular_information_is_infinite_not_wrong():
    terms = np.zeros((4, 1), np.int64)
    step = kernels.newton_step(
        np.arange(4), np.ones(4, np.int64), terms, np.zeros(4, np.int64), np.ones(4, bool), 1,
        np.arange(4)[::-1].copy(), np.zeros(1), np.zeros((1, 1)),
    )  # fmt: skip
    assert step == math.inf
