"""What a released count counts: the same patients have the same key, wherever they are printed.

A key is canonical when it says in one way only whom it counts: a population that is a level of a
variable is that level, an endpoint of which everybody is at risk counts the patients themselves,
and a variable that nobody lacks makes no case incomplete.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from retrocohort.disclosure.outcomes import outcomes_of
from retrocohort.disclosure.populations import Populations, in_all, populations_of
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


def said(key: Key) -> str:
    """Return in words what a key counts."""
    levels = [f"{variable} = {level or 'unknown'}" for variable, level in sorted(key.where)]
    return f"{key.what} ({', '.join(levels)})" if levels else key.what


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
        for all at once; of parts, too.
    single : mapping
        Population -> the level (variable, level) that it is, of those that are no more than one.
    groups : Populations or None
        Who is in which; None where there are all patients alone.
    never_unknown : set
        Variables that every patient of the cohort has.
    same : mapping
        Endpoint -> the first one with the same patients and events.
    everybody : set
        Endpoints of which all patients are at risk.
    outcomes : mapping
        Kind of count, "n" or "events" -> who is counted of which endpoints and landmark analyses,
        as groups: of some the difference can be computed.
    behind : mapping
        Variable or population -> the variables that it is made of, and itself.
    """

    levels: Mapping[str, list]
    parents: Mapping[str, str]
    members: Mapping[str, Mapping[str, set]] = field(default_factory=dict)
    single: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    groups: Populations | None = None
    never_unknown: frozenset = frozenset()
    same: Mapping[str, str] = field(default_factory=dict)
    everybody: frozenset = frozenset()
    outcomes: Mapping[str, Populations] = field(default_factory=dict)
    behind: Mapping[str, frozenset] = field(default_factory=dict)

    def canonical(self, key: Key) -> Key | None:
        """Return the key that says the same in the one way, None if by definition nobody is meant.

        An analysis that starts later than its endpoint, "os>six_months", is no endpoint here.
        """
        population, where = key.population, set(key.where)
        while population in self.single:
            where.add(self.single[population])
            population = self.parents[population]
        had, members = [variable for variable, _ in where], self.members.get(population, {})
        outside = any(level not in members.get(variable, {level}) for variable, level in where)
        unknown = any(v in self.never_unknown and level == UNKNOWN for v, level in where)
        if len(had) > len(set(had)) or outside or unknown:
            return None
        what, _, endpoint = key.what.partition("@")
        endpoint = self.same.get(endpoint, endpoint)
        if what == "n" and endpoint in self.everybody:
            endpoint = ""
        complete = key.complete - set(had) - self.never_unknown - members.keys()
        return Key(
            population,
            frozenset((v, level) for v, level in where if members.get(v) != {level}),
            f"{what}@{endpoint}" if endpoint else what,
            frozenset(complete),
        )

    def as_populations(self, key: Key) -> Iterator[Key]:
        """Give the keys of whole populations that say the same: a level may be a population."""
        for name in self.groups.who if self.groups else ():
            level = self.single.get(name)
            own = key._replace(population=name, where=key.where - {level})
            if self.canonical(own) == key:
                yield own


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
    return in_all([own for own, _ in parts]), all(exact for _, exact in parts)


def behind_of(study: Mapping) -> dict[str, frozenset]:
    """Return of each derived variable and population what it is made of, however indirectly."""
    asked = {**study.get("derive", {}), **study["populations"]}
    found: dict[str, frozenset] = {}

    def behind(name: str) -> frozenset:
        if name not in found:
            found[name] = frozenset({name})  # a definition does not lead back to itself
            parts = texts_in(asked.get(name, {})) & (asked.keys() | study["variables"].keys())
            found[name] = found[name].union(*map(behind, sorted(parts)))
        return found[name]

    return {name: behind(name) for name in asked}


def texts_in(entry) -> set[str]:
    """Return all texts of an entry of a study file, names of variables among them."""
    if isinstance(entry, Mapping):
        entry = [*entry, *entry.values()]
    if isinstance(entry, list):
        return set().union(*map(texts_in, entry))
    return {entry} if isinstance(entry, str) else set()


def facts_of(study: Mapping, frame) -> Facts:
    """Return the facts of a study.

    Parameters
    ----------
    study : what `earlier.definitions` has of one, or all of it.
    frame : data frame
        The cohort as `earlier.coded` has it: it tells what nobody lacks, and who is counted where.
    """
    populations = {n: p for n, p in study["populations"].items() if n != FULL}
    parents = {name: p.get("parent", FULL) for name, p in populations.items()}
    members, single = {FULL: {}}, {}
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
    variables = study["variables"]
    return Facts(
        levels={name: list(entry["levels"]) for name, entry in variables.items()},
        parents=parents,
        members=members,
        single=single,
        groups=populations_of(frame, members) if populations else None,
        never_unknown=frozenset(v for v in variables if v in frame and frame[v].notna().all()),
        same=same,
        everybody=frozenset(e for e in distinct if at_risk[e].all()),
        outcomes=outcomes_of(frame, distinct),
        behind=behind_of(study),
    )
