"""The cohort as the second engine reads it: the text file, and nothing of the first one's code."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

CODED = ("category", "ordinal", "yesno")
NEAR = 1.5e-8  # times that differ by less are equal, as for R's `timefix`


@dataclass(frozen=True)
class Followed:
    """The follow-up of n patients: (n,) arrays.

    Attributes
    ----------
    rows : positions in the file.
    time : end of follow-up.
    event : 1 or 0.
    entry : time of delayed entry, minus infinity where all enter at the start.
    """

    rows: np.ndarray
    time: np.ndarray
    event: np.ndarray
    entry: np.ndarray

    @property
    def n(self) -> int:
        """Return the number of patients."""
        return len(self.time)

    @property
    def delayed(self) -> bool:
        """Return whether some patient enters late."""
        return bool(np.isfinite(self.entry).any())

    def where(self, chosen) -> "Followed":
        """Return some of the patients, by mask or position."""
        return Followed(*(getattr(self, f.name)[chosen] for f in fields(self)))

    def beyond(self, at: float) -> "Followed":
        """Return who is followed longer than `at`, with time counted from there."""
        later = self.where(self.time > at)
        never = np.full(later.n, -np.inf)
        return Followed(later.rows, later.time - at, later.event, never)

    def censored(self) -> "Followed":
        """Return the follow-up with censoring as event; its length where entry is delayed."""
        if not self.delayed:
            return Followed(self.rows, self.time, 1 - self.event, self.entry)
        length = _together(self.time - self.entry)
        return Followed(self.rows, length, 1 - self.event, np.full(self.n, -np.inf))


class Cohort:
    """The cells of cohort.csv, as text, by column."""

    def __init__(self, path: str, variables: Mapping[str, Mapping]):
        """Read the file; `variables` has the type and the levels of each variable."""
        with open(path, encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        cells = zip(*rows, strict=True) if rows else [()] * len(header)
        self.columns = {
            name: np.array(own, dtype=str) for name, own in zip(header, cells, strict=True)
        }
        self.variables = variables
        self._numbers: dict[str, np.ndarray] = {}

    def members(self, population: str) -> np.ndarray:
        """Return the rows of a population."""
        return np.flatnonzero(self.columns[f"in_{population}"] == "True")

    def numbers(self, column: str, rows) -> np.ndarray:
        """Return some rows of a column as floats, NaN for empty."""
        if column not in self._numbers:
            texts = self.columns[column]
            self._numbers[column] = np.array([float(text) if text else np.nan for text in texts])
        return self._numbers[column][rows]

    def levels(self, variable: str) -> list[str]:
        """Return the levels of a variable in order."""
        return list(self.variables[variable]["levels"])

    def is_coded(self, variable: str) -> bool:
        """Return whether a variable has levels."""
        return self.variables[variable]["type"] in CODED

    def texts(self, variable: str, rows) -> np.ndarray:
        """Return some rows of a column."""
        return self.columns[variable][rows]

    def known(self, names: Sequence[str], rows) -> np.ndarray:
        """Return a mask of the rows in which each variable has a value, or one of its levels."""
        known = np.ones(len(rows), dtype=bool)
        for name in names:
            known &= self._known(name)[rows]
        return known

    def _known(self, name: str) -> np.ndarray:
        texts = self.columns[name]
        if not self.is_coded(name):
            return texts != ""
        return np.any([texts == level for level in self.levels(name)], axis=0)

    def strata(self, names: Sequence[str], rows) -> np.ndarray:
        """Return a number for each combination of levels."""
        number = np.zeros(len(rows), dtype=int)
        for name in names:
            distinct, own = np.unique(self.columns[name][rows], return_inverse=True)
            number = number * len(distinct) + own
        return number

    def followed(self, population: str, endpoint: str, exact: bool = False) -> Followed:
        """Return the follow-up of who is at risk of an endpoint; exact: before any rounding."""
        rows = self.members(population)
        suffix = "exact" if exact and f"{endpoint}_exact" in self.columns else "time"
        time, event = (self.numbers(f"{endpoint}_{end}", rows) for end in (suffix, "event"))
        entry, known = np.full(len(rows), -np.inf), ~np.isnan(time) & ~np.isnan(event)
        if f"{endpoint}_entry" in self.columns:
            entry = self.numbers(f"{endpoint}_entry", rows)
            known &= ~np.isnan(entry)
        rows, time, event, entry = (each[known] for each in (rows, time, event, entry))
        both = _together(np.concatenate([time, entry]))
        found = Followed(rows, both[: len(rows)], event, both[len(rows) :])
        return found.where(found.entry < found.time)


def _together(times: np.ndarray) -> np.ndarray:
    """Return times in which those that differ by rounding errors are the same."""
    finite = np.isfinite(times)
    distinct = np.unique(times[finite])
    near = NEAR * max(1.0, np.abs(distinct).mean() if len(distinct) else 1.0)
    first = distinct[np.diff(distinct, prepend=-np.inf) > near]
    joined = times.copy()
    if len(first):
        joined[finite] = first[np.searchsorted(first, times[finite], side="right") - 1]
    return joined
