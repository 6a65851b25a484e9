"""Numbers as journals want them; what is expected was written by hand from their rules."""

import math

import pytest

from retrocohort import format as fmt
from retrocohort.styles import STYLES, current, styled

P_VALUES = {
    "plain": ["<0.001", "0.003", "0.034", "0.049", "0.580", ">0.99", "–"],
    "jama": ["<.001", ".003", ".03", ".049", ".58", ">.99", "NA"],
    "nejm": ["<0.001", "0.003", "0.03", "0.05", "0.58", ">0.99", "—"],
    "lancet": ["0·00047", "0·0034", "0·034", "0·049", "0·58", ">0·99", ".."],
    "apa": ["<.001", ".003", ".034", ".049", ".580", ">.99", "—"],
}


@pytest.mark.parametrize("style", STYLES)
def test_p_values(style):
    values = (0.00047, 0.00342, 0.0342, 0.0492, 0.58, 0.995, math.nan)
    with styled(style):
        assert [fmt.p_value(p) for p in values] == P_VALUES[style]


@pytest.mark.parametrize(
    ("style", "small", "middle"),
    [
        ("plain", "P < 0.001", "P = 0.034"),
        ("jama", "P < .001", "P = .03"),
        ("nejm", "P<0.001", "P=0.03"),
        ("lancet", "p<0·0001", "p=0·034"),
        ("apa", "p < .001", "p = .034"),
    ],
)
def test_p_in_a_sentence(style, small, middle):
    with styled(style):
        assert [fmt.p_statement(p) for p in (1e-9, 0.0342)] == [small, middle]


@pytest.mark.parametrize(
    ("style", "ratio", "below_zero", "median", "open_end", "counts"),
    [
        ("plain", "0.88 (0.76–1.02)", "−0.3 to 0.2", "54.0 (45.0–64.0)", "16–", "1,207 17,549"),
        ("jama", "0.88 (0.76-1.02)", "−0.3 to 0.2", "54.0 (45.0-64.0)", "16-", "1207 17\u2009549"),
        ("nejm", "0.88 (0.76 to 1.02)", "−0.3 to 0.2", "54.0 (45.0–64.0)", "16–", "1,207 17,549"),
        ("lancet", "0·88 (0·76–1·02)", "−0·3 to 0·2", "54·0 (45·0–64·0)", "16–",
         "1207 17\u2009549"),
        ("apa", "0.88 [0.76, 1.02]", "−0.3 to 0.2", "54.0 (45.0–64.0)", "16–", "1,207 17,549"),
    ],
)  # fmt: skip
def test_estimates_ranges_and_counts(style, ratio, below_zero, median, open_end, counts):
    with styled(style):
        assert fmt.ratio_interval(0.8812, 0.7604, 1.0249) == ratio
        assert fmt.interval(-0.3, 0.2, 1) == below_zero
        assert fmt.median_iqr(54, 45, 64) == median
        assert fmt.interval(16, None, 0) == open_end
        assert f"{fmt.count(1207)} {fmt.count(17549)}" == counts


def test_an_interval_without_an_end_says_so_where_no_dash_can():
    shown = {}
    for style in STYLES:
        with styled(style):
            shown[style] = fmt.with_limits(fmt.number(89.04), 81.9, math.nan)
    assert shown == {
        "plain": "89.0 (81.9–)",
        "jama": "89.0 (81.9-)",
        "nejm": "89.0 (81.9 to not reached)",
        "lancet": "89·0 (81·9–)",
        "apa": "89.0 [81.9, not reached]",
    }


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0001, "0·00010"),
        (0.00995, "0·010"),
        (0.0996, "0·10"),
        (0.1, "0·10"),
        (0.0956, "0·096"),
    ],
)
def test_two_significant_figures(p, text):
    with styled("lancet"):
        assert fmt.p_value(p) == text


def test_a_third_decimal_where_two_would_hide_that_p_is_below_5_percent():
    with styled("jama"):
        assert fmt.p_value(0.0499) == ".050"  # below .05, three decimals although it reads .050
        assert fmt.p_value(0.05) == fmt.p_value(0.0501) == ".05"
        assert fmt.p_value(0.0449) == ".04"
        assert fmt.p_value(0.00999) == ".010"


def test_a_style_ends_with_its_block():
    with pytest.raises(RuntimeError), styled("apa"):
        raise RuntimeError
    assert current() is STYLES["plain"]
    assert fmt.p_value(0.0342) == "0.034"
