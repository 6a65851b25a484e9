"""What a reader can work out: the values that a count may have, given those that are released.

The attack that a release must withstand. Equations with one unknown are solved first; what is left
falls into parts that have nothing to do with each other, and of each the smallest and the largest
value of a count are the optima of an integer programme (HiGHS).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from retrocohort.disclosure.keys import Key
from retrocohort.disclosure.system import Equation, sorted_by

ENOUGH = 3  # possible values, below which a count is not hidden
PROBES = 8  # directions in which solutions are looked for before a count is asked for itself


@dataclass
class Knowledge:
    """What is known of each count: the least and the greatest that is released or computed.

    Attributes
    ----------
    low, high : dict
        Key -> bounds; a key that is in neither is at least 0.
    """

    low: dict[Key, int] = field(default_factory=dict)
    high: dict[Key, int] = field(default_factory=dict)

    def value(self, key: Key) -> int | None:
        """Return the value of a count that is known exactly."""
        low = self.low.get(key, 0)
        return low if self.high.get(key) == low else None

    def learn(self, key: Key, value: int) -> None:
        """Keep a value that was computed."""
        self.low[key] = self.high[key] = value


def told(released: Mapping[Key, int], withheld: Iterable[Key]) -> Knowledge:
    """Return what a release says: what it tells, and at least 1 of what it withholds."""
    return Knowledge(dict.fromkeys(withheld, 1) | released, dict(released))


def solve_alone(equations: Sequence[Equation], known: Knowledge) -> list[Equation]:
    """Compute every count that follows from one equation; return the equations that are left."""
    left, changed = list(equations), True
    while changed:
        changed, rest = False, []
        for equation in left:
            total = known.value(equation.total)
            open_ = [part for part in equation.parts if known.value(part) is None]
            sum_ = sum(known.value(part) or 0 for part in equation.parts)
            if total is None and not open_:
                known.learn(equation.total, sum_)
            elif total is not None and len(open_) == 1:
                known.learn(open_[0], total - sum_)
            elif total is not None and open_ and total == sum_:
                for part in open_:
                    known.learn(part, 0)
            elif total is not None or open_:
                if total is None or open_:
                    rest.append(equation)
                continue
            changed = True
        left = rest
    return left


def possible(
    equations: Sequence[Equation], known: Knowledge, targets: Collection[Key]
) -> dict[Key, int]:
    """Return how many values each target may have, counted up to `ENOUGH`."""
    left = solve_alone(equations, known)
    found = {key: 1 for key in targets if known.value(key) is not None}
    asked = set(targets) - set(found)
    for part in _separate(left, known):
        own = sorted(asked & part.keys, key=sorted_by)
        found |= part.counted(own)
        asked -= set(own)
    for key in asked:  # in no equation: nothing but its own bounds is known
        width = known.high.get(key, ENOUGH) - known.low.get(key, 0) + 1
        found[key] = min(ENOUGH, width)
    return found


class _Part:
    """Equations that share unknown counts, as a matrix."""

    def __init__(self, equations: Sequence[Equation], known: Knowledge):
        def unknown(key):
            return known.value(key) is None

        every = {key for e in equations for key in (e.total, *e.parts) if unknown(key)}
        self.order = sorted(every, key=sorted_by)
        self.keys = every
        place = {key: i for i, key in enumerate(self.order)}
        rows, columns, data, sums = [], [], [], []
        for row, equation in enumerate(equations):
            rest = 0
            for key, sign in [(equation.total, -1), *((part, 1) for part in equation.parts)]:
                if key in place:
                    rows.append(row), columns.append(place[key]), data.append(sign)
                else:
                    rest -= sign * known.value(key)
            sums.append(rest)
        matrix = csr_matrix((data, (rows, columns)), shape=(len(sums), len(every)))
        self.rows = LinearConstraint(matrix, sums, sums)
        low = np.array([known.low.get(key, 0) for key in self.order])
        self.bounds = Bounds(low, [known.high.get(key, np.inf) for key in self.order])
        self.seen: list[set[int]] = [set() for _ in self.order]

    def counted(self, targets: Sequence[Key]) -> dict[Key, int]:
        """Return how many values each target may have, up to `ENOUGH`."""
        place = {key: self.order.index(key) for key in targets}
        random = np.random.default_rng(0)
        for _ in range(PROBES if targets else 0):
            self.solve(random.integers(-3, 4, len(self.order)))
        for i in place.values():
            for sign in (1, -1):
                if len(self.seen[i]) < ENOUGH:
                    self.solve(sign * np.eye(1, len(self.order), i)[0])
            self._between(i)
        return {key: len(self.seen[i]) for key, i in place.items()}

    def _between(self, i: int) -> None:
        """Look for a value between the two that are the least and the greatest."""
        if len(self.seen[i]) == 2 and max(self.seen[i]) - min(self.seen[i]) > 1:
            low, high = self.bounds.lb.copy(), self.bounds.ub.copy()
            low[i], high[i] = min(self.seen[i]) + 1, max(self.seen[i]) - 1
            self.solve(np.zeros(len(low)), Bounds(low, high))

    def solve(self, costs, bounds: Bounds | None = None) -> None:
        """Keep the values of one solution; unbounded counts are kept small."""
        high = np.where(np.isinf(self.bounds.ub), 1e6, self.bounds.ub)
        bounds = bounds or Bounds(self.bounds.lb, high)
        done = milp(
            costs, constraints=self.rows, bounds=bounds, integrality=np.ones(len(self.order))
        )
        if done.x is not None:
            for seen, value in zip(self.seen, np.round(done.x).astype(int).tolist(), strict=True):
                if len(seen) < ENOUGH:
                    seen.add(value)


def _separate(equations: Sequence[Equation], known: Knowledge) -> list[_Part]:
    """Return the parts that share no unknown count."""
    above: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while above.setdefault(key, key) != key:
            above[key] = above[above[key]]
            key = above[key]
        return key

    def open_of(equation: Equation) -> list[Key]:
        return [k for k in (equation.total, *equation.parts) if known.value(k) is None]

    for equation in equations:
        first, *others = open_of(equation)
        for key in others:
            above[root(key)] = root(first)
    groups: dict[Key, list[Equation]] = {}
    for equation in equations:
        groups.setdefault(root(open_of(equation)[0]), []).append(equation)
    return [_Part(group, known) for group in groups.values()]
