"""Endpoints: from days of events and of follow-up to time, event and entry in the reported unit."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retrocohort.cohort.labels import declared_reason
from retrocohort.language import noted
from retrocohort.where import where

AT_RISK = ""


@dataclass(frozen=True)
class Times:
    """Survival times of one endpoint, one element a patient; NaN for who is not at risk of it."""

    time: np.ndarray  # reported unit; the exit from observation
    event: np.ndarray  # 0 or 1
    entry: np.ndarray | None  # reported unit; the risk set at t is entry < t <= time
    reason: np.ndarray  # why not at risk, AT_RISK otherwise
    exact: np.ndarray  # reported unit; the exit, not rounded
    late: np.ndarray  # whether an event is recorded after the end of follow-up; it is not counted


def survival_times(frame: pd.DataFrame, endpoint: dict) -> Times:
    """Return the survival times of an endpoint.

    The event is the earliest of the declared events; without one, or when observation ended before
    it, the time is the end of follow-up: the earliest of the last contact, the declared censoring
    days and the horizon. An event on the day on which observation ends counts. Everything is summed
    in days and divided once by `days_per_unit`, so that tied days stay tied times; rounded at the
    end to multiples of `round_to`, if the study does.
    """
    event_day, unknown_day, undated = _event_day(frame, endpoint["events"])
    end = frame[endpoint["followup"]].fillna(pd.Series(event_day, frame.index)).to_numpy(float)
    late = event_day > end
    for item in endpoint.get("censor", []):
        day = frame[item["time"]].to_numpy(float)
        applies, _ = where(frame, item.get("where", {}))
        end = np.fmin(end, np.where(applies, day, np.nan))
    end = np.minimum(end, endpoint.get("horizon_days", np.inf))
    event = event_day <= end
    exit_day = np.where(event, event_day, end)
    unknown = (unknown_day < exit_day) | ((unknown_day == exit_day) & ~event)
    start = None
    if "entry" in endpoint:
        entry = endpoint["entry"]
        start = frame[entry["variable"]].to_numpy(float) * entry["days_per_unit"]
    reason = _reasons(frame, endpoint, exit_day, start, event, unknown, undated)
    at_risk = reason == AT_RISK
    time, unit = exit_day if start is None else start + exit_day, endpoint["days_per_unit"]
    return Times(
        np.where(at_risk, _rounded(time / unit, endpoint.get("round_to")), np.nan),
        np.where(at_risk, event.astype(float), np.nan),
        None if start is None else np.where(at_risk, start / unit, np.nan),
        reason,
        np.where(at_risk, time / unit, np.nan),
        late & at_risk,
    )


def _rounded(time: np.ndarray, step: float | None) -> np.ndarray:
    """Return times rounded to the nearest multiple of a step (half of it up), if there is one."""
    return time if step is None else np.floor(time / step + 0.5) * step


def _event_day(frame: pd.DataFrame, events: list[dict]) -> tuple[np.ndarray, ...]:
    """Return what is known of the events of each patient.

    Returns
    -------
    earliest : numpy.ndarray
        Day of the earliest known event, NaN without one.
    unknown_day : numpy.ndarray
        Earliest day on which an event of unknown status may have been; -inf if that is unknown too,
        +inf if all statuses are known. Before it, what is known of the patient stands.
    undated : numpy.ndarray of bool
        Whether some event is known to have been, but not when; any known one may be a later one.
        Without `where` it is the day that says so, and a missing day means no event.
    """
    earliest, unknown_day = np.full(len(frame), np.nan), np.full(len(frame), np.inf)
    undated = np.zeros(len(frame), bool)
    for item in events:
        met, unknown = where(frame, item.get("where", {}))
        day = frame[item["time"]].to_numpy(float)
        earliest = np.fmin(earliest, np.where(met, day, np.nan))
        possible = np.where(np.isnan(day), -np.inf, day)
        unknown_day = np.minimum(unknown_day, np.where(unknown, possible, np.inf))
        undated |= met & np.isnan(day) & ("where" in item)
    return earliest, unknown_day, undated


def _reasons(frame, endpoint, exit_day, start, event, unknown, undated) -> np.ndarray:
    """Return the first reason for which each patient is not at risk."""
    reasons = [
        (declared_reason(place), where(frame, item["where"])[0])
        for place, item in enumerate(endpoint.get("not_at_risk", []))
    ]
    reasons.append((noted("Time of follow-up missing"), np.isnan(exit_day)))
    reasons.append((noted("Event status missing"), unknown))
    reasons.append((noted("Day of the event missing"), undated))
    reasons.append((noted("Event before the index date"), event & (exit_day < 0)))
    reasons.append((noted("Follow-up ends before the index date"), exit_day < 0))
    if start is not None:
        reasons.append(
            (noted("Value of the time scale at the index date missing"), np.isnan(start))
        )
        reasons.append((noted("No time between entry and exit"), exit_day <= 0))
    conditions = [met for _, met in reasons]
    return np.select(conditions, [label for label, _ in reasons], AT_RISK).astype(object)


def endpoint_rows(name: str, times: Times) -> list[dict]:
    """Return the counts of an endpoint: one row, or one a reason for not being at risk."""
    counts = {"endpoint": name, "n": int((times.reason == AT_RISK).sum())}
    counts["events"] = int(np.nansum(times.event))
    counts["n_events_after_followup"] = int(times.late.sum())
    outside = pd.Series(times.reason[times.reason != AT_RISK], dtype=object)
    reasons = outside.value_counts(sort=False)
    rows = [counts | {"n_not_at_risk": int(n), "reason": label} for label, n in reasons.items()]
    return rows or [counts | {"n_not_at_risk": 0, "reason": ""}]
