"""Small counts stay hidden in a table, in two releases of it, in a flowchart and in curves."""

import numpy as np
import pytest
from tests.workflow.red_team import Attack

from retrocohort.disclosure import earlier
from retrocohort.disclosure.coarse import Rule, coarsened, is_fit
from retrocohort.disclosure.counts import midpoint, range_of
from retrocohort.disclosure.earlier import Release
from retrocohort.disclosure.keys import Facts, Key, sets_of
from retrocohort.disclosure.release import decided
from retrocohort.disclosure.system import left_after
from retrocohort.faults import FaultsFound
from retrocohort.models.kaplan_meier import kaplan_meier
from retrocohort.models.samples import sample_of

ARMS, STAGES = ("old", "new"), ("1", "2", "3", "4")
FACTS = Facts(
    levels={"arm": list(ARMS), "stage": list(STAGES)},
    parents={},
    never_unknown=frozenset({"arm", "stage"}),
)
CONTROL = {"min_cell": 5, "round_to": None}
TABLE = {"old": (30, 3, 12, 40), "new": (25, 9, 14, 33)}  # patients of each stage


def counts_of(table):
    """Return the keys and counts of a table with all its totals."""
    found = {}
    for arm, row in table.items():
        for stage, n in zip(STAGES, row, strict=True):
            own = Key("full").having("arm", arm).having("stage", stage)
            totals = [
                Key("full"),
                Key("full").having("arm", arm),
                Key("full").having("stage", stage),
            ]
            for key in (own, *totals):
                found[key] = found.get(key, 0) + n
    return found


def attack(*releases, grown=True):
    """Return what an attacker recovers who has the tables of one or several releases."""
    found = Attack()
    for i, (values, withheld) in enumerate(releases):
        for key, n in values.items():
            found.read("[c]" if key in withheld else str(n), i, *sorted(key.where))
        for arm in ARMS:
            parts = [(i, ("arm", arm), ("stage", stage)) for stage in STAGES]
            found.adds_up((i, ("arm", arm)), *parts)
        for stage in STAGES:
            parts = [(i, ("arm", arm), ("stage", stage)) for arm in ARMS]
            found.adds_up((i, ("stage", stage)), *parts)
        found.adds_up((i,), *[(i, ("arm", arm)) for arm in ARMS])
        if i and grown:
            for key in values:
                found.within((i, *sorted(key.where)), (i - 1, *sorted(key.where)), "new")
    return found.recovered()


def test_the_attack_recovers_a_small_count_that_is_withheld_alone():
    values = counts_of(TABLE)
    alone = {key for key, n in values.items() if 0 < n < 5}
    assert len(alone) == 1
    assert list(attack((values, alone)).values()) == [[3]]


def test_the_attack_recovers_nothing_of_what_is_decided():
    values = counts_of(TABLE)
    decision = decided(values, FACTS, CONTROL, ())
    assert len(decision.primary) == 1 and 3 <= len(decision.secondary) <= 5
    assert Key("full") not in decision.withheld
    assert attack((values, decision.withheld)) == {}


def test_a_table_without_a_small_count_is_told_whole():
    values = counts_of({"old": (30, 5, 0, 40), "new": (25, 9, 14, 33)})
    assert not decided(values, FACTS, CONTROL, ()).withheld


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"round_to": null}', b"\xff"])
def test_what_an_earlier_release_told_must_be_known(tmp_path, content):
    file = tmp_path / "0001.json"
    file.write_bytes(content)
    with pytest.raises(FaultsFound, match="0001.json has 1 fault:\n  is damaged.*from a backup"):
        earlier.read(str(file))


def test_a_count_that_differs_too_little_from_an_earlier_release_is_withheld():
    before = counts_of({"old": (30, 8, 12, 40), "new": (25, 9, 14, 33)})
    now = counts_of({"old": (38, 10, 12, 40), "new": (25, 9, 14, 33)})
    told = Release(before, frozenset(), None)
    assert not decided(now, FACTS, CONTROL, ()).withheld, "alone it has no small count"
    changed = Key("full").having("arm", "old").having("stage", "2")
    decision = decided(now, FACTS, CONTROL, [told])
    assert changed in decision.withheld
    both = attack((before, frozenset()), (now, decision.withheld), grown=False)
    assert both == {}


def test_two_releases_do_not_tell_together_what_each_withholds():
    first, second = TABLE, {"old": (30, 3, 12, 40), "new": (25, 9, 14, 43)}
    before, now = counts_of(first), counts_of(second)
    old = decided(before, FACTS, CONTROL, ())
    told = Release(before, old.withheld, None)
    decision = decided(now, FACTS, CONTROL, [told])
    assert attack((before, old.withheld), (now, decision.withheld)) == {}
    # the check is needed: with another pattern the second release would give the first one away
    other = [k for k in now if k.where and k not in old.withheld and len(k.where) == 2]
    careless = {key for key, n in now.items() if 0 < n < 5} | set(other[:1])
    assert attack((before, old.withheld), (now, careless))


def test_a_cohort_that_grew_by_fewer_patients_than_a_cell_is_not_released():
    before = counts_of(TABLE)
    now = counts_of({"old": (32, 3, 12, 40), "new": (25, 9, 14, 33)})
    with pytest.raises(FaultsFound, match="differs from an earlier release by fewer than 5"):
        decided(now, FACTS, CONTROL, [Release(before, frozenset(), None)])


def test_who_is_excluded_cannot_be_computed_from_the_boxes_of_the_flowchart():
    left, excluded = [200, 150, 149, 140], [50, 1, 9]
    values = {left_after(step, 3): n for step, n in enumerate(left)}
    values |= {Key("", what=f"n_excluded {i}"): n for i, n in enumerate(excluded, 1)}
    withheld = decided(values, FACTS, CONTROL, ()).withheld
    found = Attack()
    for key, n in values.items():
        found.read("[c]" if key in withheld else str(n), key)
    for step in (1, 2, 3):
        parts = (Key("", what=f"n_excluded {step}"),), (left_after(step, 3),)
        found.adds_up((left_after(step - 1, 3),), *parts)
    assert found.recovered() == {} and Key("", what="n_excluded 2") in withheld


@pytest.mark.parametrize("n, told", [(0, 0), (1, 3), (6, 3), (7, 9), (12, 9), (13, 15)])
def test_counts_are_rounded_as_by_openSAFELY(n, told):
    assert midpoint(n, 6) == told
    low, high = range_of(n, 6)
    assert {midpoint(each, 6) for each in range(low, high + 1)} == {told}


def test_a_definition_tells_which_levels_its_patients_have():
    where = {"all": [{"site": "liver"}, {"grade": ["g1", "g2"]}, {"age": {"above": 60}}]}
    assert sets_of(where) == ({"site": {"liver"}, "grade": {"g1", "g2"}}, False)
    assert sets_of({"site": "liver"}) == ({"site": {"liver"}}, True)
    assert sets_of({"any": [{"site": "liver"}]}) == ({}, False)


def follow_up(n=47, seed=1):
    random = np.random.default_rng(seed)
    return sample_of(random.exponential(30, n), random.random(n) < 0.6)


@pytest.mark.parametrize("mode, near", [("midpoint", 0.13), ("grouped", 0.2)])
def test_patients_leave_a_released_curve_in_groups(mode, near):
    exact = follow_up()
    coarse = coarsened(exact, Rule(mode, 5, int, 12.0))
    curve = kaplan_meier(coarse)
    for steps in (curve.n_event, curve.n_censor):
        assert all(steps[steps > 0] >= 5)
    assert (curve.n_event.sum(), coarse.n) == (exact.events, exact.n)
    assert all(curve.n_risk >= 5)
    own = kaplan_meier(exact)
    at = np.searchsorted(own.time, curve.time, side="right") - 1
    assert np.abs(own.survival[at] - curve.survival).max() < near, "near the true curve"


def test_a_curve_is_exact_only_where_every_step_is_of_enough_patients():
    rule = Rule("exact", 5, int, 12.0)
    assert not is_fit(follow_up(), rule)
    whole = sample_of([10.0] * 6 + [20.0] * 9, [1] * 6 + [0] * 9)
    assert is_fit(whole, rule)
    assert not is_fit(sample_of([10.0] * 4, [1] * 4), Rule("midpoint", 5, int, 12.0))


def test_a_rounded_curve_starts_with_the_rounded_number():
    exact = follow_up(50)
    coarse = coarsened(exact, Rule("midpoint", 6, lambda n: midpoint(n, 6), 12.0))
    assert (coarse.n, coarse.events) == (midpoint(50, 6), midpoint(exact.events, 6))
