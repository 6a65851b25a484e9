"""Which notes of a table of results are warnings."""

import pytest

from retrocohort.audit.warnings import of_notes

WARNINGS = [
    "not estimable: no patient",
    "the engines differ: the numbers are those of the main one",
    "main engine without result: the numbers are those of the second",
    "main engine not run: it would follow a coefficient without end",
    "expected count below 5 in 25% of the cells",
]


def collected(*rows):
    return list(of_notes("Cox model", "full", "os", rows))


@pytest.mark.parametrize("note", WARNINGS)
def test_every_note_that_is_no_result_is_a_warning(note):
    (row,) = collected({"variable": "grade", "level": "3", "note": note})
    assert row == {
        "step": "Cox model", "population": "full", "endpoint": "os", "item": "grade=3",
        "warning": note, "n": 1,
    }  # fmt: skip


@pytest.mark.parametrize("note", ["", None, "not reached"])
def test_results_and_rows_without_a_note_are_none(note):
    assert collected({"variable": "grade", "level": "3", "note": note}) == []


def test_a_row_of_the_fit_is_named_by_the_covariate_of_its_model():
    row = {"model": "age", "statistic": "engines_agree", "value": "0", "note": WARNINGS[1]}
    assert [found["item"] for found in collected(row, row | {"model": ""})] == ["age", ""]


def test_equal_notes_of_one_item_are_counted():
    row = {"variable": "size", "level": "", "note": WARNINGS[0]}
    assert [found["n"] for found in collected(row, row)] == [2]
