"""Two numbers that must agree, each with the file, row and column where it stands."""

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
    """A number and where it stands: "models/full/os/quantiles.csv:3:events"."""

    number: float
    at: str


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


class Cells:
    """The cells of a CSV file, as numbers that know where they stand."""

    def __init__(self, path: str, shown: str):
        """Read a file; `shown` is its path in what is written."""
        self.rows, self.shown = read_rows(path), shown

    def where(self, **wanted: str) -> list[int]:
        """Return the rows that have some texts."""
        return [i for i, row in enumerate(self.rows) if wanted.items() <= row.items()]

    def value(self, i: int, column: str) -> Value:
        """Return one cell."""
        return Value(as_number(self.rows[i][column]), f"{self.shown}:{i + 2}:{column}")

    def numbers(self, rows: Iterable[int], column: str) -> list[float]:
        """Return a column of some rows."""
        return [as_number(self.rows[i][column]) for i in rows]

    def one(self, column: str, **wanted: str) -> Value:
        """Return the cell of the only row that has some texts."""
        (i,) = self.where(**wanted)
        return self.value(i, column)

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
    """Return a number that was computed from cells."""
    return Value(number, f"computed from {'; '.join(dict.fromkeys(value.at for value in of))}")


def broken(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Yield a sentence for each row of consistency.csv that does not hold."""
    for row in rows:
        if row["holds"] != "yes":
            place = ", ".join(filter(None, (row["population"], row["endpoint"], row["item"])))
            yield (
                f"{row['identity']} ({place}): {row['left'] or 'nothing'} in {row['left_at']},"
                f" {row['right'] or 'nothing'} in {row['right_at']}"
            )
