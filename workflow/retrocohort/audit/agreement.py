"""Two numbers that must agree, each with the file, row and column where it stands.

A file from which a row was lost is compared too: what stands in no row agrees with nothing.
"""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from retrocohort.io import as_number, read_rows

COLUMNS = (
    "identity",
    "population",
    "endpoint",
    "item",
    "left",
    "left_at",
    "relation",
    "right",
    "right_at",
    "holds",
)
RELATIVE = 1e-9  # both numbers are stored at full precision
ABSOLUTE = 1e-12


def same(a: float, b: float) -> bool:
    """Return whether two numbers are equal, or neither is estimable."""
    if a != a or b != b:
        return a != a and b != b
    return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


@dataclass(frozen=True)
class Value:
    """A number and where it stands: "models/full/os/quantiles.csv:3:events".

    A number that is `lost`, as no row or several should hold it, agrees with nothing.
    """

    number: float
    at: str
    lost: bool = False


class Unreadable(Exception):
    """A file that has not the rows and columns, or not the numbers, that are compared."""


@dataclass(frozen=True)
class Agreement:
    """What is to hold between two numbers of one population and endpoint.

    Attributes
    ----------
    identity : str
        The rule, a key of the identities.
    relation : str
        "=", or "<=" where the left may be less.
    """

    identity: str
    item: str
    left: Value
    right: Value
    relation: str = "="
    population: str = ""
    endpoint: str = ""

    @property
    def holds(self) -> bool:
        """Return whether both agree; two numbers that are not estimable do."""
        if self.left.lost or self.right.lost:
            return False
        a, b = self.left.number, self.right.number
        return same(a, b) or (self.relation == "<=" and a < b)

    def row(self) -> dict:
        """Return the row of consistency.csv."""
        return {
            "identity": self.identity,
            "population": self.population,
            "endpoint": self.endpoint,
            "item": self.item,
            "left": self.left.number,
            "left_at": self.left.at,
            "relation": self.relation,
            "right": self.right.number,
            "right_at": self.right.at,
            "holds": "yes" if self.holds else "no",
        }


class _Row(dict):
    """A row that says of a column that it lacks where it should stand."""

    shown = ""  # of the file

    def __missing__(self, column: str):
        raise Unreadable(f"{self.shown}:{column}, no such column")


class Cells:
    """The cells of a CSV file, as numbers that know where they stand."""

    def __init__(self, path: str, shown: str):
        """Read a file; `shown` is its path in what is written."""
        try:
            rows = read_rows(path)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise Unreadable(f"{shown}, cannot be read") from error
        of_file = type("Row", (_Row,), {"shown": shown})
        self.rows, self.shown = list(map(of_file, rows)), shown

    def where(self, **wanted: str) -> list[int]:
        """Return the rows that have some texts."""
        for column in (c for c in wanted if self.rows and c not in self.rows[0]):
            raise Unreadable(f"{self.shown}:{column}, no such column")
        return [i for i, row in enumerate(self.rows) if wanted.items() <= row.items()]

    def value(self, i: int, column: str) -> Value:
        """Return one cell; what is no number is lost."""
        if not 0 <= i < len(self.rows):
            return Value(math.nan, f"{self.shown}, no such row", lost=True)
        at = f"{self.shown}:{i + 2}:{column}"
        try:
            return Value(as_number(self.rows[i][column]), at)
        except ValueError:
            return Value(math.nan, f"{at}, no number", lost=True)

    def numbers(self, rows: Iterable[int], column: str) -> list[float]:
        """Return a column of some rows."""
        try:
            return [as_number(self.rows[i][column]) for i in rows]
        except ValueError as error:
            raise Unreadable(f"{self.shown}:{column}, not all are numbers") from error

    def one(self, column: str, **wanted: str) -> Value:
        """Return the cell of the only row that has some texts; lost without one, or of several."""
        return self._of(self.where(**wanted), column, wanted, most=1)

    def first(self, column: str, **wanted: str) -> Value:
        """Return the cell of the first row that has some texts; lost without one."""
        return self._of(self.where(**wanted), column, wanted, most=len(self.rows))

    def _of(self, rows: Sequence[int], column: str, wanted: Mapping, most: int) -> Value:
        if 0 < len(rows) <= most:
            return self.value(rows[0], column)
        row = ";".join(f"{key}={text}" for key, text in wanted.items())
        told = f"{len(rows) or 'no'} row{'s' * (len(rows) > 1)} {row}"
        return Value(math.nan, f"{self.shown}:{column}, {told}", lost=True)

    def total(self, column: str, rows: Iterable[int]) -> Value:
        """Return the sum of a column over some rows; empty cells count as 0."""
        rows = list(rows)
        numbers = self.numbers(rows, column)
        lines = _lines([i + 2 for i in rows])
        at = f"{self.shown}:{lines}:{column}, sum"
        return Value(math.fsum(n for n in numbers if not math.isnan(n)), at)


def _lines(lines: Sequence[int]) -> str:
    """Return "2-5 9" of lines 2, 3, 4, 5 and 9."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return " ".join(f"{a}-{b}" if b > a else str(a) for a, b in runs)


def computed(number: float, *of: Value) -> Value:
    """Return a number that was computed from cells; lost where one of them is."""
    at = f"computed from {'; '.join(dict.fromkeys(value.at for value in of))}"
    return Value(number, at, any(value.lost for value in of))


def broken(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Yield a sentence for each row of consistency.csv that does not hold."""
    for row in rows:
        if row["holds"] != "yes":
            place = ", ".join(filter(None, (row["population"], row["endpoint"], row["item"])))
            yield (
                f"{row['identity']} ({place}): {row['left'] or 'nothing'} in {row['left_at']},"
                f" {row['right'] or 'nothing'} in {row['right_at']}"
            )
