"""The identities of a study's results: what must be equal wherever it stands.

Nothing is estimated: the files are compared with each other and with what follows from their own
cells. `IDENTITIES` says in words what each identity claims.
"""

from collections.abc import Iterator, Mapping

from retrocohort.audit import counted, estimated, modelled
from retrocohort.audit.agreement import Agreement

IDENTITIES = {
    "flow": "Each box of the flowchart is the one before it, less those excluded",
    "lists": "The list behind each box names as many records as the box says",
    "cohort": "The last box of the flowchart is the whole cohort",
    "counted": "Populations, arms and endpoints are counted again from the cohort",
    "nested": "Populations lie within their parents",
    "arms": "The arms of a population are part of it",
    "at_risk": "Those at risk of an endpoint and those who are not make up the cohort",
    "columns": "The columns of a baseline table have the sizes of the arms",
    "known": "Known and missing values of a variable add up to its column",
    "levels": "The levels of a variable add up to its known values",
    "percentages": "Percentages follow from their counts",
    "survival": "Curves, follow-up and tables count the patients and events of the endpoint",
    "groups": "The groups of a log-rank test add up to its patients and events",
    "starts": "The number at risk at time 0 is the size of the group",
    "curves": "Events and censored of a curve add up; its steps follow from its counts",
    "fixed": "Survival at fixed times is read from the curve",
    "table": "A survival table repeats the estimates, the test and the model",
    "models": "A Cox model has the patients of the endpoint; its levels and its fit add up",
    "ratios": "Hazard ratio, interval and P of a row follow from its coefficient",
    "landmark": "Those before, left out and analysed of a landmark analysis add up",
    "means": "Restricted means count the patients and events of their groups",
    "interactions": "Subgroups of an interaction test add up; its statistic follows from its fits",
}
FURTHER = {
    "landmark": modelled.of_landmark,
    "rmst": modelled.of_means,
    "interaction": modelled.of_interaction,
    "subgroups": modelled.of_interaction,
}


def agreements(read, parts: Mapping, conventions: Mapping) -> Iterator[Agreement]:
    """Yield everything that is to agree.

    Parameters
    ----------
    read : callable
        Path below the results of the study -> `Cells`.
    parts : mapping
        The files of each kind, as `plan.checked.checked_parts` lists them.
    conventions : mapping
        "confidence", the level of intervals.
    """
    yield from counted.of_cohort(read)
    yield from counted.of_records(read)
    for part in parts["baseline"]:
        yield from counted.of_baseline(read, part)
    for part in parts["survival"]:
        yield from estimated.of_survival(read, part)
    for part in parts["curves"]:
        yield from estimated.of_curve(read, part)
    for part in parts["tables"]:
        yield from estimated.of_table(read, part)
    for part in parts["models"]:
        yield from modelled.of_model(read, part, conventions)
    for part in parts["further"]:
        yield from FURTHER[part["kind"]](read, part, conventions)
