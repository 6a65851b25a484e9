"""Windows of days round a date of the patient, in sources whose rows are dated."""

import pandas as pd
import pytest

from retrocohort.records.derive import derive_all
from retrocohort.records.logs import Logs
from retrocohort.records.operations import in_order
from retrocohort.records.reduce import days_of, reduce_rows


def numbers(values):
    return [None if value != value else value for value in values]


# patient, date, value, grade
DATED = [
    (0, "2019-12-31", 50, "a"),
    (0, "2020-01-03", 70, "b"),
    (0, "2020-01-03", 80, "b"),
    (0, None, 10, "z"),
    (1, "2020-02-27", 40, "a"),
    (1, "2020-03-02", 44, "b"),  # as near as the row before over the leap day, but later
    (1, "2018-01-01", 30, "c"),
    (2, "2020-01-01", 99, "a"),  # the patient's day 0 is missing
    (-1, "2020-01-01", 1000, "z"),
]
DAY_0 = pd.Series(["2020-01-02", "2020-02-29", None, "2020-01-01"])


def dated(**spec):
    frame = pd.DataFrame(DATED, columns=["patient", "seen", "value", "grade"])
    frame["value"] = frame["value"].astype(float)
    window = {"of": "seen", "around": "surgery"} | spec.pop("window", {})
    return reduce_rows(frame, {"window": window} | spec, len(DAY_0), days_of(DAY_0))


@pytest.mark.parametrize(
    ("take", "window", "expected", "used"),
    [
        ("nearest", {}, [75, 40, None, None], [1, 2, 4]),
        ("nearest", {"from": -3}, [75, 40, None, None], [1, 2, 4]),
        ("nearest", {"from": 1}, [75, 44, None, None], [1, 2, 5]),
        ("nearest", {"to": -2}, [50, 40, None, None], [0, 4]),
        ("first", {"from": -730, "to": 0}, [50, 40, None, None], [0, 4]),
        ("first", {}, [50, 30, None, None], [0, 6]),
        ("last", {}, [75, 44, None, None], [1, 2, 5]),
        ("min", {"from": -789}, [50, 30, None, None], [0, 6]),  # 789 days lie between
        ("min", {"from": -788}, [50, 40, None, None], [0, 4]),
        ("mean", {"from": -2, "to": 1}, [200 / 3, 40, None, None], [0, 1, 2, 4]),
    ],
)
def test_windows_round_the_date_of_a_patient(take, window, expected, used):
    reduction = dated(take=take, window=window, value="value")
    assert numbers(reduction.values) == pytest.approx(expected)
    assert sorted(reduction.used) == used


def test_whether_there_is_a_row_is_unknown_without_the_date_of_the_patient():
    window = {"from": 1, "to": 1}
    assert dated(take="any", window=window).values.tolist() == ["yes", "no", None, "no"]
    assert numbers(dated(take="count", window=window).values) == [2, 0, None, 0]


def test_levels_and_dates_round_the_date_of_a_patient():
    assert dated(take="nearest", value="grade").values.tolist() == ["b", "a", None, None]
    first = dated(take="first", value="seen", window={"from": 0})
    assert first.values.tolist() == ["2020-01-03", "2020-03-02", None, None]
    largest = dated(take="max", value="seen", window={"to": 0})
    assert largest.values.tolist() == ["2019-12-31", "2020-02-27", None, None]
    smallest = dated(take="min", value="seen")
    assert smallest.values.tolist() == ["2019-12-31", "2018-01-01", None, None]


def test_a_reduction_round_a_derived_date_comes_after_it_and_logs_what_differs():
    window = {"of": "seen", "around": "start", "to": 0}
    asked = {"from": "labs", "window": window, "take": "last", "value": "grade"}
    derive = {"grade_0": {"reduce": asked}, "start": {"first_of": ["died", "seen"]}}
    assert [name for name, *_ in in_order(derive)] == ["start", "grade_0"]
    labs = pd.DataFrame(
        {
            "patient": [0, 0, 1, 1, 3],
            "seen": ["2020-02-29", "2020-02-29", "1959-12-31", "1960-01-01", None],
            "grade": ["a", "b", "a", "b", "a"],
            "record_id": ["p0", "p0", "p1", "p1", "p3"],
            "source_file": "labs.csv",
            "source_sheet": "",
            "source_row": [2, 3, 4, 5, 6],
        }
    )
    variables = {"grade_0": {"type": "category"}, "start": {"type": "date"}}
    logs = Logs()
    people = pd.DataFrame(
        {
            "record_id": ["p0", "p1", "p2", "p3"],
            "source_file": "f.csv",
            "source_sheet": "",
            "source_row": [2, 3, 5, 6],
            "seen": ["2020-03-01", "1959-12-31", "2020-01-01", "1970-01-01"],
            "died": ["2020-02-29", None, None, "1971-01-01"],
        }
    )
    frame = derive_all(people, {"labs": labs}, derive, variables, logs)
    assert frame["grade_0"].tolist() == [None, "a", None, None]
    problems = logs.columns("problems")
    assert problems["source_row"] == [2, 3]
    assert problems["raw_value"] == ["a", "b"]
    assert problems["problem"] == ["rows of the chosen day differ"] * 2
    assert logs.columns("derivation")["source_row"] == [4]
