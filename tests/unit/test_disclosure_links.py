"""Levels, endpoints and landmark analyses that make up others do not tell what is withheld."""

import numpy as np
import pandas as pd
import pytest
from tests.workflow.red_team import Attack

from retrocohort.disclosure import earlier
from retrocohort.disclosure.earlier import Release
from retrocohort.disclosure.joined import graph_of
from retrocohort.disclosure.keys import Key, behind_of, facts_of
from retrocohort.disclosure.members import members
from retrocohort.disclosure.overlaps import linked
from retrocohort.disclosure.populations import grouped
from retrocohort.disclosure.release import decided
from retrocohort.disclosure.suppress import Decision

CONTROL, FULL = {"min_cell": 5}, Key("full")
GRADES = {"g1": 3, "g2": 87, "g3": 12, "g4": 95}
HALVES = {"low": ["g1", "g2"], "high": ["g3", "g4"]}


def study_of(levels, endpoints=(), populations=(), derive=(), further=()):
    """Return what a study says of some variables, as far as a release asks."""
    variables = {name: {"levels": dict.fromkeys(own, "")} for name, own in levels.items()}
    return {
        "variables": variables,
        "populations": {"full": {}, **dict(populations)},
        "endpoints": dict.fromkeys(endpoints, {}),
        "derive": dict(derive),
        "further": dict(further),
    }


def graded():
    """Return a cohort of 197 patients in two arms, with a grade and its half."""
    grade = np.repeat(list(GRADES), list(GRADES.values()))
    half = np.where(np.isin(grade, HALVES["low"]), "low", "high")
    frame = pd.DataFrame({"grade": grade, "half": half})
    frame["arm"] = ["a" if i % 2 else "b" for i in range(len(frame))]
    return frame.assign(record_id=[f"p{i}" for i in range(len(frame))], in_full=True)


def values_of(frame, keys):
    """Return the counts of keys."""
    return {key: int(members(frame, key).sum()) for key in keys}


def told(attack, values, decision):
    """Give an attack what is released."""
    for key, n in values.items():
        attack.read("[c]" if key in decision.withheld else str(n), key)


def by_arm(*variables):
    """Return the keys of a baseline table by arm: variables are (name, levels)."""
    arms = [FULL, *(FULL.having("arm", arm) for arm in "ab")]
    return [
        *arms,
        *(k.having(name, level) for k in arms for name, own in variables for level in own),
    ]


def test_a_level_cannot_be_computed_from_the_merged_ones_of_a_derived_variable():
    frame, levels = graded(), {"arm": "ab", "grade": list(GRADES), "half": list(HALVES)}
    choices = [{"level": x, "where": {"grade": own}} for x, own in HALVES.items()]
    study = study_of(levels, derive={"half": {"choose": choices}})
    values = values_of(frame, by_arm(("grade", GRADES), ("half", HALVES)))
    decision = decided(values, facts_of(study, frame), CONTROL, (), frame)
    found = Attack()
    told(found, values, decision)
    for key in [FULL, *(FULL.having("arm", arm) for arm in "ab")]:
        for half, own in HALVES.items():
            parts = [(key.having("grade", grade),) for grade in own]
            found.adds_up((key.having("half", half),), *parts)
        found.adds_up((key,), *[(key.having("half", half),) for half in HALVES])
    for name, own in (("grade", GRADES), ("half", HALVES)):
        for level in own:
            key = FULL.having(name, level)
            found.adds_up((key,), *[(key.having("arm", arm),) for arm in "ab"])
    assert FULL.having("grade", "g1") in decision.withheld and found.recovered() == {}


def test_a_variable_made_of_two_has_the_counts_of_their_table():
    frame = graded()
    frame["rare"] = np.where(frame.index.isin([1, *range(0, 16, 2)]), "yes", "no")
    frame["mix"] = frame["arm"] + "_" + frame["rare"]
    mixed = {f"{arm}_{x}": {"arm": arm, "rare": x} for arm in "ab" for x in ("yes", "no")}
    choices = [
        {"level": name, "where": {"all": [{v: x} for v, x in own.items()]}}
        for name, own in mixed.items()
    ]
    levels = {"arm": "ab", "rare": ["yes", "no"], "mix": list(mixed)}
    study = study_of(levels, derive={"mix": {"choose": choices}})
    keys = {*by_arm(("rare", ["yes", "no"])), *(FULL.having("mix", name) for name in mixed)}
    same = {frozenset((e.total, *e.parts)) for e in linked(keys, facts_of(study, frame), frame, 5)}
    for name, own in mixed.items():
        cell = FULL._replace(where=frozenset(own.items()))
        assert {cell, FULL.having("mix", name)} in same


def test_a_population_that_is_two_levels_does_not_tell_one_of_them():
    frame = graded()
    frame["in_low"] = frame["half"] == "low"
    where = {"where": {"grade": HALVES["low"]}, "parent": "full"}
    study = study_of({"grade": list(GRADES)}, populations={"low": where})
    low = Key("low")
    keys = [FULL, low, *(FULL.having("grade", x) for x in GRADES)]
    values = values_of(frame, [*keys, *(low.having("grade", x) for x in HALVES["low"])])
    decision = decided(values, facts_of(study, frame), CONTROL, (), frame)
    found = Attack()
    told(found, values, decision)
    for x in HALVES["low"]:
        found.adds_up((FULL.having("grade", x),), (low.having("grade", x),))
    found.adds_up((low,), *[(low.having("grade", x),) for x in HALVES["low"]])
    found.adds_up((FULL,), *[(FULL.having("grade", x),) for x in GRADES])
    assert FULL.having("grade", "g1") in decision.withheld and found.recovered() == {}


@pytest.mark.parametrize("is_known", [True, False])
def test_ranges_that_overlap_by_few_are_not_all_told(is_known):
    """Three ages are 40: under 40, 40 to 59 and from 60 on, and under 41 and from 41 on."""
    ages = np.repeat([25, 40, 50, 70], [8, 3, 8, 9] if not is_known else [20, 3, 20, 17])
    frame = pd.DataFrame({"record_id": [f"p{i}" for i in range(len(ages))], "in_full": True})
    frame["third"] = np.select([ages < 40, ages < 60], ["low", "mid"], "high")
    frame["half"] = np.where(ages < 41, "young", "old")
    derive = {"third": {"cut": {"of": "age"}}, "half": {"cut": {"of": "age"}}} if is_known else {}
    levels = {"third": ["low", "mid", "high"], "half": ["young", "old"]}
    study = study_of(levels, derive=derive)
    values = values_of(
        frame, [FULL, *(FULL.having(v, x) for v, own in levels.items() for x in own)]
    )
    decision = decided(values, facts_of(study, frame), CONTROL, (), frame)
    assert bool(decision.withheld) == is_known, "otherwise it may as well be chance"
    found = Attack()
    told(found, values, decision)
    for variable, own in levels.items():
        found.adds_up((FULL,), *[(FULL.having(variable, level),) for level in own])
    under, mid, young = (FULL.having(*x) for x in
                         (("third", "low"), ("third", "mid"), ("half", "young")))  # fmt: skip
    found.adds_up((young,), (under,), ("aged 40",))
    found.adds_up((mid,), ("aged 40",), ("aged 41 to 59",))
    found.few.add(("aged 40",))
    assert bool(found.recovered()) != is_known


def dead_of(**causes):
    """Return a cohort of 150 of whom so many died of each cause."""
    cause = np.repeat(["none", *causes], [150 - sum(causes.values()), *causes.values()])
    frame = pd.DataFrame({"record_id": [f"p{i}" for i in range(150)], "in_full": True})
    frame["arm"] = ["a" if i % 2 else "b" for i in range(150)]
    for endpoint, own in {"os": list(causes), **{x: [x] for x in causes}}.items():
        frame[f"{endpoint}_event"] = np.isin(cause, own).astype(float)
        frame[f"{endpoint}_time"] = 1.0
    return frame


def test_deaths_of_one_cause_cannot_be_computed_from_all_deaths_and_the_other_causes():
    frame = dead_of(cancer=3, heart=25, other=32)
    study = study_of({"arm": "ab"}, endpoints=["os", "cancer", "heart", "other"])
    own = [FULL.also(f"events@{e}") for e in study["endpoints"]]
    keys = [FULL, *own, *(key.having("arm", arm) for arm in "ab" for key in (FULL, *own))]
    values = values_of(frame, keys)
    decision = decided(values, facts_of(study, frame), CONTROL, (), frame)
    found = Attack()
    told(found, values, decision)
    for where in (FULL, *(FULL.having("arm", arm) for arm in "ab")):
        total, *parts = [(where.also(key.what),) for key in own]
        found.adds_up(total, *parts)
    for key in own:
        found.adds_up((key,), *[(key.having("arm", arm),) for arm in "ab"])
    assert FULL.also("events@cancer") in decision.withheld and found.recovered() == {}


def test_who_is_at_risk_of_one_endpoint_but_not_of_another_cannot_be_computed():
    frame = dead_of(relapse=60)
    for endpoint, unknown in (("os", 10), ("relapse", 12)):
        columns = [f"{endpoint}_event", f"{endpoint}_time"]
        frame.loc[frame.index[:unknown], columns] = np.nan
    study = study_of({"arm": "ab"}, endpoints=["os", "relapse"])
    own = [FULL.also(f"n@{e}") for e in study["endpoints"]]
    keys = [FULL, *own, *(key.having("arm", arm) for arm in "ab" for key in (FULL, *own))]
    values = values_of(frame, keys)
    decision = decided(values, facts_of(study, frame), CONTROL, (), frame)
    assert decision.withheld and recovered_at_risk(values, decision, own) == {}
    assert recovered_at_risk(values, Decision(frozenset(), frozenset()), own)


def recovered_at_risk(values, decision, own):
    """Return what an attack recovers of who is at risk of one endpoint and not of another one."""
    found = Attack()
    told(found, values, decision)
    for where in (FULL, *(FULL.having("arm", arm) for arm in "ab")):
        larger, smaller = ((where.also(key.what),) for key in own)
        found.within(larger, smaller, "no relapse")
    for key in (FULL, *own):
        found.adds_up((key,), *[(key.having("arm", arm),) for arm in "ab"])
    found.few |= {name for name in found.place if name[:2] == ("rest", "no relapse")}
    return found.recovered()


def followed(left=2, n=60):
    """Return a cohort of whom some die before month 6, and a few more between 6 and 6.5."""
    time = np.concatenate([np.full(12, 3.0), np.full(left, 6.2), np.linspace(7, 40, n - 12 - left)])
    frame = pd.DataFrame({"record_id": [f"p{i}" for i in range(n)], "in_full": True, "os_event": 1})
    frame["os_event"] = frame["os_event"].mask(np.arange(n) % 2 > 0, 0).mask(time < 7, 1)
    return frame.assign(arm=["a" if i % 2 else "b" for i in range(n)], os_time=time,
                        os_E=0.0, os_days=time)  # fmt: skip


def analysed(frame, **at):
    """Return study, cohort and counts of landmark analyses."""
    asked = {"kind": "landmark", "by": "arm", "endpoints": ["os"]}
    further = {name: asked | {"at": time} for name, time in at.items()}
    study = study_of({"arm": "ab"}, endpoints=["os"], further=further)
    own, kinds = (
        earlier.coded(frame, study),
        ("event_before ", "censored_before ", "group_unknown "),
    )
    whats = [f"{what}@os" for what in ("n", "events")]
    for name in at:
        whats += [f"{kind}{what}@os>{name}" for kind in ("", *kinds) for what in ("n", "events")]
    values = values_of(own, [FULL.also(what if what != "n@os" else "n") for what in whats])
    return facts_of(study, own), own, values


def between(attack, values, decision, one, other):
    """Give an attack what is released of two landmark analyses."""
    told(attack, values, decision)
    for name in (one, other):
        gone = [(FULL.also(f"{why}_before n@os>{name}"),) for why in ("event", "censored")]
        parts = [(FULL.also(f"{why} n@os>{name}".strip()),) for why in ("group_unknown", "")]
        attack.adds_up((FULL,), *gone, *parts)
    for what in ("n", "events"):
        attack.within(*((FULL.also(f"{what}@os>{name}"),) for name in (one, other)), "between")
        pair = [(FULL.also(f"event_before {what}@os>{name}"),) for name in (other, one)]
        attack.within(*pair, "between")
    attack.few |= {name for name in attack.place if name[:2] == ("rest", "between")}


def test_two_landmarks_do_not_tell_who_died_between_them():
    facts, frame, values = analysed(followed(), six=6, later=6.5)
    decision = decided(values, facts, CONTROL, (), frame)
    found = Attack()
    between(found, values, decision, "six", "later")
    assert len(found.few) == 4 and found.recovered() == {}


def test_landmarks_that_many_leave_between_are_told():
    facts, frame, values = analysed(followed(left=6), six=6, later=6.5)
    assert not decided(values, facts, CONTROL, (), frame).withheld


@pytest.mark.parametrize("left", [2, 6])
def test_another_landmark_in_a_later_release_does_not_tell_who_died_between(left):
    facts, frame, values = analysed(followed(left), six=6)
    first = Release(values, frozenset(), facts, frame)
    assert not decided(values, facts, CONTROL, (), frame).withheld
    facts, frame, values = analysed(followed(left), moved=6.5)
    decision = decided(values, facts, CONTROL, [first], frame)
    new = {FULL.also(f"{what}@os>moved") for what in ("n", "event_before n")}
    assert decision.withheld & new == (new if left < 5 else set())


def test_levels_that_are_joined_in_one_way_only_are_bridges():
    joined = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]], dtype=bool)
    graph = graph_of((list("abcd"), list("xyz")), joined)
    assert (graph.bridges == joined).all() and len(set(graph.part)) == 2
    table = np.array([[20, 0, 0], [3, 9, 0], [0, 30, 0], [0, 0, 7]])
    assert [n for n in graph.computed(table) if n] == [3, 9]
    ring = graph_of((list("ab"), list("xy")), np.ones((2, 2), dtype=bool))
    assert not ring.bridges.any() and len(set(ring.part)) == 1


def test_what_is_behind_a_variable_is_found_through_other_ones():
    study = study_of(
        {"age": (), "young": "ab", "child": "ab"},
        populations={"old": {"where": {"not": {"young": "a"}}}},
        derive={"young": {"cut": {"of": "age"}}, "child": {"equals": ["young", "age"]}},
    )
    found = behind_of(study)
    assert found["child"] == {"child", "young", "age"} and found["old"] == {"old", "young", "age"}


def test_a_population_of_nobody_is_not_taken_for_another_one():
    flags = {"full": [True, True], "one": [True, False], "none": [False, False]}
    flags = {name: np.array(own) for name, own in flags.items()}
    groups = grouped(flags, {name: {} for name in flags})
    assert groups.partitions("one", ["none"]) == []
    same = grouped(flags | {"also": flags["one"]}, {name: {} for name in (*flags, "also")})
    assert same.partitions("one", ["also", "none"]) == [("also",)]


def test_two_populations_that_are_all_patients_may_be_defined_by_one_another():
    """Of who is in one of them nobody has the level of the other; no equation is about nobody."""
    half = np.repeat(["low", "high"], 40)
    frame = pd.DataFrame({"record_id": [f"p{i}" for i in range(80)], "half": half})
    frame["site"] = np.repeat(["s1", "s2", "s3"], [40, 20, 20])
    frame = frame.assign(in_full=True, in_low=half == "low", in_others=half == "high")
    populations = {"low": {"where": {"half": "low"}}, "others": {"where": {"not": {"half": "low"}}}}
    frame["arm"] = ["a" if i % 2 else "b" for i in range(80)]
    levels = {"half": ["low", "high"], "arm": "ab", "site": ["s1", "s2", "s3"]}
    facts = facts_of(study_of(levels, populations=populations), frame)
    keys = []
    for group in map(Key, ("full", *populations)):
        own = [group.having(name, level) for name in levels for level in levels[name]]
        keys += [group, *own]
        keys += [k.having("half", x) for k in own[2:] for x in levels["half"]]
    values = values_of(frame, [facts.canonical(key) for key in keys if facts.canonical(key)])
    for total, parts in linked(values, facts, frame, 5):
        assert total is not None and None not in parts
    assert not decided(values, facts, CONTROL, (), frame).withheld
