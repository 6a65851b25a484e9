"""Labels and remarks become parts of sentences here."""

from retrocohort.language import ENGLISH, language, say
from retrocohort.source import rewritten

SINGULAR = {"years": "year", "months": "month", "weeks": "week", "days": "day"}


def singular(unit: str) -> str:
    """Return the name of one unit: "year" for "years", "year of age" for "years of age"."""
    first, *rest = unit.split(" ")
    return " ".join([SINGULAR.get(first, first), *rest])


def sentence(text: str) -> str:
    """Return a text with a capital first letter and a full stop."""
    closed = rewritten(capital(text).rstrip(".。"), text)
    return say("{text}.", text=closed) if text else ""


def capital(text: str) -> str:
    """Return a text with a capital first letter, which Chinese has not."""
    return text[:1].upper() + text[1:] if language() == ENGLISH else text


def within_sentence(label: str) -> str:
    """Return a label with a small first letter, unless it is an abbreviation ("BMI", "P")."""
    small = label[1:2].islower() and language() == ENGLISH
    return label[:1].lower() + label[1:] if small else label
