"""The identities of a study's results: what must be equal wherever it stands.

Nothing is estimated: the files are compared with each other and with what follows from their own
cells. `IDENTITIES` says in words what each identity claims.
"""

from collections.abc import Callable, Iterator, Mapping

from retrocohort.audit import complete, counted, estimated, modelled
from retrocohort.audit.agreement import Agreement
from retrocohort.language import template

IDENTITIES = {
    "complete": template("No row is lost or stands twice"),
    "flow": template("Each box of the flowchart is the one before it, less those excluded"),
    "lists": template("The list behind each box names as many records as the box says"),
    "cohort": template("The last box of the flowchart is the whole cohort"),
    "counted": template("Populations, arms and endpoints are counted again from the cohort"),
    "nested": template("Populations lie within their parents"),
    "arms": template("The arms of a population are part of it"),
    "at_risk": template("Those at risk of an endpoint and those who are not make up the cohort"),
    "columns": template("The columns of a baseline table have the sizes of the arms"),
    "known": template("Known and missing values of a variable add up to its column"),
    "levels": template("The levels of a variable add up to its known values"),
    "percentages": template("Percentages follow from their counts"),
    "survival": template(
        "Curves, follow-up and tables count the patients and events of the endpoint"
    ),
    "groups": template("The groups of a log-rank test add up to its patients and events"),
    "starts": template("The number at risk at time 0 is the size of the group"),
    "curves": template("Events and censored of a curve add up; its steps follow from its counts"),
    "fixed": template("Survival at fixed times is read from the curve"),
    "table": template("A survival table repeats the estimates, the test and the model"),
    "models": template(
        "A Cox model has the patients of the endpoint; its levels and its fit add up"
    ),
    "ratios": template("Hazard ratio, interval and P of a row follow from its coefficient"),
    "landmark": template("Those before, left out and analysed of a landmark analysis add up"),
    "means": template("Restricted means count the patients and events of their groups"),
    "interactions": template(
        "Subgroups of an interaction test add up; its statistic follows from its fits"
    ),
}
COHORT = [
    f"cohort/{name}.csv"
    for name in ("cohort", "flow", "exclusions", "populations", "arms", "endpoints")
]
PARTS = {
    "baseline": counted.of_baseline,
    "survival": estimated.of_survival,
    "curves": estimated.of_curve,
    "tables": estimated.of_table,
}
FURTHER = {
    "landmark": modelled.of_landmark,
    "rmst": modelled.of_means,
    "interaction": modelled.of_interaction,
    "subgroups": modelled.of_interaction,
}


def agreements(
    read: Callable, parts: Mapping, expected: Mapping, conventions: Mapping
) -> Iterator[Agreement]:
    """Yield everything that is to agree; what the files hold never ends it by an error.

    Parameters
    ----------
    read : callable
        Path below the results of the study -> `Cells`.
    parts : mapping
        The files of each kind, as `plan.checked.checked_parts` lists them.
    expected : mapping
        File -> the rows that it is to have, from `plan.checked.checked_rows`.
    conventions : mapping
        "confidence", the level of intervals.
    """
    for found, files in _compared(read, parts, conventions):
        yield from complete.readable(found, files)
    for path, rows in expected.items():
        yield from complete.readable(_planned(read, path, rows), [path])
    every = (path for kind in parts.values() for part in kind for path in _files(part))
    for path in dict.fromkeys([*COHORT, *every]):
        yield from complete.readable(_once(read, path), [path])


def _compared(read: Callable, parts: Mapping, conventions: Mapping) -> Iterator[tuple]:
    """Yield what holds between some files, and the files."""
    yield counted.of_cohort(read), COHORT
    yield counted.of_records(read), COHORT
    for kind, of_part in PARTS.items():
        for part in parts[kind]:
            yield of_part(read, part), _files(part)
    for part in parts["models"]:
        yield modelled.of_model(read, part, conventions), _files(part)
    for part in parts["further"]:
        yield FURTHER[part["kind"]](read, part, conventions), _files(part)


def _files(part: Mapping) -> list[str]:
    return [value for value in part.values() if str(value).endswith(".csv")]


def _planned(read: Callable, path: str, expected: Mapping) -> Iterator[Agreement]:
    yield from complete.of_plan(read(path), expected)


def _once(read: Callable, path: str) -> Iterator[Agreement]:
    yield from complete.of_file(read(path))
