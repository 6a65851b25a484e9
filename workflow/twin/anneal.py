"""Simulated annealing of months, deaths and covariates under the printed survival numbers."""

import math

import numpy as np

from twin.kernels import compiled
from twin.losses import (
    fill_losses,
    loss_of_baseline,
    loss_of_followup,
    loss_of_model,
    losses_of_population,
)
from twin.moves import SET_EXIT, SWAP_LEVEL, propose, take_back
from twin.state import order_by_exit

ONE_LOT = 0.3  # share of moves that are judged as a whole


@compiled
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


@compiled
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


@compiled
def change_of_block(P, S, W, p, first, end, weights):
    """Return the sum of the new losses of the affected analyses of a block."""
    n_affected = 0
    for a in range(first, end):
        n_affected += W.affected[a]
    if n_affected > 3:
        losses_of_population(P, S, W, p, first, end, weights)
    total = 0.0
    for a in range(first, end):
        if W.affected[a]:
            if n_affected <= 3:
                losses_of_population(P, S, W, p, a, a + 1, weights)
            total += W.new_analysis[a]
    return total


@compiled
def cheap_change(P, S, W, counted, n, exits, weights, limit):
    """Return the change in all losses but the models', inf as soon as it is above a limit."""
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
        for part in range(2):  # variables of two levels first: they are computed side by side
            if change > limit:
                return math.inf
            first, end = P.block[p, part], P.block[p, part + 1]
            change += change_of_block(P, S, W, p, first, end, weights)
    return change if change <= limit else math.inf


@compiled
def possible_gain(P, S, W, models, n):
    """Return the losses of the models that a move can change: more it cannot gain there."""
    gain = 0.0
    for m in models:
        if model_affected(P, W, m, n):
            gain += S.loss_model[m]
    return gain


@compiled
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


@compiled
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


@compiled
def anneal(P, S, W, counted, models, free, only, weights, seed, steps, hot, cold):
    """Anneal a state in place from temperature hot to cold; return the least loss and its cohort.

    Most moves must pass two lots, one on the change of the cheap losses, one on that of the models
    (delayed acceptance, Christen and Fox 2005), so that they are refused without a fit; the others
    pass one lot on the whole change, and may pay with quartiles for a better model.

    Parameters
    ----------
    counted, models, free, only : indices of the populations and models that count, of the patients
        to move, of the variables whose levels alone are swapped (none: everything moves).
    seed : of numba's generator; negative goes on with it.
    """
    if seed >= 0:
        np.random.seed(seed)
    now = fill_losses(P, S, W, counted, models, weights)
    least = now
    best = (S.months.copy(), S.dead.copy(), S.covariates.copy())
    for step in range(steps):
        temperature = hot * (cold / hot) ** (step / steps)
        n = propose(P, S, W, free, only)
        if n == 0:
            continue
        exits = mark_affected(P, S, W, counted, n)
        limit = -temperature * math.log(1.0 - np.random.random())
        one_lot = np.random.random() < ONE_LOT
        most = limit + possible_gain(P, S, W, models, n) if one_lot else limit
        change = cheap_change(P, S, W, counted, n, exits, weights, most)
        if change <= most:
            limit -= change if one_lot else limit + temperature * math.log(1.0 - np.random.random())
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
