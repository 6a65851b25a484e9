"""Survival statistics on a grid of whole months, compiled: what one step of the annealing needs.

A level is described by `at_risk[t]`, the patients with an exit at t or later, and `deaths[t]`.
`months` lists the months in which anybody of the population dies.
"""

import math

import numpy as np
from numba import njit

REACHED = 1e-8  # S(t) <= p, up to the rounding of a product; the pipeline's tolerance is R's
NOT_REACHED = 0  # as target of a quartile

# Compiled anew by each process: numba's cache does not see a change in another module.
compiled = njit(fastmath=True, error_model="numpy")


@compiled
def log_rank(at_risk, deaths, months, n_months, levels):
    """Return the log-rank chi-square of (month, level) counts; empty levels drop out."""
    observed = np.zeros(4)
    variance = np.zeros((4, 4))
    for m in range(n_months):
        t = months[m]
        d = 0.0
        n = 0.0
        for g in range(levels):
            d += deaths[t, g]
            n += at_risk[t, g]
        if d == 0:
            continue
        share = d / n
        spread = share * (n - d) / (n - 1) if n > 1 else 0.0
        for g in range(levels - 1):
            r = at_risk[t, g]
            observed[g] += deaths[t, g] - share * r
            variance[g, g] += spread * r * (1 - r / n)
            for h in range(g):
                variance[g, h] -= spread * r * at_risk[t, h] / n
    return quadratic_form(variance, observed, levels - 1)


@compiled
def add_rows(table, row, first, end, sign):
    """Add a row to the rows first to end - 1 of a table."""
    size = row.shape[0]
    for t in range(first, end):
        for k in range(size):
            table[t, k] += sign * row[k]


@compiled
def two_sample_sums(at_risk, deaths, months, n_months, first, end, excess, variance):
    """Fill the log-rank sums of many analyses of two levels at once.

    Counts are (month, level, analysis); the innermost loops are over analyses and free of
    branches, so that they are compiled to vector instructions.
    """
    for a in range(first, end):
        excess[a] = 0.0
        variance[a] = 0.0
    for m in range(n_months):
        t = months[m]
        d0, d1, r0, r1 = deaths[t, 0], deaths[t, 1], at_risk[t, 0], at_risk[t, 1]
        for a in range(first, end):
            x, u = float(d0[a]), float(r0[a])
            d, n = x + d1[a], u + r1[a] + 1e-300
            share = u / n
            excess[a] += x - d * share
            variance[a] += d * share * (1 - share) * (n - d) / (n - 1 + 1e-9)


@compiled
def survival_paths(at_risk, deaths, months, n_months, level, first, end, path):
    """Fill path[m + 1, level, a] with S after the month of death m; path[0] is 1."""
    for m in range(n_months):
        d, r = deaths[months[m], level], at_risk[months[m], level]
        was, now = path[m, level], path[m + 1, level]
        for a in range(first, end):
            now[a] = was[a] * (1.0 - float(d[a]) / (float(r[a]) + 1e-300))


@compiled
def quadratic_form(matrix, vector, size):
    """Return x' A^-1 x of a positive semidefinite A (lower triangle); null directions count 0."""
    factor = np.zeros((4, 4))
    half = np.zeros(4)
    total = 0.0
    for i in range(size):
        for j in range(i):
            x = matrix[i, j]
            for k in range(j):
                x -= factor[i, k] * factor[j, k]
            factor[i, j] = x / factor[j, j] if factor[j, j] > 0 else 0.0
        x = matrix[i, i]
        y = vector[i]
        for k in range(i):
            x -= factor[i, k] ** 2
            y -= factor[i, k] * half[k]
        if x > 1e-9:
            factor[i, i] = math.sqrt(x)
            half[i] = y / factor[i, i]
            total += half[i] ** 2
    return total


@compiled
def chi_square_tail(x, df):
    """Return P(X > x) for 1, 2 or 3 degrees of freedom."""
    if x <= 0 or df < 1:
        return 1.0
    if df == 2:
        return math.exp(-x / 2)
    tail = math.erfc(math.sqrt(x / 2))
    return tail if df == 1 else tail + math.sqrt(2 * x / math.pi) * math.exp(-x / 2)


@compiled
def quartile_miss(before, after, reached, p):
    """Return by how much S misses a quartile, 0 when the first S(t) <= p is in its month.

    `before` and `after` are S up to that month and after it; with reached = 0 `after` is the last
    S, which must stay above p.
    """
    if not reached:
        return p - after + 0.01 if after <= p + REACHED else 0.0
    miss = 0.0
    if before <= p + REACHED:
        miss += p - before + 0.01
    if after > p + REACHED:
        miss += after - p + 0.005
    return miss


@compiled
def breslow(times, dead, terms, n_terms, used, width, beta, order, score, information):
    """Fill the score and the information (lower triangle) of a Cox model with Breslow's ties.

    Parameters
    ----------
    terms, n_terms : for each patient the indices of the terms that are 1, and how many.
    used : patients with all covariates known.
    order : patients by descending time.
    """
    ratio = np.exp(beta)
    s1 = np.zeros(width)
    s2 = np.zeros((width, width))
    s0 = 0.0
    score[:width] = 0.0
    information[:width, :width] = 0.0
    k = 0
    while k < len(order):
        t = times[order[k]]
        d = 0
        while k < len(order) and times[order[k]] == t:
            i = order[k]
            k += 1
            if not used[i]:
                continue
            w = 1.0
            for a in range(n_terms[i]):
                w *= ratio[terms[i, a]]
            s0 += w
            for a in range(n_terms[i]):
                x = terms[i, a]
                s1[x] += w
                for b in range(a + 1):
                    s2[x, terms[i, b]] += w
                if dead[i]:
                    score[x] += 1.0
            if dead[i]:
                d += 1
        if d > 0:
            f = d / s0
            for a in range(width):
                mean = s1[a] / s0
                score[a] -= d * mean
                for b in range(a + 1):
                    information[a, b] += f * s2[a, b] - d * mean * (s1[b] / s0)


@compiled
def invert(matrix, width, inverse):
    """Fill the inverse of a positive definite matrix (lower triangle given), else return False."""
    factor = np.zeros((width, width))
    for i in range(width):
        for j in range(i + 1):
            x = matrix[i, j]
            for k in range(j):
                x -= factor[i, k] * factor[j, k]
            if i == j:
                if x <= 1e-9:
                    return False
                factor[i, i] = math.sqrt(x)
            else:
                factor[i, j] = x / factor[j, j]
    lower = np.zeros((width, width))
    for i in range(width):
        lower[i, i] = 1.0 / factor[i, i]
        for j in range(i):
            x = 0.0
            for k in range(j, i):
                x -= factor[i, k] * lower[k, j]
            lower[i, j] = x / factor[i, i]
    for i in range(width):
        for j in range(i + 1):
            x = 0.0
            for k in range(i, width):
                x += lower[k, i] * lower[k, j]
            inverse[i, j] = x
            inverse[j, i] = x
    return True


@compiled
def newton_step(times, dead, terms, n_terms, used, width, order, beta, variance):
    """Take one Newton step of a Cox model from `beta`, in place; fill the variance at its start.

    Returns the largest change of a coefficient: after a step below 1e-4 the error is of the order
    of its square. Infinite when the information is singular.
    """
    score = np.zeros(width)
    information = np.zeros((width, width))
    breslow(times, dead, terms, n_terms, used, width, beta[:width], order, score, information)
    if not invert(information, width, variance):
        return math.inf
    largest = 0.0
    for a in range(width):
        step = 0.0
        for b in range(width):
            step += variance[a, b] * score[b]
        step = min(max(step, -1.5), 1.5)
        beta[a] += step
        largest = max(largest, abs(step))
    return largest


@compiled
def pearson(counts, levels, arms):
    """Return chi-square and degrees of freedom of a table; empty rows and columns drop out."""
    rows = np.zeros(levels)
    columns = np.zeros(arms)
    n = 0.0
    for g in range(levels):
        for a in range(arms):
            rows[g] += counts[g, a]
            columns[a] += counts[g, a]
            n += counts[g, a]
    x = 0.0
    used_rows = 0
    used_columns = 0
    for a in range(arms):
        used_columns += columns[a] > 0
    for g in range(levels):
        used_rows += rows[g] > 0
        for a in range(arms):
            if rows[g] > 0 and columns[a] > 0:
                expected = rows[g] * columns[a] / n
                x += (counts[g, a] - expected) ** 2 / expected
    return x, (used_rows - 1) * (used_columns - 1)
