"""A cohort during the annealing: its patients, and the counts that follow from them.

Every change goes through `set_exit` and `swap_level`, which keep the counts right.
"""

from typing import NamedTuple

import numpy as np

from twin import kernels
from twin.kernels import compiled
from twin.problem import Problem, Start

MOST_STEPS = 12  # elementary steps of a move


class State(NamedTuple):
    """A cohort, with the counts and losses that belong to it."""

    months: np.ndarray  # (n,)
    dead: np.ndarray  # (n,)
    covariates: np.ndarray  # (n, v)
    has: np.ndarray  # (n, 4, a): 1 where a patient has this level in this analysis
    at_risk: np.ndarray  # (month, 4, a)
    deaths: np.ndarray  # (month, 4, a)
    deaths_of: np.ndarray  # (populations, month)
    loss_analysis: np.ndarray
    loss_model: np.ndarray
    loss_baseline: np.ndarray
    loss_followup: np.ndarray  # (1,)
    beta: np.ndarray  # (m, most)


class Scratch(NamedTuple):
    """Arrays that are written anew at each step."""

    event_months: np.ndarray
    place: np.ndarray
    path: np.ndarray  # (month of death, 4, a): S after it
    excess: np.ndarray
    variance_of: np.ndarray
    steps: np.ndarray  # (MOST_STEPS, 5)
    affected: np.ndarray
    new_analysis: np.ndarray
    new_baseline: np.ndarray
    new_model: np.ndarray
    new_beta: np.ndarray
    variance: np.ndarray
    order: np.ndarray
    first: np.ndarray
    terms: np.ndarray
    n_terms: np.ndarray
    used: np.ndarray
    exits: np.ndarray
    censored: np.ndarray


def new_state(problem: Problem, start: Start) -> State:
    """Return the state of a start; its losses are filled when the annealing begins."""
    a, months, n = len(problem.population), problem.horizon + 2, len(start.months)
    return State(
        start.months.copy(),
        start.dead.copy(),
        start.covariates.copy(),
        np.zeros((n, 4, a), np.float32),
        np.zeros((months, 4, a), np.float32),
        np.zeros((months, 4, a), np.float32),
        np.zeros((len(problem.member), months), np.int64),
        np.zeros(a),
        np.zeros(len(problem.width)),
        np.zeros(len(problem.base_variable)),
        np.zeros(1),
        np.zeros(problem.goal.shape[:2]),
    )


def new_scratch(problem: Problem) -> Scratch:
    """Return scratch space for a problem."""
    a, n = len(problem.population), problem.member.shape[1]
    months, most = problem.horizon + 2, problem.goal.shape[1]
    return Scratch(
        np.zeros(months, np.int64),
        np.zeros(months, np.int64),
        np.ones((months, 4, a)),
        np.zeros(a),
        np.zeros(a),
        np.zeros((MOST_STEPS, 5), np.int64),
        np.zeros(a, np.bool_),
        np.zeros(a),
        np.zeros(len(problem.base_variable)),
        np.zeros(len(problem.width)),
        np.zeros((len(problem.width), most)),
        np.zeros((most, most)),
        np.zeros(n, np.int64),
        np.zeros(months, np.int64),
        np.zeros((n, 16), np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.bool_),
        np.zeros(months, np.int64),
        np.zeros(months, np.int64),
    )


@compiled
def set_exit(P, S, i, month, dead):
    """Move the exit of a patient, in the cohort and in every count."""
    was, died = S.months[i], S.dead[i]
    size = S.has.shape[1] * S.has.shape[2]
    has, at_risk = S.has[i].reshape(size), S.at_risk.reshape((len(S.at_risk), size))
    kernels.add_rows(at_risk, has, was + 1, month + 1, 1.0)
    kernels.add_rows(at_risk, has, month + 1, was + 1, -1.0)
    deaths = S.deaths.reshape((len(S.deaths), size))
    kernels.add_rows(deaths, has, was, was + died, -1.0)
    kernels.add_rows(deaths, has, month, month + dead, 1.0)
    for p in range(P.member.shape[0]):
        if P.member[p, i]:
            S.deaths_of[p, was] -= died
            S.deaths_of[p, month] += dead
    S.months[i] = month
    S.dead[i] = dead


@compiled
def count_in(P, S, v, i, sign):
    """Add a patient to the counts of a variable, or take him out."""
    g = S.covariates[i, v]
    if g < 0:
        return
    for a in range(len(P.variable)):
        if P.variable[a] == v and P.member[P.population[a], i]:
            S.has[i, g, a] += sign
            for t in range(S.months[i] + 1):
                S.at_risk[t, g, a] += sign
            if S.dead[i]:
                S.deaths[S.months[i], g, a] += sign


@compiled
def swap_level(P, S, v, i, j):
    """Swap the levels that two patients have of a variable."""
    count_in(P, S, v, i, -1)
    count_in(P, S, v, j, -1)
    S.covariates[i, v], S.covariates[j, v] = S.covariates[j, v], S.covariates[i, v]
    count_in(P, S, v, i, 1)
    count_in(P, S, v, j, 1)


@compiled
def same_populations(P, S, i):
    """Return whether a patient is still in the populations that he started in."""
    for p in range(P.member.shape[0]):
        inside = True
        for v in range(P.allowed.shape[1]):
            g = S.covariates[i, v]
            if g >= 0 and not (P.allowed[p, v] >> g) & 1:
                inside = False
        if inside != P.member[p, i]:
            return False
    return True


@compiled
def fill_counts(P, S):
    """Count a cohort from nothing."""
    S.has[:] = 0
    S.at_risk[:] = 0
    S.deaths[:] = 0
    S.deaths_of[:] = 0
    for i in range(len(S.months)):
        for p in range(P.member.shape[0]):
            if P.member[p, i]:
                S.deaths_of[p, S.months[i]] += S.dead[i]
        for v in range(S.covariates.shape[1]):
            count_in(P, S, v, i, 1)


@compiled
def find_event_months(P, S, W, p):
    """List a population's months of death, and for each month how many of them have passed."""
    n = 0
    for t in range(P.horizon + 1):
        W.event_months[n] = t
        n += S.deaths_of[p, t] > 0
        W.place[t] = n
    return n


@compiled
def order_by_exit(P, S, W):
    """Order the patients by descending exit (counting sort)."""
    first = W.first
    first[:] = 0
    for i in range(len(S.months)):
        first[S.months[i]] += 1
    total = 0
    for t in range(P.horizon + 1, -1, -1):
        first[t], total = total, total + first[t]
    for i in range(len(S.months)):
        W.order[first[S.months[i]]] = i
        first[S.months[i]] += 1
