"""Populations as groups of patients, so that what is known of two tells what differs.

The groups are those of the cohort: whom the definitions could mean, but nobody is, is in none. A
reader who knows the definitions is taken to know which of them overlap.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from retrocohort.where import FULL

Members = Mapping[str, set[str]]  # variable -> the levels that patients have


def in_all(conditions: Iterable[Members]) -> dict[str, set[str]]:
    """Return variable -> levels that all of some conditions allow."""
    found: dict[str, set[str]] = {}
    for own in conditions:
        for variable, levels in own.items():
            found[variable] = found.get(variable, levels) & levels
    return found


@dataclass
class Populations:
    """Who is in which populations.

    Attributes
    ----------
    who : mapping
        Population -> the kinds of patients that it has; of one kind are who is in the same ones.
    members : mapping
        Population, or group that has got a name, -> what its patients have.
    named : mapping
        Kinds -> the name of the group.
    """

    who: Mapping[str, frozenset[int]]
    members: dict[str, Members]
    named: dict[frozenset[int], str] = field(default_factory=dict)

    def partitions(self, name: str, among: Collection[str]) -> list[tuple[str, ...]]:
        """Return the partitions of a population by others: by each, and by all of them at once."""
        own, found, others = self.who[name], [], sorted(set(among) - {name, FULL})
        for other in others:
            shared = own & self.who[other]
            if shared and shared != own:
                both = self._name(shared, f"{name} and {other}", (name, other))
                found.append((both, self.without(name, other)))
            elif own == self.who[other]:
                found.append((other,))  # the same patients by two names
        alone: dict[tuple[str, ...], set[int]] = {}
        for kind in sorted(own):
            inside = tuple(other for other in others if kind in self.who[other])
            alone.setdefault((name, *inside), set()).add(kind)
        if len(alone) > 2:
            asked = ", ".join([name, *others])
            groups = [
                self._name(frozenset(kinds), f"of {asked} in {' and '.join(inside)} alone", inside)
                for inside, kinds in alone.items()
            ]
            found.append(tuple(groups))
        return found

    def without(self, name: str, other: str) -> str:
        """Return the name of who is in one population and not in another one."""
        return self._name(self.who[name] - self.who[other], f"{name} without {other}", (name,))

    def _name(self, kinds: frozenset[int], words: str, inside: Sequence[str]) -> str:
        """Return the one name of a group: that of a population, or the first in words."""
        name = self.named.setdefault(kinds, words)
        if name not in self.members:
            self.members[name] = in_all(self.members[each] for each in inside)
        return name


def populations_of(frame, members: dict[str, Members]) -> Populations:
    """Return the populations of a cohort; `members` as `Populations` has them."""
    flags = {name: np.ones(len(frame), dtype=bool) for name in members}
    for name in members.keys() - {FULL}:
        flags[name] = frame[f"in_{name}"].to_numpy(bool, na_value=False)
    return grouped(flags, members)


def grouped(flags: Mapping[str, np.ndarray], members: dict[str, Members]) -> Populations:
    """Return groups of patients by name; `flags` are (n,) bool arrays of who is in each."""
    kinds = np.unique(np.column_stack(list(flags.values())), axis=0)
    who = {
        name: frozenset(np.flatnonzero(own).tolist())
        for name, own in zip(flags, kinds.T, strict=True)
    }
    return Populations(who, members, {own: name for name, own in reversed(who.items())})
