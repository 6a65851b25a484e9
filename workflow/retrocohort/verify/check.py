"""Two values of one number, by two engines, and whether they agree."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

COLUMNS = (
    "kind",
    "file",
    "item",
    "quantity",
    "value",
    "second",
    "difference",
    "digits",
    "tolerance",
    "engine",
    "version",
    "second_engine",
    "second_version",
    "agrees",
)
TOLERANCE = 1e-6  # relative
DIGITS = 15  # of a number in the results
NOTHING = 1e-10  # numbers this near are equal, whatever their size: P and statistics near 0
OWN = "retrocohort"  # the package that made the results
COMPACT = "retrocohort.verify"  # the second implementation, of what only one library knows


@dataclass(frozen=True)
class Check:
    """A number of the results and what the second engine makes of it.

    Attributes
    ----------
    kind : str
        A key of `retrocohort.verify.study.KINDS`.
    file, item, quantity : str
        Where it stands: path below the results, the row in words, the column.
    value, second : float
        NaN where an engine has no number.
    engine, second_engine : str
        Who computed them.
    """

    kind: str
    file: str
    item: str
    quantity: str
    value: float
    second: float
    engine: str
    second_engine: str

    @property
    def difference(self) -> float:
        """Return the relative difference: 0 of equal or missing numbers, infinite of one alone."""
        if self.value == self.second or (math.isnan(self.value) and math.isnan(self.second)):
            return 0.0
        if not (math.isfinite(self.value) and math.isfinite(self.second)):
            return math.inf
        return abs(self.value - self.second) / max(abs(self.value), abs(self.second))

    @property
    def digits(self) -> int:
        """Return how many significant digits both engines share, 15 at most."""
        if not self.difference < 1:
            return 0
        return DIGITS if self.difference == 0 else min(DIGITS, int(-math.log10(self.difference)))

    @property
    def agrees(self) -> bool:
        """Return whether both engines say the same; two that have no number do."""
        if math.isnan(self.value) or math.isnan(self.second):
            return math.isnan(self.value) and math.isnan(self.second)
        return math.isclose(self.value, self.second, rel_tol=TOLERANCE, abs_tol=NOTHING)

    def row(self, versions: Mapping[str, str]) -> dict:
        """Return the row of verification.csv; `versions` has those of the libraries.

        What rounding leaves differs between machines: no more digits are kept than mean something.
        """
        return {
            "kind": self.kind,
            "file": self.file,
            "item": self.item,
            "quantity": self.quantity,
            "value": self.value,
            "second": self.second if math.isnan(self.second) else f"{self.second:.12g}",
            "difference": f"{self.difference:.0e}",
            "digits": self.digits,
            "tolerance": TOLERANCE,
            "engine": self.engine,
            "version": versions.get(self.engine, ""),
            "second_engine": self.second_engine,
            "second_version": versions.get(self.second_engine, ""),
            "agrees": "yes" if self.agrees else "no",
        }


class Checks:
    """The checks of one file: what is the same for all of them is said once."""

    def __init__(self, kind: str, file: str, engine: str, second_engine: str):
        """Keep what all checks share."""
        self.shared = {"kind": kind, "file": file}
        self.engine, self.second_engine = engine, second_engine

    def __call__(self, item: str, row: Mapping[str, str], found: Mapping[str, float], **other):
        """Yield a check of each number found against the column of the same name of a row."""
        for quantity, second in found.items():
            yield self.one(item, quantity, number_of(row[quantity]), second, **other)

    def either(self, item: str, row: Mapping[str, str], found: Mapping[str, float], **other):
        """Yield the same, without those that neither engine has."""
        for check in self(item, row, found, **other):
            if not (math.isnan(check.value) and math.isnan(check.second)):
                yield check

    def one(self, item: str, quantity: str, value: float, second: float, **other) -> Check:
        """Return one check; `other` may name another engine."""
        engines = {"engine": self.engine, "second_engine": self.second_engine}
        return Check(
            **self.shared,
            item=item,
            quantity=quantity,
            value=value,
            second=math.nan if second is None else float(second),
            **engines | other,
        )


def number_of(text: str) -> float:
    """Return the number of a cell: NaN of an empty one, infinity of what is none."""
    try:
        return float(text) if text else math.nan
    except ValueError:
        return math.inf


def disagreeing(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Yield a sentence for each row of verification.csv whose engines differ."""
    for row in rows:
        if row["agrees"] == "no":
            place = ", ".join(filter(None, (row["file"], row["item"], row["quantity"])))
            yield (
                f"{place}: {row['value'] or 'nothing'} by {row['engine']},"
                f" {row['second'] or 'nothing'} by {row['second_engine']}"
            )


def compared(rows: Iterable[Mapping[str, str]]) -> int:
    """Return how many rows have the numbers of two engines."""
    return sum(row["agrees"] != "" for row in rows)
