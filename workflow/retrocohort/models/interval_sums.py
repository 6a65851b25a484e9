"""Sums over intervals of positions, formed by additions alone.

A running sum gives the sum over an interval as a difference, in which one enormous term wipes out
the small ones that follow it, also in intervals without that term. Here every sum adds its own
terms only: a binary tree over the positions holds each interval as at most 2 log2(m) of its nodes.
"""

import numpy as np


class IntervalSums:
    """Intervals first <= position < last of m positions.

    Parameters
    ----------
    first, last : (n,) int arrays; an interval with first == last is empty.
    m : number of positions.
    """

    def __init__(self, first: np.ndarray, last: np.ndarray, m: int):
        """Find the nodes of each distinct interval."""
        self.m = m
        self.leaves = 1 << max(m - 1, 0).bit_length()
        # without delayed entry there are no more distinct intervals than positions
        distinct, self.which = np.unique(first * (m + 1) + last, return_inverse=True)
        self.k = len(distinct)
        low, high = distinct // (m + 1) + self.leaves, distinct % (m + 1) + self.leaves
        nodes, owners = [], []
        while (low < high).any():
            # an end in the middle of a pair of nodes is a node of its own; the rest is one level up
            left = (low < high) & (low % 2 == 1)
            right = (low < high) & (high % 2 == 1)
            nodes += [low[left], high[right] - 1]
            owners += [np.flatnonzero(left), np.flatnonzero(right)]
            low, high = (low + left) // 2, (high - right) // 2
        self.node = np.concatenate(nodes) if nodes else np.empty(0, dtype=np.intp)
        self.owner = np.concatenate(owners) if owners else np.empty(0, dtype=np.intp)

    def at_positions(self, values: np.ndarray) -> np.ndarray:
        """Return for each of the m positions the sum of the (n,) values of its intervals."""
        own = np.bincount(self.which, values, minlength=self.k)
        tree = np.bincount(self.node, own[self.owner], minlength=2 * self.leaves)
        level, start = tree[1:2], 2
        while start <= self.leaves:
            level = np.repeat(level, 2) + tree[start : 2 * start]
            start *= 2
        return level[: self.m]

    def over_intervals(self, values: np.ndarray) -> np.ndarray:
        """Return for each of the n intervals the sum of the (m,) values at its positions."""
        tree = np.zeros(2 * self.leaves)
        tree[self.leaves : self.leaves + self.m] = values
        start = self.leaves
        while start > 1:
            tree[start // 2 : start] = tree[start : 2 * start].reshape(-1, 2).sum(axis=1)
            start //= 2
        return np.bincount(self.owner, tree[self.node], minlength=self.k)[self.which]
