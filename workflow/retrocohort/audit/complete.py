"""That no row of a file is lost or stands twice, and that each file can be compared at all."""

import math
from collections.abc import Iterable, Iterator, Mapping

from retrocohort.audit.agreement import Agreement, Cells, Unreadable, Value

IDENTITY = "complete"
UNFIT = (ArithmeticError, LookupError, TypeError, ValueError)  # for what is compared


def of_plan(cells: Cells, expected: Mapping) -> Iterator[Agreement]:
    """Yield that a file has the rows that the study file asks for, and no other.

    Parameters
    ----------
    cells : the file.
    expected : "columns" that name a row, "rows", their texts, and whether each stands "once".
    """
    columns, found = expected["columns"], {}
    for row in cells.rows:
        key = tuple(row[column] for column in columns)
        found[key] = found.get(key, 0) + 1
    for key in map(tuple, expected["rows"]):
        n = found.pop(key, 0)
        named = ";".join(f"{c}={text}" for c, text in zip(columns, key, strict=True))
        there = Value(n if expected["once"] else min(n, 1), f"{cells.shown}: rows with {named}")
        yield Agreement(IDENTITY, " ".join(filter(None, key)), there, Value(1, "the study file"))
    others = Value(sum(found.values()), f"{cells.shown}: other rows")
    yield Agreement(IDENTITY, "other rows", others, Value(0, "the study file"))


def of_file(cells: Cells) -> Iterator[Agreement]:
    """Yield that no row of a file stands twice."""
    distinct = {tuple(row.values()) for row in cells.rows}
    rows = Value(len(cells.rows), f"{cells.shown}: rows")
    different = Value(len(distinct), f"{cells.shown}: different rows")
    yield Agreement(IDENTITY, cells.shown, rows, different)


def readable(found: Iterator[Agreement], files: Iterable[str]) -> Iterator[Agreement]:
    """Yield what is found; where the files cannot be compared any further, that instead.

    Parameters
    ----------
    found : what agrees or not, computed from some files.
    files : their paths below the results of the study.
    """
    try:
        yield from found
    except Unreadable as error:
        yield _unfit(str(error))
    except UNFIT as error:
        yield _unfit(f"{', '.join(files)}, cannot be compared ({type(error).__name__})")


def _unfit(at: str) -> Agreement:
    lost = Value(math.nan, at, lost=True)
    return Agreement(IDENTITY, "what can be compared", lost, Value(math.nan, "the study file"))
