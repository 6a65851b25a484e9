"""The equations that hold between counts, released or not, by what they count.

Each is a total and its parts. Parts that nobody prints stand in it too (who has no value, who is in
the parent population only, who is censored), as a reader can compute them where all others are
printed: `hidden` keys, of which a small one must not come out either.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from retrocohort.disclosure.keys import UNKNOWN, Facts, Key
from retrocohort.where import FULL

OUTSIDE = "not_at_risk"
REASON = f"{OUTSIDE} for "


class Equation(NamedTuple):
    """A total and the parts that add up to it."""

    total: Key
    parts: tuple[Key, ...]


def equations_of(printed: Iterable[Key], facts: Facts) -> list[Equation]:
    """Return the equations between printed keys and those that follow from them, each once."""
    system = _System(set(printed), facts)
    todo = sorted(system.printed, key=sorted_by)
    seen = set()
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        for equation in system.around(key):
            if equation not in system.found:
                system.found[equation] = None
                todo.append(equation.total)
    return [*system.found, *_flow(system.printed)]


def _flow(printed: set[Key]) -> Iterator[Equation]:
    """Give, of each box of the flowchart, who is left before as who is excluded and who stays."""
    last = max((step_of(key) for key in printed if not key.population), default=0)
    for step in range(1, last + 1):
        excluded = Key("", what=f"n_excluded {step}")
        yield Equation(left_after(step - 1, last), (excluded, left_after(step, last)))


def step_of(key: Key) -> int:
    """Return the step of the flowchart that a key is about."""
    return int(key.what.rpartition(" ")[2])


def reason_key(endpoint: str, reason: str) -> Key:
    """Return the key of who is not at risk for a reason; two endpoints may give different ones."""
    named = f"{REASON}{reason}, {endpoint}@{endpoint}"
    return Key(FULL, what=named if reason else f"{OUTSIDE}@{endpoint}")


def left_after(step: int, last: int) -> Key:
    """Return the key of who is left after a step of the flowchart: in the end, the cohort."""
    return Key(FULL) if step == last else Key("", what=f"n_after {step}")


def sorted_by(key: Key) -> tuple:
    """Return what keys are sorted by, so that the same study gives the same release."""
    return key.population, sorted(key.where), key.what, sorted(key.complete)


def analysed_of(name: str) -> str:
    """Return the endpoint of a landmark analysis, or of itself."""
    return name.partition(">")[0]


class _System:
    def __init__(self, printed: set[Key], facts: Facts):
        self.printed, self.facts = printed, facts
        self.found: dict[Equation, None] = {}
        self.reasons: dict[Key, dict[str, list[Key]]] = {}  # who is not at risk -> by endpoint
        for key in sorted(printed, key=sorted_by):
            if key.what.startswith(REASON):
                named, _, endpoint = key.what.partition("@")
                own = self.reasons.setdefault(key.also(f"{OUTSIDE}@{endpoint}"), {})
                own.setdefault(named.rpartition(", ")[2], []).append(key)

    def around(self, key: Key) -> Iterator[Equation]:
        """Give the equations in which a key is a part, or the total of its outcomes."""
        kind, _, endpoint = key.what.partition("@")
        if " " in endpoint:
            return  # a group that several endpoints make
        yield from self._shared(key, kind, endpoint)
        if kind not in ("n", "events"):
            return  # what is left of one of them
        yield from self._levels(key)
        yield from self._outcomes(key)
        yield from self._landmark(key)
        yield from self._populations(key)
        yield from self._complete(key)

    def _equation(self, total: Key | None, parts: Iterable[Key | None]) -> Iterator[Equation]:
        """Give an equation of canonical keys; who cannot be by definition is left out."""
        canonical = self.facts.canonical
        total = canonical(total) if total else None
        kept = [canonical(part) for part in parts if part is not None]
        kept = [part for part in kept if part is not None]
        if total is not None and kept and kept != [total]:
            yield Equation(total, tuple(kept))

    def _levels(self, key: Key) -> Iterator[Equation]:
        """Give, for each variable of a key, the levels that add up to the key without it."""
        for variable, _ in sorted(key.where):
            total = key._replace(where=frozenset(p for p in key.where if p[0] != variable))
            known = total._replace(complete=total.complete | {variable})
            parts = [total.having(variable, level) for level in self.facts.levels[variable]]
            unknown = total.having(variable, UNKNOWN)
            yield from self._equation(total, [*(parts or [known]), unknown])
            if parts and self.facts.canonical(known) in self.printed:
                yield from self._equation(known, parts)

    def _outcomes(self, key: Key) -> Iterator[Equation]:
        """Give patients = events + censored, and who is at risk and who not."""
        what, _, endpoint = key.what.partition("@")
        if what == "events":
            parts = [key, key.also(f"censored@{endpoint}")]
            yield from self._equation(key.also(f"n@{endpoint}"), parts)
        if what == "n" and endpoint and ">" not in endpoint:
            outside = key.also(f"{OUTSIDE}@{endpoint}")
            yield from self._equation(key.also("n"), [key, outside])
            for reasons in self.reasons.get(outside, {}).values():
                yield from self._equation(outside, reasons)

    def _shared(self, key: Key, kind: str, endpoint: str) -> Iterator[Equation]:
        """Give who is counted of an endpoint as the parts that are counted of others, too."""
        sets = self.facts.outcomes.get(kind)
        name = endpoint or min(self.facts.everybody, default="")
        if sets is None or name not in sets.who:
            return

        def of(one: str, also: str = kind) -> Key:
            return key.also(f"{also}@{one}")

        others = {one for one in sets.who if self.facts.canonical(of(one)) in self.printed}
        for names in sets.partitions(name, others):
            yield from self._equation(key, map(of, names))
        for other in others if kind == "events" and ">" in name else ():
            starts = self.facts.outcomes["n"]
            if analysed_of(name) == analysed_of(other) and starts.who[other] < starts.who[name]:
                between, dead = starts.without(name, other), sets.without(name, other)
                parts = [of(dead), of(between, "censored")]
                yield from self._equation(of(between, "n"), parts)

    def _populations(self, key: Key) -> Iterator[Equation]:
        """Give the partitions of a population by the others of which there is the same count."""
        for own in self.facts.as_populations(key):
            others = {
                name
                for name in self.facts.groups.who
                if self.facts.canonical(own._replace(population=name)) in self.printed
            }
            for names in self.facts.groups.partitions(own.population, others):
                parts = [own._replace(population=name) for name in names]
                yield from self._equation(own, parts)
                for part in parts:
                    yield from self._outcomes(part)

    def _landmark(self, key: Key) -> Iterator[Equation]:
        """Give who is at risk as who leaves before a landmark, who has no group and who is left."""
        what, _, later = key.what.partition("@")
        endpoint, is_later, _ = later.partition(">")
        if not is_later:
            return
        start, early = f"{what}@{endpoint}", f"early {what}@{later}"
        gone = [f"{kind} {what}@{later}" for kind in ("event_before", "censored_before")]
        no_group = f"group_unknown {what}@{later}"
        if key.also(no_group) in self.printed:
            yield from self._equation(key.also(start), [*map(key.also, (*gone, no_group)), key])
            yield from self._equation(key.also(early), map(key.also, gone))
            if what == "events":
                dead = key.also(f"event_before n@{later}")
                yield from self._equation(dead, [key.also(gone[0])])
                own = [key.also(no_group), key.also(f"group_unknown censored@{later}")]
                yield from self._equation(key.also(f"group_unknown n@{later}"), own)
            return
        yield from self._equation(key.also(start), [key, key.also(early)])
        yield from self._levels(key.also(early))
        for variable, _ in sorted(key.where):
            whole = key._replace(where=frozenset(p for p in key.where if p[0] != variable))
            if whole.also(no_group) in self.printed:
                none = whole.having(variable, UNKNOWN)
                own = [none.also(early), whole.also(no_group)]
                yield from self._equation(none.also(start), own)

    def _complete(self, key: Key) -> Iterator[Equation]:
        """Give all patients as the complete cases of a model and those who lack a value."""
        if not key.complete:
            return
        whole = key._replace(complete=frozenset())
        unknown = [whole.having(variable, UNKNOWN) for variable in sorted(key.complete)]
        if len(unknown) == 1:
            yield from self._equation(whole, [key, *unknown])
            return
        lost = key.also(f"lost {key.what}")
        yield from self._equation(whole, [key, lost])
        for variable, part in zip(sorted(key.complete), unknown, strict=True):
            more = key.also(f"lost {key.what}, not for {variable}")
            yield from self._equation(lost, [part, more])
        every, twice = key.also(f"unknown {key.what}"), key.also(f"twice unknown {key.what}")
        yield from self._equation(every, unknown)
        yield from self._equation(every, [lost, twice])
