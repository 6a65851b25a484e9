"""Who is at risk of an endpoint, from when to when: arrays taken from the cohort frame.

A patient is at risk on the half-open interval entry < t <= time.
"""

from dataclasses import dataclass, replace

import numpy as np

TOLERANCE = float(np.sqrt(np.finfo(float).eps))  # R: sqrt(.Machine$double.eps)
CODED = ("category", "ordinal", "yesno")


@dataclass(frozen=True)
class Sample:
    """Follow-up of n patients.

    Attributes
    ----------
    time : (n,) float array, end of follow-up in the unit of the endpoint.
    event : (n,) bool array.
    entry : (n,) float array of delayed entry, or None where all enter at 0.
    rows : (n,) int array, positions of the patients in the frame they were taken from.
    """

    time: np.ndarray
    event: np.ndarray
    entry: np.ndarray | None
    rows: np.ndarray

    @property
    def n(self) -> int:
        """Return the number of patients."""
        return len(self.time)

    @property
    def events(self) -> int:
        """Return the number of events."""
        return int(self.event.sum())

    def take(self, chosen: np.ndarray) -> "Sample":
        """Return the patients of a mask or of positions within this sample."""
        entry = None if self.entry is None else self.entry[chosen]
        return replace(
            self,
            time=self.time[chosen],
            event=self.event[chosen],
            entry=entry,
            rows=self.rows[chosen],
        )


def merge_near_ties(values: np.ndarray) -> np.ndarray:
    """Return times in which those that differ by rounding only are made equal.

    The rule of R's `aeqSurv` (survival, option `timefix`): neighbours among the distinct values
    that differ by at most sqrt(machine epsilon), absolute or relative to the mean, become the
    smallest of them.
    """
    distinct = np.unique(values)
    if len(distinct) < 2:
        return values
    gaps = np.diff(distinct)
    tied = (gaps <= TOLERANCE) | (gaps / max(np.mean(np.abs(distinct)), TOLERANCE) <= TOLERANCE)
    if not tied.any():
        return values
    cuts = distinct[np.concatenate(([True], ~tied))]
    return cuts[np.searchsorted(cuts, values, side="right") - 1]


def sample_of(time, event, entry=None) -> Sample:
    """Return the patients with a time, an event flag and, if given, an entry before the time.

    Parameters
    ----------
    time, event, entry : (n,) array-likes in one unit; NaN for who is not at risk.
    """
    time, event = np.asarray(time, dtype=float), np.asarray(event, dtype=float)
    known = ~(np.isnan(time) | np.isnan(event))
    if entry is not None:
        entry = np.asarray(entry, dtype=float)
        known &= ~np.isnan(entry)
    rows = np.flatnonzero(known)
    if len(rows) == 0:
        return Sample(np.empty(0), np.empty(0, bool), None if entry is None else np.empty(0), rows)
    if entry is None:
        return Sample(merge_near_ties(time[rows]), event[rows] == 1, None, rows)
    both = merge_near_ties(np.concatenate([time[rows], entry[rows]]))
    sample = Sample(both[: len(rows)], event[rows] == 1, both[len(rows) :], rows)
    return sample.take(sample.entry < sample.time)


def at_risk(frame, endpoint: str, population: str, *, exact: bool = False) -> Sample:
    """Return the follow-up of a population of the cohort frame for one endpoint.

    Times are those of the study's rounding, or `exact`: in the same unit before any rounding.
    """
    member = frame[f"in_{population}"].to_numpy(dtype=bool, na_value=False)
    is_rounded = f"{endpoint}_exact" in frame.columns
    time = numbers(frame, f"{endpoint}_exact" if exact and is_rounded else f"{endpoint}_time")
    event = numbers(frame, f"{endpoint}_event")
    entry = f"{endpoint}_entry"
    return sample_of(
        np.where(member, time, np.nan),
        event,
        numbers(frame, entry) if entry in frame.columns else None,
    )


def numbers(frame, column: str) -> np.ndarray:
    """Return a column as floats, NaN for missing."""
    return frame[column].to_numpy(dtype=float, na_value=np.nan)


def level_codes(frame, variable: str, levels, rows: np.ndarray) -> np.ndarray:
    """Return the position of each patient's level in `levels`, -1 for missing."""
    place = {level: position for position, level in enumerate(levels)}
    column = frame[variable].to_numpy(dtype=object)[rows]
    return np.array([place.get(value, -1) for value in column], dtype=np.intp)


def stratum_codes(frame, names, variables, rows: np.ndarray) -> np.ndarray:
    """Return one number for each combination of levels of the strata, -1 where one is missing."""
    combined = np.zeros(len(rows), dtype=np.intp)
    missing = np.zeros(len(rows), dtype=bool)
    for name in names:
        levels = variables[name]["levels"]
        codes = level_codes(frame, name, levels, rows)
        missing |= codes < 0
        combined = combined * len(levels) + codes
    return np.where(missing, -1, combined)


def is_coded(variable: dict) -> bool:
    """Return whether a variable has levels rather than numbers."""
    return variable["type"] in CODED
