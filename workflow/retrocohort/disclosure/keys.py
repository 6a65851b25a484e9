"""What a released count counts: the same patients have the same key, wherever they are printed.

A key is canonical when it says in one way only whom it counts: a population that is a level of a
variable is that level, an endpoint of which everybody is at risk counts the patients themselves,
and a variable that nobody lacks makes no case incomplete.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from retrocohort.where import FULL

UNKNOWN = ""  # the level of who has no value


class Key(NamedTuple):
    """Whom a cell counts.

    Attributes
    ----------
    population : str
        Of the study file; empty for what is counted before there is a cohort.
    where : frozenset of (str, str)
        Variables and their levels; `UNKNOWN` for no value.
    what : str
        "n", patients; "n@os", those at risk of an endpoint; "events@os"; "censored@os".
    complete : frozenset of str
        Variables without which a patient is not counted: those of a model.
    """

    population: str
    where: frozenset = frozenset()
    what: str = "n"
    complete: frozenset = frozenset()

    def having(self, variable: str, level: str) -> "Key":
        """Return the key of those who have a level."""
        return self._replace(where=self.where | {(variable, level)})

    def also(self, what: str) -> "Key":
        """Return the key of another count of the same patients."""
        return self._replace(what=what)


@dataclass(frozen=True)
class Facts:
    """What anybody knows of the definitions behind the counts.

    Attributes
    ----------
    levels : mapping
        Variable -> its levels.
    parents : mapping
        Population -> the one it is part of; `FULL` has none.
    members : mapping
        Population -> variable -> the levels that its patients have, of what its definition asks
        for all at once.
    single : mapping
        Population -> the level (variable, level) that it is, of those that are no more than one.
    never_unknown : set
        Variables that every patient of the cohort has.
    same : mapping
        Endpoint -> the first one with the same patients and events.
    everybody : set
        Endpoints of which all patients are at risk.
    within : set of (str, str)
        Endpoints (a, b): who has an event of a has one of b.
    """

    levels: Mapping[str, list]
    parents: Mapping[str, str]
    members: Mapping[str, Mapping[str, set]] = field(default_factory=dict)
    single: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    never_unknown: frozenset = frozenset()
    same: Mapping[str, str] = field(default_factory=dict)
    everybody: frozenset = frozenset()
    within: frozenset = frozenset()

    def canonical(self, key: Key) -> Key | None:
        """Return the key that says the same in the one way, None if by definition nobody is meant.

        An analysis that starts later than its endpoint, "os>six_months", is no endpoint here.
        """
        population, where = key.population, set(key.where)
        while population in self.single:
            where.add(self.single[population])
            population = self.parents[population]
        had = [variable for variable, _ in where]
        outside = any(
            level not in self.members.get(population, {}).get(variable, {level})
            for variable, level in where
        )
        unknown = any(v in self.never_unknown and level == UNKNOWN for v, level in where)
        if len(had) > len(set(had)) or outside or unknown:
            return None
        what, _, endpoint = key.what.partition("@")
        endpoint = self.same.get(endpoint, endpoint)
        if what == "n" and endpoint in self.everybody:
            endpoint = ""
        complete = key.complete - set(had) - self.never_unknown
        complete -= {v for v, levels in self.members.get(population, {}).items()}
        return Key(
            population,
            frozenset(where),
            f"{what}@{endpoint}" if endpoint else what,
            frozenset(complete),
        )

    def disjoint(self, one: str, other: str) -> bool:
        """Return whether by their definitions no patient is in both of two populations."""
        a, b = self.members.get(one, {}), self.members.get(other, {})
        return any(not a[variable] & b[variable] for variable in a.keys() & b.keys())

    def endpoint_of(self, key: Key) -> str:
        """Return the endpoint of a key, empty where it counts patients."""
        return key.what.partition("@")[2]


def sets_of(where: Mapping) -> tuple[dict[str, set], bool]:
    """Return variable -> levels that a condition asks for all at once, and whether that is all."""
    if set(where) == {"all"}:
        parts = [sets_of(part) for part in where["all"]]
    elif len(where) == 1 and not set(where) & {"any", "not"}:
        (variable, asked), *_ = where.items()
        levels = [asked] if isinstance(asked, str) else asked
        is_levels = isinstance(levels, list) and all(isinstance(each, str) for each in levels)
        return ({variable: set(levels)} if is_levels else {}), is_levels
    else:
        return {}, False
    found: dict[str, set] = {}
    for own, _ in parts:
        for variable, levels in own.items():
            found[variable] = found.get(variable, levels) & levels
    return found, all(exact for _, exact in parts)


def facts_of(study: Mapping, frame) -> Facts:
    """Return the facts of a study; the cohort tells what nobody lacks and which endpoints nest."""
    populations = {n: p for n, p in study["populations"].items() if n != FULL}
    parents = {name: p.get("parent", FULL) for name, p in populations.items()}
    members, single = {}, {}
    for name, population in populations.items():
        members[name], exact = sets_of(population["where"])
        if exact and [len(levels) for levels in members[name].values()] == [1]:
            single[name] = next((v, *levels) for v, levels in members[name].items())
    endpoints = [e for e in study["endpoints"] if f"{e}_event" in frame.columns]
    event = {e: frame[f"{e}_event"].to_numpy(dtype=float, na_value=-1) for e in endpoints}
    at_risk = {e: frame[f"{e}_time"].notna().to_numpy() for e in endpoints}
    same = {}
    for i, name in enumerate(endpoints):
        for earlier in endpoints[:i]:
            if (event[name] == event[earlier]).all():
                same.setdefault(name, same.get(earlier, earlier))
    distinct = [e for e in endpoints if e not in same]
    within = {
        (a, b)
        for a in distinct
        for b in distinct
        if a != b and (event[b][event[a] == 1] == 1).all()
    }
    variables = study["variables"]
    return Facts(
        levels={name: list(entry["levels"]) for name, entry in variables.items()},
        parents=parents,
        members=members,
        single=single,
        never_unknown=frozenset(v for v in variables if v in frame and frame[v].notna().all()),
        same=same,
        everybody=frozenset(e for e in distinct if at_risk[e].all()),
        within=frozenset(within),
    )
