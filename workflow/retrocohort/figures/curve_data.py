"""What a Kaplan-Meier figure shows, from the rows of the estimates: no drawing here.

Number at risk at a tick t, the count of entry < t <= exit, is `n_risk` of the first row at or
after t and none after the last row. This is exact, as rows stand at every time at which someone
leaves, or enters late.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

import numpy as np

from retrocohort import source
from retrocohort.format import WITHHELD_NOTE
from retrocohort.io import as_number

Rows = Sequence[Mapping[str, str]]
COLUMNS = ("time", "n_risk", "n_event", "n_censor", "survival", "ci_low", "ci_high")
SIZE = ("n", "events")
MEDIAN = ("median", "median_low", "median_high")
NO_QUANTILES = "not estimated"
FINEST_STEP = 0.0005  # of survival: a tenth of a point on a figure 7 cm high, finer than its line
CALENDAR_STEPS = {  # sensible distances of ticks, by the first word of the unit
    "days": (1, 2, 5, 10, 15, 30, 60, 90, 180, 365, 730, 1825, 3650),
    "weeks": (1, 2, 4, 8, 13, 26, 52, 104, 156, 260, 520),
    "months": (1, 2, 3, 6, 12, 24, 36, 60, 96, 120, 240),
}


@dataclass(frozen=True)
class Group:
    """One curve: its rows as columns, its name and what is written about it.

    `rows` maps each of `COLUMNS` to an array of shape (number of rows,), in order of time;
    `position` is the place of the level in the dictionary and picks colour and dash.
    """

    position: int
    label: str
    rows: Mapping[str, np.ndarray]
    median: tuple[float, float, float]
    note: str
    size: tuple[float, float] = (
        float("nan"),
        float("nan"),
    )  # patients and events, as they are told


def read_groups(
    rows: Rows, quantiles: Rows, variable: str, levels: Mapping[str, str], scale: float = 1.0
) -> list[Group]:
    """Return the groups of a figure in dictionary order.

    Parameters
    ----------
    rows : rows of km_<curve>.csv
    quantiles : rows of quantiles.csv of the same population and endpoint
    variable : name of the variable that splits the curves, "" for one curve of all
    levels : code and label of every level, {"": label} for one curve
    scale : units of the axis in one unit of the rows
    """
    groups = []
    for position, (code, label) in enumerate(levels.items()):
        own = [row for row in rows if row["level"] == code]
        columns = {c: np.array([as_number(row[c]) for row in own], dtype=float) for c in COLUMNS}
        columns["time"] *= scale
        fact = next((q for q in quantiles if (q["variable"], q["level"]) == (variable, code)), {})
        median, low, high = (scale * as_number(fact.get(name, "")) for name in MEDIAN)
        note = fact.get("note", "") if fact else NO_QUANTILES
        size = tuple(as_number(fact[name]) if name in fact else source.withheld() for name in SIZE)
        groups.append(Group(position, label, columns, (median, low, high), note, size))
    return groups


def totals(groups: Sequence[Group], test: Mapping[str, str] | None) -> tuple[float, float]:
    """Return the patients and events of all groups.

    Where a curve is withheld they are those of the test of all groups, or the sum of what is told.
    """
    if not any(is_withheld(group) for group in groups):
        died = sum(group.rows["n_event"].sum() for group in groups)
        return died + sum(group.rows["n_censor"].sum() for group in groups), died
    found = []
    for place, name in enumerate(SIZE):
        parts = [group.size[place] for group in groups]
        tested = as_number(test[name]) if test else source.withheld()
        hidden = any(source.is_withheld(part) for part in parts)
        found.append(tested if hidden or not source.is_withheld(tested) else sum(parts))
    return found[0], found[1]


def delayed_entry(groups: Sequence[Group]) -> bool:
    """Return whether patients enter after the start: more leave than were at risk at first."""
    return any(
        group.rows["n_risk"].size
        and group.rows["n_risk"][0] < np.sum(group.rows["n_event"] + group.rows["n_censor"])
        for group in groups
    )


def time_range(groups: Sequence[Group], most: float | None = None) -> tuple[float, float]:
    """Return first and last time of the axis: 0, or the youngest entry, to the last exit."""
    times = np.concatenate([group.rows["time"] for group in groups] or [[]])
    if not times.size:
        return 0.0, 1.0
    start = float(times.min()) if delayed_entry(groups) else 0.0
    end = float(times.max()) if most is None else float(most)
    return start, end if end > start else start + 1.0


def last_time_with(groups: Sequence[Group], least: int) -> float:
    """Return the last time at which at least `least` patients of all groups are at risk."""
    times = np.unique(np.concatenate([group.rows["time"] for group in groups] or [[]]))
    total = sum((at_risk(group, times) for group in groups), np.zeros(times.size))
    enough = times[total >= least]
    return float(enough[-1]) if enough.size else 0.0


def tick_steps(unit: str, span: float) -> list[float]:
    """Return the distances of ticks that suit a unit, from small to large."""
    known = CALENDAR_STEPS.get(unit.split()[0].lower() if unit else "")
    if known:
        beyond = (known[-1] * factor * 10**p for p in range(9) for factor in (1, 2, 5))
        return [float(step) for step in (*known[:-1], *beyond)]
    power = floor(log10(span)) - 2
    return [factor * 10.0**p for p in range(power, power + 4) for factor in (1, 2, 5)]


def time_ticks(
    start: float, end: float, unit: str, most: int, step: float | None = None
) -> np.ndarray:
    """Return at most `most` ticks between start and end, at multiples of a sensible step.

    Parameters
    ----------
    start, end : float
        Range of the axis.
    unit : str
        Unit of time; months are counted in twelves where they are many.
    most : int
        How many ticks have room.
    step : float, optional
        The distance the study file asks for; taken as it is.
    """
    fitting = [s for s in tick_steps(unit, end - start) if (end - start) / s <= most - 1]
    step = step or (fitting[0] if fitting else (end - start) / max(most - 1, 1))
    first, last = ceil(start / step - 1e-9), floor(end / step + 1e-9)
    return np.arange(first, last + 1) * step


def at_risk(group: Group, ticks: np.ndarray) -> np.ndarray:
    """Return the number at risk at each tick (see the rule above), shape (number of ticks,)."""
    counts = np.append(group.rows["n_risk"], 0.0)
    rounding = 1e-9 * np.maximum(1.0, np.abs(ticks))  # of a tick, not of a patient's time
    return counts[np.searchsorted(group.rows["time"], ticks - rounding, side="left")]


def censored_before(group: Group, ticks: np.ndarray) -> np.ndarray:
    """Return the number censored before each tick, shape (number of ticks,)."""
    done = np.concatenate([[0.0], np.cumsum(group.rows["n_censor"])])
    rounding = 1e-9 * np.maximum(1.0, np.abs(ticks))
    return done[np.searchsorted(group.rows["time"], ticks - rounding, side="left")]


def kept_rows(group: Group) -> np.ndarray:
    """Return the places of the rows whose steps are drawn.

    Rows without a change of the curve are left out, and of steps finer than `FINEST_STEP` the first
    of each such height; the first and the last row always stay.
    """
    survival, low, high = (group.rows[c] for c in ("survival", "ci_low", "ci_high"))
    height = np.floor((1 - survival) / FINEST_STEP + 1e-6)
    drawn = np.column_stack([height, np.isfinite(low), np.isfinite(high)])
    keep = np.ones(survival.size, dtype=bool)
    keep[1:-1] = (drawn[1:] != drawn[:-1]).any(axis=1)[:-1]
    return np.flatnonzero(keep)


def staircase(group: Group, column: str, start: float, end: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of a step function from (start, 1) to the last row or the axis' end.

    Parameters
    ----------
    group : Group
        The curve.
    column : str
        "survival", "ci_low" or "ci_high".
    start, end : float
        Range of the axis.

    Returns
    -------
    times, values : arrays of shape (2 x number of steps + 2,)
        Empty for a group without rows.
    """
    times, values = group.rows["time"], group.rows[column]
    if not times.size:
        return times, values
    last = min(float(times[-1]), end)
    places = kept_rows(group)
    places = places[times[places] <= last]
    # between two kept rows the curve may have moved by less than can be seen: the last row that
    # is on the axis closes it at the true height
    places = np.union1d(places, np.flatnonzero(times <= last)[-1:])
    corners = np.repeat(np.concatenate([[start], times[places], [last]]), 2)[1:-1]
    heights = np.repeat(np.concatenate([[1.0], values[places]]), 2)
    return corners, heights


def censor_marks(group: Group, end: float, apart: float) -> tuple[np.ndarray, np.ndarray]:
    """Return times and heights of the censor ticks, none nearer than `apart` to the one before.

    With thousands of patients ticks at every time would only thicken the line.
    """
    places = censored_times(group, end)
    times, heights = group.rows["time"][places], group.rows["survival"][places]
    chosen, last = [], -np.inf
    for place, time in enumerate(times):
        if time - last >= apart:
            chosen.append(place)
            last = time
    return times[chosen], heights[chosen]


def censored_times(group: Group, end: float) -> np.ndarray:
    """Return the places of the rows up to the end of the axis at which patients are censored."""
    return np.flatnonzero((group.rows["n_censor"] > 0) & (group.rows["time"] <= end))


def overall_test(logrank: Rows, variable: str) -> Mapping[str, str] | None:
    """Return the row of the unstratified log-rank test of all groups, None when there is none."""
    for row in logrank:
        if row["variable"] == variable and not row["strata"] and not row["contrast"]:
            return row
    return None


def anybody(groups: Sequence[Group]) -> bool:
    """Return whether there is any patient."""
    return any(group.rows["time"].size for group in groups)


def is_withheld(group: Group) -> bool:
    """Return whether the curve of a group may not be told: its rows are not there."""
    return group.note == WITHHELD_NOTE


def all_withheld(groups: Sequence[Group]) -> bool:
    """Return whether no curve may be told, and there are some."""
    return not anybody(groups) and any(is_withheld(group) for group in groups)


def median_known(group: Group) -> bool:
    """Return whether the median is reached."""
    return isfinite(group.median[0])
