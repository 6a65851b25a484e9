"""How a hospital writes a value: words, numbers with their units and forms, dates."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from random import Random

ORIGIN = date(1899, 12, 30)  # day 0 of the serial numbers of spreadsheets
MID_MONTH = 15
WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")


class Percent(float):
    """A share that a spreadsheet shows in percent."""


Cell = str | int | float | Percent | date | None


def spell(rng: Random, value: str | None, column: Mapping) -> Cell:
    """Return a cell that says a value in one of the ways of a column.

    Parameters
    ----------
    value : str or None
        Clean text; None for unknown.
    column : mapping
        "words" (value -> spellings), "codes" (value -> number), "styles" or "dates" (template ->
        weight; a template may be what the program itself shows: "percent", "cell", "serial"),
        "months" (template -> weight, for the 15th of a month), "missing" (a code), "numeric"
        (numbers as numbers); without any of them it is written as it is.
    """
    words = column.get("words", {})
    if (value or "") in words:
        return rng.choice(words[value or ""])
    if value is None:
        return column.get("missing", "" if "codes" not in column else None)
    if "codes" in column:
        return column["codes"][value]
    if "dates" in column:
        return _date(rng, date.fromisoformat(value), column)
    if "styles" in column:
        template = _weighted(rng, column["styles"])
        if template == "percent":
            return Percent(int(value) / 100)
        text = template.format(**_parts(rng, value))
        return float(text) if column.get("numeric") else text
    return value


def _weighted(rng: Random, weights: Mapping) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _parts(rng: Random, value: str) -> dict[str, str]:
    """Return what a template of a number may show; smaller ones never pass the value."""
    number = int(value)
    second = rng.randint((number + 1) // 2, number)
    third = rng.randint((second + 1) // 2, second)
    low = rng.randint(min((2 * number + 2) // 3, number - 1), number - 1) if number > 1 else number
    tenths = {"c": number, "c2": second, "c3": third, "clow": low}
    return {"v": value, "v2": str(second), "v3": str(third), "low": str(low)} | {
        name: str(Decimal(n).scaleb(-1)) for name, n in tenths.items()
    }


def _date(rng: Random, day: date, column: Mapping) -> Cell:
    """Return a date; the 15th stands for its month where the column writes months."""
    templates = column["dates"]
    if day.day == MID_MONTH and "months" in column:
        templates = column["months"]
    template = _weighted(rng, templates)
    if template == "cell":
        return day
    if template == "serial":
        return (day - ORIGIN).days
    return template.format(
        y=day.year, m=day.month, d=day.day, mm=f"{day.month:02d}", dd=f"{day.day:02d}"
    )


def mistyped(value: str | None, column: Mapping, rng: Random) -> Cell:
    """Return a cell with a typing error that a person would see, None where the column has none.

    A unit mistaken (`factor`), a text that is no number, a date that is no day.
    """
    error = column.get("error", {})
    if value is None:
        return None
    if "text" in error:
        return error["text"].format(v=value)
    if "factor" in error:
        if not error.get("above", 0) < int(value) < error.get("below", 10**9):
            return None
        wrong = Decimal(value) * Decimal(str(error["factor"]))
        if "c" in "".join(column["styles"]) and not column.get("numeric"):
            wrong = wrong / 10  # the column is in tenths
        return float(wrong) if column.get("numeric") else f"{wrong.normalize():f}"
    if "dates" in column and "cell" not in column["dates"]:
        return rng.choice([f"{value[:4]}/13/{value[8:]}", value.replace("0", "O")])
    return None


def with_letter(text: str) -> str:
    """Return a number with the letter O typed for its zeros, if it has other digits too."""
    number = text.partition("/")[0]  # behind it a unit, such as /2mm²
    return text.replace("0", "O") if any(digit in number for digit in "123456789") else text


def wide(text: str) -> str:
    """Return a text with its digits in full width."""
    return text.translate(WIDE)
