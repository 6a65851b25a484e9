"""Clean texts of numbers: separators where they are unambiguous, units, whole numbers, ranges.

Computed in decimal and rounded to a float once, so that 1.1 cm is 11 mm and not 11.000000000000002.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from retrocohort.io import number_text
from retrocohort.language import noted
from retrocohort.records.characters import RAISED, is_no_plain_digit, plain_forms
from retrocohort.records.forms import read_form
from retrocohort.records.verdict import Verdict, refused

# In this order: a shape is a rule, a pattern, the separators to remove, and the decimal mark.
SHAPES = [
    ("number text", r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", "", "."),
    ("thousands separator", r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+", ",", "."),
    ("thousands separator", r"[0-9]{1,3}(?:,[0-9]{3}){2,}", ",", "."),
    ("thousands separator", r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+", ".", ","),
    ("thousands separator", r"[0-9]{1,3}(?:\.[0-9]{3}){2,}", ".", ","),
    ("thousands separator", r"[0-9]{1,3}(?:[ '][0-9]{3})+(?:\.[0-9]+)?", " '", "."),
    ("thousands separator", r"[0-9]{1,3}(?:[ '][0-9]{3})+,[0-9]+", " '", ","),
    ("decimal comma", r"(?:0+,[0-9]+|[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{4,},[0-9]+)", "", ","),
]
PATTERNS = [(rule, re.compile(f"([+-]?){shape}"), gone, mark) for rule, shape, gone, mark in SHAPES]
LONGEST = 200  # characters of a number with its unit; patterns need far too long for a novel
NO_UNIT = "(none)"
AMBIGUOUS = re.compile(r"[+-]?[0-9]{1,3},[0-9]{3}")
MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
WITH_UNIT = re.compile(r"([+-]?[0-9][0-9.,' ]*?)\s*([^\W\d_%].*|[%°].*)")
SIGNS = str.maketrans({"−": "-", "–": "-", "’": "'", "\u00a0": " ", "\u202f": " "})


class Reading(NamedTuple):
    """A number as it was read, in the unit it was given in."""

    value: Decimal | None
    rule: str
    unit: str = ""
    problem: str = ""
    digits: str = ""  # what the value was read from
    is_continental: bool = False  # its point or comma can only be the continental European one
    form: str = ""  # what kind of text it was, and how that reads


def clean_numbers(texts: Sequence[str], variable: dict) -> list[Verdict]:
    """Clean the distinct texts of one column of numbers.

    A text may carry a unit: that of the dictionary, or one that `convert` gives a factor for. Where
    some cells carry another unit, a cell without unit is ambiguous and refused, unless `convert`
    has a factor for "(none)". Where some cells can only be written in the continental European way
    (1.234,5 or 1,5 or 12.345.678), a single point before three digits is ambiguous and refused.

    Parameters
    ----------
    texts : sequence of str
        Not empty, blanks at their ends removed.
    variable : dict
        "type" (integer or number), "unit", "convert", "reads", "min", "max", "missing".

    Returns
    -------
    list of Verdict
        In the order of `texts`; numbers in the unit of the dictionary.
    """
    own_unit = _unit(variable.get("unit") or "")
    factors = {own_unit: Decimal(1)} if own_unit else {}
    declared = variable.get("convert") or {}
    factors |= {_unit(unit): Decimal(str(factor)) for unit, factor in declared.items()}
    reads = variable.get("reads") or {}
    readings = _judged_by_column([_read_any(text, factors, reads) for text in texts])
    other_units = {r.unit for r in readings if r.unit and factors.get(r.unit, 1) != 1}
    without_unit = factors.get(NO_UNIT, Decimal(1))
    bare_is_ambiguous = bool(other_units) and NO_UNIT not in factors
    verdicts = []
    for reading in readings:
        if reading.value is None:
            verdicts.append(refused(reading.rule, reading.problem))
        elif number_text(float(reading.value)) in variable.get("missing", ()):
            verdicts.append(Verdict("", "missing code"))
        elif not reading.unit and bare_is_ambiguous:
            others = ", ".join(sorted(other_units))
            verdicts.append(
                refused(
                    "mixed units", noted("no unit, but other cells are in {others}", others=others)
                )
            )
        else:
            factor = factors[reading.unit] if reading.unit else without_unit
            rule = f"unit {reading.unit}" if reading.unit else reading.rule
            rule = f"{reading.form}, {rule}" if reading.form else rule
            verdicts.append(_within(reading.value * factor, rule, variable))
    return verdicts


def _judged_by_column(readings: list[Reading]) -> list[Reading]:
    """Return the readings of a column; 1.234 is ambiguous beside numbers such as 1.234,5."""
    if not any(reading.is_continental for reading in readings):
        return readings
    problem = noted("a thousands or a decimal point? Other cells are written with a decimal comma")
    refusal = Reading(None, "ambiguous point", problem=problem)
    return [refusal if MAYBE_THOUSANDS.fullmatch(r.digits) else r for r in readings]


def _within(value: Decimal, rule: str, variable: dict) -> Verdict:
    """Return the number if the dictionary allows it."""
    number = float(value)
    if number in (float("inf"), float("-inf")):
        return refused("not a number", noted("too large a number"))
    if variable["type"] == "integer" and not number.is_integer():
        return refused("not whole", noted("not a whole number"))
    return check_range(number, variable) or Verdict(number_text(number + 0.0), rule)


def check_range(number: float, variable: dict) -> Verdict | None:
    """Return the verdict on a number outside the range of the dictionary, None on one inside."""
    low, high = variable.get("min"), variable.get("max")
    if low is not None and number < low:
        return refused("out of range", noted("below the minimum {low}", low=number_text(low)))
    if high is not None and number > high:
        return refused("out of range", noted("above the maximum {high}", high=number_text(high)))
    return None


def _read_any(text: str, factors: dict, reads: dict) -> Reading:
    """Read a number, or what the dictionary says how to read instead."""
    if len(text) > LONGEST:
        return Reading(None, "not a number", problem=noted("not a number"))
    reading = _read(text, factors)
    if reading.value is None and reads:
        return read_form(_plain(text), reads, lambda part: _read(part, factors)) or reading
    return reading


def _read(text: str, factors: dict) -> Reading:
    """Read a number and its unit."""
    plain = _plain(text)
    spelled = plain.translate(RAISED)  # m² is the unit m2; of the same length
    for unit in sorted(factors, key=len, reverse=True):  # "10^9/l" has digits of its own
        if unit and spelled.endswith(unit):
            reading = _value(plain[: -len(unit)].strip())
            if reading:
                return reading._replace(unit=unit)
    reading = _value(plain)
    if reading:
        return reading
    if AMBIGUOUS.fullmatch(plain):
        return Reading(None, "ambiguous comma", problem=noted("thousands or decimal comma?"))
    parts = WITH_UNIT.fullmatch(plain)
    if parts and _value(parts[1].strip()) and not is_no_plain_digit(parts[2][0]):
        return Reading(None, "unknown unit", problem=noted("its unit is not declared in `convert`"))
    if any(map(is_no_plain_digit, plain)):
        problem = noted("not a number: a raised, lowered or circled digit, or a fraction sign")
        return Reading(None, "not a number", problem=problem)
    return Reading(None, "not a number", problem=noted("not a number"))


def _unit(text: str) -> str:
    """Return a unit of the dictionary as those of cells are compared with it."""
    return _plain(text).translate(RAISED)


def _value(digits: str) -> Reading | None:
    """Return the number of a text without unit, None if it is none."""
    for rule, pattern, separators, mark in PATTERNS:
        if pattern.fullmatch(digits):
            bare = digits.translate(str.maketrans("", "", separators)).replace(mark, ".")
            is_continental = mark == "," or separators == "."
            return Reading(Decimal(bare), rule, digits=digits, is_continental=is_continental)
    return None


def _plain(text: str) -> str:
    """Return a text with full-width forms, signs, blanks and letters in their plain form."""
    return plain_forms(text).translate(SIGNS).casefold().strip()
