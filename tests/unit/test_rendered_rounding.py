"""The second statement of the rules of rounding agrees with the first, and tells what is wrong."""

import math
import random

import pytest

from retrocohort import format as fmt
from retrocohort.audit.rendered.documents import excel_format
from retrocohort.audit.rendered.numerals import KnownTexts, numerals
from retrocohort.audit.rendered.results import Results, same_number
from retrocohort.audit.rendered.rounding import NoRule, Rounding, rule_of
from retrocohort.styles import STYLES, styled

random.seed(5)
EDGES = [0.0, 0.0004, 0.0005, 0.00049999, 0.00005, 0.001, 0.0049, 0.005, 0.01, 0.0099, 0.0449]
EDGES += [0.045, 0.0499, 0.05, 0.0451, 0.0996, 0.125, 0.99, 0.9899, 0.9951, 0.999, 1.0, 2.5, 72.0]
VALUES = EDGES + [random.random() ** 3 for _ in range(300)]
SIZES = [0.0, 1.0, 1.004, 1.0004, 0.995, 12.345, 99.996, 100.0, 1234.5, 1_648_266.4]
SIZES += [math.exp(random.uniform(-9, 9)) for _ in range(200)]


def rounded(style, rule, value, **row):
    return Rounding(style).texts(rule, repr(float(value)), row)


@pytest.mark.parametrize("style", STYLES)
def test_p_values(style):
    with styled(style):
        for p in (value for value in VALUES if value <= 1):
            assert rounded(style, "p", p) == (fmt.p_value(p),), p


@pytest.mark.parametrize("style", STYLES)
def test_counts_ratios_and_coefficients(style):
    with styled(style):
        for n in (0, 7, 999, 1000, 9999, 10_000, 1_234_567):
            assert rounded(style, "count", n) == (fmt.count(n),)
        for hr in SIZES:
            low, high = hr * random.random(), hr * (1 + random.random() * 0.01)
            decimals = fmt.ratio_decimals(hr, low, high)
            row = {"hr": repr(hr), "hr_low": repr(low), "hr_high": repr(high)}
            for each in (hr, low, high):
                assert rounded(style, "ratio", each, **row) == (fmt.hazard_ratio(each, decimals),)
        for coef in (0.0099, 0.01, -0.00012345, -1.23455):
            shown = fmt.number(coef, 6 if abs(coef) < 0.01 else 4)
            assert rounded(style, "coefficient", coef, coef=repr(coef)) == (shown,)


@pytest.mark.parametrize("style", ["plain", "lancet"])
def test_times_shares_and_spreads(style):
    with styled(style):
        for value in [*SIZES, *VALUES, 12.5, 12.25, 12.35]:
            assert rounded(style, "time", value)[0] == fmt.number(value, 1)
            assert fmt.percent(100 * value) in rounded(style, "share", value)
            assert rounded(style, "size", -value) == (fmt.number(value, 3),)
            row = {"spread": repr(value), "statistic": "mean"}
            shown = fmt.number(54.321, fmt.spread_decimals(value))
            assert rounded(style, "spread", 54.321, **row) == (shown,)
    assert rounded(style, "time", 72.0)[1:] == ("72",)
    assert rounded(style, "time", 72.04)[1:] == ()  # ".0" tells something here
    assert rounded(style, "span", 72.04)[1:] == ("72",)


def test_what_is_missing_has_no_text_and_an_unknown_column_no_rule():
    rounding = Rounding("plain")
    assert [rounding.texts("p", cell, {}) for cell in ("", "inf", "-inf")] == [()] * 3
    assert rule_of("models/full/os/cox_a_fit.csv", "value", {"statistic": "aic"}) == "2"
    assert rule_of("tables/full/table1.csv", "value", {"statistic": "median"}) == "spread"
    assert rule_of("models/full/os/quantiles.csv", "median", {}) == "time"
    with pytest.raises(NoRule, match="no rule says how 'colour' of cohort/flow.csv is rounded"):
        rule_of("cohort/flow.csv", "colour", {})


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("0.0349", "0.000", "0.035"),
        ("0.0004", '[<0.001]"<0.001";0.000', "<0.001"),
        ("0.034", '[<0.001]"<0.001 [a]";0.000" [a]"', "0.034"),
        ("0.995", '[>0.99]">0.99";0.00', ">0.99"),
        ("-0.125", '0.00;"−"0.00', "−0.13"),
        ("12345.5", "#,##0", "12,346"),
        ("0.034", ".000", ".034"),
        ("3", "General", "3"),
    ],
)
def test_what_excel_shows(value, code, shown):
    assert excel_format(code)(value) == shown


def test_numerals_of_a_text():
    said = "1,546 (−0.3 to 0.2), <0.001, P < .05; 1 234·5–7 of G1 and 2024"
    assert numerals(said) == (
        *("1,546", "−0.3", "0.2", "<0.001", "<.05", "1", "234·5", "7", "2024"),
    )


KNOWN = KnownTexts(
    ["≤40 mm", "Table 2", "Age under 18 years", "below 5 in", "2", "20–50"],
    ["12", "95"],
    ["%", "months"],
    {"Grade": ["2", "3"], "": ["0", "1"]},
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Table 2. Of the ≤40 mm, age under 18 years", ()),
        ("Table 21", ("21",)),
        ("survival at 12 months (95% CI)", ()),
        ("survival of 12 patients", ("12",)),
        ("survival of 112 months", ("112",)),
        ("It was 17.3 in 2 of them", ("17.3", "2")),
        ("by grade (2 and 3)", ()),
        ("0: 70; 1: 37", ("70", "37")),
    ],
)
def test_what_is_no_result(text, left):
    assert KNOWN.unexplained(text) == left


def test_a_head_of_a_table_is_made_of_labels():
    assert KNOWN.unexplained("2 vs 3") == ("2", "3")
    assert KNOWN.unexplained("2 vs 3 of 7", is_head=True) == ("7",)


def test_counts_are_counted_again_and_shares_computed_again():
    files = {
        "audit/a.csv": [{"x": "1", "n": "3"}, {"x": "2", "n": ""}, {"x": "1", "n": "4"}],
        "tables/full/base.csv": [
            {"variable": "", "level": "", "arm": "", "statistic": "n", "value": "16"},
            {"variable": "sex", "level": "", "arm": "", "statistic": "missing", "value": "1"},
        ],
    }
    results = Results(lambda path: files[path], "plain")
    counted = {"id": "", "file": "audit/a.csv", "column": "", "where": {"x": ["1"]}}
    assert results.expected(counted).texts == ("2",)
    assert results.expected(counted | {"column": "n", "where": {"x": ["1", "2"]}}).texts == ("7",)
    missing = {"file": "tables/full/base.csv", "row": 3, "column": "value"}
    assert results.share_after(missing, "base-baseline-full").texts == ("6.3",)
    lost = results.expected({"file": "audit/a.csv", "row": 9, "column": "n"})
    assert lost.fault == "there is no audit/a.csv:9:n" and lost.texts == ()


def test_a_value_is_that_of_its_cell_or_its_percentage():
    assert same_number("0.5", "0.5") and same_number("0.5", "-0.5") and same_number("50", "0.5")
    assert not same_number("0.5000001", "0.5") and not same_number("0.5", "")
