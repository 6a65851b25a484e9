"""The results behind a printed number: the cell that it names, found and read anew."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import isclose

from retrocohort.audit.rendered.rounding import NoRule, Rounding, is_finite, rule_of

Rows = list[dict[str, str]]
Link = Mapping[str, object]  # file, row and column; or file, column and where (`source.Tally`)
SURVIVAL_TABLE = re.compile(r"(\w+)-survival-(\w+)-(\w+)$")  # id of a table: name, population
QUANTILES = re.compile(r"models/\w+/\w+/quantiles\.csv$")


@dataclass(frozen=True)
class Expected:
    """What a printed number is to read like.

    Attributes
    ----------
    texts : the texts that are right, none where the results have no number.
    at : where the number stands: "models/full/os/quantiles.csv:3:median".
    exact : the text of the cell.
    fault : why the place cannot be read, empty where it can.
    """

    texts: tuple[str, ...] = ()
    at: str = ""
    exact: str = ""
    fault: str = ""


class Results:
    """The results of a study in one style of numbers."""

    def __init__(self, read: Callable[[str], Rows], style: str):
        """Keep how a file below the results is read, and the style."""
        self.read, self.rounding = read, Rounding(style)
        self._known: dict[tuple, Expected] = {}
        self._spreads: dict[str, dict[str, str]] = {}
        self._sums_of: dict[tuple, dict[tuple, Decimal]] = {}

    def expected(self, link: Link) -> Expected:
        """Return what the number of a link is to read like."""
        if "where" in link:
            return self._tally(link)
        key = link["file"], link["row"], link["column"]
        if key not in self._known:
            self._known[key] = self._cell(*key)
        return self._known[key]

    def row(self, link: Link) -> Mapping[str, str]:
        """Return the row of a link, nothing for a place that does not exist."""
        rows, i = self.read(link["file"]), link.get("row", 0) - 2
        return rows[i] if 0 <= i < len(rows) else {}

    def _cell(self, file: str, line: int, column: str) -> Expected:
        at = f"{file}:{line}:{column}"
        row = self.row({"file": file, "row": line})
        if column not in row:
            return Expected(at=at, fault=f"there is no {at}")
        try:
            rule = rule_of(file, column, row)
        except NoRule as missing:
            return Expected(at=at, fault=str(missing))
        if rule == "spread":
            row = row | {"spread": self._spread(file, row["variable"])}
        try:
            return Expected(self.rounding.texts(rule, row[column], row), at, row[column])
        except (ArithmeticError, ValueError):
            return Expected(at=at, fault=f"there is no number at {at}")

    def _spread(self, file: str, variable: str) -> str:
        """Return the standard deviation of a variable in all patients of a baseline table."""
        if file not in self._spreads:
            whole = (r for r in self.read(file) if r["statistic"] == "sd" and not r["arm"])
            self._spreads[file] = {r["variable"]: r["value"] for r in whole}
        return self._spreads[file].get(variable, "")

    def _tally(self, link: Link) -> Expected:
        """Count or sum the rows again."""
        file, column, where = link["file"], link["column"], link["where"]
        sums = self._sums(file, column, tuple(where))
        total = sum(sums.get(texts, 0) for texts in product(*where.values()))
        told = ",".join(f"{k}={'|'.join(v)}" for k, v in where.items())
        at = f"{file}:{told or 'all'}:{f'sum of {column}' if column else 'rows'}"
        return Expected(self.rounding.texts("count", str(total), {}), at, str(total))

    def _sums(self, file: str, column: str, by: tuple[str, ...]) -> dict[tuple, Decimal]:
        """Return the sums of a column, or the numbers of rows, by the texts of other columns."""
        key = file, column, by
        if key not in self._sums_of:
            sums = self._sums_of[key] = {}
            for row in self.read(file):
                texts = tuple(row.get(name) for name in by)
                sums[texts] = sums.get(texts, 0) + (Decimal(row[column] or 0) if column else 1)
        return self._sums_of[key]

    def share_after(self, link: Link, table: str) -> Expected:
        """Return the percentage that stands behind a count and has no link of its own.

        It is that of the missing values of a baseline table, of all patients of the column; or that
        of a level of a survival table, which the CSV of that table has.
        """
        row, told = self.row(link), SURVIVAL_TABLE.match(table)
        if told and QUANTILES.search(link["file"]):
            file = f"tables/{told[2]}/{told[1]}.csv"
            for line, own in enumerate(self.read(file), start=2):
                if (own["variable"], own["level"]) == (row["variable"], row["level"]):
                    return self._cell(file, line, "percent")
        if row.get("statistic") == "missing":
            for own in self.read(link["file"]):
                if not own["variable"] and own["arm"] == row["arm"] and is_finite(own["value"]):
                    return self._percent(row["value"], own["value"], link)
        return Expected(fault="names no cell of the results")

    def _percent(self, n: str, of: str, link: Link) -> Expected:
        at = f"{link['file']}:{link['row']}:{link['column']}, of all"
        if not Decimal(of):
            return Expected(at=at)
        share = 100 * Decimal(n) / Decimal(of)
        return Expected(self.rounding.texts("1", str(share), {}), at, str(share))


def same_number(printed: str, exact: str) -> bool:
    """Return whether a value that a file holds is that of a cell, its size or its percentage."""
    if not is_finite(exact) or not printed:
        return False
    try:
        value, cell = float(printed), float(exact)
    except ValueError:
        return False
    return any(
        isclose(value, possible, rel_tol=1e-12) for possible in (cell, abs(cell), 100 * cell)
    )
