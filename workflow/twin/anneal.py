"""Simulated annealing of months, deaths and covariates under the printed survival numbers.

Every move keeps every count: exits and deaths move between patients and months, levels of a
variable are swapped among patients who are counted in the same groups. The loss is a sum over the
printed numbers, 0 where the number comes out as printed; it grows with the logarithm of the
distance, in units of the last digit, so that it leads on at every scale.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from twin import kernels
from twin.problem import AT_LEAST, BELOW, FREE, LARGE, WINDOW, Problem, Start

SET_EXIT, SWAP_LEVEL = 0, 1
MOST_STEPS = 12  # elementary steps of a move
MOST_NEWTON = 15
NEAR, MARGIN = 0.02, 0.5  # a Newton step this small changes the penalty by less than the margin
NEARLY = 0.028  # hazard ratios and limits are wanted within 3%
Z = 1.959963984540054
QUARTILE, TEST, COX, BASELINE, FOLLOWUP = range(5)  # places in the weights


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


@njit(cache=True, fastmath=True, error_model="numpy")
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


@njit(cache=True, fastmath=True, error_model="numpy")
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


@njit(cache=True, fastmath=True, error_model="numpy")
def swap_level(P, S, v, i, j):
    """Swap the levels that two patients have of a variable."""
    count_in(P, S, v, i, -1)
    count_in(P, S, v, j, -1)
    S.covariates[i, v], S.covariates[j, v] = S.covariates[j, v], S.covariates[i, v]
    count_in(P, S, v, i, 1)
    count_in(P, S, v, j, 1)


@njit(cache=True, fastmath=True, error_model="numpy")
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


@njit(cache=True, fastmath=True, error_model="numpy")
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


@njit(cache=True, fastmath=True, error_model="numpy")
def find_event_months(P, S, W, p):
    """List a population's months of death, and for each month how many of them have passed."""
    n = 0
    for t in range(P.horizon + 1):
        W.event_months[n] = t
        n += S.deaths_of[p, t] > 0
        W.place[t] = n
    return n


@njit(cache=True, fastmath=True, error_model="numpy")
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


@njit(cache=True, fastmath=True, error_model="numpy")
def distance(x, centre, half, slope):
    """Return the penalty of a number outside its window: log of the distance plus a slope."""
    far = abs(x - centre)
    if far <= half:
        return 0.0
    return 0.15 + 0.25 * math.log(far / half) + slope * min(far, 3.0)


@njit(cache=True, fastmath=True, error_model="numpy")
def quartile_loss(asked, path, place, n_months, weight, loss):
    """Add to each analysis the penalty of its quartiles that S, in `path`, misses."""
    for q in range(len(asked)):
        a, g, k, month = asked[q]
        p = 0.75 - 0.25 * k
        if month == kernels.NOT_REACHED:
            miss = kernels.quartile_miss(1.0, path[n_months, g, a], 0, p)
        else:
            before, after = path[place[month - 1], g, a], path[place[month], g, a]
            miss = kernels.quartile_miss(before, after, 1, p)
        if miss > 0:
            loss[a] += weight * (0.4 + 8 * min(miss, 0.5))


@njit(cache=True, fastmath=True, error_model="numpy")
def test_loss(kind, centre, half, x, present, weight):
    """Return the penalty of a chi-square x over the levels that are present."""
    if kind == FREE:
        return 0.0
    if kind == WINDOW:
        return weight * distance(math.sqrt(x), centre, half, 0.5)
    if kind == LARGE:
        short = centre - math.sqrt(x)
        return weight * (0.3 + short) if short > 0 else 0.0
    df = -1
    for g in range(len(present)):
        df += present[g] > 0
    over = kernels.chi_square_tail(x, df) - centre
    if kind == AT_LEAST:
        over = -over
    elif df < 1:
        over = 1.0
    return weight * (0.3 + 3 * max(over, 0.0)) if over > -0.001 else 0.0


@njit(cache=True, fastmath=True, error_model="numpy")
def losses_of_population(P, S, W, p, first, end, weights):
    """Fill W.new_analysis from first to end, all of one population."""
    n_months = find_event_months(P, S, W, p)
    more = min(max(P.block[p, 1], first), end)
    months, path = W.event_months, W.path
    for level in range(4):
        start = first if level < 2 else more
        kernels.survival_paths(S.at_risk, S.deaths, months, n_months, level, start, end, path)
    kernels.two_sample_sums(
        S.at_risk, S.deaths, months, n_months, first, more, W.excess, W.variance_of
    )
    W.new_analysis[first:end] = 0.0
    asked = P.quartile[P.quartiles[first] : P.quartiles[end]]
    quartile_loss(asked, path, W.place, n_months, weights[QUARTILE], W.new_analysis)
    for a in range(first, end):
        if a < more:
            x = W.excess[a] ** 2 / W.variance_of[a] if W.variance_of[a] > 1e-12 else 0.0
        else:
            at_risk, deaths = S.at_risk[:, :, a], S.deaths[:, :, a]
            x = kernels.log_rank(at_risk, deaths, months, n_months, P.levels[a])
        centre, half = P.window[a]
        W.new_analysis[a] += test_loss(
            P.test[a], centre, half, x, S.at_risk[0, :, a], weights[TEST]
        )


@njit(cache=True, fastmath=True, error_model="numpy")
def loss_of_model(P, S, W, m, weights, limit):
    """Fit one Cox model from its last estimate; return the penalty of its printed numbers.

    A fit that is near after one step and clearly above the limit is not refined.
    """
    for i in range(len(S.months)):
        W.used[i] = P.member[P.model_population[m], i]
        W.n_terms[i] = 0
        for k in range(P.model_variables.shape[1]):
            v = P.model_variables[m, k]
            if v < 0 or not W.used[i]:
                break
            g = S.covariates[i, v]
            if g < 0:
                W.used[i] = False
            elif P.term[m, v, g] >= 0:
                W.terms[i, W.n_terms[i]] = P.term[m, v, g]
                W.n_terms[i] += 1
    beta, width = W.new_beta[m], P.width[m]
    beta[:] = S.beta[m]
    for attempt in range(MOST_NEWTON):
        step = kernels.newton_step(
            S.months, S.dead, W.terms, W.n_terms, W.used, width, W.order, beta, W.variance
        )
        if step < 1e-4 or step < NEAR and penalty_of_model(P, W, m, weights) > limit + MARGIN:
            return penalty_of_model(P, W, m, weights)
        if step == math.inf:
            break
    beta[:] = 0.0
    return weights[COX] * 10.0 * width


@njit(cache=True, fastmath=True, error_model="numpy")
def penalty_of_model(P, W, m, weights):
    """Return the penalty of a fit's printed hazard ratios, limits and P."""
    loss, beta = 0.0, W.new_beta[m]
    for k in range(P.width[m]):
        error = math.sqrt(W.variance[k, k])
        got = (beta[k], beta[k] - Z * error, beta[k] + Z * error)
        for s in range(3):
            centre, half = P.goal[m, k, s]
            if half > 0:
                far = abs(got[s] - centre)
                loss += distance(got[s], centre, half, 2.0)
                loss += 0.3 + 5 * (far - NEARLY) if far > NEARLY else 0.0
        if P.goal[m, k, 3, 1] > 0:
            z = abs(beta[k]) / error
            loss += 0.5 * distance(z, P.goal[m, k, 3, 0], P.goal[m, k, 3, 1], 0.5)
    return weights[COX] * loss


@njit(cache=True, fastmath=True, error_model="numpy")
def loss_of_baseline(P, S, b, weights):
    """Return the penalty of a baseline difference that must not be significant."""
    v = P.base_variable[b]
    counts = np.zeros((4, P.arms))
    for i in range(len(S.months)):
        if P.member[P.base_population[b], i] and S.covariates[i, v] >= 0:
            counts[S.covariates[i, v], S.covariates[i, P.arm]] += 1
    x, df = kernels.pearson(counts, 4, P.arms)
    over = x - P.critical[df] + 0.01 if df > 0 else 0.0
    return weights[BASELINE] * (0.5 + over) if over > 0 else 0.0


@njit(cache=True, fastmath=True, error_model="numpy")
def loss_of_followup(P, S, W, weights):
    """Return the penalty of the reverse Kaplan-Meier median and of too few late censored."""
    exits, censored = W.exits, W.censored
    exits[:] = 0
    censored[:] = 0
    late = 0
    for i in range(len(S.months)):
        exits[S.months[i]] += 1
        if S.dead[i] == 0:
            censored[S.months[i]] += 1
            late += S.months[i] > P.late
    loss = 0.3 * max(0, P.n_late - late)
    if P.followup > 0:
        n = float(len(S.months))
        s = before = 1.0
        for t in range(P.followup + 1):
            before = s
            # deaths of a month leave before its censored: R's order in the reverse estimate is
            # the same as in the direct one, all with an exit at t are at risk at t
            if censored[t] > 0:
                s *= 1.0 - censored[t] / n
            n -= exits[t]
        miss = 0.0
        if before <= 0.5 + 1e-9:
            miss += 0.5 - before + 0.01
        if s > 0.5 + 1e-9:
            miss += s - 0.5 + 0.005
        loss += 0.4 + 8 * miss if miss > 0 else 0.0
    return weights[FOLLOWUP] * loss


@njit(cache=True, fastmath=True, error_model="numpy")
def fill_losses(P, S, W, counted, models, weights):
    """Compute every loss of a state anew; return their sum."""
    fill_counts(P, S)
    order_by_exit(P, S, W)
    S.loss_analysis[:] = 0
    S.loss_model[:] = 0
    for p in counted:
        losses_of_population(P, S, W, p, P.block[p, 0], P.block[p, 2], weights)
        for a in range(P.block[p, 0], P.block[p, 2]):
            S.loss_analysis[a] = W.new_analysis[a]
    for m in models:
        S.loss_model[m] = loss_of_model(P, S, W, m, weights, math.inf)
        S.beta[m] = W.new_beta[m]
    for b in range(len(S.loss_baseline)):
        S.loss_baseline[b] = loss_of_baseline(P, S, b, weights)
    S.loss_followup[0] = loss_of_followup(P, S, W, weights)
    return S.loss_analysis.sum() + S.loss_model.sum() + S.loss_baseline.sum() + S.loss_followup[0]


@njit(cache=True, fastmath=True, error_model="numpy")
def note(W, n, kind, i, j, month, dead):
    """Write down an elementary step, to be taken back; return how many there are."""
    W.steps[n, 0], W.steps[n, 1], W.steps[n, 2] = kind, i, j
    W.steps[n, 3], W.steps[n, 4] = month, dead
    return n + 1


@njit(cache=True, fastmath=True, error_model="numpy")
def take_back(P, S, W, n, keep):
    """Undo the elementary steps after the first `keep`."""
    for k in range(n - 1, keep - 1, -1):
        kind, i, j = W.steps[k, 0], W.steps[k, 1], W.steps[k, 2]
        if kind == SET_EXIT:
            set_exit(P, S, i, W.steps[k, 3], W.steps[k, 4])
        else:
            swap_level(P, S, W.steps[k, 3], i, j)


@njit(cache=True, fastmath=True, error_model="numpy")
def move_exit(P, S, W, i, n):
    """Shift one exit: by little, by much, to a month in which somebody dies, or anywhere."""
    was, dead = S.months[i], S.dead[i]
    last = P.last_death if dead else P.horizon
    u = np.random.random()
    if u < 0.5:
        t = was + np.random.randint(-4, 5)
    elif u < 0.7:
        t = was + np.random.randint(-30, 31)
    elif u < 0.9 and dead:
        t = S.months[np.random.randint(len(S.months))]
    else:
        t = np.random.randint(1, last + 1)
    if t < 1 or t > last or t == was:
        return n
    set_exit(P, S, i, t, dead)
    return note(W, n, SET_EXIT, i, i, was, dead)


@njit(cache=True, fastmath=True, error_model="numpy")
def exchange(P, S, W, i, j, n, flags_only):
    """Exchange the exits of two patients, or only who of them died."""
    if S.months[i] == S.months[j] and S.dead[i] == S.dead[j]:
        return n
    mi, di, mj, dj = S.months[i], S.dead[i], S.months[j], S.dead[j]
    if flags_only:
        if di == dj or max(mi, mj) > P.last_death:
            return n
        set_exit(P, S, i, mi, dj)
        set_exit(P, S, j, mj, di)
    else:
        set_exit(P, S, i, mj, dj)
        set_exit(P, S, j, mi, di)
    n = note(W, n, SET_EXIT, i, i, mi, di)
    return note(W, n, SET_EXIT, j, j, mj, dj)


@njit(cache=True, fastmath=True, error_model="numpy")
def swap(P, S, W, v, i, j, n):
    """Swap a level if both stay in their populations."""
    swap_level(P, S, v, i, j)
    n = note(W, n, SWAP_LEVEL, i, j, v, 0)
    if P.defining[v] and not (same_populations(P, S, i) and same_populations(P, S, j)):
        take_back(P, S, W, n, n - 1)
        return n - 1
    return n


@njit(cache=True, fastmath=True, error_model="numpy")
def swap_pair(P, S, W, free, n):
    """Swap a level between two patients who are counted in the same groups."""
    v = np.random.randint(P.code.shape[0] - 1)
    if v == P.arm:
        return n
    i = free[np.random.randint(len(free))]
    for _ in range(12):
        j = free[np.random.randint(len(free))]
        if P.code[v, i] == P.code[v, j] and S.covariates[i, v] != S.covariates[j, v]:
            return swap(P, S, W, v, i, j, n)
    return n


@njit(cache=True, fastmath=True, error_model="numpy")
def swap_crosswise(P, S, W, free, n):
    """Swap a level between groups, and back between two others, so that every count stays."""
    v = np.random.randint(P.code.shape[0] - 1)
    if v == P.arm:
        return n
    i = free[np.random.randint(len(free))]
    code, levels = P.code[v], S.covariates
    j = -1
    for _ in range(12):
        x = free[np.random.randint(len(free))]
        if levels[x, v] != levels[i, v] and code[x] != code[i]:
            j = x
            break
    if j < 0:
        return n
    for _ in range(60):
        x = free[np.random.randint(len(free))]
        if levels[x, v] != levels[j, v] or x == j:
            continue
        y = free[np.random.randint(len(free))]
        if y == i or levels[y, v] != levels[i, v] or code[i] + code[y] != code[j] + code[x]:
            continue
        before = n
        n = swap(P, S, W, v, i, j, n)
        if n == before:
            return n
        n = swap(P, S, W, v, x, y, n)
        if n == before + 1:
            take_back(P, S, W, n, before)
            return before
        return n
    return n


@njit(cache=True, fastmath=True, error_model="numpy")
def propose(P, S, W, free):
    """Make a move of one to three parts; return its number of elementary steps."""
    n = 0
    u = np.random.random()
    parts = 1 if u < 0.7 else 2 if u < 0.92 else 3
    for _ in range(parts):
        u = np.random.random()
        i = free[np.random.randint(len(free))]
        j = free[np.random.randint(len(free))]
        if u < 0.42:
            n = move_exit(P, S, W, i, n)
        elif u < 0.50:
            n = exchange(P, S, W, i, j, n, True)
        elif u < 0.64:
            n = exchange(P, S, W, i, j, n, False)
        elif u < 0.93:
            n = swap_pair(P, S, W, free, n)
        else:
            n = swap_crosswise(P, S, W, free, n)
    return n


@njit(cache=True, fastmath=True, error_model="numpy")
def mark_affected(P, S, W, counted, n):
    """Mark the analyses that a move can change; return whether exits moved."""
    exits = False
    W.affected[:] = False
    for s in range(n):
        i, j, v = W.steps[s, 1], W.steps[s, 2], W.steps[s, 3]
        is_exit = W.steps[s, 0] == SET_EXIT
        exits = exits or is_exit
        for p in counted:
            if not (P.member[p, i] or P.member[p, j]):
                continue
            for a in range(P.block[p, 0], P.block[p, 2]):
                if is_exit or P.variable[a] == v:
                    W.affected[a] = True
    return exits


@njit(cache=True, fastmath=True, error_model="numpy")
def model_affected(P, W, m, n):
    """Return whether a move can change a Cox model."""
    for s in range(n):
        i, j, v = W.steps[s, 1], W.steps[s, 2], W.steps[s, 3]
        if not (P.member[P.model_population[m], i] or P.member[P.model_population[m], j]):
            continue
        if W.steps[s, 0] == SET_EXIT:
            return True
        for k in range(P.model_variables.shape[1]):
            if P.model_variables[m, k] == v:
                return True
    return False


@njit(cache=True, fastmath=True, error_model="numpy")
def cheap_change(P, S, W, counted, n, exits, weights, limit):
    """Return the change in all losses but those of the models, inf as soon as it is above a limit."""
    change = 0.0
    for a in range(len(W.affected)):
        if W.affected[a]:
            change -= S.loss_analysis[a]
    for b in range(len(S.loss_baseline)):
        W.new_baseline[b] = S.loss_baseline[b]
        for s in range(n):
            if W.steps[s, 0] == SWAP_LEVEL and W.steps[s, 3] == P.base_variable[b]:
                W.new_baseline[b] = loss_of_baseline(P, S, b, weights)
                change += W.new_baseline[b] - S.loss_baseline[b]
                break
    if exits:
        change += loss_of_followup(P, S, W, weights) - S.loss_followup[0]
    for p in counted[::-1]:
        first, end = P.block[p, 0], P.block[p, 2]
        if change > limit:
            return math.inf
        n_affected = 0
        for a in range(first, end):
            n_affected += W.affected[a]
        if n_affected > 3:
            losses_of_population(P, S, W, p, first, end, weights)
        elif n_affected > 0:
            for a in range(first, end):
                if W.affected[a]:
                    losses_of_population(P, S, W, p, a, a + 1, weights)
        for a in range(first, end):
            if W.affected[a]:
                change += W.new_analysis[a]
    return change if change <= limit else math.inf


@njit(cache=True, fastmath=True, error_model="numpy")
def model_change(P, S, W, models, n, weights, limit):
    """Return the change in the losses of the models, inf as soon as it is above a limit."""
    change = 0.0
    for m in models:
        W.new_model[m] = -1.0
        if model_affected(P, W, m, n):
            W.new_model[m] = 0.0
            change -= S.loss_model[m]
    if change == 0.0:
        return 0.0
    order_by_exit(P, S, W)
    for m in models[::-1]:
        if W.new_model[m] < 0:
            continue
        W.new_model[m] = loss_of_model(P, S, W, m, weights, limit - change)
        change += W.new_model[m]
        if change > limit:
            return math.inf
    return change


@njit(cache=True, fastmath=True, error_model="numpy")
def accept(P, S, W, models, exits, weights):
    """Make the losses of a move those of the state."""
    for a in range(len(W.affected)):
        if W.affected[a]:
            S.loss_analysis[a] = W.new_analysis[a]
    S.loss_baseline[:] = W.new_baseline
    if exits:
        S.loss_followup[0] = loss_of_followup(P, S, W, weights)
    for m in models:
        if W.new_model[m] >= 0:
            S.loss_model[m] = W.new_model[m]
            S.beta[m] = W.new_beta[m]


@njit(cache=True, fastmath=True, error_model="numpy")
def anneal(P, S, W, counted, models, free, weights, seed, steps, hot, cold):
    """Anneal a state in place from temperature hot to cold; return the least loss and its cohort.

    A move must pass two lots, one on the change of the cheap losses, one on that of the models
    (delayed acceptance, Christen and Fox 2005), so that most moves are refused without a fit.

    Parameters
    ----------
    counted, models, free : indices of the populations and models that count, of the patients to
        move.
    seed : of numba's generator; negative goes on with it.
    """
    if seed >= 0:
        np.random.seed(seed)
    now = fill_losses(P, S, W, counted, models, weights)
    least = now
    best = (S.months.copy(), S.dead.copy(), S.covariates.copy())
    for step in range(steps):
        temperature = hot * (cold / hot) ** (step / steps)
        n = propose(P, S, W, free)
        if n == 0:
            continue
        exits = mark_affected(P, S, W, counted, n)
        limit = -temperature * math.log(1.0 - np.random.random())
        change = cheap_change(P, S, W, counted, n, exits, weights, limit)
        if change <= limit:
            limit = -temperature * math.log(1.0 - np.random.random())
            more = model_change(P, S, W, models, n, weights, limit)
            if more <= limit:
                accept(P, S, W, models, exits, weights)
                now += change + more
                if now < least - 1e-9:
                    least = now
                    best[0][:] = S.months
                    best[1][:] = S.dead
                    best[2][:] = S.covariates
                continue
        take_back(P, S, W, n, 0)
    return least, best
