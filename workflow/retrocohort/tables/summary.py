"""Counts, percentages and quantiles of each arm, by tableone, at full precision.

tableone prints rounded text, but keeps the numbers that it prints in four frames, which are read
here. Quartiles are of type 7 (R's and numpy's default); standard deviations divide by n - 1;
percentages are of the patients who have a value.
"""

import warnings
from collections.abc import Mapping, Sequence
from math import nan

from tableone import TableOne

from retrocohort.tables.groups import CATEGORICAL_TYPES

OVERALL = ""
NUMBERS = {
    "mean": "mean",
    "sd": "std",
    "median": "median",
    "q1": "q25",
    "q3": "q75",
    "min": "min",
    "max": "max",
}


def summarise(frame, names: Sequence[str], variables: Mapping, by: str, arms: Sequence) -> list:
    """Return the numbers of a baseline table.

    Parameters
    ----------
    frame : DataFrame
        Patients of one population.
    names : sequence of str
        Variables in the order of the table.
    variables : mapping
        Name -> type and levels.
    by : str
        Arm variable.
    arms : sequence of str
        Its levels, in order.

    Returns
    -------
    list of dict
        variable, level, arm (empty: overall), statistic, value. The first rows, without a variable,
        are the sizes of the arms. A number that does not exist is NaN.
    """
    sizes = {OVERALL: len(frame)} | {arm: int((frame[by] == arm).sum()) for arm in arms}
    rows = [_row("", "", arm, "n", n) for arm, n in sizes.items()]
    described = _describe(frame, names, variables, by)
    for position, name in enumerate(names):
        entry = variables[name]
        if entry["type"] in CATEGORICAL_TYPES:
            rows += _categorical_rows(described, position, name, entry["levels"], sizes)
        else:
            rows += _continuous_rows(described, position, name, sizes)
    return rows


def _row(variable: str, level: str, arm: str, statistic: str, value: float) -> dict:
    return {
        "variable": variable,
        "level": level,
        "arm": arm,
        "statistic": statistic,
        "value": value,
    }


def _describe(frame, names: Sequence[str], variables: Mapping, by: str) -> dict:
    """Return tableone's numbers as (statistic, arm) -> {position or (position, level): number}.

    The columns get their position for a name and the arms a prefix, as tableone fails on columns
    and arms that are called as its own ("value", "Missing").
    """
    filled = [i for i, name in enumerate(names) if frame[name].notna().any()]
    if not filled:
        return {}
    data = frame[[names[i] for i in filled]].set_axis([str(i) for i in filled], axis=1)
    categorical = [str(i) for i in filled if variables[names[i]]["type"] in CATEGORICAL_TYPES]
    grouped = bool(frame.loc[frame[names].notna().any(axis=1), by].notna().any())
    if grouped:
        data = data.assign(arm="arm " + frame[by].astype(object))
    with warnings.catch_warnings():
        # an arm without any value: the NaN that numpy warns of is what the table should hold
        warnings.simplefilter("ignore", RuntimeWarning)
        table = TableOne(
            data.reset_index(drop=True),
            columns=[str(i) for i in filled],
            categorical=categorical,
            continuous=[str(i) for i in filled if str(i) not in categorical],
            groupby="arm" if grouped else None,
            include_null=False,
        )
    return _collect(table, grouped)


def _collect(table: TableOne, grouped: bool) -> dict:
    """Return the four frames of tableone as one dictionary, arms by their own names."""
    frames = [table.cont_describe, table.cat_describe]
    if grouped:
        frames += [table.cont_describe_all, table.cat_describe_all]
    wanted = {"count", "freq", "percent", *NUMBERS.values()}
    found = {}
    for frame in frames:
        for statistic, group in [] if frame is None else frame.columns:
            if statistic in wanted:
                arm = OVERALL if group == "Overall" else group.removeprefix("arm ")
                found.setdefault((statistic, arm), {}).update(frame[statistic, group].to_dict())
    return found


def _continuous_rows(described: dict, position: int, name: str, sizes: Mapping) -> list[dict]:
    rows = []
    for arm, size in sizes.items():
        n = int(described.get(("count", arm), {}).get(str(position), 0))
        rows.append(_row(name, "", arm, "n", n))
        rows.append(_row(name, "", arm, "missing", size - n))
        for statistic, tableone_name in NUMBERS.items():
            value = described.get((tableone_name, arm), {}).get(str(position), nan)
            # tableone gives one value the standard deviation 0; it has none
            value = nan if n == 0 or (n == 1 and statistic == "sd") else float(value)
            rows.append(_row(name, "", arm, statistic, value))
    return rows


def _categorical_rows(
    described: dict, position: int, name: str, levels: Mapping, sizes: Mapping
) -> list[dict]:
    counts = {
        (level, arm): int(described.get(("freq", arm), {}).get((str(position), level), 0))
        for level in levels
        for arm in sizes
    }
    rows = []
    for arm, size in sizes.items():
        n = sum(counts[level, arm] for level in levels)
        rows.append(_row(name, "", arm, "n", n))
        rows.append(_row(name, "", arm, "missing", size - n))
    for level in levels:
        for arm in sizes:
            percents = described.get(("percent", arm), {})
            any_value = any(counts[other, arm] for other in levels)
            percent = percents.get((str(position), level), 0.0) if any_value else nan
            rows.append(_row(name, level, arm, "n", counts[level, arm]))
            rows.append(_row(name, level, arm, "percent", float(percent)))
    return rows
