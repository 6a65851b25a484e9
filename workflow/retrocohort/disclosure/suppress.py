"""Which counts are withheld: the small ones, and others until the small ones cannot be computed.

Secondary suppression after Fischetti and Salazar (Management Science 2001;47:1008), one count at a
time: of all other cohorts that agree with what is told, and in which the count is another, the one
is looked for that needs the fewest and cheapest further counts to be withheld. Every such cohort is
a proof that stays valid, as counts are only ever added to the withheld.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, hstack

from retrocohort.disclosure.bounds import ENOUGH, Knowledge, solve_alone
from retrocohort.disclosure.earlier import Past
from retrocohort.disclosure.keys import Key
from retrocohort.disclosure.system import Equation, sorted_by
from retrocohort.where import FULL

NO_PAST = Past()
WHOLE = 30.0  # the price of the size of a population or of its events, where a part costs one
LEVEL = 8.0  # and of a level among all patients: what the report is about
COMPLETE = 0.5  # by so much less for complete cases
SUMS = ("unknown", "twice", "lost")  # of what is no group of patients that anybody would print
CHANGES = (1, -1, 2, -2, 3, 4)  # of a count, in the other cohorts that are looked for
FAR = 6.0  # the most by which another count is changed with it
WRONG = 5  # equations that are named
SMALL = 1e-4  # price of any change, so that none is made without need
REACH = (2, 3, 5, 9)  # equations between a count and those that may change with it


class NoSum(ValueError):
    """Counts that do not add up, in the first few of such equations."""

    def __init__(self, equations: Sequence[Equation]):
        """Keep the equations."""
        self.equations = equations
        super().__init__("counts that do not add up")


@dataclass(frozen=True)
class Decision:
    """What is withheld: small counts (`primary`) and those that would give them back.

    `unprotected` are the counts that no suppression hides.
    """

    primary: frozenset[Key]
    secondary: frozenset[Key]
    unprotected: frozenset[Key] = frozenset()

    @property
    def withheld(self) -> frozenset[Key]:
        """Return all that is not told."""
        return self.primary | self.secondary


def decide(
    values: Mapping[Key, int],
    equations: Sequence[Equation],
    min_cell: int,
    beside: Iterable[Key] = (),
    past: Past = NO_PAST,
) -> Decision:
    """Return which printed counts are withheld.

    Rounding is no help: estimates tell, through their standard errors, how many events there are.

    Parameters
    ----------
    values : mapping
        Printed key -> count.
    equations : sequence of Equation
        That hold between them and hidden ones.
    min_cell : int
        The smallest count that may be told; 0 may be, too.
    beside : iterable of Key
        Counts that are withheld for another reason: they differ too little from the last ones.
    past : Past
        What earlier releases told, and must not tell now.
    """
    primary = {key for key, n in values.items() if 0 < n < min_cell} | set(beside)
    search = _Search(values, [*equations, *past.equations], primary, past)
    targets = primary | small_hidden(values, equations, min_cell) | past.withheld.keys()
    unprotected = search.hide(targets)
    search = _given_back(search, targets - unprotected)
    return Decision(
        frozenset(primary), frozenset(search.withheld - primary), frozenset(unprotected)
    )


def _given_back(search: "_Search", targets: set[Key]) -> "_Search":
    """Return a search that withholds less: later choices may have made earlier ones needless.

    Sizes of arms and other levels among all patients, which the whole report is about, are told
    also where others have to be withheld for them, if that is cheaper.
    """
    for key in sorted(
        search.withheld - search.primary, key=lambda k: (-search.cost(k), sorted_by(k))
    ):
        if key in search.withheld:
            fewer = search.without(key)
            if is_level(key):
                fewer.hide(targets, most=search.total())
            if not fewer.short(targets) and fewer.total() < search.total():
                search = fewer
    return search


def is_level(key: Key) -> bool:
    """Return whether a count is the size of a level among all patients, missing values or not."""
    return (key.what, key.population, len(key.where), *key.complete) == ("n", FULL, 1)


def small_hidden(
    values: Mapping[Key, int], equations: Sequence[Equation], min_cell: int
) -> set[Key]:
    """Return the small counts that nobody prints and that follow from those that are printed."""
    known = Knowledge(dict(values), dict(values))
    solve_alone(equations, known)
    keys = {key for e in equations for key in (e.total, *e.parts)} - set(values)
    return {
        key
        for key in keys
        if not key.what.startswith(SUMS) and 0 < (known.value(key) or 0) < min_cell
    }


class _Search:
    """The cohorts that agree with what is told, the true one first."""

    def __init__(self, values: Mapping[Key, int], equations: Sequence[Equation], withheld, past):
        self.values, self.primary, self.past = values, frozenset(withheld), past
        self.withheld = set(withheld)
        keys = {key for e in equations for key in (e.total, *e.parts)} | set(values)
        self.order = sorted(keys, key=sorted_by)
        self.place = {key: i for i, key in enumerate(self.order)}
        self.equations = [[self.place[k] for k in (e.total, *e.parts)] for e in equations]
        self.around: list[list[int]] = [[] for _ in self.order]
        for number, places in enumerate(self.equations):
            for place in places:
                self.around[place].append(number)
        self.true = self._completed(equations)
        known = past.told.keys() | past.public
        self.fixed = np.array([values.get(key) == 0 or key in known for key in self.order])
        self.cohorts: list[dict[int, int]] = []
        self.found = [{int(value)} for value in self.true]

    def _completed(self, equations) -> np.ndarray:
        """Return a value of every count: printed, computed, and of the others a possible one.

        Raises
        ------
        NoSum
            Where the counts do not add up as the equations say: these are not those of the study.
        """
        every_value = {**self.values, **self.past.values}
        known = Knowledge(every_value, dict(every_value))
        left = solve_alone(equations, known)
        true = np.array([known.value(key) or 0 for key in self.order], dtype=float)
        open_keys = {k for e in left for k in (e.total, *e.parts) if known.value(k) is None}
        free = sorted(open_keys, key=sorted_by)
        every = self._matrix(range(len(equations)), np.arange(len(self.order)))
        if free:
            places = np.array([self.place[key] for key in free])
            open_ = set(left)
            own = every[[i for i, e in enumerate(equations) if e in open_]]
            sums = -own @ true
            rows = LinearConstraint(own[:, places], sums, sums)
            done = milp(np.ones(len(free)), constraints=rows, integrality=np.ones(len(free)))
            true[places] = np.nan if done.x is None else np.round(done.x)
        wrong = [e for e, sum_ in zip(equations, every @ true, strict=True) if sum_ != 0]
        if wrong:
            raise NoSum(wrong[:WRONG])
        return true

    def _matrix(self, numbers: Iterable[int], own: np.ndarray) -> csr_matrix:
        """Return equations (rows) over the counts at some places (columns)."""
        column = {place: i for i, place in enumerate(own.tolist())}
        entries = [
            (row, column[place], 1 if i else -1)
            for row, number in enumerate(numbers)
            for i, place in enumerate(self.equations[number])
            if place in column
        ]
        rows, columns, signs = np.array(entries).T
        return csr_matrix((signs, (rows, columns)), shape=(rows[-1] + 1, len(own)))

    def seen(self, key: Key) -> set[int]:
        """Return the values that a count has in the cohorts found so far."""
        return self.found[self.place[key]]

    def short(self, targets: set[Key]) -> set[Key]:
        """Return of what is to be hidden, or is withheld, the counts with too few values."""
        return {key for key in targets | self.withheld if len(self.seen(key)) < ENOUGH}

    def hide(self, targets: set[Key], most: float = np.inf) -> set[Key]:
        """Withhold further counts until all have enough values; return those that cannot be.

        No more are withheld once they cost `most`.
        """
        unprotected: set[Key] = set()
        while short := self.short(targets) - unprotected:
            for key in sorted(short, key=lambda k: (self.price(k), sorted_by(k))):
                while len(self.seen(key)) < ENOUGH and self.total() < most:
                    if not self.another(key):
                        unprotected.add(key)
                        break
            if self.total() >= most:
                break
        return unprotected

    def without(self, told: Key) -> "_Search":
        """Return the search in which a count is told, with the cohorts that have it as it is."""
        other, place = copy(self), self.place[told]
        other.fixed = self.fixed.copy()
        other.fixed[place] = True
        other.withheld, other.cohorts = set(self.primary), []
        other.found = [{int(value)} for value in self.true]
        for changes in self.cohorts:
            if place not in changes:
                other._keep(changes)
        return other

    def total(self) -> float:
        """Return the price of all that is withheld."""
        return sum(self.cost(key) for key in self.withheld - self.primary)

    def price(self, key: Key) -> float:
        """Return what it costs to withhold a count; nothing if it is not printed or withheld."""
        return 0.0 if key in self.withheld or key not in self.values else self.cost(key)

    def cost(self, key: Key) -> float:
        """Return how much is lost with a count."""
        part = LEVEL if key.population == FULL and len(key.where) == 1 else 1.0
        part = part if key.where else WHOLE
        return part * (COMPLETE if key.complete else 1) + np.log10(1 + self.values[key]) / 10

    def another(self, key: Key) -> bool:
        """Find a cohort in which a count is another; return whether there is one."""
        for reach in REACH:
            own = self._near(key, reach)
            for change in self._changes(key):
                found = self._solve(key, change, own)
                if found is not None:
                    self._keep(found)
                    return True
        return False

    def _changes(self, key: Key) -> list[int]:
        true = int(self.true[self.place[key]])
        least = int(self._is_counted(key))
        return [c for c in CHANGES if true + c >= least and true + c not in self.seen(key)]

    def _is_counted(self, key: Key) -> bool:
        """Return whether a count that is withheld is no 0: a 0 would be told."""
        return key in self.values or key in self.past.withheld

    def _near(self, key: Key, reach: int) -> list[int]:
        """Return the places of the counts so many equations away, without those that must stay."""
        near, ring = {self.place[key]}, {self.place[key]}
        for _ in range(reach):
            ring = {p for one in ring for e in self.around[one] for p in self.equations[e]} - near
            ring = {place for place in ring if not self.fixed[place]}
            if reach < REACH[-1]:  # sizes of populations are told, unless nothing else helps
                ring = {place for place in ring if self.price(self.order[place]) < WHOLE}
            near |= ring
        return sorted(near)

    def _solve(self, key: Key, change: int, own: Sequence[int]):
        """Return place -> change of the cheapest cohort with a count so changed."""
        own = np.array(own)
        touched = sorted({e for place in own for e in self.around[place]})
        if not touched:  # nothing that is told depends on it
            return {int(own[0]): change}
        matrix = self._matrix(touched, own)
        least = [int(self._is_counted(self.order[place])) for place in own]
        fixed = own == self.place[key]
        up = np.where(fixed, max(change, 0), FAR)
        down = np.where(fixed, max(-change, 0), np.minimum(self.true[own] - least, FAR))
        high = np.concatenate([up, down])
        low = np.where(np.tile(fixed, 2), high, 0)
        price = np.array([self.price(self.order[p]) for p in own])
        done = milp(
            np.concatenate([price, price]) + SMALL,
            constraints=LinearConstraint(hstack([matrix, -matrix], format="csr"), 0, 0),
            bounds=Bounds(low, high),
            integrality=np.ones(2 * len(own)),
            options={"mip_rel_gap": 0.05},
        )
        if done.x is None:
            return None
        up, down = np.round(done.x).reshape(2, len(own))
        moved = up - down
        return {int(p): int(by) for p, by in zip(own, moved, strict=True) if by}

    def _keep(self, changes: dict[int, int]) -> None:
        """Withhold what differs in a cohort, and remember its values."""
        self.cohorts.append(changes)
        for place, change in changes.items():
            self.found[place].add(int(self.true[place] + change))
            if self.order[place] in self.values:
                self.withheld.add(self.order[place])
