"""Numbers know the cell they come from, through format and back from JSON."""

import json
import math

import pytest

from retrocohort import format as fmt
from retrocohort.citations import cited
from retrocohort.io import as_number
from retrocohort.language import listing, say
from retrocohort.source import Number, Tally, in_percent, joined, numbers_of, shown, tally
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row
from retrocohort.tables.stored import as_data, from_data
from retrocohort.wording import sentence

ROW = {"variable": "arm", "level": "a", "median": "72.5", "n": "10", "q1": "", "p": "0.25"}


def ids(path, *rows):
    return [row["n"].source.id for row in cited(f"results/any/{path}.csv", rows)]


@pytest.mark.parametrize(
    ("path", "row", "prefix"),
    [
        ("models/full/os/quantiles", {"variable": "", "level": ""}, "os.full.all"),
        ("models/men/os/quantiles", {"variable": "arm", "level": "a"}, "os.men.arm.a"),
        ("models/full/os/followup", {"variable": "arm", "level": "a"}, "os.full.arm.a.followup"),
        ("models/full/os/landmarks", {"variable": "", "level": "", "time": "60"},
         "os.full.all.at_60"),
        ("models/full/os/logrank", {"variable": "arm", "strata": "", "contrast": ""},
         "os.full.arm.logrank"),
        ("models/full/os/logrank", {"variable": "arm", "strata": "sex+age", "contrast": "a|b"},
         "os.full.arm.logrank.stratified_by_sex_age.a_vs_b"),
        ("models/full/os/cox_crude", {"variable": "age", "level": ""}, "os.full.cox.crude.age"),
        ("models/full/os/cox_crude_fit", {"model": "", "statistic": "aic"},
         "os.full.cox.crude.fit.aic"),
        ("models/full/os/cox_crude_ph", {"variable": "GLOBAL"}, "os.full.cox.crude.ph.GLOBAL"),
        ("tables/men/base", {"variable": "sex", "level": "f", "arm": "", "statistic": "percent"},
         "base.men.sex.f.overall.percent"),
        ("tables/men/base_tests", {"variable": "sex", "contrast": "a|b"}, "base.men.sex.a_vs_b"),
        ("cohort/flow", {"criterion": ""}, "flow.all"),
        ("cohort/arms", {"arm": "x", "population": "full", "level": "a"}, "arms.x.full.a"),
        ("models/full/os/rmst_r", {"variable": "arm", "level": "a", "reference": "b"},
         "os.full.rmst.r.arm.a.minus_b"),
        ("models/full/os/landmark_l_cox", {"variable": "arm", "level": "a"},
         "os.full.landmark.l.cox.arm.a"),
    ],
)  # fmt: skip
def test_ids_are_made_of_names(path, row, prefix):
    assert ids(path, row | {"n": "1"}) == [f"{prefix}.n"]


def test_ids_that_would_be_the_same_are_told_apart():
    rows = [{"variable": "age", "level": level, "n": "1"} for level in ("<5", ">5", "5-9")]
    found = ids("models/full/os/quantiles", *rows)
    assert found == ["os.full.age._5.n", "os.full.age._5_2.n", "os.full.age.5_9.n"]


def test_a_file_that_nobody_cites_stays_as_it_is():
    (row,) = cited("results/any/audit/published.csv", [{"n": "1"}])
    assert type(row) is dict


def test_a_number_keeps_its_cell_through_format():
    (row,) = cited("results/any/models/full/os/quantiles.csv", [ROW])
    value = as_number(row["median"])
    (number,) = numbers_of(fmt.number(value))
    assert number.value == 72.5 and number.shown == "72.5"
    assert (number.source.file, number.source.row, number.source.column) == (
        "models/full/os/quantiles.csv", 2, "median",
    )  # fmt: skip
    assert row.get("lost", "") == "" and row.get("n").source.id == "os.full.arm.a.n"
    missing = numbers_of(fmt.survival_time(as_number(row["q1"])))[0]
    assert missing.value is None and missing.shown == "not reached"
    assert missing.source.id == "os.full.arm.a.q1"
    assert numbers_of(fmt.percent(in_percent(as_number(row["p"]))))[0].value == 25
    assert value + 1 == 73.5 and not hasattr(value + 1, "source")


def test_texts_put_together_show_the_numbers_of_all():
    text = fmt.ratio_interval(0.88, 0.76, math.nan)
    assert [n.shown for n in numbers_of(text)] == ["0.88", "0.76", ""]
    assert numbers_of(joined("n = ", fmt.count(7)))[0].value == 7
    assert numbers_of("plain") == ()
    several = listing(", ", [fmt.count(7), "none", fmt.count(8)])
    said = sentence(say("of {n} patients: {several}", n=fmt.count(9), several=several))
    assert said == "Of 9 patients: 7, none, 8."
    assert [n.value for n in numbers_of(said)] == [9, 7, 8]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("by 10000 months 0", "0"),
        ("10,000 or 0", "0"),
        ("at 0.5 and 5", "5"),
        ("P < 0.001", "<0.001"),
        ("under 1", ""),
        ("about 12", "1"),
    ],
)
def test_a_number_stands_where_no_other_one_does(text, place):
    (found,) = shown(text, Number(1.0, place)).places
    assert (text[slice(*found)] if found else "") in ("", place, "< 0.001")
    assert (found is None) == (text in ("under 1", "about 12"))
    assert not found or found[1] == len(text)


def test_each_number_stands_where_its_own_text_was_put():
    """A time that the study asked for looks like the number behind it."""
    text = joined("At 12 months, ", shown("12", Number(12.0, "12")), " of 12")
    assert text.places == ((14, 16),)


def test_a_tally_knows_the_rows_that_it_counted_or_summed():
    rows = cited("results/any/audit/warnings.csv", [
        {"step": "records", "item": "age", "n": "2"},
        {"step": "records", "item": "sex", "n": ""},
        {"step": "cohort", "item": "age", "n": "5"},
    ])  # fmt: skip
    assert [tally("a.csv", rows), tally("a.csv", rows, step="records")] == [3, 2]
    assert tally("a.csv", rows, item=("age", "sex")) == 3
    total = tally("a.csv", rows, "n", item="age")
    (number,) = numbers_of(fmt.count(total))
    assert number.value == 7
    told = "a.csv, sum of n: item = age"
    assert number.source == Tally(told, "a.csv", "n", {"item": ["age"]})


def test_a_table_comes_back_from_json_as_it_was():
    counted = numbers_of(fmt.count(tally("a.csv", [{"x": "1"}], x="1")))
    text = shown("72 (50) 1", Number(72.0, "72"), Number(None, "50"), *counted)
    rows = [[Row("Age", [Cell(text, "a", "x.y"), Cell("–")], "years", True, "age")]]
    notes = Footnotes(["A note"])
    columns = [Column("Old", joined("n = ", fmt.count(7)), "Group", "z"), Column("P")]
    caption = joined("Of ", fmt.count(9))
    layout = Layout("t", caption, "s", columns, rows, ["n"], notes, "Table 2")
    back = from_data(json.loads(json.dumps(as_data(layout))))
    assert back == layout and back.ids() == layout.ids() == {"t", "t-age", "t-x.y", "t-z"}
    assert back.title == "Table 2. Of 9" and numbers_of(back.title)[0].value == 9
    assert numbers_of(back.blocks[0][0].cells[0].text) == numbers_of(text)
    assert numbers_of(back.columns[0].detail)[0].value == 7
