"""Kaplan-Meier and log-rank against R's survival package: survival.R made survival.csv."""

import numpy as np
import pytest

from retrocohort.models import survival
from retrocohort.models.samples import at_risk
from tests.reference import cohorts, expected

ORACLE = expected.read(
    "survival.csv",
    ("study", "population", "endpoint"),
    ("variable", "level", "interval", "time", "strata", "contrast", "quantity"),
)
STUDIES = {
    "rotterdam": (cohorts.rotterdam, cohorts.ROTTERDAM, [12, 36, 60, 120], "menopause"),
    "nafld": (cohorts.nafld, cohorts.NAFLD, [1, 3, 5, 10], "sex"),
}
TIMES = {"median", "median_low", "median_high", "q1", "q3", "followup", "followup_low"}
TIMES |= {"followup_high", "spss_q1", "spss_median", "spss_q3", "n", "events", "n_risk", "df"}


def test_all_blocks_are_there():
    assert len(ORACLE) == 2 * 4 + 4 * 5
    assert sum(len(block) for block in ORACLE.values()) > 10_000


def names_of(block):
    return list(dict.fromkeys(key[0] for key in block if key[0]))


@pytest.mark.parametrize("block", ORACLE, ids="-".join)
def test_survival_equals_r(block):
    study, population, endpoint = block
    make, variables, landmarks, stratum = STUDIES[study]
    frame, names = make(), names_of(ORACLE[block])
    sample = at_risk(frame, endpoint, population)
    landmarks = landmarks if sample.entry is None else [60, 70, 80, 90]
    found = {}
    intervals = ("log", "log-log", "plain") if population == "full" else ("log",)
    for interval in intervals:
        found |= estimates(frame, sample, names, variables, landmarks, interval)
    for row in survival.log_rank_rows(frame, sample, names, variables, [stratum]):
        for ours, theirs in {
            "statistic": "chisq",
            "df": "df",
            "p": "p",
            "p_holm": "p_holm",
        }.items():
            key = (row["variable"], "", "", "", row["strata"], row["contrast"], theirs)
            found[key] = row.get(ours)
    assert expected.differences(ORACLE[block], found, TIMES) == []


def estimates(frame, sample, names, variables, landmarks, interval):
    """Return our numbers by R's keys."""
    found = {}
    conventions = cohorts.CONVENTIONS | {"interval": interval}
    arguments = (frame, sample, names, variables)
    for row in survival.quantile_rows(*arguments, conventions):
        key = (row["variable"], row["level"])
        found |= {(*key, "", "", "", "", name): row[name] for name in ("n", "events")}
        for name in ("q1", "median", "q3", "median_low", "median_high"):
            found[(*key, interval, "", "", "", name)] = row.get(name)
    for row in survival.quantile_rows(*arguments, conventions | {"quantiles": "spss"}):
        for name in ("q1", "median", "q3"):
            key = (row["variable"], row["level"], interval, "", "", "", f"spss_{name}")
            found[key] = row.get(name)
    for row in survival.landmark_rows(*arguments, landmarks, conventions):
        for name in ("n_risk", "survival", "ci_low", "ci_high"):
            time = f"{row['time']:g}"
            key = (row["variable"], row["level"], interval, time, "", "", name)
            found[key] = row.get(name)
    follow_up = {"followup": "median", "followup_low": "median_low", "followup_high": "median_high"}
    follow_up |= {"followup_min": "min", "followup_max": "max"}
    for row in survival.follow_up_rows(*arguments, conventions):
        for theirs, ours in follow_up.items():
            key = (row["variable"], row["level"], interval, "", "", "", theirs)
            found[key] = row.get(ours)
    for by in ["", *names]:
        found |= sums(survival.curve_rows(frame, sample, by, variables, conventions), by, interval)
    return found


def sums(rows, by, interval):
    """Return the sums over the times of each curve, by R's keys."""
    found = {}
    for level in {row["level"] for row in rows}:
        own = [row for row in rows if row["level"] == level]
        key = (by, level, interval, "", "", "")
        found[(*key, "times")] = len(own)
        for name in ("n_risk", "n_event", "n_censor", "time", "survival", "ci_low", "ci_high"):
            found[(*key, f"sum_{name}")] = np.nansum([row[name] for row in own])
    return found
