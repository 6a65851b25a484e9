import math

import pytest

from retrocohort import format as fmt
from retrocohort.source import numbers_of
from retrocohort.wording import sentence, within_sentence

NAN = math.nan


@pytest.mark.parametrize(
    "p, text",
    [
        (0.0, "<0.001"),
        (0.00099999, "<0.001"),
        (0.001, "0.001"),
        (0.0344, "0.034"),
        (0.0345, "0.035"),
        (0.05, "0.050"),
        (0.58, "0.580"),
        (0.99, "0.990"),
        (0.9901, ">0.99"),
        (0.9999, ">0.99"),
        (1.0, ">0.99"),
        (NAN, "–"),
        (None, "–"),
    ],
)
def test_p_value(p, text):
    assert fmt.p_value(p) == text


@pytest.mark.parametrize(
    "p, text",
    [(1e-9, "P < 0.001"), (0.0344, "P = 0.034"), (1.0, "P > 0.99"), (NAN, "")],
)
def test_p_in_a_sentence(p, text):
    assert fmt.p_statement(p) == text


@pytest.mark.parametrize(
    "value, decimals, text",
    [
        (0.125, 2, "0.13"),  # half up; round() would give 0.12
        (2.675, 2, "2.68"),  # the binary number is a little below; its first 15 digits are not
        (30.049999999999997, 1, "30.1"),  # between 30.0 and 30.1, by arithmetic in binary
        (-1.25, 1, "−1.3"),
        (-0.04, 1, "0.0"),  # never a minus zero
        (1e-7, 3, "0.000"),
        (1234567.0, 0, "1234567"),
        (5e-324, 1, "0.0"),
        (math.inf, 1, "∞"),
        (NAN, 1, "–"),
    ],
)
def test_number(value, decimals, text):
    assert fmt.number(value, decimals) == text


def test_trimming_takes_whole_numbers_only():
    assert fmt.number(72.0, 1, trim=True) == "72"
    assert fmt.number(100.0, 1, trim=True) == "100"  # not "1E+2"
    assert fmt.number(72.5, 1, trim=True) == "72.5"
    assert fmt.number(-0.01, 1, trim=True) == "0"


@pytest.mark.parametrize(
    "n, text", [(0, "0"), (999.0, "999"), (1000, "1,000"), (17549, "17,549"), (None, "–")]
)
def test_count(n, text):
    assert fmt.count(n) == text


def test_count_and_percent():
    assert fmt.count_percent(1207, 78.0724) == "1,207 (78.1)"
    assert fmt.count_percent(0, NAN) == "0"
    assert fmt.count_percent(NAN, NAN) == "–"


@pytest.mark.parametrize(
    "low, high, text",
    [
        (0.7604, 1.0249, "0.76–1.02"),
        (16.0, NAN, "16.00–"),
        (NAN, 3.0, "–3.00"),
        (-0.3, 0.2, "−0.30 to 0.20"),
        (-0.001, 0.2, "0.00–0.20"),
        (NAN, NAN, "–"),
    ],
)
def test_interval(low, high, text):
    assert fmt.interval(low, high) == text


@pytest.mark.parametrize(
    "hr, low, high, text",
    [
        (0.7205, 0.6019, 0.8625, "0.72 (0.60–0.86)"),
        (0.88, 0.76, 1.004, "0.880 (0.760–1.004)"),  # the interval holds 1, and is seen to
        (1.0109, 1.0017, 1.0203, "1.011 (1.002–1.020)"),
        (0.99948, 0.99881, 1.00015, "0.9995 (0.9988–1.0002)"),
        (1.0, 0.5, 2.0, "1.00 (0.50–2.00)"),
        (1.0000001, 1.00000001, 1.0000002, "1.0000 (1.0000–1.0000)"),
        (NAN, NAN, NAN, "–"),
    ],
)
def test_ratio_with_its_interval(hr, low, high, text):
    assert fmt.ratio_interval(hr, low, high) == text


@pytest.mark.parametrize(
    "spread, decimals",
    [
        (250, 0),
        (100, 0),
        (99.9, 1),
        (1, 1),
        (0.99, 2),
        (0.1, 2),
        (0.099, 3),
        (1e-9, 4),
        (0, 4),
        (NAN, 1),
    ],
)
def test_decimals_follow_the_spread(spread, decimals):
    assert fmt.spread_decimals(spread) == decimals


def test_means_medians_and_differences():
    assert fmt.mean_sd(54.129, 13.1647) == "54.1 (13.2)"
    assert fmt.mean_sd(54.129, NAN) == "54.1 (–)"
    assert fmt.mean_sd(NAN, NAN) == "–"
    assert fmt.median_iqr(52.0, 44.0, 64.25) == "52.0 (44.0–64.3)"
    assert fmt.median_iqr(52.0, 44.0, 64.25, trim=True) == "52 (44–64.3)"
    assert fmt.median_iqr(NAN, NAN, NAN) == "–"
    assert fmt.difference(-0.22995) == "0.230"
    assert fmt.difference(None) == "–"


def test_an_estimate_without_limits_stands_alone():
    assert fmt.with_limits(fmt.number(89.04), NAN, None) == "89.0"
    assert fmt.with_limits(fmt.number(89.04), 81.94, 97.36) == "89.0 (81.9–97.4)"


@pytest.mark.parametrize(
    "median, q1, q3, text",
    [
        (72.0, 33.0, 122.0, "72 (33–122)"),
        (72.0, 33.0, NAN, "72 (33–)"),
        (NAN, 16.0, NAN, "not reached (16–)"),
        (NAN, NAN, NAN, "not reached"),
    ],
)
def test_survival_quartiles(median, q1, q3, text):
    assert fmt.quantiles(median, q1, q3, trim=True) == text


def test_survival_quartiles_of_days_turned_into_months_keep_their_decimal():
    times = (88.969, 40.016, 185.725)
    assert not fmt.whole_or_half(times)
    assert fmt.whole_or_half((72.0, 33.5, NAN, None))
    assert fmt.quantiles(*times) == "89.0 (40.0–185.7)"


@pytest.mark.parametrize(
    "label, text", [("Age", "age"), ("NAFLD", "NAFLD"), ("P", "P"), ("", ""), ("≤ 20", "≤ 20")]
)
def test_a_label_within_a_sentence(label, text):
    assert within_sentence(label) == text


@pytest.mark.parametrize(
    "text, expected", [("death censors", "Death censors."), ("Done.", "Done."), ("", "")]
)
def test_sentences(text, expected):
    assert sentence(text) == expected


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        ((9256.69, 51.985, 1648266.2), "9,257 (51.99–1,648,266)"),
        ((99.2, 2, 100.5), "99.20 (2.00–101)"),
        ((100.0, 2, 300.0), "100 (2.00–300)"),
    ],
)
def test_large_ratios_have_no_decimals(ratio, text):
    assert fmt.ratio_interval(*ratio) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        ((1.0, 0.1, 1e26), "1.00 (0.10 to >10,000,000)"),
        ((1e300, 12_345.6, 1.7e308), ">10,000,000 (12,346 to >10,000,000)"),
        ((50.0, 5.0, 10_000_000.2), "50.00 (5.00 to >10,000,000)"),
        ((50.0, 5.0, 10_000_000), "50.00 (5.00–10,000,000)"),
    ],
)
def test_a_ratio_beyond_all_sense_is_only_said_to_be_so(ratio, text):
    shown = fmt.ratio_interval(*ratio)
    assert shown == text
    assert [number.value for number in numbers_of(shown)] == list(ratio)


def test_no_number_is_too_large_to_be_written():
    assert fmt.number(1e30, 2) == f"1{'0' * 30}.00"
    assert fmt.number(-1.5e308, 1, trim=True) == f"−15{'0' * 307}"
