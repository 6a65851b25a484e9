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


def reduce_rows(rows: pd.DataFrame, spec: dict, patients: int) -> Reduction:
    """Reduce the rows of a source to one value a patient.

    Parameters
    ----------
    rows : pandas.DataFrame
        Cleaned rows of the source, with `patient`: 0 to `patients` - 1, or -1 for a row of nobody.
    spec : dict
        "where": a condition on the rows. "window": {"of": day variable, "from", "to"}, both ends
        in; a row without day is outside. "take" of the rows left:

        - any: "yes" if there is one, else "no", for every patient; count: how many;
        - min, max: of "value"; mean: its sum in the order of the file, divided by the count;
        - first, last, nearest: the value on the first or last day, or on the day nearest to
          `to_day` (0 if not given; of two equally near the earlier). Several values on that day
          give their mean; texts must agree. Without a window: the first or last row.

        Rows in which "value" is missing are not considered.
    patients : int
        Number of patients.

    Returns
    -------
    Reduction
        values : shape (patients,), float with NaN or text with None.
        used, refused : places in `rows`.
    """
    take = spec["take"]
    patient = rows["patient"].to_numpy()
    places = np.flatnonzero(_considered(rows, spec) & (patient >= 0))
    owner = patient[places]
    none = np.array([], dtype=int)
    if take in ("any", "count"):
        counts = np.bincount(owner, minlength=patients)
        found = np.where(counts > 0, "yes", "no").astype(object)
        return Reduction(found if take == "any" else counts.astype(float), places, none)
    if take in ON_A_DAY:
        window = spec.get("window")
        days = rows[window["of"]].to_numpy()[places] if window else places.astype(float)
        chosen = _on_chosen_day(owner, days, take, float(spec.get("to_day", 0)), patients)
        places, owner = places[chosen], owner[chosen]
    values = rows[spec["value"]].to_numpy()[places]
    if values.dtype.kind == "f":
        return _of_numbers(values, places, owner, take, patients)
    return _of_texts(values, places, owner, take, patients)


def _considered(rows: pd.DataFrame, spec: dict) -> np.ndarray:
    """Return the rows that meet the condition, lie in the window and have a value."""
    considered = where(rows, spec["where"])[0] if spec.get("where") else np.ones(len(rows), bool)
    window = spec.get("window")
    if window:
        days = rows[window["of"]].to_numpy()  # comparisons with NaN are false: no day, not inside
        considered = considered & (days >= window.get("from", -np.inf))
        considered &= days <= window.get("to", np.inf)
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
