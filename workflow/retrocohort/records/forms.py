"""Texts of numbers that are no plain number: dimensions, ranges, bounds, letters typed for digits.

Each is read only where the dictionary says how (`reads`); the cleaning log names the rule.
"""

import re
from collections.abc import Callable
from decimal import Decimal

TIMES = re.compile(r"\s*[*x×✕]\s*")
RANGE = re.compile(r"(.*?[^-~—至e])\s*[-~—至]\s*([0-9.].*)")
BELOW = re.compile(r"(?:<=|[<≤])\s*(.+)")
TOKEN = re.compile(r"(?<![^\W\d_])[0-9o.]*[0-9][0-9o.]*")  # digits and the letter o among them


def read_form(plain: str, reads: dict, read: Callable):
    """Return the reading of a text that is no plain number, None if no rule reads it.

    Parameters
    ----------
    plain : str
        In plain forms and small letters.
    reads : dict
        "dimensions": "largest"; "range": "lower", "middle" or "upper"; "below": "half"; "letters":
        "digits" (an o among digits is a 0).
    read : callable
        Reads one number with its unit; its `value` is None where it cannot.
    """
    if reads.get("letters"):
        typed = TOKEN.sub(lambda token: token[0].replace("o", "0"), plain)
        if typed != plain:
            reading = read(typed)
            if reading.value is None:
                reading = _composite(typed, reads, read)
            form = ", ".join(filter(None, ["letter o as 0", reading.form if reading else ""]))
            return reading and reading._replace(form=form)
    return _composite(plain, reads, read)


def _composite(plain: str, reads: dict, read: Callable):
    """Return the reading of dimensions, a range or a bound."""
    if "dimensions" in reads and len(parts := TIMES.split(plain)) > 1:
        return _of_parts(parts, read, "dimensions", reads["dimensions"])
    if "range" in reads and (ends := RANGE.fullmatch(plain)):
        return _of_parts(list(ends.groups()), read, "range", reads["range"])
    if "below" in reads and (bound := BELOW.fullmatch(plain)):
        return _of_parts([bound[1]], read, "below", reads["below"])
    return None


CHOOSE = {
    "largest": max,
    "upper": max,
    "lower": min,
    "middle": lambda values: sum(values) / len(values),
    "half": lambda values: values[0] / Decimal(2),
}


def _of_parts(parts: list[str], read: Callable, form: str, rule: str):
    """Return one reading of several numbers that share a unit; None if they do not."""
    readings = [read(part) for part in parts]
    units = {reading.unit for reading in readings if reading.unit}
    values = [reading.value for reading in readings]
    is_falling = form == "range" and None not in values and values[0] > values[1]
    if None in values or len(units) > 1 or is_falling:
        return None
    chosen = CHOOSE[rule](values)
    return readings[-1]._replace(
        value=chosen, unit=next(iter(units), ""), form=f"{form} {rule}", digits=""
    )
