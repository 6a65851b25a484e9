"""The rows that a file of the results must have, and those that it has.

Which rows there must be follows from the study file, the dictionary and the cohort, never from the
file: a row that is lost, not asked for or double is a disagreement of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from retrocohort.verify.check import Check, Checks, number_of
from retrocohort.verify.cohort import Cohort

Rows = Sequence[Mapping[str, str]]
Key = tuple[str, ...]
NUMBERED = ("time",)  # columns of a key that hold numbers
DIGITS = 10  # in which two times of a key are equal


class Matched:
    """The rows of a file by their keys, beside the keys that there must be."""

    def __init__(self, checks: Checks, rows: Rows, columns: Sequence[str], wanted: Iterable[Key]):
        """Sort the rows by the texts of some columns."""
        self.checks = checks
        self.found: dict[Key, list] = {
            tuple(_text(cell, column) for cell, column in zip(key, columns, strict=True)): []
            for key in wanted
        }
        self.wanted = list(self.found)
        for row in rows:
            self.found.setdefault(tuple(_text(row[c], c) for c in columns), []).append(row)

    def faults(self) -> Iterator[Check]:
        """Yield a disagreeing check of each row that is lost, not asked for or double."""
        wanted = set(self.wanted)
        for key, rows in self.found.items():
            if len(rows) != (key in wanted):
                yield self.checks.one(item(key), "rows", len(rows), key in wanted)

    def pairs(self) -> Iterator[tuple[Key, Mapping[str, str]]]:
        """Yield each key that there must be with its rows; of a lost one none."""
        for key in self.wanted:
            for row in self.found[key]:
                yield key, row


def item(key: Key) -> str:
    """Return a key in words."""
    return " ".join(filter(None, key))


def at(time: float) -> str:
    """Return a time as the text of a key."""
    return f"{time:.{DIGITS}g}"


def _text(cell: str, column: str) -> str:
    return at(number_of(cell)) if column in NUMBERED else cell


def groups(cohort: Cohort, names: Sequence[str]) -> list[Key]:
    """Return (variable, level) of all patients and of each level of some variables."""
    coded = [name for name in names if cohort.is_coded(name)]
    return [("", ""), *((name, level) for name in coded for level in cohort.levels(name))]


def estimates(cohort: Cohort, names: Sequence[str], references: Mapping[str, str]) -> list[Key]:
    """Return (variable, level, reference) of the rows of a Cox model."""
    return [
        (name, level, reference_of(cohort, name, references))
        for name in names
        for level in (cohort.levels(name) if cohort.is_coded(name) else [""])
    ]


def reference_of(cohort: Cohort, name: str, references: Mapping[str, str]) -> str:
    """Return the reference level: that of the study, else the first; empty for numbers."""
    return references.get(name, cohort.levels(name)[0]) if cohort.is_coded(name) else ""
