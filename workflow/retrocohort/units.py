"""Units of time as they are called: "months", "1 month", "12 months"."""

from retrocohort.language import pieces, say, template
from retrocohort.source import Shown, joined

NAMES = {
    "days": template("days"),
    "weeks": template("weeks"),
    "months": template("months"),
    "years": template("years"),
    "years of age": template("years of age"),
}
SEVERAL = {
    "days": template("{n} days"),
    "weeks": template("{n} weeks"),
    "months": template("{n} months"),
    "years": template("{n} years"),
    "years of age": template("{n} years of age"),
}
ONE = {
    "days": template("{n} day"),
    "weeks": template("{n} week"),
    "months": template("{n} month"),
    "years": template("{n} year"),
    "years of age": template("{n} year of age"),
}


def unit_name(unit: str) -> str:
    """Return what a unit of time is called."""
    return say(NAMES[unit]) if unit in NAMES else unit


def amount(n: str, unit: str) -> Shown:
    """Return "12 months" or "1 month", with the number that `n` may show."""
    texts = ONE if n == "1" else SEVERAL
    return joined(*pieces(texts.get(unit, template("{n} {unit}")), n=n, unit=unit))
