"""Clean texts of dates: the formats that the dictionary allows, ISO always, never a guess."""

import datetime
import re
import unicodedata
from collections.abc import Sequence

from retrocohort.records.verdict import Verdict, refused

SERIAL = re.compile(r"[0-9]{1,7}(\.[0-9]+)?")
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]+)?")
LAST_SERIAL = 2958465  # 9999-12-31


def clean_dates(texts: Sequence[str], variable: dict) -> list[Verdict]:
    """Clean the distinct texts of one column of dates to ISO.

    `formats` of the dictionary are those of `datetime.strptime`, and "excel" for serial day numbers
    (1900 system). ISO dates are always read, as date cells of workbooks are delivered so. A text
    that two formats read as different days is refused.
    """
    formats = variable.get("formats") or []
    return [_clean(unicodedata.normalize("NFKC", text), formats) for text in texts]


def _clean(text: str, formats: Sequence[str]) -> Verdict:
    """Return the date of one text."""
    found = {}
    if ISO.fullmatch(text):
        found.setdefault(_strptime(text[:10], "%Y-%m-%d"), "date ISO")
    for pattern in formats:
        day = _serial(text) if pattern == "excel" else _strptime(text, pattern)
        found.setdefault(day, f"date {pattern}")
    found.pop(None, None)
    if len(found) > 1:
        return refused("ambiguous date", f"different days by {', '.join(found.values())}")
    for day, rule in found.items():
        return Verdict(day.isoformat(), rule)
    allowed = ", ".join(["ISO", *formats])
    return refused("not a date", f"not a possible date in the formats allowed ({allowed})")


def _strptime(text: str, pattern: str) -> datetime.date | None:
    """Return the date if the text has this format."""
    try:
        return datetime.datetime.strptime(text, pattern).date()
    except ValueError:
        return None


def _serial(text: str) -> datetime.date | None:
    """Return the date of an Excel serial number.

    Excel takes 1900 for a leap year: its day 60 never was, and the days before count one less.
    """
    if not SERIAL.fullmatch(text):
        return None
    days = int(float(text))
    if days == 60 or not 1 <= days <= LAST_SERIAL:
        return None
    origin = datetime.date(1899, 12, 31) if days < 60 else datetime.date(1899, 12, 30)
    return origin + datetime.timedelta(days=days)
