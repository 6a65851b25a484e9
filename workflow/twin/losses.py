"""How far a cohort is from the printed numbers.

The loss is a sum over the printed numbers: 0 where the number comes out as printed, growing with
the distance.
"""

import math

import numpy as np

from twin import kernels
from twin.kernels import compiled
from twin.problem import AT_LEAST, FREE, LARGE, WINDOW
from twin.state import fill_counts, find_event_months, order_by_exit

QUARTILE, TEST, COX, BASELINE, FOLLOWUP, EDGE = range(6)  # places in the weights
MOST_NEWTON = 15
NEAR, MARGIN = 0.02, 0.5  # a Newton step this small changes the penalty by less than the margin
REVERSED = 6.0  # of a printed significance at 0.05 that is not found, or the other way
BREACH = 1.2  # of a condition that is no printed number: the rule of selection, no difference
NEARLY, FAR = 0.028, 0.8  # hazard ratios and limits are wanted within 3%; of one that is not
Z = 1.959963984540054


@compiled
def distance(x, centre, half, slope, edge):
    """Return the penalty of a number outside its window.

    It grows in proportion to the distance, which leads there, and by `edge` with its logarithm in
    units of the last digit, which at low temperature holds what has arrived.
    """
    far = abs(x - centre)
    if far <= half:
        return 0.0
    return slope * min(far - half, 3.0) + edge * (0.6 + math.log(far / half))


@compiled
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


@compiled
def test_loss(kind, centre, half, critical, x, present, weight, edge):
    """Return the penalty of a chi-square x over the levels that are present."""
    if kind == FREE:
        return 0.0
    if kind == WINDOW:
        root = math.sqrt(x)
        turned = (root < critical) != (centre < critical)
        return weight * (distance(root, centre, half, 6.0, edge) + REVERSED * turned)
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
    return weight * (BREACH + 3 * max(over, 0.0)) if over > -0.001 else 0.0


@compiled
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
        centre, half, critical = P.window[a]
        W.new_analysis[a] += test_loss(
            P.test[a], centre, half, critical, x, S.at_risk[0, :, a], weights[TEST], weights[EDGE]
        )


@compiled
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
    for _ in range(MOST_NEWTON):
        step = kernels.newton_step(
            S.months, S.dead, W.terms, W.n_terms, W.used, width, W.order, beta, W.variance
        )
        if step < 1e-4 or step < NEAR and penalty_of_model(P, W, m, weights) > limit + MARGIN:
            return penalty_of_model(P, W, m, weights)
        if step == math.inf:
            break
    beta[:] = 0.0
    return weights[COX] * 10.0 * width


@compiled
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
                loss += distance(got[s], centre, half, 4.0, weights[EDGE])
                loss += FAR + 5 * (far - NEARLY) if far > NEARLY else 0.0
        if P.goal[m, k, 3, 1] > 0:
            z = abs(beta[k]) / error
            loss += 0.5 * distance(z, P.goal[m, k, 3, 0], P.goal[m, k, 3, 1], 1.0, weights[EDGE])
            loss += REVERSED * ((z < Z) != (P.goal[m, k, 3, 0] < Z))
    return weights[COX] * loss


@compiled
def loss_of_baseline(P, S, b, weights):
    """Return the penalty of a baseline difference that must not be significant."""
    v = P.base_variable[b]
    counts = np.zeros((4, P.arms))
    for i in range(len(S.months)):
        if P.member[P.base_population[b], i] and S.covariates[i, v] >= 0:
            counts[S.covariates[i, v], S.covariates[i, P.arm]] += 1
    x, df = kernels.pearson(counts, 4, P.arms)
    over = x - P.critical[df] + 0.01 if df > 0 else 0.0
    return weights[BASELINE] * (BREACH + over) if over > 0 else 0.0


@compiled
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
    loss = BREACH * max(0, P.n_late - late)
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


@compiled
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
