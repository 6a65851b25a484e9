"""Numbers become text here, and nowhere else.

Rules, the same in every table, figure and page:

- rounding is half up, of the number with 15 significant digits (0.125 gives "0.13");
- P has three decimals, "<0.001" below 0.001 and ">0.99" above 0.99: never "0.000" nor "1.000";
- a hazard ratio has two decimals; three or four when two would make it, its limits or 1 look alike;
  none from 100 on; above ten million it is only said to be so;
- ranges have an en dash, or "to" when a limit has a sign before it;
- a time not reached is called so, a range that is open above ends in the dash: "72 (16–)";
- a missing number is "–", one that disclosure control withholds "[c]".

Signs, and the digits of P, are those of the style in force, which a journal may want otherwise:
`retrocohort.styles`; what is said here holds for the plain one.

Missing is None or NaN. What is returned knows the numbers that it shows (`retrocohort.source`).
Only the standard library is imported, as figure and page jobs must start fast.
"""

import math
from collections.abc import Iterable

from retrocohort.language import noted, say, template
from retrocohort.source import (
    WITHHELD,
    Number,
    Shown,
    is_withheld,
    joined,
    numbers_of,
    shown,
    source_of,
    value_of,
)
from retrocohort.styles import current, rounded

WITHHELD_NOTE = noted("withheld: disclosure control")
MISSING = "–"  # of the plain style
NOT_REACHED = template("not reached")
MINUS = "−"
LARGEST_P = 0.99
LARGE_RATIO, LARGEST_RATIO = 100, 10_000_000


def is_missing(value: float | None) -> bool:
    """Return whether there is no number."""
    return value is None or value != value


def missing() -> str:
    """Return what stands where there is no number."""
    return current().missing


def _absent(value: float | None) -> Shown:
    """Return what stands where there is no number, or one that is withheld."""
    return _of(value, WITHHELD if is_withheld(value) else missing())


def _of(value: float | None, text: str) -> Shown:
    """Return the text of one number."""
    exact = None if is_missing(value) or math.isinf(value) else float(value)
    return shown(text, Number(exact, text, source_of(value)))


def number(value: float | None, decimals: int = 1, trim: bool = False) -> Shown:
    """Return a number with fixed decimals.

    Parameters
    ----------
    value : float or None
        The number.
    decimals : int
        How many decimals.
    trim : bool
        Show a whole number without decimals ("72", but "72.5"), where numbers that stand together
        are `whole_or_half` and ".0" would pretend a precision.
    """
    if is_missing(value):
        return _absent(value)
    if math.isinf(value):
        return _of(value, "∞" if value > 0 else f"{MINUS}∞")
    near = rounded(abs(value), decimals)
    whole, _, rest = near.partition(".")
    if trim and not rest.strip("0"):
        near = whole
    sign = MINUS if value < 0 and near.strip("0.") else ""
    return _of(value, f"{sign}{_pointed(near)}")


def _pointed(digits: str) -> str:
    """Return digits with the decimal point of the style."""
    return digits.replace(".", current().decimal)


def count(n: float | None) -> Shown:
    """Return a count, with a comma, or what the style wants, between thousands."""
    if is_missing(n):
        return _absent(n)
    style, digits = current(), str(abs(int(n)))
    if abs(int(n)) >= style.thousands_from:
        digits = f"{abs(int(n)):,}".replace(",", style.thousands)
    return _of(n, f"{MINUS if n < 0 else ''}{digits}")


def percent(value: float | None) -> Shown:
    """Return a percentage with one decimal, without the sign."""
    return number(value, 1)


def count_percent(n: float | None, share: float | None) -> Shown:
    """Return "12 (34.5)"; the count alone where there is nothing to take a percentage of."""
    if is_missing(n) or is_missing(share):
        return count(n)
    return joined(count(n), " (", percent(share), ")")


def p_value(p: float | None) -> Shown:
    """Return the P-value for a table cell: "0.034", "<0.001", ">0.99"."""
    if is_missing(p):
        return _absent(p)
    style = current()
    if p < float(style.smallest_p):
        text = f"<{style.smallest_p}"
    else:
        text = f">{LARGEST_P}" if p > LARGEST_P else style.p(p)
    if not style.p_zero:
        text = text.replace("0.", ".", 1)
    return _of(p, _pointed(text))


def p_statement(p: float | None) -> Shown | str:
    """Return the P-value for a sentence or a figure: "P = 0.034", "P < 0.001", "" when missing."""
    if is_missing(p):
        return ""
    style, text = current(), p_value(p)
    sign, digits = (text[0], text[1:]) if text[0] in "<>" else ("=", text)
    space = style.p_space
    return shown(f"{style.p_word}{space}{sign}{space}{digits}", *numbers_of(text))


def interval(low: float | None, high: float | None, decimals: int = 2, trim: bool = False) -> Shown:
    """Return a range: "0.76–1.02"; "−0.3 to 0.2" with a negative limit; "16–" when open above."""
    limits = number(low, decimals, trim), number(high, decimals, trim)
    return _range(low, high, *limits, current().dash)


def _range(low: float | None, high: float | None, start: Shown, end: Shown, sign: str) -> Shown:
    """Return limits joined by a sign; an open end is a dash without a number beside it."""
    if is_missing(low) and is_missing(high):
        return shown(missing(), *numbers_of(start), *numbers_of(end))
    if is_missing(low):
        return joined(_blank(start), sign.strip(), end)
    if is_missing(high):
        text = f"{start}{sign}" if sign == sign.strip() else f"{start}{sign}{say(NOT_REACHED)}"
        return shown(text, *numbers_of(start), *numbers_of(_blank(end)))
    unclear = any(text.startswith((MINUS, ">")) for text in (start, end))
    dash = sign == sign.strip()
    return joined(start, say(" to ") if unclear and dash else sign, end)


def _blank(text: Shown) -> Shown:
    """Return nothing, in the place of a number that is missing."""
    return shown("", *(Number(None, "", found.source) for found in numbers_of(text)))


def in_brackets(low: float | None, high: float | None, start: Shown, end: Shown) -> Shown:
    """Return the limits of a confidence interval, by value and as shown: "(0.76–1.02)"."""
    style = current()
    left, right = style.brackets
    return joined(left, _range(low, high, start, end, style.interval), right)


def with_limits(
    middle: Shown, low: float | None, high: float | None, decimals: int = 1, trim: bool = False
) -> Shown:
    """Return an estimate with its confidence interval: "89.0 (81.9–97.4)"; alone without one."""
    if is_missing(low) and is_missing(high):
        return middle
    limits = number(low, decimals, trim), number(high, decimals, trim)
    return joined(middle, " ", in_brackets(low, high, *limits))


def survival_time(value: float | None, decimals: int = 1, trim: bool = False) -> Shown:
    """Return a survival time, "not reached" when it is missing."""
    text = number(value, decimals, trim)
    is_open = is_missing(value) and text != WITHHELD
    return _of(value, say(NOT_REACHED)) if is_open else text


def ratio_decimals(hr: float | None, low: float | None, high: float | None) -> int:
    """Return the fewest decimals, 2 to 4, that keep a ratio, its limits and 1 apart.

    A ratio for one unit of a continuous variable (1.0004, 1.0001 to 1.0007) would otherwise read
    "1.00 (1.00–1.00)", and a limit of 1.004 "1.00".
    """
    values = [value for value in (hr, low, high) if not is_missing(value)]
    for decimals in (2, 3):
        shown = [number(value, decimals) for value in values]
        like_one = sum(text == number(1, decimals) for text in shown) > values.count(1)
        if len(set(shown)) == len(set(values)) and not like_one:
            return decimals
    return 4 if values else 2


def hazard_ratio(hr: float | None, decimals: int = 2) -> Shown:
    """Return a hazard ratio or a limit of one; `decimals` comes from `ratio_decimals`."""
    if is_missing(hr) or not LARGE_RATIO <= hr < math.inf:
        return number(hr, decimals)
    if hr > LARGEST_RATIO:
        return _of(hr, f">{count(LARGEST_RATIO)}")
    return _of(hr, count(float(rounded(hr, 0))))


def ratio_interval(hr: float | None, low: float | None, high: float | None) -> Shown:
    """Return "0.88 (0.76–1.02)", with the decimals of `ratio_decimals`."""
    if is_missing(hr):
        return _absent(hr)
    decimals = ratio_decimals(hr, low, high)
    middle, start, end = (hazard_ratio(value, decimals) for value in (hr, low, high))
    return joined(middle, " ", in_brackets(low, high, start, end))


def difference(smd: float | None) -> Shown:
    """Return the size of a standardised mean difference with three decimals, without its sign."""
    if is_missing(smd):
        return _absent(smd)
    return number(value_of(abs(smd), source_of(smd)), 3)


def spread_decimals(spread: float | None) -> int:
    """Return the decimals that suit a variable with this standard deviation.

    None from 100 on, one from 1 on, then one more for each further power of ten, at most four.
    """
    if is_missing(spread) or spread >= 1:
        return 0 if not is_missing(spread) and spread >= 100 else 1
    return 4 if spread <= 0 else min(4, 1 - math.floor(math.log10(spread)))


def mean_sd(mean: float | None, sd: float | None, decimals: int = 1) -> Shown:
    """Return "54.1 (13.0)"."""
    if is_missing(mean):
        return _absent(mean)
    return joined(number(mean, decimals), " (", number(sd, decimals), ")")


def median_iqr(
    median: float | None,
    q1: float | None,
    q3: float | None,
    decimals: int = 1,
    trim: bool = False,
) -> Shown:
    """Return "54.0 (45.0–64.0)", or "54 (45–64)" with `trim`."""
    if is_missing(median):
        return _absent(median)
    return joined(number(median, decimals, trim), " (", interval(q1, q3, decimals, trim), ")")


def whole_or_half(values: Iterable[float | None]) -> bool:
    """Return whether numbers are whole or half, as quantiles of what is recorded in whole units."""
    return all(is_missing(value) or 2 * value == math.floor(2 * value) for value in values)


def quantiles(
    median: float | None,
    q1: float | None,
    q3: float | None,
    decimals: int = 1,
    trim: bool = False,
) -> Shown:
    """Return survival quartiles: "72.4 (33.0–122.1)", "72.4 (33.0–)" or "not reached (16.3–)".

    Parameters
    ----------
    median, q1, q3 : float or None
        Times at which survival reaches 0.50, 0.75 and 0.25; missing when it never does.
    decimals : int
        Decimals of the times.
    trim : bool
        Show whole times without decimals: for a table or figure whose times are `whole_or_half`.
    """
    middle = survival_time(median, decimals, trim)
    if middle == WITHHELD or (is_missing(q1) and is_missing(q3)):
        return middle
    return joined(middle, " (", interval(q1, q3, decimals, trim), ")")
