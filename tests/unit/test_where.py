"""Conditions: the closed vocabulary, and three-valued logic, as small tables of patients."""

import numpy as np
import pandas as pd
import pytest

from retrocohort.where import variables_of, where

FRAME = pd.DataFrame(
    {
        "age": [17.0, 18.0, 64.5, np.nan],
        "sex": ["male", "female", None, "female"],
        "stage": ["1", "2", "3", None],
        "seen": ["2020-01-31", "2020-02-01", None, "2021-01-01"],
    }
)


def answers(condition, frame=FRAME):
    """Return the decision of each row: y (met), n (not met), ? (unknown)."""
    met, unknown = where(frame, condition)
    assert met.dtype == unknown.dtype == bool
    assert not (met & unknown).any()
    return "".join("y" if m else "?" if u else "n" for m, u in zip(met, unknown, strict=True))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"sex": "female"}, "ny?y"),
        ({"sex": {"is": "female"}}, "ny?y"),
        ({"sex": ["female", "male"]}, "yy?y"),
        ({"sex": {"one_of": ["other"]}}, "nn?n"),
        ({"stage": 2}, "nyn?"),
        ({"stage": [2, 3]}, "nyy?"),
        ({"age": 18}, "nyn?"),
        ({"age": {"above": 18}}, "nny?"),
        ({"age": {"at_least": 18}}, "nyy?"),
        ({"age": {"below": 18}}, "ynn?"),
        ({"age": {"at_most": 18}}, "yyn?"),
        ({"age": {"at_least": 18, "below": 64.5}}, "nyn?"),
        ({"age": {"missing": True}}, "nnny"),
        ({"age": {"missing": False}}, "yyyn"),
        ({"seen": {"at_least": "2020-02-01"}}, "ny?y"),
        ({"seen": {"below": "2020-02-01"}}, "yn?n"),
        ({}, "yyyy"),
    ],
)
def test_tests_of_one_variable(condition, expected):
    assert answers(condition) == expected


TRUTH = pd.DataFrame(
    [(a, b) for a in ("y", "n", None) for b in ("y", "n", None)], columns=["a", "b"]
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"all": [{"a": "y"}, {"b": "y"}]}, "yn?nnn?n?"),
        ({"a": "y", "b": "y"}, "yn?nnn?n?"),
        ({"any": [{"a": "y"}, {"b": "y"}]}, "yyyyn?y??"),
        ({"not": {"a": "y"}}, "nnnyyy???"),
        ({"not": {"a": "y", "b": "y"}}, "ny?yyy?y?"),
        ({"not": {"any": [{"a": "y"}, {"b": "y"}]}}, "nnnny?n??"),
        ({"all": [{"a": "y"}, {"not": {"b": "y"}}]}, "ny?nnnn??"),
        ({"any": [{"a": "y"}, {"b": {"missing": True}}]}, "yyynny??y"),
    ],
)
def test_combinations_follow_kleenes_tables(condition, expected):
    assert answers(condition, TRUTH) == expected


def test_rows_keep_their_place_whatever_the_index():
    assert answers({"age": {"above": 18}}, FRAME.set_axis([7, 7, 0, 3], axis=0)) == "nny?"


def test_variables_of_a_condition():
    condition = {
        "any": [{"a": 1}, {"all": [{"b": {"above": 2}}, {"not": {"c": "x", "d": "y"}}]}],
        "e": ["x"],
    }
    assert variables_of(condition) == {"a", "b", "c", "d", "e"}
    assert variables_of({}) == set()


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"age": {"atleast": 18}}, "unknown test 'atleast'; valid: above, at_least"),
        ({"sex": {"above": "a"}}, "'sex' is text: 'above' needs a number or a date"),
        ({"age": "old"}, "'age' is a number, the condition asks for text"),
    ],
)
def test_what_cannot_be_asked(condition, message):
    with pytest.raises(ValueError, match=message):
        where(FRAME, condition)
