"""One value a patient from the several rows that hospitals deliver of one."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from retrocohort.io import number_text
from retrocohort.language import noted
from retrocohort.records.logs import Logs
from retrocohort.records.verdict import SET_TO_MISSING


def reconcile(rows: pd.DataFrame, name: str, entry: dict, patients: int, logs: Logs) -> np.ndarray:
    """Reduce one variable to one value a patient, by the rule of the dictionary.

    Known values only are considered, in the order of the sources and rows: the `first`, the `last`,
    the `min`, the `max` (levels in their order), `any` (yes if one is yes), or `all_equal` (the
    default), which refuses values that differ.

    Parameters
    ----------
    rows : pandas.DataFrame
        Cleaned rows of all sources with one row a patient, with `patient` (0 to `patients` - 1).
    name : str
        The variable.
    entry : dict
        Its dictionary entry: "reconcile", "levels".
    patients : int
        Number of patients.
    logs : Logs
        Takes the rows used for patients with several rows, and the conflicts, with the text that
        was compared: the clean one.

    Returns
    -------
    numpy.ndarray, shape (patients,)
        Float with NaN, or text with None.
    """
    values = rows[name].to_numpy()
    patient = rows["patient"].to_numpy()
    numeric = values.dtype.kind == "f"
    if not numeric:  # a source without the variable leaves NaN where sources are put together
        values = np.where(pd.isna(values), None, values)
    result = np.full(patients, np.nan) if numeric else np.full(patients, None, dtype=object)
    several = np.bincount(patient, minlength=patients)[patient] > 1
    result[patient[~several]] = values[~several]
    if not several.any():
        return result
    rule = entry.get("reconcile") or "all_equal"
    order = {level: place for place, level in enumerate(entry.get("levels") or {})}
    known = np.flatnonzero(several & ~pd.isna(values))
    used, refused = [], []
    for places in _groups(patient[known], known):
        kept = _kept([values[place] for place in places], rule, order)
        if kept:
            result[patient[places[0]]] = values[places[kept[0]]]
            used += [places[index] for index in kept]
        else:
            refused += places
    if used:
        logs.add("derivation", rows.iloc[used], variable=name, operation=f"reconcile {rule}")
    if refused:
        logs.add(
            "problems",
            rows.iloc[refused],
            variable=name,
            raw_value=[number_text(value) for value in values[refused].tolist()],
            problem=noted("rows of the same patient differ"),
            action=SET_TO_MISSING,
        )
    return result


def _groups(keys: np.ndarray, places: np.ndarray) -> list[list[int]]:
    """Return the places of each key, in order."""
    groups: dict[int, list[int]] = {}
    for key, place in zip(keys.tolist(), places.tolist(), strict=True):
        groups.setdefault(key, []).append(place)
    return list(groups.values())


def _kept(values: Sequence, rule: str, order: dict[str, int]) -> list[int]:
    """Return which of the known values of a patient give the result; none for a conflict."""
    if rule == "all_equal":
        return list(range(len(values))) if len(set(values)) == 1 else []
    if rule in ("first", "last"):
        return [0 if rule == "first" else len(values) - 1]
    ranks = [order.get(value, value) for value in values]
    if rule == "any":
        ranks, rule = [value == "yes" for value in values], "max"
    best = min(ranks) if rule == "min" else max(ranks)
    return [index for index, rank in enumerate(ranks) if rank == best]
