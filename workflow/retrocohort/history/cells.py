"""Which cells of the aggregate tables are others than before."""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO

from retrocohort.audit.agreement import same

NAMING = (  # columns that say what a row is about; all others are about it
    "criterion",
    "population",
    "endpoint",
    "arm",
    "model",
    "split",
    "subgroups",
    "subgroup",
    "reason",
    "variable",
    "level",
    "strata",
    "contrast",
    "time",
)
EVERY = ("file", "row", "column", "before", "after", "difference", "relative")
LISTED = "statistic"  # the name of a number where a column `value` holds it, else a number
Table = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Cell:
    """A cell that differs; a text is empty where there is none."""

    row: str
    column: str
    old: str
    new: str

    @property
    def difference(self) -> float:
        """Return new less old; NaN where one of them is no number."""
        return _number(self.new) - _number(self.old)

    @property
    def relative(self) -> float:
        """Return the difference as a share of the old number; NaN where there is none."""
        old = _number(self.old)
        return self.difference / abs(old) if old else math.nan

    @property
    def is_rounding(self) -> bool:
        """Return whether both are the same number, but for the last digits."""
        both = _number(self.old), _number(self.new)
        return not any(math.isnan(n) for n in both) and same(*both)

    @property
    def size(self) -> float:
        """Return how far the cell moved; what is no change of a number comes first."""
        return math.inf if math.isnan(self.relative) else abs(self.relative)


@dataclass(frozen=True)
class TableChange:
    """What differs in a table: cells of rows that both have, rows that only one has.

    `is_new` and `is_gone` say that the table is in one of both runs alone.
    """

    file: str
    cells: list[Cell]
    added: list[str]
    removed: list[str]
    is_new: bool = False
    is_gone: bool = False

    @property
    def n(self) -> int:
        """Return how many cells differ, a row that only one has counted once."""
        return len(self.cells) + len(self.added) + len(self.removed)


def table_of(text: str) -> Table:
    """Return name -> row of a CSV; two rows of the same name are told apart by (2)."""
    rows = csv.DictReader(StringIO(text, newline=""))
    head = rows.fieldnames or ()
    naming = [c for c in NAMING if c in head]
    naming += [LISTED] if LISTED in head and "value" in head else []
    found: Table = {}
    for row in rows:
        name = ", ".join(f"{c}={row[c]}" for c in naming if row[c]) or "all"
        again, i = name, 1
        while again in found:
            i += 1
            again = f"{name} ({i})"
        found[again] = row
    return found


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[TableChange]:
    """Return the tables that differ; both sides are path -> CSV."""
    return [
        _change(path, before.get(path, ""), after.get(path, ""))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]


def _change(path: str, old_text: str, new_text: str) -> TableChange:
    old, new = table_of(old_text), table_of(new_text)
    cells = [
        Cell(row, column, old[row].get(column, ""), new[row].get(column, ""))
        for row in old
        if row in new and old[row] != new[row]
        for column in dict.fromkeys((*old[row], *new[row]))
        if old[row].get(column, "") != new[row].get(column, "")
    ]
    added, removed = ([row for row in a if row not in b] for a, b in ((new, old), (old, new)))
    return TableChange(path, cells, added, removed, not old_text, not new_text)


def every(tables: Iterable[TableChange]) -> Iterator[dict]:
    """Yield one row of `EVERY` a differing cell, and a row that only one run has."""
    for table in tables:
        for cell in table.cells:
            place = {"file": table.file, "row": cell.row, "column": cell.column}
            both = {"before": cell.old, "after": cell.new}
            yield place | both | {"difference": cell.difference, "relative": cell.relative}
        for side, rows in (("before", table.removed), ("after", table.added)):
            yield from ({"file": table.file, "row": row, side: "(row)"} for row in rows)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
