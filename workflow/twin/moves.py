"""The moves of the annealing: none changes a printed count.

Exits and deaths move between patients and months; levels of a variable are swapped among patients
who are counted in the same groups. Each elementary step is written down, to be taken back.
"""

import numpy as np

from twin.kernels import compiled
from twin.state import same_populations, set_exit, swap_level

SET_EXIT, SWAP_LEVEL = 0, 1


@compiled
def note(W, n, kind, i, j, month, dead):
    """Write down an elementary step, to be taken back; return how many there are."""
    W.steps[n, 0], W.steps[n, 1], W.steps[n, 2] = kind, i, j
    W.steps[n, 3], W.steps[n, 4] = month, dead
    return n + 1


@compiled
def take_back(P, S, W, n, keep):
    """Undo the elementary steps after the first `keep`."""
    for k in range(n - 1, keep - 1, -1):
        kind, i, j = W.steps[k, 0], W.steps[k, 1], W.steps[k, 2]
        if kind == SET_EXIT:
            set_exit(P, S, i, W.steps[k, 3], W.steps[k, 4])
        else:
            swap_level(P, S, W.steps[k, 3], i, j)


@compiled
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


@compiled
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


@compiled
def swap(P, S, W, v, i, j, n):
    """Swap a level if both stay in their populations."""
    swap_level(P, S, v, i, j)
    n = note(W, n, SWAP_LEVEL, i, j, v, 0)
    if P.defining[v] and not (same_populations(P, S, i) and same_populations(P, S, j)):
        take_back(P, S, W, n, n - 1)
        return n - 1
    return n


@compiled
def swap_pair(P, S, W, v, free, n):
    """Swap a level between two patients who are counted in the same groups."""
    if v == P.arm:
        return n
    i = free[np.random.randint(len(free))]
    for _ in range(12):
        j = free[np.random.randint(len(free))]
        if P.code[v, i] == P.code[v, j] and S.covariates[i, v] != S.covariates[j, v]:
            return swap(P, S, W, v, i, j, n)
    return n


@compiled
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


@compiled
def propose(P, S, W, free, only):
    """Make a move of one to three parts; return its number of elementary steps.

    With variables in `only` their levels alone are swapped, and no exit moves.
    """
    n = 0
    u = np.random.random()
    parts = 1 if u < 0.7 else 2 if u < 0.92 else 3
    for _ in range(parts):
        if len(only) > 0:
            n = swap_pair(P, S, W, only[np.random.randint(len(only))], free, n)
            continue
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
            n = swap_pair(P, S, W, np.random.randint(P.code.shape[0] - 1), free, n)
        else:
            n = swap_crosswise(P, S, W, free, n)
    return n
