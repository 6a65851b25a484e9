"""Ranges of one number in several variables: what lies between two of them can be computed.

Of who is under 40 in one variable and under 41 in another, the difference are those aged 40.
"""

from collections.abc import Iterable, Iterator
from itertools import permutations

from retrocohort.disclosure.keys import Facts, Key
from retrocohort.disclosure.members import members
from retrocohort.disclosure.system import Equation, sorted_by


def overlaps(printed: Iterable[Key], facts: Facts, patients) -> Iterator[Equation]:
    """Give, of two ranges of a number one of which has all patients of the other, what is between.

    Parameters
    ----------
    printed : keys that are printed.
    patients : data frame
        The cohort as `earlier.coded` has it: it tells which ranges have all patients of others.
    """
    groups: dict[tuple, list[tuple[Key, tuple[str, str]]]] = {}
    for key in sorted(printed, key=sorted_by):
        for level in key.where:
            if level[0] in facts.cut_of and key.what.partition("@")[0] in ("n", "events"):
                other = key._replace(where=key.where - {level})
                groups.setdefault((other, facts.cut_of[level[0]]), []).append((key, level))
    for own in groups.values():
        for (key, level), (larger, wider) in permutations(own, 2):
            if level[0] != wider[0] and _is_within(key, larger, patients):
                between = larger.having(*level).also(f"between {key.what}")
                yield Equation(larger, (key, between))
                yield from _censored(between, key.what)


def _is_within(key: Key, larger: Key, patients) -> bool:
    one, other = members(patients, key), members(patients, larger)
    if one is None or other is None:
        return False
    return not (one & ~other).any() and bool((other & ~one).any())


def _censored(between: Key, what: str) -> Iterator[Equation]:
    """Give who of those between has an event, and who is censored."""
    kind, _, endpoint = what.partition("@")
    if kind == "events":
        parts = between, between.also(f"between censored@{endpoint}")
        yield Equation(between.also(f"between n@{endpoint}"), parts)
