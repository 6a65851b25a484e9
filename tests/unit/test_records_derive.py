"""Reductions, reconciliations and derivations as small tables of patients."""

import math

import numpy as np
import pandas as pd
import pytest

from retrocohort.faults import FaultsFound
from retrocohort.records.derive import derive_all, note_checks
from retrocohort.records.logs import Logs
from retrocohort.records.operations import in_order
from retrocohort.records.reconcile import reconcile
from retrocohort.records.reduce import reduce_rows

# patient, test, day, value, grade
ROWS = [
    (0, "hdl", -10, 50, "a"),
    (0, "hdl", -400, 70, "b"),
    (0, "hdl", -10, 60, "a"),  # the same day as the first row
    (0, "sbp", -1, 120, "c"),
    (1, "hdl", -5, 40, "a"),
    (1, "hdl", 5, 44, "b"),  # as near as the row before, but later
    (1, "hdl", None, 99, "b"),  # no day
    (2, "hdl", -731, 30, "a"),
    (2, "hdl", -730, 31, "b"),
    (2, "hdl", 0, None, "c"),  # no value
    (-1, "hdl", 0, 1000, "z"),  # of nobody
]
PATIENTS = 4


def long_frame():
    frame = pd.DataFrame(ROWS, columns=["patient", "test", "day", "value", "grade"])
    frame[["day", "value"]] = frame[["day", "value"]].astype(float)
    place = {"record_id": frame["patient"].map("p{}".format), "source_file": "f.csv"}
    return frame.assign(**place, source_sheet="", source_row=range(2, 2 + len(frame)))


def numbers(values):
    return [None if math.isnan(value) else value for value in values]


WINDOW = {"of": "day", "from": -730, "to": 0}


@pytest.mark.parametrize(
    ("spec", "expected", "used"),
    [
        ({"take": "nearest", "window": WINDOW}, [55, 40, 31, None], [0, 2, 4, 8]),
        ({"take": "nearest", "window": {"of": "day"}}, [55, 40, 31, None], [0, 2, 4, 8]),
        (
            {"take": "nearest", "window": {"of": "day"}, "to_day": 4},
            [55, 44, 31, None],
            [0, 2, 5, 8],
        ),
        ({"take": "first", "window": WINDOW}, [70, 40, 31, None], [1, 4, 8]),
        ({"take": "last", "window": {"of": "day"}}, [55, 44, 31, None], [0, 2, 5, 8]),
        ({"take": "min", "window": WINDOW}, [50, 40, 31, None], [0, 4, 8]),
        ({"take": "max", "window": WINDOW}, [70, 40, 31, None], [1, 4, 8]),
        ({"take": "mean", "window": WINDOW}, [60, 40, 31, None], [0, 1, 2, 4, 8]),
        ({"take": "mean"}, [60, 61, 30.5, None], [0, 1, 2, 4, 5, 6, 7, 8]),
        ({"take": "first"}, [50, 40, 30, None], [0, 4, 7]),
        ({"take": "last"}, [60, 99, 31, None], [2, 6, 8]),
        (
            {"take": "mean", "window": {"of": "day", "from": -5, "to": 5}},
            [None, 42, None, None],
            [4, 5],
        ),
        ({"take": "min", "window": {"of": "day", "to": -731}}, [None, None, 30, None], [7]),
    ],
)
def test_reductions_to_a_number(spec, expected, used):
    spec = {"from": "labs", "where": {"test": "hdl"}, "value": "value"} | spec
    reduction = reduce_rows(long_frame(), spec, PATIENTS)
    assert numbers(reduction.values) == expected
    assert sorted(reduction.used) == used
    assert len(reduction.refused) == 0


def test_any_and_count_answer_for_every_patient():
    spec = {"from": "labs", "where": {"test": ["hdl"]}, "window": WINDOW}
    anything = reduce_rows(long_frame(), spec | {"take": "any"}, PATIENTS)
    assert anything.values.tolist() == ["yes", "yes", "yes", "no"]
    counted = reduce_rows(long_frame(), spec | {"take": "count"}, PATIENTS)
    assert counted.values.tolist() == [3, 1, 2, 0]
    assert anything.used.tolist() == counted.used.tolist() == [0, 1, 2, 4, 8, 9]


def test_reduction_to_a_text_needs_agreement_on_the_chosen_day():
    frame = long_frame()
    spec = {"from": "labs", "where": {"test": "hdl"}, "window": WINDOW, "value": "grade"}
    agreed = reduce_rows(frame, spec | {"take": "nearest"}, PATIENTS)
    assert agreed.values.tolist() == ["a", "a", "c", None]
    frame.loc[2, "grade"] = "b"
    refused = reduce_rows(frame, spec | {"take": "nearest"}, PATIENTS)
    assert refused.values.tolist() == [None, "a", "c", None]
    assert refused.refused.tolist() == [0, 2]
    assert reduce_rows(frame, spec | {"take": "max"}, PATIENTS).values.tolist() == [
        "b",
        "a",
        "c",
        None,
    ]


def one_frame(values, patient=(0, 0, 0, 1, 2, 2)):
    count = len(patient)
    return pd.DataFrame(
        {
            "record_id": [f"p{p}" for p in patient],
            "source_file": "f.csv",
            "source_sheet": "",
            "source_row": range(2, 2 + count),
            "patient": patient,
            "v": values,
        }
    )


LEVELS = {"mild": "", "severe": "", "fatal": ""}


@pytest.mark.parametrize(
    ("rule", "values", "expected", "rows"),
    [
        ("all_equal", [5, np.nan, 5, 1, 7, 8], [5, 1, None], [2, 4]),
        ("", [5, np.nan, 5, 1, 7, 8], [5, 1, None], [2, 4]),
        ("first", [np.nan, 6, 5, 1, 7, 8], [6, 1, 7], [3, 6]),
        ("last", [5, 6, np.nan, 1, 7, 8], [6, 1, 8], [3, 7]),
        ("min", [5, 6, 5, 1, 8, 7], [5, 1, 7], [2, 4, 7]),
        ("max", [5, 6, 5, np.nan, 8, 7], [6, None, 8], [3, 6]),
    ],
)
def test_reconciliation_of_numbers(rule, values, expected, rows):
    logs = Logs()
    entry = {"type": "number", "reconcile": rule}
    found = reconcile(one_frame(np.array(values, float)), "v", entry, 3, logs)
    assert numbers(found) == expected
    log = logs.columns("derivation")
    assert log["source_row"] == rows
    assert set(log["operation"]) == {f"reconcile {rule or 'all_equal'}"}


def test_conflicts_are_problems_with_every_row():
    logs = Logs()
    values = np.array([5, np.nan, 5, 1, 7, 8], float)
    reconcile(one_frame(values), "v", {"type": "number"}, 3, logs)
    problems = logs.columns("problems")
    assert problems["source_row"] == [6, 7]
    assert problems["problem"] == ["rows of the same patient differ"] * 2
    assert problems["action"] == ["set to missing"] * 2
    assert problems["raw_value"] == ["7", "8"]


def test_reconciliation_of_levels_goes_by_their_order():
    entry = {"type": "ordinal", "levels": LEVELS}
    values = np.array(["severe", "fatal", None, None, "mild", "severe"], dtype=object)
    worst = reconcile(one_frame(values), "v", entry | {"reconcile": "max"}, 3, Logs())
    best = reconcile(one_frame(values), "v", entry | {"reconcile": "min"}, 3, Logs())
    assert worst.tolist() == ["fatal", None, "severe"]
    assert best.tolist() == ["severe", None, "mild"]


def test_any_is_yes_if_one_row_says_so():
    entry = {"type": "yesno", "levels": {"no": "", "yes": ""}, "reconcile": "any"}
    values = np.array(["no", "yes", None, "no", "no", None], dtype=object)
    assert reconcile(one_frame(values), "v", entry, 3, Logs()).tolist() == ["yes", "no", "no"]


PEOPLE = pd.DataFrame(
    {
        "record_id": ["p0", "p1", "p2", "p3"],
        "source_file": "f.csv",
        "source_sheet": "",
        "source_row": [2, 3, 5, 6],
        "own": ["a", "b", "c", "d"],
        "match": ["a", "c", "x", None],
        "age": [17.0, 18.0, 64.9, np.nan],
        "nodes": [4.0, 0.0, 1.0, np.nan],
        "born": ["1950-03-01", "1960-01-01", None, "1970-01-01"],
        "seen": ["2020-03-01", "1959-12-31", "2020-01-01", "1970-01-01"],
        "died": ["2020-02-29", None, None, "1971-01-01"],
        "first_day": [5.0, np.nan, 3.0, np.nan],
        "second_day": [4.0, 9.0, np.nan, np.nan],
    }
)


def derived(name, kind, derivation, **more):
    logs = Logs()
    variables = {name: {"type": kind, "min": None, "max": None} | more}
    frame = derive_all(PEOPLE, {}, {name: derivation}, variables, logs)
    return frame[name].astype(object).where(frame[name].notna(), None).tolist(), logs


@pytest.mark.parametrize(
    ("kind", "derivation", "expected"),
    [
        ("yesno", {"equals": ["own", "match"]}, ["yes", "no", "no", None]),
        ("yesno", {"member": {"of": "match", "among": "own"}}, ["yes", "yes", "no", None]),
        ("yesno", {"where": {"age": {"at_least": 18}}}, ["no", "yes", "yes", None]),
        (
            "category",
            {"cut": {"of": "age", "at": [18, 65], "levels": ["child", "adult", "old"]}},
            ["child", "adult", "adult", None],
        ),
        (
            "category",
            {
                "choose": [
                    {"level": "n0", "where": {"nodes": 0}},
                    {"level": "few", "where": {"nodes": {"below": 3}}},
                ]
            },
            [None, "n0", "few", None],
        ),
        (
            "number",
            {"duration": {"from": "born", "to": "died", "unit": "days"}},
            [25567, None, None, 365],
        ),
        ("number", {"duration": {"from": "born", "to": "died"}}, [25567, None, None, 365]),
        (
            "number",
            {"duration": {"from": "born", "to": "died", "unit": "months"}},
            [25567 / 30.4375, None, None, 365 / 30.4375],
        ),
        (
            "number",
            {"duration": {"from": "born", "to": "died", "unit": "years"}},
            [25567 / 365.25, None, None, 365 / 365.25],
        ),
        ("number", {"first_of": ["first_day", "second_day"]}, [4, 9, 3, None]),
        (
            "date",
            {"first_of": ["died", "seen"]},
            ["2020-02-29", "1959-12-31", "2020-01-01", "1970-01-01"],
        ),
        ("date", {"first_of": ["died", "born"]}, ["1950-03-01", "1960-01-01", None, "1970-01-01"]),
        ("number", {"last_of": ["first_day", "second_day"]}, [5, 9, 3, None]),
        ("date", {"last_of": ["died", "born"]}, ["2020-02-29", "1960-01-01", None, "1971-01-01"]),
        ("number", {"first_known": ["second_day", "first_day"]}, [4, 9, 3, None]),
        (
            "date",
            {"first_known": ["died", "seen"]},
            ["2020-02-29", "1959-12-31", "2020-01-01", "1971-01-01"],
        ),
        ("category", {"first_known": ["match", "own"]}, ["a", "c", "x", "d"]),
        (
            "number",
            {"duration": {"from": "born", "to": "seen", "signed": True}},
            [25568, -1, None, 0],
        ),
        ("number", {"power": {"of": "nodes", "exponent": -0.5}}, [0.5, None, 1, None]),
        (
            "number",
            {"power": {"of": "age", "divide_by": 100, "exponent": 3, "times_log": True}},
            [0.17**3 * math.log(0.17), 0.18**3 * math.log(0.18), 0.649**3 * math.log(0.649), None],
        ),
    ],
)
def test_named_operations(kind, derivation, expected):
    found, _ = derived("d", kind, derivation)
    assert found == expected


def test_a_negative_duration_is_a_problem_and_missing():
    found, logs = derived(
        "d", "number", {"duration": {"from": "born", "to": "seen", "unit": "days"}}
    )
    assert found == [25568, None, None, 0]
    problems = logs.columns("problems")
    assert problems["record_id"] == ["p1"]
    assert (problems["source_file"], problems["source_row"]) == (["f.csv"], [3])
    assert problems["problem"] == ["'born' is after 'seen'"]
    assert problems["raw_value"] == ["1960-01-01 to 1959-12-31"]


def test_a_signed_duration_is_no_problem():
    _, logs = derived("d", "number", {"duration": {"from": "born", "to": "seen", "signed": True}})
    assert logs.columns("problems")["record_id"] == []


def test_a_check_is_a_problem_of_those_whom_it_meets_and_changes_nothing():
    logs, before = Logs(), PEOPLE.copy()
    check = {"label": "look", "variable": "nodes", "where": {"match": {"missing": False}}}
    note_checks(PEOPLE, [check, check | {"where": {"own": "none"}}], logs)
    problems = logs.columns("problems")
    assert problems["record_id"] == ["p0", "p1", "p2"]
    assert problems["raw_value"] == ["4", "0", "1"]
    assert set(problems["problem"]) == {"look"} and set(problems["action"]) == {"value kept"}
    assert problems["source_row"] == [2, 3, 5]
    pd.testing.assert_frame_equal(PEOPLE, before)


def test_a_check_tells_of_a_missing_value_as_empty():
    logs = Logs()
    note_checks(PEOPLE, [{"label": "l", "variable": "died", "where": {"own": ["b", "d"]}}], logs)
    assert logs.columns("problems")["raw_value"] == ["", "1971-01-01"]


def test_a_power_that_is_not_defined_is_a_problem():
    _, logs = derived("d", "number", {"power": {"of": "nodes", "exponent": -0.5}})
    assert logs.columns("problems")["record_id"] == ["p1"]
    assert logs.columns("problems")["raw_value"] == ["0"]


def test_a_derived_number_outside_its_range_is_a_problem():
    step = {"duration": {"from": "born", "to": "died", "unit": "days"}}
    found, logs = derived("d", "number", step, max=1000.0)
    assert found == [None, None, None, 365]
    assert logs.columns("problems")["problem"] == ["above the maximum 1000"]


def test_choose_is_missing_after_a_condition_that_is_unknown():
    choices = [{"level": "old", "where": {"age": {"above": 60}}}, {"level": "rest"}]
    found, _ = derived("d", "category", {"choose": choices})
    assert found == ["rest", "rest", "old", None]


def test_derivations_are_ordered_by_what_they_need():
    derive = {
        "c": {"where": {"all": [{"b": "yes"}, {"not": {"a": "x"}}]}},
        "b": {"cut": {"of": "a", "at": [1], "levels": ["no", "yes"]}},
        "a": {"reduce": {"from": "labs", "take": "count"}},
    }
    assert [name for name, *_ in in_order(derive)] == ["a", "b", "c"]


def test_a_circle_is_named_and_does_not_hang():
    derive = {"a": {"first_of": ["b", "x"]}, "b": {"first_of": ["a"]}}
    with pytest.raises(FaultsFound, match="circular: . -> . -> ."):
        in_order(derive)
