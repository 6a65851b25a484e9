"""Earlier releases: what they told, and what they tell together with a new one."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from retrocohort import io, signed
from retrocohort.disclosure.changes import checksums_of
from retrocohort.disclosure.coarse import GROUPED
from retrocohort.disclosure.counts import Counts
from retrocohort.disclosure.keys import Facts, Key, facts_of
from retrocohort.disclosure.members import close_pairs, members
from retrocohort.disclosure.outcomes import analysed
from retrocohort.disclosure.overlaps import linked
from retrocohort.disclosure.system import Equation, sorted_by
from retrocohort.faults import Fault, FaultsFound
from retrocohort.where import FULL

OLD, MORE = "in release ", "more than "  # before what a count counts
WAIT = (
    "Wait until at least {min_cell} more patients have come or gone, or release the earlier cohort"
    " again."
)
DAMAGED = "is damaged: what an earlier release told is not known."
RESTORE = "Restore it from a backup: without it nobody knows what a new release gives away."


@dataclass(frozen=True)
class Release:
    """What a release told: every printed count, those withheld, and who was counted.

    Attributes
    ----------
    values : mapping
        Printed key -> count.
    withheld : set
        Keys that were not told.
    facts : Facts
        Of its definitions.
    patients : data frame
        The cohort then, as `coded` has it.
    checksums : data frame
        Of the patients' numbers and follow-up, as `changes.checksums_of` has them.
    control : mapping
        By which rules it was made, as `rules_of` has them.
    """

    values: Mapping[Key, int]
    withheld: frozenset[Key]
    facts: Facts
    patients: object
    checksums: object = None
    control: Mapping = field(default_factory=dict)


def coded(frame, study: Mapping):
    """Return of a cohort what tells whom a key counts: record, populations, levels, events."""
    names = [f"in_{name}" for name in study["populations"]]
    names += [f"{endpoint}_{end}" for endpoint in study["endpoints"] for end in ("event", "time")]
    names += [v for v, about in study["variables"].items() if about["levels"]]
    found = frame[["record_id", *(name for name in dict.fromkeys(names) if name in frame)]].copy()
    for name in study["variables"]:
        if name in frame and name not in found:  # of a number only whether it is known
            found[name] = frame[name].notna().map({True: 1.0, False: None})
    for name in [name for name in found if name.endswith("_time")]:
        found[name] = found[name].notna().map({True: 1.0, False: None})
    return found.assign(**analysed(frame, study))


def definitions(study: Mapping) -> dict:
    """Return what `facts_of` asks of a study."""
    return {
        "populations": study["populations"],
        "derive": study.get("derive", {}),
        "endpoints": list(study["endpoints"]),
        "variables": {
            name: {"levels": list(v["levels"])} for name, v in study["variables"].items()
        },
    }


def write(path: str, counts: Counts, study: Mapping, frame) -> None:
    """Write what a release tells, and who is counted."""
    rows = [
        [key.population, sorted(key.where), key.what, sorted(key.complete)]
        + [counts.values[key], key in counts.withheld]
        for key in sorted(counts.values, key=sorted_by)
    ]
    stored = {"counts": rows, "definitions": definitions(study), "control": rules_of(counts, study)}
    for name, own in (("patients", coded), ("checksums", checksums_of)):
        stored[name] = json.loads(own(frame, study).to_json(orient="split", index=False))
    io.write_text(path, signed.text(stored))


def read(path: str) -> Release:
    """Read what an earlier release told.

    Raises
    ------
    FaultsFound
        Where it is damaged.
    """
    import pandas as pd

    try:
        stored = signed.read(path) or {}
        values, withheld = {}, set()
        for population, where, what, complete, n, is_withheld in stored["counts"]:
            pairs = frozenset((variable, level) for variable, level in where)
            key = Key(population, pairs, what, frozenset(complete))
            values[key] = n
            if is_withheld:
                withheld.add(key)
        patients, checksums = (
            pd.DataFrame(stored[name]["data"], columns=stored[name]["columns"])
            for name in ("patients", "checksums")
        )
        facts, control = facts_of(stored["definitions"], patients), dict(stored["control"])
    except (ValueError, KeyError, TypeError) as error:
        raise FaultsFound([Fault(path, "", DAMAGED, RESTORE)]) from error
    return Release(values, frozenset(withheld), facts, patients, checksums, control)


def rules_of(counts: Counts, study: Mapping) -> dict:
    """Return the rules of a release of which two sets tell more together than each."""
    rules = {"min_cell": counts.min_cell, "round_to": counts.round_to, "km": counts.km}
    if counts.km == GROUPED:
        rules |= {f"step of {e}": counts.rule(own).step for e, own in study["endpoints"].items()}
    return rules


def other_rules(rules: Mapping, before: Iterable[Release], patients) -> Iterator[Fault]:
    """Give a fault of each rule that differs from that of an earlier release of the same cohort."""
    for release in before:
        if {*release.patients["record_id"]} == {*patients["record_id"]}:
            for name in rules.keys() | release.control.keys():
                own, old = rules.get(name), release.control.get(name)
                if own != old:
                    problem = f"is {own}, but the same patients were released with {old}."
                    yield Fault("disclosure", name, problem, f"Put {name} back to {old}.")


def near(values: Mapping[Key, int], before: Iterable[Release], min_cell: int, patients) -> set[Key]:
    """Return the counts that differ from one told earlier by a number that is too small.

    They are those of the same name, and those that count the same patients but for a few.
    """
    found = set()
    for release in before:
        told = {key: n for key, n in release.values.items() if key not in release.withheld}
        found |= {k for k in values.keys() & told if 0 < abs(values[k] - told[k]) < min_cell}
        of_now, of_then = _censored(values), _censored(told)
        now, then = _both({*values, *of_now}, patients, {*told, *of_then}, release.patients)
        known = {*patients} & {*release.patients}
        found |= {of_now.get(key, key) for key, _ in close_pairs(now, then, known, min_cell)}
    return found


def _censored(printed: Iterable[Key]) -> dict[Key, Key]:
    """Return the counts of who is censored, which readers compute, with those of the events."""
    of_events = [key for key in printed if key.what.startswith("events@")]
    return {key.also(f"censored@{key.what.partition('@')[2]}"): key for key in of_events}


def _both(values: Iterable[Key], patients, told: Iterable[Key], earlier) -> list[dict]:
    """Return key -> who is counted, over the patients of two cohorts, for each of them."""
    every = sorted({*patients["record_id"], *earlier["record_id"]})
    found = []
    for keys, frame in ((values, patients), (told, earlier)):
        own = frame.set_index("record_id").reindex(every)
        there = own.index.isin(frame["record_id"])
        counted = {key: members(own, key) for key in keys}
        found.append({key: each & there for key, each in counted.items() if each is not None})
    return found


def refusals(found: Iterable[Key], before: Iterable[Release], min_cell: int, patients) -> list:
    """Return why there can be no release: the cohort itself differs too little."""
    others = [{*r.patients["record_id"]} ^ {*patients["record_id"]} for r in before]
    if Key(FULL) not in found and not any(0 < len(each) < min_cell for each in others):
        return []
    problem = f"differs from an earlier release by fewer than {min_cell} patients."
    return [Fault("cohort/counts/populations.csv", FULL, problem, WAIT.format(min_cell=min_cell))]


@dataclass(frozen=True)
class Past:
    """What earlier releases let a reader know beside a new one.

    Attributes
    ----------
    equations : list of Equation
        That hold between their counts, and between those and the new ones.
    told, withheld : mapping
        Key of an earlier release, with a tag -> count.
    public : set of Key
        New counts of which an earlier release told that of the very same patients.
    """

    equations: list[Equation] = field(default_factory=list)
    told: Mapping[Key, int] = field(default_factory=dict)
    withheld: Mapping[Key, int] = field(default_factory=dict)
    public: set[Key] = field(default_factory=set)

    @property
    def values(self) -> dict[Key, int]:
        """Return the count of every key, told or not."""
        return {**self.told, **self.withheld}


def past_of(values: Mapping[Key, int], before: Iterable[Release], patients, min_cell: int) -> Past:
    """Return what is known of earlier releases.

    A reader takes it that who was counted still is, wherever that is so.
    """
    past = Past([], {}, {}, set())
    for number, release in enumerate(before, start=1):
        tag = f"{OLD}{number} "
        own = linked(release.values, release.facts, release.patients, min_cell)
        past.equations.extend(
            Equation(_tagged(e.total, tag), tuple(_tagged(part, tag) for part in e.parts))
            for e in own
        )
        now, then = _both(values, patients, release.values, release.patients)
        for key in sorted(release.values.keys() & values.keys(), key=sorted_by):
            come, gone = _changed(key, values, release, now.get(key), then.get(key))
            old, more = _tagged(key, tag), _tagged(key, f"{MORE}{tag}")
            if not come and not gone:
                past.equations.append(Equation(key, (old,)))
                past.public.update({key} - release.withheld)
            elif not gone:
                past.equations.append(Equation(key, (old, more)))
            elif not come:
                past.equations.append(Equation(old, (key, more)))
        for key, n in release.values.items():
            (past.withheld if key in release.withheld else past.told)[_tagged(key, tag)] = n
    return past


def _changed(key: Key, values, release: Release, now, then) -> tuple[bool, bool]:
    """Return whether patients have come to a count and gone from it, as far as they are known."""
    if now is None or then is None:
        return values[key] > release.values[key], values[key] < release.values[key]
    return bool((now & ~then).any()), bool((then & ~now).any())


def _tagged(key: Key, tag: str) -> Key:
    return key.also(f"{tag}{key.what}")
