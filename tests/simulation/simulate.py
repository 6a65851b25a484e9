"""Simulated cohorts: drawn, delivered, cleaned, analysed, compared with the truth.

The seed and the number of a delivery decide it, whoever simulates it and in which order.
"""

from math import inf
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import yaml

from retrocohort.cohort.build import Cohort
from tests.simulation.chain import (
    Cleaned,
    clean,
    crude_log_hazard_ratio,
    estimates,
    plan_of,
    select,
)
from tests.simulation.compare import Verdict, compare, records_of
from tests.simulation.deliver import write_files
from tests.simulation.found import DAYS_PER_MONTH, found_in, record_of_rows
from tests.simulation.mess import Delivery, make_mess
from tests.simulation.people import PATIENTS, draw_people, laboratory
from tests.simulation.truth import HAZARD_RATIO, Survival

HOSPITALS = Path(__file__).parent / "hospitals.yaml"
ALPHA = 0.05
LOG_HR, MEDIAN = "adjusted hazard ratio of the drug", "median survival"
DRUG = {"variable": "treatment", "level": "drug"}
ARMS = {"": None, "surgery": 0, "drug": 1}  # whose survival is stated


class Simulated(NamedTuple):
    """The people of some cohorts, what was delivered of them, and what the chain made of it."""

    people: list[dict]
    delivery: Delivery
    cleaned: Cleaned
    cohorts: list[Cohort]


class Outcome(NamedTuple):
    """What is estimated of one cohort.

    `covers` says of each interval whether the truth is in it, None where there is no interval;
    `rejects` whether the log-rank test finds the variable without an effect significant.
    """

    n: int
    events: int
    covers: dict[str, bool | None]
    rejects: bool | None
    coef: float
    se: float
    crude: float


class Simulator:
    """Simulates deliveries of a seed, in a folder that it may fill."""

    def __init__(self, folder: Path, seed: int):
        """Read the study, once, and compute the true survival."""
        self.folder, self.seed, self.plan = folder, seed, plan_of(folder)
        self.hospitals = yaml.safe_load(HOSPITALS.read_text(encoding="utf-8"))
        self.survival = {level: Survival(arm) for level, arm in ARMS.items()}
        self.median = self.survival[""].median() / DAYS_PER_MONTH

    def simulate(self, number: int, cohorts: int) -> Simulated:
        """Draw cohorts, deliver them together, and let the chain make of it what it can.

        Reading and cleaning have the files as a whole; the criteria, and all that follows, have one
        cohort at a time.
        """
        rng = np.random.default_rng([self.seed, number])
        people = draw_people(rng, cohorts * PATIENTS)
        tests = laboratory(rng, people)
        delivery = make_mess(Random(f"{self.seed} {number}"), people, tests, self.hospitals)
        write_files(self.folder, delivery, self.hospitals, self.plan.study["sources"])
        cleaned = clean(self.plan)
        records = records_of(delivery, record_of_rows(cleaned.records))
        made = []
        for first in range(0, len(people), PATIENTS):
            own = (records[person["case_number"]] for person in people[first : first + PATIENTS])
            is_own = cleaned.patients["record_id"].isin(set().union(*own))
            made.append(select(self.plan, cleaned.patients[is_own]))
        return Simulated(people, delivery, cleaned, made)

    def verdict(self, simulated: Simulated) -> Verdict:
        """Compare what the chain made with the truth."""
        people, delivery, *made = simulated
        return compare(
            people, delivery, found_in(*made, self.hospitals, self.plan.study["sources"])
        )

    def outcome(self, cohort: Cohort) -> Outcome:
        """Return what the chain prints of a cohort, beside the truth."""
        tables = estimates(self.plan, cohort.frame)
        overall, drug = tables["quantiles"][0], row_of(tables["cox"], **DRUG)
        p = row_of(tables["logrank"], variable="side")["p"]
        return Outcome(
            overall["n"],
            overall["events"],
            self.covers(tables),
            None if p != p else p < ALPHA,
            drug.get("coef", np.nan),
            drug.get("se", np.nan),
            crude_log_hazard_ratio(self.plan, cohort.frame),
        )

    def covers(self, tables: dict[str, list[dict]]) -> dict[str, bool | None]:
        """Return of each interval that is printed whether the truth is in it."""
        drug, overall = row_of(tables["cox"], **DRUG), tables["quantiles"][0]
        found = {
            LOG_HR: is_within(drug.get("hr_low"), HAZARD_RATIO, drug.get("hr_high")),
            MEDIAN: is_within(overall.get("median_low"), self.median, overall.get("median_high")),
        }
        for row in tables["landmarks"]:
            if row["level"] in self.survival:
                label = f"survival at {row['time']:g} months, {row['level'] or 'all'}"
                true = self.survival[row["level"]].at(int(row["time"] * DAYS_PER_MONTH))
                found[label] = is_within(row.get("ci_low"), true, row.get("ci_high"))
        return found


def row_of(rows: list[dict], **asked: str) -> dict:
    """Return the one row that says this."""
    (row,) = (row for row in rows if asked.items() <= row.items())
    return row


def is_within(low: float | None, value: float, high: float | None) -> bool | None:
    """Say whether an interval holds a value; an upper limit that is not reached is open."""
    if low is None or low != low:
        return None
    return bool(low <= value <= (inf if high is None or high != high else high))
