"""What differs between two runs: cells, conclusions, hazard ratios, patients."""

import math

import history_runs as hr
import pytest

from retrocohort.faults import FaultsFound
from retrocohort.history import cells, conclusions, records
from retrocohort.history.cells import Cell
from retrocohort.history.records import ARM, FLOW, POPULATION, Move


def changed(old, new):
    (table,) = cells.changes({"t.csv": old}, {"t.csv": new})
    return table


def test_a_cell_by_row_and_column():
    table = changed(hr.TABLES[hr.COX], hr.other(hr.COX, "1.0202", "1.0712")[hr.COX])
    (cell,) = table.cells
    assert cell == Cell("variable=age_x", "hr", "1.0202", "1.0712")
    assert cell.difference == pytest.approx(0.051) and cell.relative == pytest.approx(0.05, 1e-3)
    assert (table.n, table.added, table.removed) == (1, [], [])


def test_rows_are_found_by_name_wherever_they_stand():
    table = changed(
        "level,time,n_risk\na,1,9\na,2,8\n", "level,time,n_risk\na,0.5,9\na,2,8\na,1,7\n"
    )
    assert [(c.row, c.old, c.new) for c in table.cells] == [("level=a, time=1", "9", "7")]
    assert (table.added, table.removed) == (["level=a, time=0.5"], [])


def test_rows_of_the_same_name_are_told_apart():
    old = "variable,level,reference,estimate\nx,b,,1\nx,b,a,2\n"
    (cell,) = changed(old, old.replace("a,2", "a,3")).cells
    assert (cell.row, cell.old, cell.new) == ("variable=x, level=b (2)", "2", "3")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("variable,statistic,value", "variable=x, statistic=n"),
        ("variable,statistic,p", "variable=x"),
    ],
)
def test_a_statistic_is_a_name_only_beside_a_value(head, name):
    (cell,) = changed(f"{head}\nx,n,1\n", f"{head}\nx,n,2\n").cells
    assert cell.row == name


def test_a_column_or_a_row_that_one_alone_has():
    table = changed("variable,n\nx,1\ny,2\n", "variable,n,events\nx,1,5\n")
    assert table.cells == [Cell("variable=x", "events", "", "5")]
    assert (table.removed, table.n) == (["variable=y"], 2)


def test_a_table_that_one_run_alone_has():
    new, gone = cells.changes({"b.csv": "variable,n\nx,1\n"}, {"a.csv": "variable,n\nx,1\n"})
    assert (new.file, new.is_new, gone.file, gone.is_gone) == ("a.csv", True, "b.csv", True)
    assert new.added == gone.removed == ["variable=x"]


@pytest.mark.parametrize(
    ("old", "new", "rounding"),
    [("0.1", "0.1000000000001", True), ("1", "1.0", True), ("1", "1.001", False), ("", "1", False)],
)
def test_the_last_digits_alone(old, new, rounding):
    assert Cell("", "", old, new).is_rounding == rounding


def test_a_text_has_no_difference_and_comes_first():
    note, number, zero = (
        Cell("", "note", "", "why"),
        Cell("", "n", "1", "3"),
        Cell("", "n", "0", "1"),
    )
    assert math.isnan(note.difference) and note.size == math.inf == zero.size
    assert math.isnan(zero.relative) and zero.difference == 1 and number.size == 2


def test_every_cell_and_row_is_listed():
    tables = cells.changes({"a.csv": "variable,n\nx,1\ny,1\n"}, {"a.csv": "variable,n\nx,3\nz,1\n"})
    listed = list(cells.every(tables))
    assert [set(row) <= set(cells.EVERY) for row in listed] == [True] * 3
    assert listed[0] | {} == {
        **{"file": "a.csv", "row": "variable=x", "column": "n", "before": "1", "after": "3"},
        **{"difference": 2, "relative": 2},
    }
    assert [row.get("before", row.get("after")) for row in listed[1:]] == ["(row)", "(row)"]


def crossed(changes, alpha=(0.05, 0.05)):
    rows = conclusions.results(hr.TABLES, hr.TABLES | changes)
    found = conclusions.crossings(rows, alpha)
    return {(c.result.kind, c.result.name, c.column): c.became for c in found}


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        (hr.COX, ",2,0.0455", ",2,0.06", {("Cox model", "variable=age_x", "p"): False}),
        (hr.LOGRANK, "1,0.04", "1,0.051", {("Log-rank test", "variable=arm_x", "p"): False}),
        (hr.LOGRANK, "1,0.27,,", "1,0.02,,", {("Log-rank test", "variable=sex_x", "p"): True}),
        (
            hr.LOGRANK,
            "0.27,0.27",
            "0.27,0.01",
            {("Log-rank test", "variable=sex_x, contrast=sex_f|sex_m", "p_holm"): True},
        ),
        (hr.TESTS, "0.038", "0.05", {("Baseline test", "variable=age_x", "p"): False}),
        (hr.COX, ",2,0.0455", ",2,", {("Cox model", "variable=age_x", "p"): False}),
        (hr.COX, "0.6065", "0.9", {}),
    ],
)
def test_a_conclusion_that_crossed(table, old, new, told):
    assert crossed(hr.other(table, old, new)) == told


def test_another_alpha_crosses_without_any_cell():
    assert crossed({}) == {}
    assert set(crossed({}, alpha=(0.05, 0.04)).values()) == {False}
    assert len(crossed({}, alpha=(0.05, 0.04))) == 3  # P of 0.04 is not below it
    assert set(crossed({}, alpha=(0.01, 0.05)).values()) == {True}


PLACES = "models/full/os/{}.csv"


@pytest.mark.parametrize(
    ("stem", "kind", "entry"),
    [
        ("cox_a", "Cox model", {"models": "a"}),
        ("cox_a_ph", "Test of proportional hazards", {"models": "a"}),
        ("interaction_a_tests", "Interaction test", {"further": "a"}),
        ("subgroups_a_tests", "Interaction test", {"further": "a"}),
        ("subgroups_a_effects", "Cox model", {"further": "a"}),
        ("landmark_a_logrank", "Log-rank test", {"further": "a"}),
        ("rmst_a", "Restricted mean", {"further": "a"}),
    ],
)
def test_each_table_of_tests_is_known(stem, kind, entry):
    text = {PLACES.format(stem): "variable,p\nx,0.01\n"}
    (result,) = conclusions.results(text, text)
    about = {"population": "full", "endpoint": "os"} | entry
    assert (result.kind, result.about) == (kind, about)


@pytest.mark.parametrize("stem", ["cox_a_fit", "km_a", "quantiles", "landmark_a_km"])
def test_other_tables_hold_no_conclusion(stem):
    text = {PLACES.format(stem): "variable,p\nx,0.01\n"}
    assert conclusions.results(text, text) == []


def test_hazard_ratios_the_furthest_moved_first():
    text = "variable,level,hr,hr_low,hr_high,p\n{}"
    old = "a,,1,0.9,1.1,0.5\nb,,2,1,4,0.5\nc,,3,1,9,0.5\nd,,,,,\ne,,,,,\nf,,2,1,4,0.5\n"
    new = "a,,1.1,1,1.2,0.5\nb,,1,0.5,2,0.5\nc,,3,1,9,0.5\nd,,,,,\ne,,5,1,9,0.1\nf,,2,1,4,0.4\n"
    path = PLACES.format("cox_a")
    shifts = conclusions.shifts(
        conclusions.results({path: text.format(old)}, {path: text.format(new)})
    )
    assert [s.result.name[-1] for s in shifts] == ["e", "b", "a", "f"]
    assert [s.factor for s in shifts[1:]] == pytest.approx([0.5, 1.1, 1])
    assert math.isnan(shifts[0].factor)


def moves(after_records, populations=None):
    return records.moves(hr.kept(), hr.kept(after_records, populations))


def test_patients_who_moved():
    after = hr.RECORDS | {"r1": "arm_a", "r2": "too_old", "r3": "arm_a"}
    assert moves(after, {"full": {"r1", "r3", "r4"}, "pop_men": {"r3", "r4"}}) == [
        Move(FLOW, "", "too_old", "", ("r1",)),
        Move(FLOW, "", "", "too_old", ("r2",)),
        Move(POPULATION, "full", "out", "in", ("r1",)),
        Move(POPULATION, "full", "in", "out", ("r2",)),
        Move(POPULATION, "pop_men", "out", "in", ("r4",)),
        Move(ARM, "by_arm", "", "arm_a", ("r1",)),
        Move(ARM, "by_arm", "arm_a", "", ("r2",)),
        Move(ARM, "by_arm", "arm_b", "arm_a", ("r3",)),
    ]


def test_many_who_moved_alike_are_one_line():
    (move, *_) = moves(hr.RECORDS | {"r3": "too_old", "r4": "too_old"}, {"full": {"r2"}})
    assert move == Move(FLOW, "", "", "too_old", ("r3", "r4"))


def test_who_was_not_delivered():
    after = {r: place for r, place in hr.RECORDS.items() if r != "r1"} | {"r9": "too_old"}
    found = [(m.old, m.new, m.records) for m in moves(after) if m.kind == FLOW]
    assert found == [("too_old", None, ("r1",)), (None, "too_old", ("r9",))]


def test_nobody_moves_into_a_population_that_is_new():
    populations = hr.POPULATIONS | {"pop_new": {"r2", "r3"}}
    assert moves(hr.RECORDS, populations) == []


def test_a_cohort_without_a_column_is_a_fault():
    with pytest.raises(FaultsFound, match="has no column in_full"):
        records.states([], (["record_id"], []), ["full"], {})


def test_states_do_not_depend_on_the_order_of_rows():
    turned = dict(reversed(hr.RECORDS.items()))
    assert hr.kept(turned) == hr.kept()
    assert list(hr.kept(turned)["records"]) == sorted(hr.RECORDS)
