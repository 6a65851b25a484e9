"""Derived variables of a patient, by the named operations of the study file."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from retrocohort.io import number_text
from retrocohort.language import noted
from retrocohort.records.clean import NUMERIC
from retrocohort.records.logs import Logs
from retrocohort.records.numbers import check_range
from retrocohort.records.operations import in_order
from retrocohort.records.reduce import days_of, reduce_rows
from retrocohort.records.verdict import KEPT, SET_TO_MISSING
from retrocohort.where import where

DAYS_PER = {"days": 1.0, "months": 30.4375, "years": 365.25}  # mean Gregorian month and year


def derive_all(
    patients: pd.DataFrame, long: dict[str, pd.DataFrame], derive: dict, variables: dict, logs: Logs
) -> pd.DataFrame:
    """Add the derived variables to the patients.

    Parameters
    ----------
    patients : pandas.DataFrame
        n patients: `record_id`, the place of their first row, and the variables of the sources with
        one row a patient.
    long : dict of pandas.DataFrame
        Cleaned rows of each source with many rows a patient, with `patient` (place in `patients`).
    derive : dict
        The `derive` block: variable -> {operation: what it needs}.
    variables : dict
        Full dictionary entries.
    logs : Logs
        Takes the rows that reductions used, and values that cannot be.

    Returns
    -------
    pandas.DataFrame
        n patients with all variables, float with NaN or text with None.
    """
    frame = patients.copy(deep=False)
    for name, operation, asked in in_order(derive):
        if operation == "reduce":
            values = _reduced(long[asked["from"]], asked, name, frame, logs)
        else:
            values, raw, problem = CALCULATIONS[operation](frame, asked)
            _report(frame, name, raw, problem, logs)
        entry = variables[name]
        frame[name] = _as_type(values, entry["type"])
        if entry["type"] in NUMERIC:
            frame[name] = _in_range(frame, name, entry, logs)
    return frame


def _reduced(
    rows: pd.DataFrame, spec: dict, name: str, frame: pd.DataFrame, logs: Logs
) -> np.ndarray:
    """Reduce the rows of a source and log the rows used."""
    around = spec.get("window", {}).get("around")
    day_0 = days_of(frame[around]) if around else None
    reduction = reduce_rows(rows, spec, len(frame), day_0)
    if len(reduction.used):
        operation = f"reduce {spec['take']}"
        logs.add("derivation", rows.iloc[reduction.used], variable=name, operation=operation)
    if len(reduction.refused):
        refused = rows.iloc[reduction.refused]
        logs.add(
            "problems",
            refused,
            variable=name,
            raw_value=refused[spec["value"]].to_numpy(),
            problem=noted("rows of the chosen day differ"),
            action=SET_TO_MISSING,
        )
    return reduction.values


def note_checks(frame: pd.DataFrame, checks: list[dict], logs: Logs) -> None:
    """Log the patients of whom a check of the study says that a person should look; values stay."""
    for check in checks:
        met, _ = where(frame, check["where"])
        if met.any():
            told = frame[check["variable"]][met]
            logs.add(
                "problems",
                frame[met],
                variable=check["variable"],
                raw_value=[number_text(v) if v == v and v is not None else "" for v in told],
                problem=check["label"],
                action=KEPT,
            )


def cut(frame: pd.DataFrame, spec: dict) -> tuple:
    """Return the level of the interval that a number lies in; a threshold opens an interval."""
    values = frame[spec["of"]].to_numpy()
    levels = np.array([*spec["levels"], None], dtype=object)
    places = np.searchsorted(spec["at"], values, side="right")  # NaN sorts behind all thresholds
    return levels[np.where(np.isnan(values), -1, places)], None, ""


def equals(frame: pd.DataFrame, pair: list[str]) -> tuple:
    """Say whether two variables are equal; missing if one is."""
    first, second = frame[pair[0]], frame[pair[1]]
    known = (first.notna() & second.notna()).to_numpy()
    return _answers((first == second).to_numpy(), ~known), None, ""


def member(frame: pd.DataFrame, spec: dict) -> tuple:
    """Say whether a value is among those that a variable has in any patient."""
    values = frame[spec["of"]]
    found = values.isin(frame[spec["among"]].dropna()).to_numpy()
    return _answers(found, values.isna().to_numpy()), None, ""


def decide(frame: pd.DataFrame, condition: dict) -> tuple:
    """Say whether a condition is met; missing if unknown."""
    return _answers(*where(frame, condition)), None, ""


def choose(frame: pd.DataFrame, choices: list[dict]) -> tuple:
    """Return the level of the first condition that is met; missing after one that is unknown."""
    result = np.full(len(frame), None, dtype=object)
    is_open = np.ones(len(frame), dtype=bool)
    for choice in choices:
        met, unknown = where(frame, choice.get("where", {}))
        result[is_open & met] = choice["level"]
        is_open &= ~(met | unknown)
    return result, None, ""


def duration(frame: pd.DataFrame, spec: dict) -> tuple:
    """Return the time between two dates; a negative one cannot be unless it is `signed`."""
    start, end = frame[spec["from"]], frame[spec["to"]]
    days = (days_of(end) - days_of(start)) / DAYS_PER[spec.get("unit", "days")]
    negative = (days < 0) & (not spec.get("signed"))
    raw = np.where(negative, start.astype(object) + " to " + end.astype(object), "")
    problem = noted("'{start}' is after '{end}'", start=spec["from"], end=spec["to"])
    return np.where(negative, np.nan, days), raw, problem


def first_of(frame: pd.DataFrame, names: list[str]) -> tuple:
    """Return the earliest of several dates, or the smallest of several numbers, of those known."""
    if all(frame[name].dtype.kind == "f" for name in names):
        return frame[names].min(axis=1).to_numpy(), None, ""
    last = "9999-99-99"  # after any ISO date
    earliest = frame[names].astype(object).fillna(last).min(axis=1)
    return earliest.where(earliest != last, None).to_numpy(dtype=object), None, ""


def last_of(frame: pd.DataFrame, names: list[str]) -> tuple:
    """Return the latest of several dates, or the largest of several numbers, of those known."""
    if all(frame[name].dtype.kind == "f" for name in names):
        return frame[names].max(axis=1).to_numpy(), None, ""
    latest = frame[names].astype(object).fillna("").max(axis=1)
    return latest.where(latest != "", None).to_numpy(dtype=object), None, ""


def first_known(frame: pd.DataFrame, names: list[str]) -> tuple:
    """Return the first of several variables that has a value."""
    values = frame[names[0]]
    for name in names[1:]:
        values = values.where(values.notna(), frame[name])
    if values.dtype.kind == "f":
        return values.to_numpy(), None, ""
    return values.where(values.notna(), None).to_numpy(dtype=object), None, ""


def power(frame: pd.DataFrame, spec: dict) -> tuple:
    """Return (x / divide_by) ** exponent, times ln(x / divide_by) if asked for.

    A term of a fractional polynomial (Royston P, Altman DG. Appl Stat 1994;43:429-467). Computed by
    the C library for each distinct value: numpy's own differs in the last digit between processors.
    """
    values = frame[spec["of"]].to_numpy()
    codes, distinct = pd.factorize(values)
    terms = np.array([_term(x / spec.get("divide_by", 1), spec) for x in distinct] + [np.nan])
    result = terms[codes]
    undefined = np.isnan(result) & ~np.isnan(values)
    raw = np.array([number_text(x) for x in distinct] + [""], dtype=object)[codes]
    return result, np.where(undefined, raw, ""), f"not defined for this value of '{spec['of']}'"


def _term(x: float, spec: dict) -> float:
    """Return one term of a fractional polynomial, NaN where it is not defined."""
    try:
        value = math.pow(x, spec["exponent"])
        return value * math.log(x) if spec.get("times_log") else value
    except (ValueError, OverflowError):
        return math.nan


def _answers(met: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """Return yes, no or missing."""
    return np.where(unknown, None, np.where(met, "yes", "no").astype(object))


def _as_type(values: np.ndarray, kind: str) -> np.ndarray:
    """Return values as the dictionary types them."""
    if kind in NUMERIC:
        return np.array([np.nan if v is None else float(v) for v in values])
    if values.dtype.kind == "f":
        return np.array([number_text(v) or None for v in values], dtype=object)
    return values


def _in_range(frame: pd.DataFrame, name: str, entry: dict, logs: Logs) -> np.ndarray:
    """Return a derived number without the values outside the range of the dictionary."""
    values = frame[name].to_numpy()
    if entry.get("min") is None and entry.get("max") is None:
        return values
    verdicts = [check_range(value, entry) for value in values]
    outside = np.array([verdict is not None for verdict in verdicts])
    if outside.any():
        logs.add(
            "problems",
            frame[outside],
            variable=name,
            raw_value=[number_text(value) for value in values[outside]],
            problem=[verdict.problem for verdict in verdicts if verdict],
            action=SET_TO_MISSING,
        )
    return np.where(outside, np.nan, values)


def _report(frame: pd.DataFrame, name: str, raw, problem: str, logs: Logs) -> None:
    """Log the patients whose derived value cannot be; `raw` is the text that it came from."""
    if raw is None or not (raw != "").any():
        return
    wrong = raw != ""
    logs.add(
        "problems",
        frame[wrong],
        variable=name,
        raw_value=raw[wrong],
        problem=problem,
        action=SET_TO_MISSING,
    )


CALCULATIONS: dict[str, Callable] = {
    "choose": choose,
    "cut": cut,
    "duration": duration,
    "equals": equals,
    "first_known": first_known,
    "first_of": first_of,
    "last_of": last_of,
    "member": member,
    "power": power,
    "where": decide,
}
