"""Why each patient is in the cohort or not, in which populations, and how long he is followed.

What the files of the results do not hold for each patient (the answer of every criterion, why
somebody is not at risk) is decided again by the functions that made them, for all patients at
once, and must give the counts and times that stand in the files.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from retrocohort.cohort.endpoints import AT_RISK, Times, survival_times
from retrocohort.cohort.labels import declared_reason
from retrocohort.faults import Fault, FaultsFound
from retrocohort.trace.finished import EXCLUSIONS, Finished
from retrocohort.where import where

MET, NOT_MET, UNKNOWN = "met", "not met", "cannot be judged: a value is missing"
STALE = "Run make report, then trace again."


@dataclass(frozen=True)
class FollowUp:
    """A patient of the cohort and one endpoint; times in its unit, None where there is none."""

    endpoint: str
    time: float | None
    event: bool
    entry: float | None
    exact: float | None
    late: bool
    reason: str  # why not at risk, empty otherwise


class Selection:
    """The criteria, populations, arms and endpoints of all patients of a study."""

    def __init__(self, finished: Finished):
        """Judge the criteria of every patient; nobody may come out other than in the files."""
        self.finished, self.study = finished, finished.plan.study
        self._judged = [where(finished.cleaned, c["where"]) for c in self.study["criteria"]]
        names = [criterion["exclude"] for criterion in self.study["criteria"]]
        for record, row in finished.patients.items():
            met = [n for n, (is_met, _) in zip(names, self._judged, strict=True) if is_met[row]]
            told = finished.exclusions.get(record, {"all_criteria": ""})["all_criteria"]
            if "|".join(met) != told or (record in finished.members) == bool(met):
                problem = "is not what the criteria of the study file give."
                raise FaultsFound([Fault(finished.plan.at(EXCLUSIONS), "", problem, STALE)])

    def answers(self, record: str) -> dict[str, str]:
        """Return criterion -> MET, NOT_MET or UNKNOWN of a patient, in their order."""
        row, found = self.finished.patients[record], {}
        for criterion, (met, unknown) in zip(self.study["criteria"], self._judged, strict=True):
            answer = MET if met[row] else UNKNOWN if unknown[row] else NOT_MET
            found[criterion["exclude"]] = answer
        return found

    def excluded_by(self, record: str) -> str:
        """Return the first criterion that a patient met, whose box he is in; empty for none."""
        return self.finished.exclusions.get(record, {"criterion": ""})["criterion"]

    def populations(self, record: str) -> list[str]:
        """Return the populations of a patient of the cohort."""
        row = self.finished.members[record]
        return [name for name, inside in self._inside.items() if inside[row]]

    @cached_property
    def _inside(self) -> dict[str, np.ndarray]:
        """Return population -> who of the cohort belongs to it."""
        cohort = self.finished.cohort
        return {name: cohort[f"in_{name}"].to_numpy(bool) for name in self.study["populations"]}

    def followed(self, record: str) -> list[FollowUp]:
        """Return each endpoint of a patient of the cohort."""
        row = self.finished.members[record]
        return [_of(times, name, row, self.reasons[name]) for name, times in self._times.items()]

    @cached_property
    def reasons(self) -> dict[str, dict[str, str]]:
        """Return endpoint -> reason for not being at risk -> the same as endpoints.csv says it."""
        return {
            name: {
                declared_reason(i): reason["label"]
                for i, reason in enumerate(endpoint.get("not_at_risk", []))
            }
            for name, endpoint in self.study["endpoints"].items()
        }

    @cached_property
    def _times(self) -> dict[str, Times]:
        """Return the times of each endpoint, which must be those of the cohort file."""
        cohort, found = self.finished.cohort, {}
        for name, endpoint in self.study["endpoints"].items():
            times = found[name] = survival_times(cohort, endpoint)
            stored = cohort[[f"{name}_time", f"{name}_event"]].to_numpy(float)
            if not np.array_equal(np.c_[times.time, times.event], stored, equal_nan=True):
                problem = f"endpoint '{name}' is not what the study file gives."
                file = self.finished.plan.at("cohort/cohort.parquet")
                raise FaultsFound([Fault(file, "", problem, STALE)])
        return found


def _of(times: Times, name: str, row: int, labels: dict[str, str]) -> FollowUp:
    reason = times.reason[row]
    if reason != AT_RISK:
        return FollowUp(name, None, False, None, None, False, labels.get(reason, reason))
    entry = None if times.entry is None else float(times.entry[row])
    event = bool(times.event[row])
    exact, late = float(times.exact[row]), bool(times.late[row])
    return FollowUp(name, float(times.time[row]), event, entry, exact, late, "")
