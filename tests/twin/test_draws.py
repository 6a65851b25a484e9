"""What is invented follows from the rules of the settings, and from the seed alone."""

from datetime import date
from random import Random

import pytest
from tests.twin.delivered import CALIBRATED, COMMITTED, SETTINGS, UNSEEN, cleaned, read_csv

from twin.calls import follow_up
from twin.draws import DRAWS, days_of
from twin.people import KEPT, draw_people
from twin.records import load_settings
from twin.spell import spell

ROWS = [{"id": str(n), "first": "2001-03-10", "last": "2001-05-01", "t": "3"} for n in range(200)]
OPEN = {"month_only": 0.0, "calendar": {"start": "1996-01-01", "end": "2019-12-31"}}


def drawn(kind, rule, rows=ROWS, settings=OPEN):
    return DRAWS[kind](Random("test"), rows, {kind: rule}, settings, rows)


@pytest.fixture(scope="module")
def people():
    return draw_people(read_csv(CALIBRATED), load_settings(SETTINGS))


@pytest.mark.parametrize("months", [0, 1, 2, 48, 122, 270])
def test_days_round_to_their_months_and_their_neighbours_do_not(months):
    low, high = days_of(months)
    assert {round(days / 30.4375) for days in range(max(low, 0), high + 1)} == {months}
    assert round((high + 1) / 30.4375) == months + 1
    assert months == 0 or round((low - 1) / 30.4375) == months - 1


def test_the_end_rounds_to_the_months_after_the_start():
    for settings in (OPEN, OPEN | {"month_only": 1.0}):
        for last in drawn("end", {"of": "first", "months": "t"}, settings=settings):
            days = (date.fromisoformat(last) - date(2001, 3, 10)).days
            assert round(days / 30.4375) == 3


def test_dates_known_by_month_are_the_15th():
    last = drawn("end", {"of": "first", "months": "t"}, settings=OPEN | {"month_only": 1.0})
    assert {day[8:] for day in last} == {"15"}


def test_a_date_lies_between_its_limits():
    found = drawn("date", {"of": "first", "days": [5, 500], "before": "last"})
    assert min(found) >= "2001-03-15" and max(found) == "2001-04-30"
    found = drawn("date", {"of": "first", "days": [5, 500], "before": "last", "half": True})
    assert max(found) <= "2001-04-05"


def test_a_deal_gives_exact_counts_and_says_if_it_cannot():
    rule = {"deal": {"a": 13, "b": 1}, "rest": "c"}
    hand = DRAWS["deal"](Random(1), ROWS, rule, OPEN, ROWS)
    assert [hand.count(level) for level in "abc"] == [13, 1, 186]
    assert hand != sorted(hand)
    for short in ({"deal": {"a": 1}}, {"deal": {"a": 201}, "rest": "b"}):
        with pytest.raises(ValueError, match="200 rows cannot be dealt"):
            DRAWS["deal"](Random(1), ROWS, short, OPEN, ROWS)


def test_times_behind_the_last_event_alone_are_stretched():
    rows = [{"t": "10", "died": "1"}, {"t": "9", "died": "0"}, {"t": "11", "died": "0"}]
    rule = {"of": "t", "event": {"died": "1"}, "to": 200}
    found = drawn("stretch", rule, rows)
    assert found[:2] == ["10", "9"] and 11 <= int(found[2]) <= 200


def test_the_age_is_that_of_the_day_of_birth(people):
    for person in people:
        born, seen = (date.fromisoformat(person[k]) for k in ("birth_date", "diagnosis_date"))
        years = seen.year - born.year - ((seen.month, seen.day) < (born.month, born.day))
        assert years == int(person["age"])


def test_the_same_seed_gives_the_same_people_and_another_one_others(people):
    settings = load_settings(SETTINGS)
    assert draw_people(read_csv(CALIBRATED), settings) == people
    assert draw_people(read_csv(CALIBRATED), settings | {"seed": "other"}) != people


def test_a_new_variable_changes_no_other(people):
    settings = load_settings(SETTINGS)
    more = {"toss": [{"choice": {"heads": 1, "tails": 1}}]} | settings["draw"]
    for old, new in zip(
        people, draw_people(read_csv(CALIBRATED), settings | {"draw": more}), strict=True
    ):
        assert {name: new[name] for name in old} == old


def test_the_order_of_a_patients_dates_is_possible(people):
    for person in people:
        last = person["file_last_date"]
        assert "1996-01-01" <= person["diagnosis_date"] < last <= "2019-12-31"
        for name in ("hm_date", "primary_date", "hepatic_date"):
            assert person[name] is None or person["diagnosis_date"] <= person[name] < last
        if person["primary_date"] and person["hepatic_date"]:
            assert person["primary_date"] <= person["hepatic_date"]
            assert person["hm_date"] <= person["hepatic_date"]


def test_calls_end_with_the_state_of_the_patient(people):
    settings = load_settings(SETTINGS)
    calls = follow_up(people, settings)
    assert {call["hospital"] for call in calls} == {settings["calls"]["hospital"]}
    for person in people:
        own = sorted((c["call_date"], c["call_state"]) for c in calls if c["id"] == person["id"])
        if own:
            reached = [call for call in own if call[1] != "lost"]
            assert reached[-1][0] == person["file_last_date"]
            assert own[-1][1] == person["file_state"]
            assert all(state == "alive" for _, state in reached[:-1])


def test_the_seed_of_the_mess_changes_spellings_and_no_meaning():
    def meant(seed):
        rows = [t for t in cleaned(seed).truth if t["source"] != "pumch_calls"]
        first = {t["patient"]: t["source"] for t in rows if t["variable"] == "hospital"}
        twice = {t["patient"] for t in rows if first.get(t["patient"], t["source"]) != t["source"]}
        return {
            (t["patient"], t["variable"]): t["value"] for t in rows if t["patient"] not in twice
        }

    committed, other = meant(COMMITTED), meant(UNSEEN[0])
    shared = set(committed) & set(other)
    assert len(shared) > 6000
    assert {key for key in shared if committed[key] != other[key]} == set()


def test_a_template_shows_the_value_as_its_largest_dimension():
    column = {"styles": {"{c}*{c2}*{c3}|{clow}": 1}}
    rng = Random(3)
    for value in range(2, 140):
        sides, low = spell(rng, str(value), column).split("|")
        numbers = [float(side) for side in sides.split("*")]
        assert numbers[0] * 10 == pytest.approx(value) and max(numbers) == numbers[0]
        assert float(low) < numbers[0]


def test_the_excluded_come_after_the_cohort(people):
    assert [p["excluded"] == KEPT for p in people] == [True] * 163 + [False] * 65
    assert [p["id"] for p in people] == [str(n) for n in range(1, 229)]
