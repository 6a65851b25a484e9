"""Each printed number of a paper beside the number that the pipeline makes of the raw records.

How the two are compared, always as the paper prints it:

- "=": the regenerated number, rounded to the printed decimals, reads as printed; one exactly half
  way (12.5 for "12") may have been rounded either way, and agrees with both;
- "<", "<=", ">", ">=": the regenerated number lies on that side of the printed one;
- "~" ("around 40%"): both read alike when rounded to the last digit of the printed number that is
  not zero, here to tens;
- a time that is not reached is an empty cell of a level that has patients; it agrees with "N/A"
  and with the blank after the dash of "56 (16-)";
- "Ref" agrees with the row of a model's reference level.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from math import isnan

from retrocohort.audit.ledger import (
    COUNT,
    IMPOSSIBLE,
    NOT_COMPUTABLE,
    NOT_REACHED,
    REFERENCE,
    selector,
)
from retrocohort.faults import Fault, FaultsFound, suggest
from retrocohort.format import MISSING, number
from retrocohort.io import as_number
from retrocohort.language import noted

COLUMNS = (
    *("study", "id", "location", "population", "item", "level", "arm", "statistic", "printed"),
    *("regenerated", "match", "as_printed", "reason", "file", "row", "column", "take"),
)
KEPT = ("id", "location", "population", "item", "level", "arm", "statistic")
ADDRESS = ("file", "row", "column", "take")
SIDES = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
TIMES = ("median", "q1", "q3")  # start of the statistics that a time not reached can have
RATIO, P = "hr", "p_"
HAIR = 1e-9  # of a printed step: what sums in binary leave of an exact half

Rows = Sequence[Mapping[str, str]]


def compare(study: str, ledger: Rows, read: Callable[[str], Rows], alpha: float) -> list[dict]:
    """Return the rows of `audit/published.csv`, one for each row of the ledger.

    Parameters
    ----------
    study : str
        Name of the study.
    ledger : rows of published.csv
    read : callable
        Gives the rows of a result file by its path below the results of the study.
    alpha : float
        Level at which a P value on the other side is remarked.

    Raises
    ------
    FaultsFound
        With every address that leads nowhere, or to several rows.
    """
    found, faults = [], []
    for row in ledger:
        if row["verdict"] == NOT_COMPUTABLE:
            found.append(_row(study, row, "", NOT_COMPUTABLE, "", row["reason"]))
            continue
        try:
            cell, line = look_up(row, read(row["file"]))
        except LookupError as error:
            faults.append(Fault("published.csv", row["id"], *error.args))
            continue
        text, agrees = judge(row, cell, line)
        as_printed = "yes" if agrees else "no"
        match = row["verdict"] or as_printed
        told = "" if agrees else departure(row, cell, alpha)
        reason = row["reason"] if match == IMPOSSIBLE else told
        found.append(_row(study, row, text, match, as_printed, reason))
    if faults:
        raise FaultsFound(faults)
    return found


def _row(study: str, row: Mapping, text: str, match: str, as_printed: str, reason: str) -> dict:
    made = {"study": study, "printed": row["value_printed"], "regenerated": text, "match": match}
    kept = {key: row[key] for key in (*KEPT, *ADDRESS)}
    return kept | made | {"as_printed": as_printed, "reason": reason}


def look_up(row: Mapping[str, str], rows: Rows) -> tuple[float, Mapping[str, str]]:
    """Return the regenerated number, NaN for an empty cell, and the row that holds it.

    Raises
    ------
    LookupError
        With problem and remedy, when the address leads to no row, to several, or to no column.
    """
    wanted, file = selector(row["row"]), row["file"]
    needed = [*wanted, row["column"], *([row["take"]] if row["take"] not in ("", COUNT) else [])]
    for column in needed:
        if rows and column not in rows[0]:
            raise LookupError(f"'{file}' has no column '{column}'.", suggest(column, rows[0]))
    lines = [line for line in rows if all(line[key] == value for key, value in wanted.items())]
    if not lines:
        raise LookupError(f"'{file}' has no row '{row['row']}'.", "Correct the address.")
    if row["take"] == COUNT:
        return float(len(lines)), lines[0]
    if len(lines) > 1:
        problem = f"'{file}' has {len(lines)} rows '{row['row']}'."
        raise LookupError(problem, "Name further columns of the row.")
    cell = as_number(lines[0][row["column"]])
    if row["take"]:
        cell = 100 * cell / as_number(lines[0][row["take"]])
    return cell, lines[0]


def judge(row: Mapping[str, str], cell: float, line: Mapping[str, str]) -> tuple[str, bool]:
    """Return the regenerated number in the printed format, and whether it is as printed."""
    printed = row["value_printed"]
    if not row["value"]:
        return _judge_no_number(printed, row["statistic"], cell, line)
    if isnan(cell):
        reached = row["statistic"].startswith(TIMES) and line.get("n") != "0"
        return (NOT_REACHED[-1] if reached else MISSING), False
    value, decimals = float(row["value"]), int(row["decimals"])
    sign = "%" if printed.endswith("%") else ""
    if row["comparator"] in SIDES:
        holds = SIDES[row["comparator"]](cell, value)
        return (printed if holds else number(cell, decimals) + sign), holds
    if row["comparator"] == "~":
        step = last_digit(printed.rstrip("%"))
        text = number(float(number(cell / step, 0)) * step, decimals)
    else:
        text = _at_least_something(cell, decimals)
        if is_half_way(cell, value, decimals):
            text = number(value, decimals)
    return text + sign, text == number(value, decimals)


def is_half_way(cell: float, value: float, decimals: int) -> bool:
    """Return whether a number lies half a printed step from a value, so that it may read so."""
    return abs(abs(cell - value) * 10**decimals - 0.5) < HAIR


def _judge_no_number(printed: str, statistic: str, cell: float, line) -> tuple[str, bool]:
    """Judge where the paper prints no number: a time not reached, or a reference level."""
    if printed == REFERENCE:
        is_reference = isnan(cell) and line["reference"] == line["level"] != ""
        text = REFERENCE if is_reference else number(cell, 3)
        return text, is_reference
    if isnan(cell):
        reached = line.get("n") != "0"
        return (printed, True) if reached else (MISSING, False)
    return number(cell, 0), False


def _at_least_something(cell: float, decimals: int) -> str:
    """Return a number; what would read as zero but is not, as "<0.001"."""
    text, step = number(cell, decimals), f"{10**-decimals:.{decimals}f}"
    return f"<{step}" if decimals and cell > 0 and float(text) == 0 else text


def last_digit(printed: str) -> float:
    """Return the place value of the last digit that is not zero: 10 for "40", 0.1 for "12.50"."""
    digits = printed.rstrip("0") if "." in printed else printed
    if "." in digits:
        return 10.0 ** -len(digits.partition(".")[2])
    return 10.0 ** (len(digits) - len(digits.rstrip("0")))


def departure(row: Mapping[str, str], cell: float, alpha: float) -> str:
    """Return how far a number is from the printed one, and whether that changes what it says."""
    if isnan(cell) or not row["value"]:
        if row["statistic"].startswith(TIMES) and isnan(cell) != (not row["value"]):
            return noted("not reached here") if isnan(cell) else noted("reached here, not in print")
        return ""
    value, told = float(row["value"]), []
    if value:
        share = number(100 * (cell / value - 1), 1)
        told.append(noted("{share}% from the printed value", share=share))
    if row["statistic"].startswith(P) and (value <= alpha) != (cell <= alpha):
        told.append(noted("on the other side of {limit}", limit=f"{alpha:g}"))
    if row["statistic"].startswith(RATIO) and (value - 1) * (cell - 1) < 0:
        told.append(noted("on the other side of {limit}", limit=1))
    return "; ".join(told)
