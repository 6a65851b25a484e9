"""How journals want numbers to look: P values, decimals, thousands, ranges, intervals, blanks.

What each asks for, and where it says so:

- plain: the rules of `retrocohort.format`; of no journal.
- jama: AMA Manual of Style, 11th edition (2020). P has no zero before the point (18.7.1), two
  decimals, three below .01 and where two would round it to the other side of .05, "<.001", ">.99"
  (19.5); intervals and ranges have a hyphen, "to" beside a minus sign (18.4; "95% CI,
  1.80-2.24"); integers of five digits and more have a thin space, of four none (17.4.3).
- nejm: Statistical Reporting Guidelines for authors (2019), quoted in BMJ Evid Based Med
  2021;26:39 (doi 10.1136/bmjebm-2019-111264): P above 0.01 two decimals, to 0.001 three,
  "<0.001". Limits of intervals are joined by "to", as the journal prints them.
- lancet: Formatting guidelines for authors: decimal points on the middle of the line, P ("p")
  with two significant figures and "<0·0001" below, a space between thousands from five digits on,
  "to" beside a minus sign. gtsummary's theme of that name was compared; the journal's page was
  not.
- apa: Numbers and Statistics Guide, Publication Manual, 7th edition (2020), 6.36 and 6.44: no
  zero before the point of what cannot exceed 1 (P), exact to three decimals, "< .001"; limits of
  an interval in square brackets with a comma (blog.apastyle.org, 2010/06); commas between
  thousands; a dash where there is no value.

What is no rule of a journal but of ours: ">.99" outside of JAMA, and how a limit that was not
reached is written. Where a source is silent, the plain rule stands.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

THIN_SPACE = "\u2009"
EXACT = Context(prec=400, rounding=ROUND_HALF_UP)  # holds the digits of any float


def three_decimals(p: float) -> str:
    """Return P with three decimals."""
    return rounded(p, 3)


def two_or_three_decimals(p: float) -> str:
    """Return P with two decimals, three up to 0.01 (NEJM)."""
    return rounded(p, 3 if p <= 0.01 else 2)


def two_unless_decisive(p: float) -> str:
    """Return P with two decimals, three below .01 and where two would hide that P < .05 (AMA)."""
    hides = p < 0.05 and Decimal(rounded(p, 2)) >= Decimal("0.05")
    return rounded(p, 3 if p < 0.01 or hides else 2)


def two_figures(p: float) -> str:
    """Return P with two significant figures (The Lancet)."""
    exact = Decimal(repr(float(p)))
    decimals = max(2, 1 - exact.adjusted())
    text = rounded(p, decimals)
    one_more = Decimal(text).adjusted() > exact.adjusted()  # 0.0996 is 0.10, not 0.100
    return rounded(p, decimals - 1) if one_more and decimals > 2 else text


def rounded(value: float, decimals: int) -> str:
    """Return a number with fixed decimals, rounded half up from its 15 significant digits.

    So many digits a binary number holds, and so many Excel looks at: 30.049999999999997, the
    quartile between 30.0 and 30.1, is 30.1 in the page and in the workbook.
    """
    step = Decimal(1).scaleb(-decimals)
    return f"{Decimal(f'{value:.15g}').quantize(step, context=EXACT):f}"


@dataclass(frozen=True)
class Style:
    """The look of numbers.

    Attributes
    ----------
    p : function from P to its digits; smallest, the limit below which P is "<" that limit.
    p_zero : a zero before the point of P. p_equals: what a sentence says, "P = " with `p_word`.
    decimal : the decimal point.
    thousands, thousands_from : what separates groups of three digits, in numbers from here on.
    dash : of a range of numbers. interval : joins the limits of a confidence interval.
    brackets : round a confidence interval.
    missing : stands where there is no number.
    """

    p: Callable[[float], str] = three_decimals
    smallest_p: str = "0.001"
    p_zero: bool = True
    p_word: str = "P"
    p_space: str = " "
    decimal: str = "."
    thousands: str = ","
    thousands_from: int = 1000
    dash: str = "–"
    interval: str = "–"
    brackets: str = "()"
    missing: str = "–"


STYLES = {
    "plain": Style(),
    "jama": Style(
        p=two_unless_decisive,
        p_zero=False,
        thousands=THIN_SPACE,
        thousands_from=10_000,
        dash="-",
        interval="-",
        missing="NA",
    ),
    "nejm": Style(p=two_or_three_decimals, p_space="", interval=" to ", missing="—"),
    "lancet": Style(
        p=two_figures,
        smallest_p="0.0001",
        p_word="p",
        p_space="",
        decimal="·",
        thousands=THIN_SPACE,
        thousands_from=10_000,
        missing="..",
    ),
    "apa": Style(p_zero=False, p_word="p", interval=", ", brackets="[]", missing="—"),
}
_CURRENT: ContextVar[Style] = ContextVar("style", default=STYLES["plain"])


@contextmanager
def styled(name: str) -> Iterator[None]:
    """Let `retrocohort.format` write numbers in a style, by its key in `STYLES`."""
    token = _CURRENT.set(STYLES[name])
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current() -> Style:
    """Return the style in which numbers are written."""
    return _CURRENT.get()
