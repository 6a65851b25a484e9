"""Levels that make up levels of another variable, or differ from them by few patients.

A derived variable merges levels of another one, two variables are cut from one number, a population
is some levels of a variable: then the counts of one tell of the other. What they tell follows from
which levels patients have together (`joined`), whatever the definitions are.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np

from retrocohort.disclosure.joined import Graph, Node, graph_of
from retrocohort.disclosure.keys import UNKNOWN, Facts, Key
from retrocohort.disclosure.members import members
from retrocohort.disclosure.system import Equation, equations_of, sorted_by

KNOWN = None  # the level of a number that is there
IN, OUT = True, False  # of a population
NO_CHANCE = 10.0  # patients: where so many are expected, none are by chance once in 20000 tables


class Facet(NamedTuple):
    """What patients are divided by: one variable, or two at once; or whether in a population."""

    names: tuple[str, ...]
    is_population: bool = False


def said(facet: Facet) -> str:
    """Return the names of a facet as text."""
    return " x ".join(facet.names)


def linked(printed: Collection[Key], facts: Facts, patients, min_cell: int) -> list[Equation]:
    """Return all equations between counts, each once; parameters as `overlaps` has them."""
    of_levels = overlaps(printed, facts, patients, min_cell)
    return [*dict.fromkeys([*equations_of(printed, facts), *of_levels])]


def overlaps(printed: Iterable[Key], facts: Facts, patients, min_cell: int) -> Iterator[Equation]:
    """Give the equations between levels of two variables, or of one and a population.

    Parameters
    ----------
    printed : keys that are printed.
    patients : data frame
        The cohort as `earlier.coded` has it: it tells who has which levels.
    min_cell : int
        So many patients are not few: where nothing that can be computed is of few, no more is given
        than that levels of one variable make up levels of another one.
    """
    if patients is None:
        return
    links = _Links(facts, patients, min_cell)
    found: dict[tuple, list[Key]] = {}
    for context, facets in _contexts(printed, facts).items():
        for pair in combinations(sorted(facets), 2):
            names = {name for facet in pair for name in facet.names}
            whole = Key(context.population, complete=context.complete & names)
            if may_tell(*pair):
                found.setdefault((whole, *pair), []).append(context)
    for (whole, *pair), contexts in found.items():
        graph = links.graph(whole, *pair)
        if graph:
            yield from links.equations(graph, pair, contexts)


def _contexts(printed: Iterable[Key], facts: Facts) -> dict[Key, set[Facet]]:
    """Return by what counts are divided, each alone, of which there is such a count."""
    found: dict[Key, set[Facet]] = {}
    for printed_key in sorted(printed, key=sorted_by):
        if printed_key.what.partition("@")[0] not in ("n", "events") or not printed_key.population:
            continue
        for key in dict.fromkeys([printed_key, *facts.as_populations(printed_key)]):
            for variable, level in key.where:
                rest = key._replace(where=key.where - {(variable, level)})
                found.setdefault(rest, set()).add(Facet((variable,)))
                if level != UNKNOWN and variable not in facts.never_unknown:
                    known = rest._replace(complete=rest.complete | {variable})
                    found.setdefault(known, set()).add(Facet((variable,)))
            for two in combinations(sorted(key.where), 2):
                rest = key._replace(where=key.where - {*two})
                found.setdefault(rest, set()).add(Facet(tuple(variable for variable, _ in two)))
            if len(key.complete) == 1:
                whole = key._replace(complete=frozenset())
                found.setdefault(whole, set()).add(Facet((*key.complete,)))
        for name in _above(printed_key.population, facts):
            larger = printed_key._replace(population=name)
            found.setdefault(larger, set()).add(Facet((printed_key.population,), True))
    return {key: facets for key, facets in found.items() if len(facets) > 1}


def _above(population: str, facts: Facts) -> list[str]:
    who = facts.groups.who if facts.groups else {}
    return [name for name in who if population in who and who[population] < who[name]]


def may_tell(one: Facet, other: Facet) -> bool:
    """Return whether two facets are of different things; populations are compared elsewhere."""
    return not (one.is_population and other.is_population) and not {*one.names} & {*other.names}


def related(one: Facet, other: Facet, facts: Facts) -> bool:
    """Return whether two facets are defined by each other, or by the same variable."""
    behind = [[facts.behind.get(name, {name}) for name in facet.names] for facet in (one, other)]
    return all(own & others for own in behind[0] for others in behind[1])


def is_no_chance(table: np.ndarray) -> bool:
    """Return whether too many patients are expected where a table has none for this to be chance.

    Readers who know what is meant then know it, too: nobody without metastases has some of the
    liver.
    """
    expected = np.outer(table.sum(1), table.sum(0)) / max(table.sum(), 1)
    return bool(expected[table == 0].sum() > NO_CHANCE)


def _lacks(facet: Facet, level: tuple, complete: frozenset) -> bool:
    """Return whether who has a level lacks a value that there must be."""
    return any(x == UNKNOWN and v in complete for v, x in zip(facet.names, level, strict=True))


class _Links:
    """The levels of all patients, and what those of two facets tell of each other."""

    def __init__(self, facts: Facts, patients, min_cell: int):
        self.facts, self.patients, self.min_cell = facts, patients, min_cell
        self.codes = cache(self._codes)
        self.there = cache(lambda key: members(patients, key))

    def _codes(self, facet: Facet) -> tuple[list[tuple], np.ndarray] | None:
        """Return the levels of a facet, and (n,) of which one each patient is."""
        if facet.is_population:
            inside = self.there(Key(*facet.names))
            return None if inside is None else ([(IN,), (OUT,)], (~inside).astype(int))
        if not {*facet.names} <= {*self.patients.columns}:
            return None
        levels, codes = [()], np.zeros(len(self.patients), dtype=int)
        for name in facet.names:
            own, of_each = self._codes_of(name)
            levels, codes = [(*x, y) for x in levels for y in own], codes * len(own) + of_each
        return levels, codes

    def _codes_of(self, name: str) -> tuple[list, np.ndarray]:
        own, named = self.patients[name], self.facts.levels.get(name)
        if not named:
            return [KNOWN, UNKNOWN], own.isna().to_numpy().astype(int)
        place = {level: i for i, level in enumerate(named)}
        return [*named, UNKNOWN], own.map(place).fillna(len(named)).to_numpy(dtype=int)

    def graph(self, whole: Key, one: Facet, other: Facet) -> Graph | None:
        """Return the graph of two facets in a population, None if neither tells of the other."""
        if self.codes(one) is None or self.codes(other) is None or self.there(whole) is None:
            return None
        levels = tuple(
            [x for x in self.codes(facet)[0] if not _lacks(facet, x, whole.complete)]
            for facet in (one, other)
        )
        table = self.table(whole, levels, (one, other))
        kept = [np.flatnonzero(table.any(1 - axis)).tolist() for axis in (0, 1)]
        own = tuple([levels[axis][i] for i in kept[axis]] for axis in (0, 1))
        if min(map(len, own)) < 1 or max(map(len, own)) < 2:
            return None
        is_single = len(one.names) == len(other.names) == 1
        if not (related(one, other, self.facts) or (is_single and is_no_chance(table))):
            return None
        graph = graph_of(own, table[np.ix_(*kept)] > 0)
        return graph if graph.bridges.any() or graph.part.max() else None

    def table(self, context: Key, levels: Sequence[list], pair: Sequence[Facet]) -> np.ndarray:
        """Return how many patients of a context have each two levels, (r, c)."""
        there = self.there(context)
        (rows, a), (columns, b) = (self.codes(facet) for facet in pair)
        size = len(rows) * len(columns)
        found = np.bincount(a[there] * len(columns) + b[there], minlength=size)
        chosen = np.ix_([rows.index(x) for x in levels[0]], [columns.index(x) for x in levels[1]])
        return found.reshape(len(rows), len(columns))[chosen]

    def equations(
        self, graph: Graph, pair: Sequence[Facet], contexts: Sequence[Key]
    ) -> Iterator[Equation]:
        """Give what holds in each context: all that can be computed, if any of it is of few."""
        contexts = [context for context in contexts if self.there(context) is not None]
        close = any(self._tells_of_few(graph, pair, context) for context in contexts)
        for context in contexts:
            words = _Words(self.facts, context, pair, graph)
            yield from words.of_levels() if close else ()
            yield from words.of_parts(graph.block if close else graph.part, close)

    def _tells_of_few(self, graph: Graph, pair: Sequence[Facet], context: Key) -> bool:
        tables = [self.table(context, graph.levels, pair)]
        kind, _, endpoint = context.what.partition("@")
        if kind == "events":
            starting = self.there(context.also(f"n@{endpoint}"))
            if starting is not None:
                whole = self.table(context.also(f"n@{endpoint}"), graph.levels, pair)
                tables.append(whole - tables[0])
        sizes = np.concatenate([graph.computed(table) for table in tables])
        return bool(((sizes > 0) & (sizes < self.min_cell)).any())


class _Words:
    """The equations of two facets in one context, in keys."""

    def __init__(self, facts: Facts, context: Key, pair: Sequence[Facet], graph: Graph):
        self.facts, self.context, self.pair, self.graph = facts, context, pair, graph
        self.place = f"({context.population})"  # two populations may have different graphs
        self.nodes = [(0, i) for i in range(len(graph.levels[0]))]
        self.nodes += [(1, i) for i in range(len(graph.levels[1]))]

    def of_levels(self) -> Iterator[Equation]:
        """Give each level as those parts of it that can be computed, and the rest of it."""
        for node in self.nodes:
            parts = [self._both(node, other) for other in self.graph.bridged(node)]
            if self.graph.has_rest(node) and parts:
                parts.append(self._rest(node))
            yield from self._equation(self._level(node), parts)
            for part in parts:
                yield from self._censored(part)

    def of_parts(self, part: np.ndarray, are_rests: bool) -> Iterator[Equation]:
        """Give the levels of either variable that together are the same patients."""
        for number in range(part.max() + 1):
            own = [node for node, p in zip(self.nodes, part.tolist(), strict=True) if p == number]
            sides = [[n for n in own if n[0] == side] for side in (0, 1)]
            if not all(sides):
                continue
            sides = [[self._rest(n) if are_rests else self._level(n) for n in ns] for ns in sides]
            single = next((side[0] for side in sides if len(side) == 1), None)
            names = f"of {said(self.pair[0])} and {said(self.pair[1])}, {number} {self.place}"
            total = single or self._named(self.context, names)
            for side in sides:
                yield from self._equation(total, side)

    def _equation(self, total: Key | None, parts: Iterable[Key | None]) -> Iterator[Equation]:
        """Give an equation without those parts that nobody can be by definition."""
        kept = [part for part in parts if part is not None]
        if total is not None and kept and kept != [total]:
            yield Equation(total, tuple(kept))

    def _level(self, *nodes: Node) -> Key | None:
        """Return the key of who has a level, or one of both variables; None if nobody can."""
        key = self.context
        for side, i in nodes:
            facet = self.pair[side]
            for name, level in zip(facet.names, self.graph.levels[side][i], strict=True):
                if facet.is_population:
                    outside = self.facts.groups.without(key.population, name)
                    key = key._replace(population=name if level else outside)
                elif level is KNOWN:
                    key = key._replace(complete=key.complete | {name})
                else:
                    key = key.having(name, level)
        return self.facts.canonical(key)

    def _both(self, node: Node, other: Node) -> Key | None:
        """Return the key of who has two levels: that of one of them that nobody has without."""
        for alone in sorted((node, other)):
            if self.graph.degree(alone) == 1:
                return self._level(alone)
        return self._level(*sorted((node, other), key=lambda n: not self.pair[n[0]].is_population))

    def _rest(self, node: Node) -> Key | None:
        """Return the key of who has a level and none of the other variable that tells of it."""
        if not self.graph.bridged(node):
            return self._level(node)
        other = said(self.pair[1 - node[0]])
        return self._named(self._level(node), f"in {other} besides {self.place}")

    def _named(self, key: Key | None, words: str) -> Key | None:
        """Return the key of a group that levels make, None if nobody can be in it."""
        if key is None:
            return None
        kind, _, endpoint = key.what.partition("@")
        return key.also(f"{kind} {words}" + (f"@{endpoint}" if endpoint else ""))

    def _censored(self, key: Key | None) -> Iterator[Equation]:
        """Give who of some patients has an event, and who is censored."""
        if key is None:
            return
        kind, _, endpoint = key.what.partition("@")
        if kind.partition(" ")[0] == "events":
            words = kind.partition(" ")[2]
            start = self.facts.canonical(key.also(f"n@{endpoint}"))
            start = self._named(start, words) if words else start
            yield Equation(start, (key, key.also(f"censored {words}".strip() + f"@{endpoint}")))
