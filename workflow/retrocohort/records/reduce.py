"""Reduction of a source with many rows a patient to one value: filter, window, then choose."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from retrocohort.where import where

ON_A_DAY = ("first", "last", "nearest")


class Reduction(NamedTuple):
    """One value a patient, the rows it was made from, and the rows that contradict each other."""

    values: np.ndarray
    used: np.ndarray
    refused: np.ndarray


def days_of(dates: pd.Series) -> np.ndarray:
    """Return ISO dates as days of the calendar, NaN for missing."""
    days = dates.astype(object).fillna("NaT").to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), np.nan, days.astype("int64").astype(float))


def reduce_rows(
    rows: pd.DataFrame, spec: dict, patients: int, day_0: np.ndarray | None = None
) -> Reduction:
    """Reduce the rows of a source to one value a patient.

    Parameters
    ----------
    rows : pandas.DataFrame
        Cleaned rows of the source, with `patient`: 0 to `patients` - 1, or -1 for a row of nobody.
    spec : dict
        "where": a condition on the rows. "window": {"of": day variable, "from", "to"}, both ends
        in; a row without day is outside. With "around", "of" is a date, and days are counted from
        `day_0`. "take" of the rows left:

        - any: "yes" if there is one, else "no", for every patient whose day 0 is known; count: how
          many;
        - min, max: of "value"; mean: its sum in the order of the file, divided by the count;
        - first, last, nearest: the value on the first or last day, or on the day nearest to
          `to_day` (0 if not given; of two equally near the earlier). Several values on that day
          give their mean; texts must agree. Without a window: the first or last row.

        Rows in which "value" is missing are not considered.
    patients : int
        Number of patients.
    day_0 : numpy.ndarray, shape (patients,), optional
        The date from which days are counted, as `days_of` gives it; NaN for missing.

    Returns
    -------
    Reduction
        values : shape (patients,), float with NaN or text with None.
        used, refused : places in `rows`.
    """
    take = spec["take"]
    patient = rows["patient"].to_numpy()
    days = _days(rows, spec, day_0)
    places = np.flatnonzero(_considered(rows, spec, days) & (patient >= 0))
    owner = patient[places]
    none = np.array([], dtype=int)
    if take in ("any", "count"):
        counts = np.bincount(owner, minlength=patients).astype(float)
        found = np.where(counts > 0, "yes", "no").astype(object)
        if day_0 is not None:  # without a day 0 nobody knows what lies in the window
            counts[np.isnan(day_0)], found[np.isnan(day_0)] = np.nan, None
        return Reduction(found if take == "any" else counts, places, none)
    if take in ON_A_DAY:
        at = places.astype(float) if days is None else days[places]
        chosen = _on_chosen_day(owner, at, take, float(spec.get("to_day", 0)), patients)
        places, owner = places[chosen], owner[chosen]
    values = rows[spec["value"]].to_numpy()[places]
    if values.dtype.kind == "f":
        return _of_numbers(values, places, owner, take, patients)
    return _of_texts(values, places, owner, take, patients)


def _days(rows: pd.DataFrame, spec: dict, day_0: np.ndarray | None) -> np.ndarray | None:
    """Return the day of each row, counted from day 0 of its patient; None without a window."""
    if "window" not in spec:
        return None
    of = rows[spec["window"]["of"]]
    if day_0 is None:
        return of.to_numpy()
    start = np.append(day_0, np.nan)  # patient -1, nobody, takes the last
    return days_of(of) - start[rows["patient"].to_numpy()]


def _considered(rows: pd.DataFrame, spec: dict, days: np.ndarray | None) -> np.ndarray:
    """Return the rows that meet the condition, lie in the window and have a value."""
    considered = where(rows, spec["where"])[0] if spec.get("where") else np.ones(len(rows), bool)
    if days is not None:  # comparisons with NaN are false: no day, not inside
        considered = considered & (days >= spec["window"].get("from", -np.inf))
        considered &= days <= spec["window"].get("to", np.inf)
    if spec["take"] not in ("any", "count"):
        considered = considered & rows[spec["value"]].notna().to_numpy()
    return considered


def _on_chosen_day(owner, days, take: str, to_day: float, patients: int) -> np.ndarray:
    """Return which rows are of the day that is taken from each patient."""
    distance = {"first": days, "last": -days, "nearest": np.abs(days - to_day)}[take]
    order = np.lexsort((days, distance, owner))
    heads = order[np.flatnonzero(np.diff(owner[order], prepend=-1))]
    best = np.full(patients, np.nan)
    best[owner[heads]] = days[heads]
    return days == best[owner]


def _of_numbers(values, places, owner, take: str, patients: int) -> Reduction:
    """Return the smallest, largest or mean number of each patient."""
    none = np.array([], dtype=int)
    if take in ("min", "max"):
        start, extreme = (np.inf, np.minimum) if take == "min" else (-np.inf, np.maximum)
        best = np.full(patients, start)
        extreme.at(best, owner, values)
        return Reduction(
            np.where(np.isfinite(best), best, np.nan), places[values == best[owner]], none
        )
    counts = np.bincount(owner, minlength=patients)
    sums = np.bincount(owner, weights=values, minlength=patients)
    means = np.divide(sums, counts, out=np.full(patients, np.nan), where=counts > 0)
    return Reduction(means, places, none)


def _of_texts(values, places, owner, take: str, patients: int) -> Reduction:
    """Return the smallest or largest text (ISO dates), or the one on which the rows agree."""
    codes, texts = pd.factorize(values, sort=True)
    texts = np.append(texts, None)
    lowest, highest = np.full(patients, len(texts)), np.full(patients, -1)
    np.minimum.at(lowest, owner, codes)
    np.maximum.at(highest, owner, codes)
    best = lowest if take == "min" else highest
    agreed = np.full(patients, True) if take in ("min", "max") else (lowest == highest)
    result = texts[np.where(agreed & (highest >= 0), best, -1)]
    taken = agreed[owner] & (codes == best[owner])
    return Reduction(result, places[taken], places[~agreed[owner]])
