"""The cohort of a study: exclusions, endpoints, populations and arms put together."""

from dataclasses import dataclass

import pandas as pd

from retrocohort.cohort.endpoints import endpoint_rows, survival_times
from retrocohort.cohort.selection import (
    apply_criteria,
    arm_rows,
    check_flow,
    memberships,
    population_rows,
)
from retrocohort.faults import Fault, FaultsFound


@dataclass(frozen=True)
class Cohort:
    """The final cohort and the counts that explain it, by name: `cohort.labels` adds the labels."""

    frame: pd.DataFrame
    flow: list[dict]
    exclusions: list[dict]
    endpoints: list[dict]
    populations: list[dict]
    arms: list[dict]


def cohort(cleaned: pd.DataFrame, study: dict) -> Cohort:
    """Return the cohort of a study.

    Parameters
    ----------
    cleaned : DataFrame
        One row a patient, typed by the dictionary.
    study : dict
        criteria, endpoints (each with its days_per_unit), populations and arms (each with the
        levels of its variable), without labels.

    Raises
    ------
    FaultsFound
        When the criteria exclude everybody, or an arm has no patient.
    """
    kept, flow, exclusions = apply_criteria(cleaned, study["criteria"])
    check_flow(len(cleaned), int(kept.sum()), flow, exclusions)
    if not kept.any():
        problem = f"none of the {len(cleaned):,} patients is left."
        remedy = "Correct the criteria, or the codes of what they ask."
        raise FaultsFound([Fault("study.yaml", "criteria", problem, remedy)])
    frame = cleaned[kept].reset_index(drop=True)
    members = memberships(frame, study["populations"])
    columns = {f"in_{name}": inside for name, inside in members.items()}
    endpoints = []
    for name, endpoint in study["endpoints"].items():
        times = survival_times(frame, endpoint)
        columns |= {f"{name}_time": times.time, f"{name}_event": times.event}
        if "round_to" in endpoint:
            columns[f"{name}_exact"] = times.exact
        if times.entry is not None:
            columns[f"{name}_entry"] = times.entry
        endpoints += endpoint_rows(name, times)
    return Cohort(
        pd.concat([frame, pd.DataFrame(columns, index=frame.index)], axis=1),
        flow,
        exclusions,
        endpoints,
        population_rows(members, study["populations"]),
        arm_rows(frame, members, study["arms"]),
    )
