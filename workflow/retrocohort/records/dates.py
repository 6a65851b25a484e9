"""Clean texts of dates: the formats that the dictionary allows, ISO always, never a guess."""

import datetime
import re
from collections.abc import Sequence

from retrocohort.language import noted
from retrocohort.records.characters import plain_forms
from retrocohort.records.verdict import Verdict, refused

SERIAL = re.compile(r"[0-9]{1,7}(\.[0-9]+)?")
CLOCK = r"([01]?[0-9]|2[0-3])(:[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?)?"
ISO = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([ T]{CLOCK})?")
RUN_TOGETHER = re.compile(r"%[dmyYjHIMSf]%[dmyYjHIMSf]")  # numbers without a separator
DECIMAL = re.compile(r"%Y\.%m")  # a year and a month that look like one number
PADDING = re.compile(r"(?<![0-9])[0\s]+(?=[0-9])")
LONGEST = 100  # characters of a date
YEARS = range(1800, 2101)  # of any date that a study of patients can hold
SERIAL_YEARS = range(1920, 2101)  # so that no serial number is one that looks like a year
SERIAL_ORIGIN = datetime.date(1899, 12, 30)  # of the 1900 system, for days after February 1900


def clean_dates(texts: Sequence[str], variable: dict) -> list[Verdict]:
    """Clean the distinct texts of one column of dates to ISO.

    `formats` of the dictionary are those of `datetime.strptime`, and "excel" for serial day numbers
    (1900 system). A format of a month alone names the day that stands for it: %Y.%m=15. ISO dates
    are always read, as date cells of workbooks are delivered so.

    Refused are a text that two formats read as different days; one that its format would not write
    so (202011 is no %Y%m%d; zeros may lack at the front of numbers only where separators stand, and
    not where it looks like a decimal number: 2009.1 may be what a spreadsheet left of 2009.10);
    years outside of 1800 to 2100; and serial numbers of days before 1920 (2020 is more likely a
    year than a day of 1905) or after 2100.
    """
    formats = variable.get("formats") or []
    return [_clean(plain_forms(text[: LONGEST + 1]), formats) for text in texts]


def _clean(text: str, formats: Sequence[str]) -> Verdict:
    """Return the date of one text."""
    found = {}
    is_short = len(text) <= LONGEST
    if is_short and ISO.fullmatch(text):
        found.setdefault(_strptime(text[:10], "%Y-%m-%d"), "date ISO")
    for pattern in formats if is_short else ():
        day = _serial(text) if pattern == "excel" else _dated(text, pattern)
        found.setdefault(day, f"date {pattern}")
    found.pop(None, None)
    if len(found) > 1:
        return refused(
            "ambiguous date", noted("different days by {found}", found=", ".join(found.values()))
        )
    for day, rule in found.items():
        return Verdict(day.isoformat(), rule)
    allowed = ", ".join(["ISO", *formats])
    return refused(
        "not a date",
        noted("not a possible date in the formats allowed ({allowed})", allowed=allowed),
    )


def _dated(text: str, pattern: str) -> datetime.date | None:
    """Return the date of a text in a format, a month alone as the day that stands for it."""
    whole, _, day = pattern.partition("=")
    found = _strptime(text, whole)
    return found.replace(day=int(day)) if found and day else found


def _strptime(text: str, pattern: str) -> datetime.date | None:
    """Return the date if the text has this format, and if the format writes the date so."""
    try:
        moment = datetime.datetime.strptime(text, pattern)
    except ValueError:
        return None
    if moment.year not in YEARS:
        return None
    # where strptime guesses which digit is whose
    is_strict = bool(RUN_TOGETHER.search(pattern) or DECIMAL.fullmatch(pattern))
    written, given = (_spelling(each, is_strict) for each in (moment.strftime(pattern), text))
    if "%f" in pattern:  # parts of a second may be written with fewer digits
        written, given = written.rstrip("0"), given.rstrip("0")
    return moment.date() if written == given else None


def _spelling(text: str, is_strict: bool) -> str:
    """Return a date as it is compared: in small letters, its numbers without padding."""
    return text.casefold() if is_strict else PADDING.sub("", text.casefold())


def _serial(text: str) -> datetime.date | None:
    """Return the date of an Excel serial number."""
    if not SERIAL.fullmatch(text):
        return None
    days = int(float(text))
    if days > (datetime.date.max - SERIAL_ORIGIN).days:
        return None
    day = SERIAL_ORIGIN + datetime.timedelta(days=days)
    return day if day.year in SERIAL_YEARS else None
