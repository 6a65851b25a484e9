"""Earlier releases: what they told, and what they tell together with a new one."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from retrocohort import io
from retrocohort.disclosure.bounds import ENOUGH, possible, told
from retrocohort.disclosure.changes import checksums_of
from retrocohort.disclosure.coarse import GROUPED
from retrocohort.disclosure.counts import Counts
from retrocohort.disclosure.keys import Facts, Key, facts_of
from retrocohort.disclosure.members import close_pairs, members
from retrocohort.disclosure.suppress import Decision
from retrocohort.disclosure.system import Equation, equations_of, sorted_by
from retrocohort.faults import Fault
from retrocohort.where import FULL

OLD, MORE = "earlier ", "more than earlier "  # before what a count counts
WAIT = (
    "Wait until at least {min_cell} more patients have come or gone, or release the earlier cohort"
    " again."
)


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
    return found


def definitions(study: Mapping) -> dict:
    """Return what `facts_of` asks of a study."""
    return {
        "populations": study["populations"],
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
    io.write_json(path, stored)


def read(path: str) -> Release:
    """Read what an earlier release told."""
    import pandas as pd

    stored = io.read_json(path)
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
    facts = facts_of(stored["definitions"], patients)
    return Release(values, frozenset(withheld), facts, patients, checksums, stored["control"])


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


def given_away(
    values: Mapping[Key, int], decision: Decision, facts: Facts, before: Release, patients
) -> set[Key]:
    """Return the counts that two releases together tell though each of them withholds them.

    A reader takes it that who was counted still is, wherever that is so.
    """
    now = {key: n for key, n in values.items() if key not in decision.withheld}
    then = {key: n for key, n in before.values.items() if key not in before.withheld}
    withheld = decision.withheld | {_tagged(key, OLD) for key in before.withheld}
    old = [_of_old(equation) for equation in equations_of(before.values, before.facts)]
    joints = list(_joints(values, before, patients))
    equations = [*equations_of(values, facts), *old, *joints]
    known = told(now | {_tagged(key, OLD): n for key, n in then.items()}, withheld)
    found = possible(equations, known, withheld)
    return {_untagged(key) for key in withheld if found[key] < ENOUGH}


def _joints(values: Mapping[Key, int], before: Release, patients) -> Iterator[Equation]:
    """Give each count of both releases as the other one and who has come, or gone."""
    now, then = _both(values, patients, before.values, before.patients)
    for key in sorted(before.values.keys() & values.keys(), key=sorted_by):
        old = _tagged(key, OLD)
        is_known = key in now and key in then
        if before.values[key] <= values[key] and not (is_known and (then[key] & ~now[key]).any()):
            yield Equation(key, (old, _tagged(key, MORE)))
        elif is_known and not (now[key] & ~then[key]).any():
            yield Equation(old, (key, _tagged(key, MORE)))


def _tagged(key: Key, tag: str) -> Key:
    return key.also(f"{tag}{key.what}")


def _untagged(key: Key) -> Key:
    return key.also(key.what.removeprefix(OLD))


def _of_old(equation: Equation) -> Equation:
    return Equation(
        _tagged(equation.total, OLD), tuple(_tagged(part, OLD) for part in equation.parts)
    )
