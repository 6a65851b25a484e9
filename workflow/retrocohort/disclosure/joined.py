"""Which levels of two variables patients have together, as a graph.

The levels are its nodes, joined where a patient has both. How many have both follows from the
counts of the levels alone if the two are joined in no other way (a bridge of the graph), and parts
that are not joined at all have as many patients by one variable as by the other.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Node = tuple[int, int]  # the axis (0: rows), and the place on it


@dataclass(frozen=True)
class Graph:
    """Levels of two variables (rows, columns) that patients have, and which of them together.

    Attributes
    ----------
    joined : (r, c) bool array.
    bridges : (r, c) bool array, levels that are joined in no other way.
    part, block : (r + c,) int arrays
        What hangs together, and what does without the bridges.
    """

    levels: tuple[list, list]
    joined: np.ndarray
    bridges: np.ndarray
    part: np.ndarray
    block: np.ndarray

    def bridged(self, node: Node) -> list[Node]:
        """Return the levels to which one has a bridge."""
        axis, place = node
        return [(1 - axis, int(i)) for i in np.flatnonzero(self.bridges.take(place, axis))]

    def degree(self, node: Node) -> int:
        """Return to how many levels one is joined."""
        return int(self.joined.take(node[1], node[0]).sum())

    def has_rest(self, node: Node) -> bool:
        """Return whether a level is joined to others by more than bridges."""
        return self.degree(node) > len(self.bridged(node))

    def computed(self, table: np.ndarray) -> np.ndarray:
        """Return how many patients are where it can be computed, but is no level's own count."""
        inner = self.bridges & (self.joined.sum(1) > 1)[:, None] & (self.joined.sum(0) > 1)
        sizes = [table[inner]]
        for axis in (0, 1):
            rest = (table * ~self.bridges).sum(1 - axis)
            sizes.append(rest[self.bridges.any(1 - axis)])
        return np.concatenate(sizes)


def graph_of(levels: tuple[list, list], joined: np.ndarray) -> Graph:
    """Return the graph of levels of two variables; `joined` is an (r, c) bool array."""
    part, bridges = _parts(joined), np.zeros_like(joined)
    for row, column in np.argwhere(joined):
        without = joined.copy()
        without[row, column] = False
        bridges[row, column] = _parts(without).max() > part.max()
    return Graph(levels, joined, bridges, part, _parts(joined & ~bridges))


def _parts(joined: np.ndarray) -> np.ndarray:
    """Return the number of the part of each row, then of each column."""
    rows, columns = np.nonzero(joined)
    size = sum(joined.shape)
    edges = coo_matrix((np.ones(len(rows)), (rows, columns + joined.shape[0])), (size, size))
    return connected_components(edges, directed=False)[1]
