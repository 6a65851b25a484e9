"""Numbers of two runs as text: with the digits that tell them apart, not as a paper prints them."""

import math
from collections.abc import Mapping
from datetime import datetime

from retrocohort.format import MINUS
from retrocohort.history.cells import Cell
from retrocohort.history.decisions import NONE

MOST = 200  # letters of a value


def apart(old: float, new: float) -> tuple[str, str]:
    """Return two numbers with as few digits as tell them apart, at least four."""
    for digits in (4, 6, 9, 17):
        both = tuple(_signed(number, f".{digits}g") for number in (old, new))
        if both[0] != both[1]:
            break
    return both


def percent(share: float) -> str:
    """Return a change as "+5.12%"."""
    return _signed(100 * share, "+.3g") + ("" if math.isnan(share) else "%")


def cell(differing: Cell) -> list[str]:
    """Return the row, the column, both texts, the difference, and that in percent."""
    if math.isnan(differing.difference):
        both = differing.old or NONE, differing.new or NONE
    else:
        both = apart(float(differing.old), float(differing.new))
    moved = _signed(differing.difference, "+.3g"), percent(differing.relative)
    return [differing.row, differing.column, *both, *moved]


def moment(snapshot: Mapping) -> str:
    """Return when the results of a snapshot were complete: "2026-01-31 12:00 UTC"."""
    return f"{datetime.fromisoformat(snapshot['run']['written']):%Y-%m-%d %H:%M} UTC"


def brief(value: str) -> str:
    """Return the beginning of a long value: the snapshots have the whole of it."""
    return value if len(value) <= MOST else f"{value[:MOST].rstrip()}…"


def _signed(number: float, form: str) -> str:
    return NONE if math.isnan(number) else f"{number:{form}}".replace("-", MINUS)
