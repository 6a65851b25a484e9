"""Small counts stay hidden in a table, in two releases of it, in a flowchart and in curves."""

import numpy as np
import pandas as pd
import pytest
from tests.workflow.red_team import Attack

from retrocohort.disclosure import earlier as earlier_module
from retrocohort.disclosure import release
from retrocohort.disclosure.cells import Cell
from retrocohort.disclosure.coarse import Rule, coarsened, is_fit
from retrocohort.disclosure.counts import Counts, fixed_step, midpoint
from retrocohort.disclosure.earlier import Release
from retrocohort.disclosure.keys import UNKNOWN, Facts, Key, facts_of, sets_of
from retrocohort.disclosure.members import members
from retrocohort.disclosure.release import decided
from retrocohort.disclosure.suppress import NoSum
from retrocohort.disclosure.system import equations_of, left_after, reason_key
from retrocohort.faults import FaultsFound
from retrocohort.models.kaplan_meier import kaplan_meier
from retrocohort.models.samples import sample_of

ARMS, STAGES = ("old", "new"), ("1", "2", "3", "4")
FACTS = Facts(
    levels={"arm": list(ARMS), "stage": list(STAGES)},
    parents={},
    never_unknown=frozenset({"arm", "stage"}),
)
CONTROL = {"min_cell": 5}
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


def cohort_of(table):
    """Return a cohort with so many patients, the same ones where there are as many."""
    rows = [
        (f"{arm} {stage} {i}", arm, stage)
        for arm, row in table.items()
        for stage, n in zip(STAGES, row, strict=True)
        for i in range(n)
    ]
    return pd.DataFrame(rows, columns=["record_id", "arm", "stage"])


def earlier(table, withheld=frozenset()):
    """Return what a release of a table told."""
    return Release(counts_of(table), withheld, FACTS, cohort_of(table))


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
    decision = decided(values, FACTS, CONTROL)
    assert len(decision.primary) == 1 and 3 <= len(decision.secondary) <= 5
    assert Key("full") not in decision.withheld
    assert attack((values, decision.withheld)) == {}


def test_a_table_without_a_small_count_is_told_whole():
    values = counts_of({"old": (30, 5, 0, 40), "new": (25, 9, 14, 33)})
    assert not decided(values, FACTS, CONTROL).withheld


@pytest.mark.parametrize(
    "lost",
    [
        [("old", {"age"})],
        [("new", {"bmi"})] * 2,
        [("new", {"bmi", "age"}), ("new", {"bmi"})],
        [("old", {"age"}), ("new", {"age"}), ("old", {"bmi"}), ("new", {"bmi"})],
    ],
)
def test_few_missing_values_withhold_no_size_of_an_arm(lost):
    """What later choices made needless is told, and complete cases are withheld before arms."""
    facts = Facts(
        levels={"arm": list(ARMS), "age": [], "bmi": []},
        parents={},
        never_unknown=frozenset({"arm"}),
    )
    patients = [*lost, *[("old", set())] * 98, *[("new", set())] * 95]
    values: dict[Key, int] = {}
    for arm, missing in patients:
        for group in (Key("full"), Key("full").having("arm", arm)):
            keys = [group, group._replace(complete=frozenset({"age", "bmi"}))][: 2 - bool(missing)]
            keys += [group.having(name, UNKNOWN) for name in missing]
            keys += [group._replace(complete=frozenset({n})) for n in {"age", "bmi"} - missing]
            for key in keys:
                values[key] = values.get(key, 0) + 1
    decision = decided(values, facts, CONTROL)
    sizes = {Key("full"), *(Key("full").having("arm", arm) for arm in ARMS)}
    assert decision.primary and not sizes & decision.withheld


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"round_to": null}', b"\xff"])
def test_what_an_earlier_release_told_must_be_known(tmp_path, content):
    file = tmp_path / "0001.json"
    file.write_bytes(content)
    with pytest.raises(FaultsFound, match="0001.json has 1 fault:\n  is damaged.*from a backup"):
        earlier_module.read(str(file))


def test_a_count_that_differs_too_little_from_an_earlier_release_is_withheld():
    first = {"old": (30, 8, 12, 40), "new": (25, 9, 14, 33)}
    second = {"old": (38, 10, 12, 40), "new": (25, 9, 14, 33)}
    now = counts_of(second)
    assert not decided(now, FACTS, CONTROL).withheld, "alone it has no small count"
    changed = Key("full").having("arm", "old").having("stage", "2")
    decision = decided(now, FACTS, CONTROL, [earlier(first)], cohort_of(second))
    assert changed in decision.withheld
    both = attack((counts_of(first), frozenset()), (now, decision.withheld), grown=False)
    assert both == {}


def test_two_releases_do_not_tell_together_what_each_withholds():
    first, second = TABLE, {"old": (30, 3, 12, 40), "new": (25, 9, 14, 43)}
    before, now = counts_of(first), counts_of(second)
    old = decided(before, FACTS, CONTROL)
    told = earlier(first, old.withheld)
    decision = decided(now, FACTS, CONTROL, [told], cohort_of(second))
    assert attack((before, old.withheld), (now, decision.withheld)) == {}
    # the check is needed: with another pattern the second release would give the first one away
    other = [k for k in now if k.where and k not in old.withheld and len(k.where) == 2]
    careless = {key for key, n in now.items() if 0 < n < 5} | set(other[:1])
    assert attack((before, old.withheld), (now, careless))


def test_the_same_cohort_is_told_in_the_same_way():
    values, cohort = counts_of(TABLE), cohort_of(TABLE)
    first = decided(values, FACTS, CONTROL)
    wider = decided(values, FACTS, {"min_cell": 13})
    assert wider.withheld > first.withheld
    for withheld in (first.withheld, wider.withheld):
        again = decided(values, FACTS, CONTROL, [earlier(TABLE, withheld)], cohort)
        assert again.withheld == withheld


def test_a_cohort_that_grew_by_fewer_patients_than_a_cell_is_not_released():
    second = {"old": (32, 3, 12, 40), "new": (25, 9, 14, 33)}
    with pytest.raises(FaultsFound, match="differs from an earlier release by fewer than 5"):
        decided(counts_of(second), FACTS, CONTROL, [earlier(TABLE)], cohort_of(second))


@pytest.mark.parametrize("renamed", [False, True])
def test_a_threshold_moved_between_releases_tells_nobody(renamed):
    frame = pd.DataFrame({"record_id": [f"p{i}" for i in range(60)]})
    releases = []
    for cut, variable in ((40, "age_group"), (41, "age_class" if renamed else "age_group")):
        young, old = f"under_{cut}", f"from_{cut}"
        facts = Facts({variable: [young, old]}, {}, never_unknown=frozenset({variable}))
        own = frame.assign(**{variable: [young if i < cut - 20 else old for i in range(60)]})
        sizes = own[variable].value_counts()
        values = {Key("full").having(variable, x): int(sizes[x]) for x in (young, old)}
        releases.append(Release(values | {Key("full"): 60}, frozenset(), facts, own))
    first, second = releases
    assert not decided(second.values, second.facts, CONTROL).withheld, "alone it is harmless"
    found = decided(second.values, second.facts, CONTROL, [first], second.patients)
    assert found.withheld == {key for key in second.values if key.where}


def test_what_a_release_told_is_read_as_it_was_written(tmp_path):
    study = {
        "populations": {"full": {}, "large": {"where": {"size": {"above": 3}}, "parent": "full"}},
        "endpoints": {"os": {}},
        "variables": {"arm": {"levels": ["a", "b"]}, "size": {"levels": []}},
    }
    frame = pd.DataFrame(
        {
            "record_id": ["x", "y", "z"],
            "in_full": True,
            "in_large": [True, False, False],
            "arm": pd.Series(["a", "b", None], dtype="string"),
            "size": [4.5, None, 1.5],
            "os_time": [1.0, 2.0, None],
            "os_event": pd.array([1, 0, None], dtype="Int64"),
        }
    )
    keys = [Key("full"), Key("large"), Key("full").having("arm", ""), Key("full", what="n@os")]
    keys += [Key("full", what="events@os"), Key("full", complete=frozenset({"size"}))]
    values = dict(zip(keys, (3, 1, 1, 2, 1, 2), strict=True))
    counts = Counts(values, {keys[1]}, 5, None, "midpoint")
    path = str(tmp_path / "0001.json")
    earlier_module.write(path, counts, study, frame)
    found = earlier_module.read(path)
    assert (found.values, found.withheld) == (values, {keys[1]})
    assert found.facts == facts_of(study, frame)
    assert [int(members(found.patients, key).sum()) for key in keys] == list(values.values())
    text = (tmp_path / "0001.json").read_text()
    assert "4.5" not in text, "of a number only whether it is known"
    assert text.count('"x"') == 2
    (tmp_path / "0001.json").write_text(text.replace('"x"', '"w"', 1))  # JSON as before
    with pytest.raises(FaultsFound, match="0001.json has 1 fault:\n  is damaged"):
        earlier_module.read(path)


def test_populations_that_differ_by_few_are_not_both_told():
    frame = pd.DataFrame({"in_low": [i < 50 for i in range(80)]})
    frame["in_lower"] = [i < 49 for i in range(80)]
    frame["in_high"] = [i >= 47 for i in range(80)]
    populations = {name: {"where": {"x": {"below": 1}}} for name in ("low", "lower", "high")}
    study = {"populations": populations, "endpoints": {}, "variables": {}}
    facts = facts_of(study, frame)
    values = {Key("full"): 80, Key("low"): 50, Key("lower"): 49}
    assert decided(values, facts, CONTROL).withheld & {Key("low"), Key("lower")}
    overlap = {Key("full"): 80, Key("low"): 50, Key("high"): 33}  # three of them in both
    assert decided(overlap, facts, CONTROL).withheld & overlap.keys()


def test_who_left_before_a_landmark_cannot_be_computed():
    later = "os>six_months"
    counts = {
        f"{what}@os": n for what, n in (("n", 86), ("events", 24))
    } | {
        f"{reason} {what}@{later}": n
        for reason, own in {
            "event_before": (1, 1), "censored_before": (6, 0), "group_unknown": (0, 0),
        }.items()
        for what, n in zip(("n", "events"), own, strict=True)
    } | {f"n@{later}": 79, f"events@{later}": 23}  # fmt: skip
    values = {Key("full", what=what): n for what, n in counts.items()}
    withheld = {key.what for key in decided(values, FACTS, CONTROL).withheld}
    found = Attack()
    for what, n in counts.items():
        found.read("[c]" if what in withheld else str(n), what)
    for what in ("n", "events"):
        gone = [(f"{reason} {what}@{later}",) for reason in ("event_before", "censored_before")]
        found.adds_up(
            (f"{what}@os",), *gone, (f"group_unknown {what}@{later}",), (f"{what}@{later}",)
        )
    found.adds_up((f"event_before n@{later}",), (f"event_before events@{later}",))
    assert f"event_before n@{later}" in withheld and found.recovered() == {}


def test_who_is_excluded_cannot_be_computed_from_the_boxes_of_the_flowchart():
    left, excluded = [200, 150, 149, 140], [50, 1, 9]
    values = {left_after(step, 3): n for step, n in enumerate(left)}
    values |= {Key("", what=f"n_excluded {i}"): n for i, n in enumerate(excluded, 1)}
    withheld = decided(values, FACTS, CONTROL).withheld
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


def at_risk(n, reasons):
    """Return counts of an endpoint of which some are not at risk, by reason."""
    values = {Key("full"): n, Key("full", what="n@os"): n - sum(reasons.values())}
    return values | {reason_key("os", reason): each for reason, each in reasons.items()}


@pytest.mark.parametrize("reasons", [{"a": 12, "b": 12}, {"a": 20, "b": 3}])
def test_who_is_not_at_risk_cannot_be_computed_from_the_other_reasons(reasons):
    values = at_risk(60, reasons)
    withheld = decided(values, FACTS, CONTROL).withheld
    found = Attack()
    for key, n in values.items():
        found.read("[c]" if key in withheld else str(n), key)
    found.adds_up((Key("full"),), *[(key,) for key in values if key != Key("full")])
    small = {reason_key("os", reason) for reason, n in reasons.items() if 0 < n < 5}
    assert small <= withheld and found.recovered() == {}
    assert bool(withheld) == bool(small) and (not small or len(withheld) > len(small))


def test_the_reasons_of_two_equal_endpoints_are_not_taken_for_one_another():
    facts = Facts({}, {}, same={"rfs": "os"})
    one, other = (facts.canonical(reason_key(e, "a")) for e in ("os", "rfs"))
    assert one != other
    equations = equations_of({*at_risk(60, {"a": 12}), one, other}, facts)
    total = Key("full", what="not_at_risk@os")
    assert {e.parts for e in equations if e.total == total} == {(one,), (other,)}


class Read:
    """Stands for the reader of the results: the rows of two files."""

    def __init__(self, *texts):
        self.texts = texts

    def read(self, file):
        return [{"n": self.texts[int(file)]}]


def test_counts_of_the_same_patients_that_differ_are_told_with_their_cells():
    cells = [Cell("0", 0, "n", (Key("full"),)), Cell("1", 0, "n", (Key("full"),))]
    assert release.values_of(cells, Read("7", "7")) == {Key("full"): 7}
    with pytest.raises(FaultsFound, match="1 has 1 fault:\n  row 2, n: differs from 0, row 2, n"):
        release.values_of(cells, Read("7", "8"))


def test_counts_that_do_not_add_up_are_told_with_a_cell():
    values = counts_of(TABLE) | {Key("full"): 1000}
    with pytest.raises(NoSum) as wrong:
        decided(values, FACTS, CONTROL)
    faults = list(release._no_sum(wrong.value.equations, [Cell("x.csv", 4, "n", (Key("full"),))]))
    assert [(fault.file, fault.place) for fault in faults][:1] == [("x.csv", "row 6, n")]
    assert "n is not the sum of: n (stage = 1), n (stage = 2)" in faults[0].problem


@pytest.mark.parametrize(
    "landmarks, unit, step",
    [([12, 36], 30.4375, 12), ([0.1, 12], 30.4375, 1.0), ([], 30.4375, 30 / 30.4375), ([7], 1, 35)],
)
def test_fixed_times_are_thirty_days_apart_and_landmarks_among_them(landmarks, unit, step):
    assert fixed_step(landmarks, unit) == pytest.approx(step)


def test_fixed_times_tell_no_patients_own_time():
    exact = follow_up()
    rule = Rule("grouped", 5, int, fixed_step([0.1], 30.4375))
    assert not np.isin(np.round(coarsened(exact, rule).time, 2), np.round(exact.time, 2)).any()


def test_one_cohort_is_not_released_by_two_sets_of_rules():
    rules = {"min_cell": 5, "round_to": None, "km": "midpoint"}
    told = Release({}, frozenset(), FACTS, cohort_of(TABLE), control=rules)
    for name, value in {"min_cell": 6, "round_to": 6, "km": "grouped"}.items():
        (fault,) = earlier_module.other_rules(rules | {name: value}, [told], cohort_of(TABLE))
        assert f"{name}: is {value}, but the same patients were released with" in str(fault)
    assert not list(earlier_module.other_rules(rules, [told], cohort_of(TABLE)))
    larger = cohort_of(TABLE | {"new": (35, 9, 14, 33)})
    assert not list(earlier_module.other_rules(rules | {"min_cell": 6}, [told], larger))


def test_a_cohort_of_which_few_were_exchanged_is_not_released():
    patients = cohort_of(TABLE)
    others = patients.replace({"record_id": {f"old 1 {i}": f"another {i}" for i in range(2)}})
    told = Release(counts_of(TABLE), frozenset(), FACTS, patients)
    with pytest.raises(FaultsFound, match="differs from an earlier release by fewer than 5"):
        decided(counts_of(TABLE), FACTS, CONTROL, [told], others)
    others = patients.replace({"record_id": {f"old 1 {i}": f"another {i}" for i in range(5)}})
    assert decided(counts_of(TABLE), FACTS, CONTROL, [told], others)
