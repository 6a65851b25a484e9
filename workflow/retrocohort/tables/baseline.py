"""The baseline table ("Table 1") as numbers: each arm's summary, the tests and the differences."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

from retrocohort.language import noted
from retrocohort.tables.comparison import Result, compare, standardised_difference
from retrocohort.tables.groups import (
    CATEGORICAL_TYPES,
    CONTINUOUS_TYPES,
    Groups,
    group_values,
)
from retrocohort.tables.summary import summarise
from retrocohort.tables.summary_rule import choose_summary

VALUE_COLUMNS = ("variable", "level", "arm", "statistic", "value")
TEST_COLUMNS = (
    "variable",
    "test",
    "statistic",
    "df",
    "df2",
    "p",
    "contrast",
    "smd",
    "summary",
    "note",
)
COUNT_PERCENT = "count_percent"


def choose_summaries(cohort, table: Mapping, variables: Mapping, conventions: Mapping) -> dict:
    """Return variable -> `count_percent`, `mean_sd` or `median_iqr`, for all populations.

    Parameters
    ----------
    cohort : DataFrame
        All patients, whatever the populations of the table: the rule looks at them.
    table : mapping
        `by`, `variables` and, where the study decides itself, `summary`: {variable: choice}.
    variables : mapping
        Name -> type and levels.
    conventions : mapping
        `alpha` of the test of normality.
    """
    chosen = {}
    for name in table["variables"]:
        if variables[name]["type"] in CATEGORICAL_TYPES:
            chosen[name] = COUNT_PERCENT
        elif name in table.get("summary", {}):
            chosen[name] = table["summary"][name]
        else:
            chosen[name] = choose_summary(_values(cohort, name, table), conventions["alpha"])
    return chosen


def _values(cohort, name: str, table: Mapping) -> list:
    """Return the values of a variable in each arm that occurs."""
    filled = cohort[cohort[name].notna()]
    return [own[name].to_numpy(dtype=float) for _, own in filled.groupby(table["by"])]


def describe(
    frame, table: Mapping, variables: Mapping, conventions: Mapping, summaries: Mapping
) -> tuple[list[dict], list[dict]]:
    """Return the rows of `baseline.csv` and `baseline_tests.csv` of one population.

    Parameters
    ----------
    frame : DataFrame
        Patients of the population.
    table : mapping
        `variables`, `by` and, where the study names them, `tests`: {variable: test}.
    variables : mapping
        Name -> label, type and levels.
    conventions : mapping
        See `retrocohort.tables.comparison.compare`.
    summaries : mapping
        From `choose_summaries`.

    Raises
    ------
    ValueError
        For a variable that is neither categorical nor continuous.
    """
    names, by = table["variables"], table["by"]
    odd = [n for n in names if variables[n]["type"] not in CATEGORICAL_TYPES + CONTINUOUS_TYPES]
    if odd:
        raise ValueError(f"a baseline table cannot summarise {', '.join(odd)}")
    arms = variables[by]["levels"]
    values = summarise(frame, names, variables, by, list(arms))
    empty = [arm for arm in arms if not (frame[by] == arm).any()]
    tests = []
    for name in names:
        groups = group_values(frame, name, variables[name], by, arms)
        override = table.get("tests", {}).get(name, "")
        result = _compare_filled(groups, empty, summaries[name], conventions, override)
        tests.append(_test_row(name, result, summaries[name]))
        for first, second in combinations(arms, 2):
            smd, note = standardised_difference(groups.among((first, second)))
            contrast = f"{first}|{second}"
            tests.append({"variable": name, "contrast": contrast, "smd": smd, "note": note})
    return values, tests


def _compare_filled(groups: Groups, empty: list[str], *how) -> Result:
    """Return the test between the arms that have patients, if there are several; it says so."""
    filled = [arm for arm in groups.values if arm not in empty]
    if not empty or len(filled) < 2:
        return compare(groups, *how)
    result = compare(groups.among(filled), *how)
    left_out = noted(
        "without {groups}, which has no patient",
        groups=", ".join(groups.labels[arm] for arm in empty),
    )
    return replace(result, note="; ".join(filter(None, [result.note, left_out])))


def _test_row(name: str, result: Result, summary: str) -> dict:
    return {
        "variable": name,
        "test": result.test,
        "statistic": result.statistic,
        "df": result.df,
        "df2": result.df2,
        "p": result.p,
        "summary": summary,
        "note": result.note,
    }
