"""Who is in the cohort: exclusions, populations, arms; each patient in exactly one box."""

import numpy as np
import pandas as pd

from retrocohort.faults import Fault, FaultsFound
from retrocohort.where import where

FLOW = ["step", "criterion", "n_before", "n_excluded", "n_after", "n_unknown"]
EXCLUSIONS = ["record_id", "criterion", "all_criteria"]
POPULATIONS = ["population", "n", "parent", "n_parent"]
ARMS = ["arm", "variable", "level", "population", "n"]


def apply_criteria(frame: pd.DataFrame, criteria: list[dict]):
    """Apply exclusions in order.

    Returns
    -------
    kept : numpy.ndarray of bool, shape (n,)
    flow : list of dict
        The boxes of the flowchart: the delivered patients, then one a criterion. `n_unknown` are
        those still in the cohort for whom the criterion could not be judged; they stay.
    exclusions : list of dict
        Rows of exclusions.csv: the first criterion that a patient failed, and all of them.
    """
    judged = [where(frame, criterion["where"]) for criterion in criteria]
    kept = np.ones(len(frame), bool)
    flow = [_box(0, "", len(frame), 0, 0)]
    first = np.full(len(frame), "", dtype=object)
    for step, (criterion, (met, unknown)) in enumerate(zip(criteria, judged, strict=True), start=1):
        before, out = int(kept.sum()), kept & met
        first[out] = criterion["exclude"]
        kept = kept & ~met
        unsure = int((kept & unknown).sum())
        flow.append(_box(step, criterion["exclude"], before, int(out.sum()), unsure))
    names = [criterion["exclude"] for criterion in criteria]
    failed = [met for met, _ in judged]
    exclusions = [
        {
            "record_id": frame["record_id"].iloc[i],
            "criterion": first[i],
            "all_criteria": "|".join(n for n, met in zip(names, failed, strict=True) if met[i]),
        }
        for i in np.flatnonzero(~kept)
    ]
    return kept, flow, exclusions


def _box(step, criterion, before, excluded, unknown) -> dict:
    counts = {"n_before": before, "n_excluded": excluded, "n_after": before - excluded}
    return {"step": step, "criterion": criterion} | counts | {"n_unknown": unknown}


def check_flow(delivered: int, final: int, flow: list[dict], exclusions: list[dict]) -> None:
    """Prove that every patient is in exactly one box of the flowchart.

    Raises
    ------
    ArithmeticError
        When the boxes do not add up, which is an error of this program.
    """
    by_box = pd.Series([row["criterion"] for row in exclusions], dtype=object).value_counts()
    ids = [row["record_id"] for row in exclusions]
    right = (
        flow[-1]["n_after"] == final
        and delivered == final + len(exclusions)
        and len(set(ids)) == len(ids)
        and all(row["n_excluded"] == by_box.get(row["criterion"], 0) for row in flow[1:])
        and all(a["n_after"] == b["n_before"] for a, b in zip(flow, flow[1:], strict=False))
    )
    if not right:
        raise ArithmeticError("the boxes of the flowchart do not add up")


def memberships(frame: pd.DataFrame, populations: dict) -> dict[str, np.ndarray]:
    """Return population -> who belongs to it; a population lies within its parent."""
    members: dict[str, np.ndarray] = {}

    def belong(name: str) -> np.ndarray:
        if name not in members:
            entry = populations[name]
            inside = belong(entry["parent"]) if entry["parent"] else np.ones(len(frame), bool)
            members[name] = inside & where(frame, entry["where"])[0]
        return members[name]

    return {name: belong(name) for name in populations}


def population_rows(members: dict, populations: dict) -> list[dict]:
    """Return the size of each population."""
    size = {name: int(members[name].sum()) for name in populations}
    return [
        {"population": name, "n": size[name]}
        | {"parent": entry["parent"], "n_parent": size.get(entry["parent"])}
        for name, entry in populations.items()
    ]


def arm_rows(frame: pd.DataFrame, members: dict, arms: dict) -> list[dict]:
    """Return the size of each arm in each population.

    Raises
    ------
    FaultsFound
        When an arm has no patient in the whole cohort.
    """
    rows, faults = [], []
    for arm, entry in arms.items():
        values = frame[entry["variable"]].to_numpy(object)
        for level in entry["levels"]:
            same = values == level
            if not same.any():
                problem = f"no patient of the cohort has the level '{level}'."
                remedy = "Remove the level, or correct its codes or the criteria."
                faults.append(Fault("study.yaml", f"arms.{arm}", problem, remedy))
            rows += [
                {"arm": arm, "variable": entry["variable"], "level": level}
                | {"population": name, "n": int((same & inside).sum())}
                for name, inside in members.items()
            ]
    if faults:
        raise FaultsFound(faults)
    return rows
