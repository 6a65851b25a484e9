"""Texts of numbers that are no plain number, months alone, units by source: only where declared."""

import pandas as pd
import pytest

from retrocohort.records.clean import clean_source, clean_texts
from retrocohort.records.logs import Logs

SIZE = {
    "type": "number",
    "unit": "mm",
    "convert": {"cm": 10.0},
    "min": 1.0,
    "max": 300.0,
    "reads": {"dimensions": "largest", "range": "upper", "below": "half", "letters": "digits"},
}
RATE = {"type": "number", "unit": "%", "reads": {"range": "middle", "below": "half"}}
DATE = {"type": "date", "formats": ["%Y/%m/%d", "%Y.%m=15", "%Y年%m月=1", "excel"]}


def clean(text, variable, spelled=None):
    (verdict,) = clean_texts([text], variable, spelled or {})
    return verdict


@pytest.mark.parametrize(
    ("text", "expected", "rule"),
    [
        ("3.5*2.8cm", "35", "dimensions largest, unit cm"),
        ("2.8×3.5×1cm", "35", "dimensions largest, unit cm"),
        ("3.5cm x 2.8cm", "35", "dimensions largest, unit cm"),
        ("３５＊２８ｍｍ", "35", "dimensions largest, unit mm"),
        ("35 X 28", "35", "dimensions largest, number text"),
        ("30-35mm", "35", "range upper, unit mm"),
        ("3~3.5 cm", "35", "range upper, unit cm"),
        ("30–35", "35", "range upper, number text"),
        ("30至35", "35", "range upper, number text"),
        ("<2cm", "10", "below half, unit cm"),
        ("≤ 2 cm", "10", "below half, unit cm"),
        ("＜20", "10", "below half, number text"),
        ("3O", "30", "letter o as 0, number text"),
        ("3o.5mm", "30.5", "letter o as 0, unit mm"),
        ("3.O*2cm", "30", "letter o as 0, dimensions largest, unit cm"),
        ("1OO", "100", "letter o as 0, number text"),
        ("35", "35", ""),
    ],
)
def test_declared_forms_are_read_and_the_rule_is_named(text, expected, rule):
    assert clean(text, SIZE) == (expected, rule, "")


@pytest.mark.parametrize(
    "text",
    [
        "3.5*2.8in",
        "3.5cm*28mm",  # two units
        "35-30",  # falls
        "30-35-40",
        "-35",
        "*35",
        "30-",
        "<",
        "<<5",
        ">20",
        "O",
        "about 35",
        "35?",
        "3 oo",
        "foo",
    ],
)
def test_other_texts_are_refused(text):
    verdict = clean(text, SIZE)
    assert verdict.clean == "" and verdict.problem


@pytest.mark.parametrize("text", ["3.5*2.8cm", "30-35", "<2", "3O"])
def test_nothing_is_read_that_is_not_declared(text):
    bare = {name: value for name, value in SIZE.items() if name != "reads"}
    assert clean(text, bare).clean == ""
    assert clean(text, bare).problem


@pytest.mark.parametrize(
    ("rule", "expected"), [("lower", "20"), ("middle", "22.5"), ("upper", "25")]
)
def test_the_rule_of_a_range_is_the_one_declared(rule, expected):
    assert clean("20-25%", RATE | {"reads": {"range": rule}}).clean == expected


def test_a_range_reaches_the_limits_of_the_dictionary():
    assert clean("290-301", SIZE) == ("", "out of range", "above the maximum 300")


def test_a_code_comes_before_the_declared_forms():
    assert clean("20-30%", RATE, {"20-30%": "21"}) == ("21", "code", "")


@pytest.mark.parametrize(
    ("text", "expected", "rule"),
    [
        ("2009.03", "2009-03-15", "date %Y.%m=15"),
        ("2009年3月", "2009-03-01", "date %Y年%m月=1"),
        ("２００９．１０", "2009-10-15", "date %Y.%m=15"),
    ],
)
def test_a_month_alone_is_the_day_that_the_dictionary_names(text, expected, rule):
    assert clean(text, DATE) == (expected, rule, "")


@pytest.mark.parametrize("text", ["2009.3", "2009.1", "2009.13", "2009.3.5", "2009"])
def test_a_month_that_a_spreadsheet_may_have_cut_is_refused(text):
    """2009.1 may be what is left of 2009.10."""
    assert clean(text, DATE).rule == "not a date"


def test_codes_answers_and_levels_are_read_in_full_width_too():
    levels = {"type": "category", "levels": {"g2": "", "2": ""}}
    assert clean("ＮＥＴ　Ｇ２", levels, {"NET G2": "g2"}) == ("g2", "code", "")
    assert clean("２", levels) == ("2", "plain form", "")
    assert clean("１ ", {"type": "yesno"}) == ("yes", "yes/no", "")
    assert clean("2²", levels).problem  # a raised digit is no other form of 22


def test_the_unit_of_bare_numbers_may_differ_between_sources():
    entry = SIZE | {"columns": {"a": "s", "b": "s"}, "convert_in": {"b": {"(none)": 10.0}}}
    rows = pd.DataFrame({"s": pd.Categorical(["3", "4cm"])})
    rows = rows.assign(record_id=["p", "q"], source_file="f", source_sheet="", source_row=[2, 3])
    found = {
        source: clean_source(rows, source, {"size": entry}, [], Logs())["size"].tolist()
        for source in ("a", "b")
    }
    assert found["b"] == [30, 40]
    assert found["a"][1] == 40 and found["a"][0] != found["a"][0]  # mixed units are refused
