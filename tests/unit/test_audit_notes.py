"""Which notes, problems and counts are warnings, and of how many."""

import pytest

from retrocohort.audit.warnings import of_endpoints, of_flow, of_notes, of_problems

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


def told(warnings):
    return [(row["endpoint"] or row["item"], row["warning"], row["n"]) for row in warnings]


def test_problems_are_counted_by_variable_kind_and_what_was_done():
    above = {"variable": "size", "problem": "above the maximum", "action": "set to missing"}
    twice = {"variable": "age", "problem": "two values", "action": ""}
    assert told(of_problems([above, twice, above])) == [
        ("age", "two values", 1),
        ("size", "above the maximum; set to missing", 2),
    ]


def test_a_criterion_that_could_not_be_judged_is_told():
    text = "criterion cannot be judged, a value is missing; the patients stay"
    rows = [{"label": "Late", "n_unknown": "0"}, {"label": "No stage", "n_unknown": "3"}]
    assert told(of_flow(rows)) == [("No stage", text, 3)]


def test_who_is_not_at_risk_and_which_events_came_too_late():
    os = {"endpoint": "os", "n_not_at_risk": "2", "n_events_after_followup": "4"}
    none = {"endpoint": "pfs", "n_not_at_risk": "0", "n_events_after_followup": "0", "reason": ""}
    rows = [os | {"reason": "no date"}, os | {"n_not_at_risk": "1", "reason": "earlier"}, none]
    assert told(of_endpoints(rows)) == [
        ("os", "not at risk: no date", 2),
        ("os", "not at risk: earlier", 1),
        ("os", "event recorded after the end of follow-up; censored there", 4),
    ]
