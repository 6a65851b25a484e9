"""Messy cells: what each raw text becomes, by which rule, or why it is refused."""

import datetime

import pytest

from retrocohort.records.cells import cell_text
from retrocohort.records.clean import clean_texts

NUMBER = {"type": "number", "unit": "mm", "convert": {"cm": 10.0}, "min": 0.0, "max": 5000.0}
INTEGER = {"type": "integer", "missing": ["999"], "min": 0.0}
DATE = {"type": "date", "formats": ["%d/%m/%Y", "%Y年%m月%d日", "excel"]}
LEVELS = {"type": "category", "levels": {"m": "Men", "f": "Women"}, "missing": ["9", "NA"]}
YESNO = {"type": "yesno", "levels": {"no": "No", "yes": "Yes"}}


def clean(text, variable, spelled=None):
    (verdict,) = clean_texts([text], variable, spelled or {})
    return verdict


@pytest.mark.parametrize(
    ("text", "expected", "rule"),
    [
        ("35", "35", ""),
        ("35.5", "35.5", ""),
        (" 35.5 ", "35.5", "number text"),
        ("35.50", "35.5", "number text"),
        ("3.55e1", "35.5", "number text"),
        (".5", "0.5", "number text"),
        ("35,5", "35.5", "decimal comma"),
        ("0,355", "0.355", "decimal comma"),
        ("1,234.5", "1234.5", "thousands separator"),
        ("1.234,5", "1234.5", "thousands separator"),
        ("1 234.5", "1234.5", "thousands separator"),
        ("1'234", "1234", "thousands separator"),
        ("1.234", "1.234", ""),
        ("３５．５", "35.5", "number text"),
        ("35 mm", "35", "unit mm"),
        ("3.5 cm", "35", "unit cm"),
        ("3.5CM", "35", "unit cm"),
        ("1.1cm", "11", "unit cm"),  # 11.000000000000002 in floating point
        ("3,5 ㎝", "35", "unit cm"),
    ],
)
def test_numbers(text, expected, rule):
    assert clean(text, NUMBER) == (expected, rule, "")


@pytest.mark.parametrize(
    ("text", "rule", "problem"),
    [
        ("1,234", "ambiguous comma", "thousands or decimal comma?"),
        ("3.5 in", "unknown unit", "its unit is not declared in `convert`"),
        ("3 cm 5 mm", "unknown unit", "its unit is not declared in `convert`"),
        ("about 30", "not a number", "not a number"),
        ("<5", "not a number", "not a number"),
        ("nan", "not a number", "not a number"),
        ("inf", "not a number", "not a number"),
        ("1e999", "not a number", "too large a number"),
        ("-1", "out of range", "below the minimum 0"),
        ("501 cm", "out of range", "above the maximum 5000"),
    ],
)
def test_numbers_refused(text, rule, problem):
    assert clean(text, NUMBER) == ("", rule, problem)


@pytest.mark.parametrize("text", ["10²", "10₂", "5½", "③", "⁻5", "2.5⁰", "10² mm"])
def test_digits_of_other_forms_are_not_read_as_digits(text):
    found = clean(text, NUMBER)
    assert (found.clean, found.rule) == ("", "not a number")
    assert found.problem.startswith("not a number: a raised")


def test_raised_digits_of_a_unit_are_the_unit():
    bmi = {"type": "number", "unit": "kg/m²", "convert": {"10⁹/L": 2}}
    found = clean_texts(["25 kg/m2", "25kg/m²", "25 kg/㎡", "3 10⁹/l", "3 10^9/l"], bmi, {})
    assert [v.clean for v in found] == ["25", "25", "25", "6", ""]
    thousand = {"type": "number", "unit": "/l"}
    assert clean("250 10⁹/l", thousand).clean == ""  # 250109 by the letter


@pytest.mark.parametrize("proof", ["1.234,5", "1,5", "12.345.678", "0,125 mm"])
def test_a_point_before_three_digits_is_ambiguous_beside_decimal_commas(proof):
    texts = [proof, "2.500", "-2.500 mm", "0.125", "2.5", "1234.567"]
    found = clean_texts(texts, {"type": "number", "unit": "mm"}, {})
    assert [v.clean for v in found[1:]] == ["", "", "0.125", "2.5", "1234.567"]
    assert [v.rule for v in found[1:3]] == ["ambiguous point"] * 2
    assert found[1].problem.startswith("a thousands or a decimal point?")


@pytest.mark.parametrize("other", ["2.5", "1,234.5", "1'234", "12", "1,234,567"])
def test_a_point_before_three_digits_is_decimal_beside_other_numbers(other):
    assert clean_texts(["2.500", other], {"type": "number"}, {})[0].clean == "2.5"


def test_range_ends_are_inside():
    assert clean("5000", NUMBER).clean == "5000"
    assert clean("0", NUMBER).clean == "0"


def test_a_unit_with_digits_of_its_own():
    platelets = {"type": "number", "unit": "10^9/L", "convert": {"/µL": 0.001}}
    assert clean("250 10^9/L", platelets).clean == "250"
    assert clean("250000/µl", platelets) == ("250", "unit /μl", "")


def test_bare_numbers_beside_another_unit_are_mixed_units():
    verdicts = clean_texts(["35", "3.5 cm", "36 mm"], NUMBER, {})
    assert verdicts[0] == ("", "mixed units", "no unit, but other cells are in cm")
    assert [v.clean for v in verdicts[1:]] == ["35", "36"]


def test_bare_numbers_beside_the_own_unit_are_no_problem():
    assert [v.clean for v in clean_texts(["35", "36 mm"], NUMBER, {})] == ["35", "36"]


def test_the_dictionary_can_say_what_bare_numbers_are_in():
    said = NUMBER | {"convert": {"cm": 10.0, "(none)": 10.0}}
    assert [v.clean for v in clean_texts(["3", "3.5 cm"], said, {})] == ["30", "35"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", ("12", "", "")),
        ("12.0", ("12", "number text", "")),
        ("12.5", ("", "not whole", "not a whole number")),
        ("999", ("", "missing code", "")),
        ("999.0", ("", "missing code", "")),
        ("", ("", "", "")),
        ("  ", ("", "blank", "")),
        ("-0", ("0", "number text", "")),
    ],
)
def test_whole_numbers_and_missing(text, expected):
    assert clean(text, INTEGER) == expected


@pytest.mark.parametrize(
    ("text", "expected", "rule"),
    [
        ("31/01/2020", "2020-01-31", "date %d/%m/%Y"),
        ("2020年1月31日", "2020-01-31", "date %Y年%m月%d日"),
        ("２０２０年１月３１日", "2020-01-31", "date %Y年%m月%d日"),
        ("43861", "2020-01-31", "date excel"),
        ("43861.75", "2020-01-31", "date excel"),
        ("7306", "1920-01-01", "date excel"),
        ("73415", "2100-12-31", "date excel"),
        ("1/1/2020", "2020-01-01", "date %d/%m/%Y"),
        ("2020-01-31", "2020-01-31", ""),
        ("2020-01-31 9:05", "2020-01-31", "date ISO"),
        ("2020-01-31 14:30:00", "2020-01-31", "date ISO"),
    ],
)
def test_dates(text, expected, rule):
    assert clean(text, DATE) == (expected, rule, "")


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2020",
        "01.02.2020",
        "60",
        "0",
        "2020-13-01",
        "soon",
        "2020",  # a year, rather than the serial number of a day of 1905
        "7305",
        "73416",
        "9999999",
        "1²/01/2020",
        "01/02/0220",
        "1799-12-31",
        "2101-01-01",
        "2020-01-31 25:00",
        "2020-01-31 12:61",
        "2020-01-31 ...",
    ],
)
def test_dates_refused(text):
    verdict = clean(text, DATE)
    assert (verdict.clean, verdict.rule) == ("", "not a date")
    assert verdict.problem.startswith("not a possible date in the formats allowed (ISO, %d/%m/%Y")


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("%Y%m%d", "20201101", "2020-11-01"),
        ("%Y%m%d", "202011", ""),  # strptime: 2020-01-01
        ("%Y%m%d", "2020111", ""),  # strptime: 2020-11-01
        ("%d%m%Y", "112020", ""),
        ("%d%m%Y", "01112020", "2020-11-01"),
        ("%d%m%y", "1112", ""),
        ("%d%b%Y", "1NOV2020", "2020-11-01"),
        ("%d.%m.%y", "1.1.20", "2020-01-01"),
        ("%m/%d/%Y", "1/ 1/2020", "2020-01-01"),
        ("%a %d %b %Y", "Fri 31 Jan 2020", "2020-01-31"),
        ("%a %d %b %Y", "Mon 31 Jan 2020", ""),  # it was a Friday
        ("%d/%m/%Y %H:%M:%S.%f", "01/11/2020 10:00:00.5", "2020-11-01"),
    ],
)
def test_a_date_must_be_written_as_its_format_writes_it(pattern, text, expected):
    assert clean(text, {"type": "date", "formats": [pattern]}).clean == expected


def test_a_date_that_two_formats_read_differently_is_refused():
    both = {"type": "date", "formats": ["%d/%m/%Y", "%m/%d/%Y"]}
    assert clean("03/04/2020", both).rule == "ambiguous date"
    assert clean("13/04/2020", both).clean == "2020-04-13"
    assert clean("04/04/2020", both).clean == "2020-04-04"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m", ("m", "", "")),
        (" f", ("f", "trimmed", "")),
        ("male", ("m", "code", "")),
        ("9", ("", "missing code", "")),
        ("NA", ("", "missing code", "")),
        ("M", ("", "no level", "neither a level of the dictionary nor in codes.csv")),
        ("unknown", ("", "code", "")),
    ],
)
def test_levels(text, expected):
    assert clean(text, LEVELS, {"male": "m", "unknown": ""}) == expected


def test_na_is_a_text_like_any_other():
    assert clean("NA", {"type": "text"}) == ("NA", "", "")
    assert clean("None", {"type": "category", "levels": {"None": "None"}}).clean == "None"


def test_a_code_comes_before_the_missing_codes_and_the_type():
    assert clean("9", LEVELS, {"9": "f"}) == ("f", "code", "")
    assert clean("<5", NUMBER, {"<5": "2.5"}) == ("2.5", "code", "")
    assert clean("<5", NUMBER, {"<5": "9999"}).problem == "above the maximum 5000"


@pytest.mark.parametrize("text", ["1", "yes", "Y", "TRUE", "Yes"])
def test_yes(text):
    assert clean(text, YESNO)[::2] == ("yes", "")


@pytest.mark.parametrize("text", ["0", "no", "N", "False"])
def test_no(text):
    assert clean(text, YESNO)[::2] == ("no", "")


def test_no_answer():
    assert clean("2", YESNO).problem == "neither yes nor no, and not in codes.csv"
    assert clean("是", YESNO, {"是": "yes"}) == ("yes", "code", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (12, "12"),
        (12.0, "12"),
        (0.1, "0.1"),
        (True, "TRUE"),
        ("NA", "NA"),
        (datetime.datetime(2020, 1, 31), "2020-01-31"),
        (datetime.datetime(2020, 1, 31, 14, 30), "2020-01-31 14:30:00"),
        (datetime.date(2020, 1, 31), "2020-01-31"),
        (datetime.time(14, 30), "14:30:00"),
    ],
)
def test_cells_of_workbooks_as_text(value, text):
    assert cell_text(value) == text
