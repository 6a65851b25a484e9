"""Who is in the cohort, in which box, and for how long at risk."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.patients import table

from retrocohort.cohort import build, labels
from retrocohort.cohort.endpoints import endpoint_rows, survival_times
from retrocohort.cohort.selection import (
    apply_criteria,
    arm_rows,
    check_flow,
    memberships,
    population_rows,
)
from retrocohort.faults import FaultsFound

CRITERIA = [
    {"exclude": "late", "label": "Late", "where": {"months": {"above": 6}}},
    {"exclude": "no_stage", "label": "No stage", "where": {"stage": {"missing": True}}},
    {"exclude": "child", "label": "Child", "where": {"age": {"below": 18}}},
]


def assert_times(frame, endpoint, days_per_unit=1.0):
    times = survival_times(frame, {"days_per_unit": days_per_unit} | endpoint)
    np.testing.assert_allclose(times.time, frame["expected_time"].to_numpy(float))
    np.testing.assert_array_equal(times.event, frame["expected_event"].to_numpy(float))
    return times


def test_a_patient_leaves_at_the_first_criterion_met_and_all_are_listed():
    frame = table("""
        record_id | months | stage | age | expected
        a         | 7      | -     | 50  | late
        b         | 6      | -     | 12  | no_stage
        c         | 2      | II    | 50  | -
        d         | -      | II    | 50  | -
    """)
    kept, flow, exclusions = apply_criteria(frame, CRITERIA)
    assert kept.tolist() == frame["expected"].isna().tolist()
    assert {e["record_id"]: e["criterion"] for e in exclusions} == {"a": "late", "b": "no_stage"}
    assert [e["all_criteria"] for e in exclusions] == ["late|no_stage", "no_stage|child"]
    assert [(r["n_before"], r["n_excluded"], r["n_after"]) for r in flow] == [
        (4, 0, 4),
        (4, 1, 3),
        (3, 1, 2),
        (2, 0, 2),  # a criterion that meets nobody keeps its box
    ]
    assert [r["n_unknown"] for r in flow] == [0, 1, 0, 0]  # d has no months: stays, counted


def test_the_boxes_must_add_up():
    frame = table("record_id | months | stage | age\n a | 7 | II | 50\n b | 1 | II | 50")
    kept, flow, exclusions = apply_criteria(frame, CRITERIA)
    check_flow(2, int(kept.sum()), flow, exclusions)
    for broken in ([], exclusions * 2, [exclusions[0] | {"criterion": "child"}]):
        with pytest.raises(ArithmeticError):
            check_flow(2, int(kept.sum()), flow, broken)
    with pytest.raises(ArithmeticError):
        check_flow(2, 2, flow, exclusions)


FIRST_OF_TWO = {
    "events": [
        {"time": "recurrence_day", "where": {"recurred": "yes"}},
        {"time": "death_day", "where": {"died": "yes"}},
    ],
    "followup": "death_day",
}


def test_the_first_of_two_events_counts_also_after_the_other_was_censored():
    frame = table("""
        recurrence_day | recurred | death_day | died | expected_time | expected_event
        10             | yes      | 30        | yes  | 10            | 1
        10             | no       | 30        | yes  | 30            | 1   # died later
        10             | no       | 30        | no   | 30            | 0
        30             | yes      | 30        | yes  | 30            | 1
    """)
    assert_times(frame, FIRST_OF_TWO)


def test_the_horizon_and_earlier_ends_censor_and_an_event_on_the_last_day_counts():
    endpoint = {
        "events": [{"time": "day", "where": {"died": "yes"}}],
        "followup": "day",
        "censor": [{"time": "crossover", "where": {"arm": "control"}}],
        "horizon_days": 100,
    }
    frame = table("""
        day | died | arm     | crossover | expected_time | expected_event
        100 | yes  | case    | -         | 100           | 1
        101 | yes  | case    | 5         | 100           | 0   # the crossover of a case is none
        80  | yes  | control | 50        | 50            | 0
        50  | yes  | control | 50        | 50            | 1
        40  | no   | control | 50        | 40            | 0
    """)
    assert_times(frame, endpoint)


def test_who_had_the_event_before_is_not_at_risk_and_the_reasons_are_counted():
    endpoint = {
        "events": [{"time": "day"}],
        "followup": "last",
        "not_at_risk": [{"where": {"before": "yes"}}],
    }
    frame = table("""
        day | last | before | expected_time | expected_event
        5   | 10   | no     | 5             | 1
        5   | 10   | yes    | -             | -
        -   | 10   | no     | 10            | 0
        -   | -    | no     | -             | -
        -   | -3   | no     | -             | -
    """)
    counts = endpoint_rows("e", assert_times(frame, endpoint))
    rows = labels.endpoint_rows(counts, {"e": ["Had it before"]})
    assert {r["reason"]: r["n_not_at_risk"] for r in rows} == {
        "Had it before": 1,
        "Time of follow-up missing": 1,
        "Follow-up ends before the index date": 1,
    }
    assert all((r["n"], r["events"]) == (2, 1) for r in rows)


def test_an_unknown_status_is_no_censoring():
    endpoint = {"events": [{"time": "day", "where": {"died": "yes"}}], "followup": "day"}
    frame = table("""
        day | died | expected_time | expected_event
        5   | -    | -             | -
        5   | no   | 5             | 0
    """)
    (row,) = endpoint_rows("e", assert_times(frame, endpoint))
    assert row["reason"] == "Event status missing"


def test_what_is_unknown_of_one_event_of_several_is_not_filled_by_a_later_one():
    frame = table("""
        recurrence_day | recurred | death_day | died | expected_time | expected_event
        -              | yes      | 500       | yes  | -             | -   # nobody knows when
        300            | -        | 500       | yes  | -             | -   # perhaps on day 300
        600            | -        | 500       | yes  | 500           | 1   # at most after the death
        -              | -        | 500       | no   | -             | -
        200            | yes      | 500       | -    | 200           | 1   # first event known
        -5             | yes      | 500       | no   | -             | -
    """)
    rows = endpoint_rows("e", assert_times(frame, FIRST_OF_TWO))
    assert {r["reason"]: r["n_not_at_risk"] for r in rows} == {
        "Day of the event missing": 1,
        "Event status missing": 2,
        "Event before the index date": 1,
    }


def test_a_patient_whose_last_day_is_the_index_date_is_at_risk_on_it():
    endpoint = {"events": [{"time": "day", "where": {"died": "yes"}}], "followup": "day"}
    frame = table("""
        day | died | expected_time | expected_event
        0   | yes  | 0             | 1
        0   | no   | 0             | 0
    """)
    assert_times(frame, endpoint)


def test_times_are_rounded_to_the_nearest_multiple_half_of_it_up():
    frame = table("""
        day | died | expected_time | expected_event
        15  | yes  | 0             | 1
        16  | no   | 1             | 0
        45  | yes  | 1             | 1
        46  | no   | 2             | 0
        0   | no   | 0             | 0
    """)
    endpoint = {"events": [{"time": "day", "where": {"died": "yes"}}], "followup": "day"}
    assert_times(frame, endpoint | {"round_to": 1}, days_per_unit=30.4375)
    halves = frame.assign(expected_time=[8.0, 8.0, 23.0, 23.0, 0.0])  # of 7.5, 8, 22.5, 23, 0
    assert_times(halves, endpoint | {"round_to": 1, "days_per_unit": 2.0})
    fives = frame.assign(expected_time=[15.0, 15.0, 45.0, 45.0, 0.0])
    times = assert_times(fives, endpoint | {"round_to": 5})
    assert times.exact.tolist() == [15, 16, 45, 46, 0]


def test_an_endpoint_has_its_own_unit():
    endpoint = {"events": [{"time": "day"}], "followup": "last", "days_per_unit": 365.25}
    frame = table("day | last | expected_time | expected_event\n 730.5 | 800 | 2 | 1")
    assert_times(frame, endpoint)


def test_on_the_age_scale_observation_starts_at_the_age_at_index():
    endpoint = {
        "events": [{"time": "day", "where": {"died": "yes"}}],
        "followup": "day",
        "entry": {"variable": "age", "days_per_unit": 365.25},
    }
    frame = table("""
        age | day    | died | expected_time | expected_event
        50  | 730.5  | yes  | 52            | 1
        51  | 365.25 | yes  | 52            | 1
        60  | 0      | no   | -             | -
        80  | 365.25 | no   | 81            | 0
        -   | 365.25 | no   | -             | -
    """)
    times = assert_times(frame, endpoint, days_per_unit=365.25)
    a_day = survival_times(frame.assign(day=1.0), {"days_per_unit": 365.25} | endpoint)
    assert (a_day.reason[:4] == "").all()  # a single day is time at risk
    assert times.reason[2:].tolist() == [
        "No time between entry and exit",
        "",
        "Value of the time scale at the index date missing",
    ]
    assert times.time[0] == times.time[1]  # the same day of life is one time, not two near ones
    assert times.entry[:2].tolist() == [50, 51]


def test_populations_lie_within_their_parents():
    frame = table("sex | grade\n f | 1\n f | 2\n m | 2\n - | 2")
    members = memberships(
        frame,
        {
            "full": {"where": {}, "parent": ""},
            "women_two": {"where": {"grade": 2}, "parent": "women"},
            "women": {"where": {"sex": "f"}, "parent": "full"},
        },
    )
    assert list(members) == ["full", "women_two", "women"]
    assert members["full"].all()
    assert members["women"].tolist() == [True, True, False, False]
    assert members["women_two"].tolist() == [False, True, False, False]
    parents = {"full": "", "women": "full", "women_two": "women"}
    entries = {name: {"parent": parent} for name, parent in parents.items()}
    rows = population_rows(members, entries)
    sizes = {row["population"]: (row["n"], row["n_parent"]) for row in rows}
    assert sizes == {"full": (4, None), "women": (2, 4), "women_two": (1, 2)}


def test_criteria_that_exclude_everybody_are_a_fault():
    frame = table("record_id | months | stage | age\na | 9 | II | 50\nb | 9 | II | 50")
    study = {"criteria": CRITERIA, "endpoints": {}, "populations": {}, "arms": {}}
    with pytest.raises(FaultsFound, match="criteria: none of the 2 patients is left"):
        build.cohort(frame, study)


def test_an_arm_without_patients_in_the_whole_cohort_is_a_fault():
    frame = pd.DataFrame({"arm": ["a", "a", "b"]})
    inside = {"full": np.ones(3, bool), "none": np.zeros(3, bool)}
    with pytest.raises(FaultsFound, match="no patient of the cohort has the level 'c'"):
        arm_rows(frame, inside, {"main": {"variable": "arm", "levels": ["a", "b", "c"]}})
    rows = arm_rows(frame, inside, {"main": {"variable": "arm", "levels": ["a", "b"]}})
    assert [(r["level"], r["population"], r["n"]) for r in rows] == [
        ("a", "full", 2),
        ("a", "none", 0),
        ("b", "full", 1),
        ("b", "none", 0),
    ]


def test_the_parts_are_put_together():
    frame = table(
        "record_id | months | stage | age | day | died | arm\n"
        "a | 1 | II | 50 | 61 | yes | x\n b | 9 | II | 50 | 61 | yes | x\n"
        "c | 1 | II | 40 | 30.5 | no | y"
    )
    study = {
        "criteria": CRITERIA,
        "endpoints": {
            "os": {
                "events": [{"time": "day", "where": {"died": "yes"}}],
                "followup": "day",
                "days_per_unit": 30.5,
                "round_to": 5,
            }
        },
        "populations": {"full": {"where": {}, "parent": ""}},
        "arms": {"arm": {"variable": "arm", "levels": ["x", "y"]}},
    }
    result = build.cohort(frame, study)
    assert result.frame["record_id"].tolist() == ["a", "c"]
    assert list(result.frame)[-4:] == ["in_full", "os_time", "os_event", "os_exact"]
    assert result.frame["os_time"].tolist() == [0, 0]
    assert result.frame["os_exact"].tolist() == [2, 1]
    assert result.frame["os_event"].tolist() == [1, 0]
    assert result.frame["in_full"].tolist() == [True, True]
    assert result.endpoints == [
        {"endpoint": "os", "n": 2, "events": 1, "n_events_after_followup": 0}
        | {"n_not_at_risk": 0, "reason": ""}
    ]
    assert result.populations == [{"population": "full", "n": 2, "parent": "", "n_parent": None}]


def test_labels_stand_beside_the_counts_and_change_none():
    flow = [{"criterion": "", "n_after": 3}, {"criterion": "late", "n_after": 2}]
    assert labels.flow_rows(flow, {"late": "Too late"}) == [
        {"criterion": "", "n_after": 3, "label": "Delivered records"},
        {"criterion": "late", "n_after": 2, "label": "Too late"},
    ]
    (population,) = labels.population_rows([{"population": "men", "n": 2}], {"men": "Men"})
    assert population == {"population": "men", "n": 2, "label": "Men"}
    (arm,) = labels.arm_rows([{"variable": "sex", "level": "m", "n": 2}], {"sex": {"m": "Men"}})
    assert arm == {"variable": "sex", "level": "m", "n": 2, "label": "Men"}


def test_an_event_after_the_end_of_follow_up_is_censored_and_counted():
    endpoint = {"events": [{"time": "day"}], "followup": "last"}
    frame = table("""
        day | last | expected_time | expected_event
        12  | 10   | 10            | 0
        10  | 10   | 10            | 1
        -   | 10   | 10            | 0
    """)
    (row,) = endpoint_rows("e", assert_times(frame, endpoint))
    assert row["n_events_after_followup"] == 1
