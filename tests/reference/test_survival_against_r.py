"""Kaplan-Meier and log-rank against R's survival package: survival.R made survival.csv."""

import numpy as np
import pytest
from tests.reference import cohorts, expected

from retrocohort.models import survival
from retrocohort.models.samples import at_risk

ORACLE = expected.read(
    "survival.csv",
    ("study", "population", "endpoint"),
    ("variable", "level", "interval", "time", "strata", "contrast", "quantity"),
)
STUDIES = {
    "rotterdam": (cohorts.rotterdam, cohorts.ROTTERDAM, [12, 36, 60, 120], "menopause"),
    "nafld": (cohorts.nafld, cohorts.NAFLD, [1, 3, 5, 10], "sex"),
}
AGES = [60, 70, 80, 90]
EXACT = {"n", "events", "n_risk", "df", "median", "median_low", "median_high", "q1", "q3"}
EXACT |= {"spss_q1", "spss_median", "spss_q3", "followup", "followup_low", "followup_high"}


def test_all_blocks_are_there():
    assert len(ORACLE) == 2 * 4 + 4 * 5
    assert sum(len(block) for block in ORACLE.values()) > 10_000


@pytest.mark.parametrize("block", ORACLE, ids="-".join)
def test_survival_equals_r(block):
    study, population, endpoint = block
    make, variables, landmarks, stratum = STUDIES[study]
    frame, names = make(), list(dict.fromkeys(key[0] for key in ORACLE[block] if key[0]))
    sample = at_risk(frame, endpoint, population)
    landmarks = landmarks if sample.entry is None else AGES
    group = (frame, sample, names, variables)
    found = log_rank_by_key(survival.log_rank_rows(*group, [stratum]))
    for interval in ("log", "log-log", "plain") if population == "full" else ("log",):
        rule = cohorts.CONVENTIONS | {"interval": interval}
        found |= quantiles_by_key(survival.quantile_rows(*group, rule), interval)
        rows = survival.quantile_rows(*group, rule | {"quantiles": "spss"})
        found |= quantiles_by_key(rows, interval, "spss_")
        found |= landmarks_by_key(survival.landmark_rows(*group, landmarks, rule), interval)
        found |= follow_up_by_key(survival.follow_up_rows(*group, rule), interval)
        for by in ["", *names]:
            rows = survival.curve_rows(frame, sample, by, variables, rule)
            found |= curves_by_key(rows, by, interval)
    assert expected.differences(ORACLE[block], found, EXACT) == []


def quantiles_by_key(rows, interval, prefix=""):
    """Return counts and quantiles by R's keys."""
    found = {}
    for row in rows:
        key = (row["variable"], row["level"])
        found |= {(*key, "", "", "", "", name): row[name] for name in ("n", "events")}
        for name in ("q1", "median", "q3", "median_low", "median_high"):
            found[(*key, interval, "", "", "", prefix + name)] = row.get(name)
    return found


def landmarks_by_key(rows, interval):
    """Return survival at fixed times by R's keys."""
    names = ("n_risk", "survival", "ci_low", "ci_high")
    found = {}
    for row in rows:
        key = (row["variable"], row["level"], interval, f"{float(row['time']):g}", "", "")
        found |= {(*key, name): row.get(name) for name in names}
    return found


def follow_up_by_key(rows, interval):
    """Return the reverse Kaplan-Meier by R's keys."""
    names = {"": "median", "_low": "median_low", "_high": "median_high"}
    found = {}
    for row in rows:
        key = (row["variable"], row["level"], interval, "", "", "")
        for theirs, ours in {**names, "_min": "min", "_max": "max"}.items():
            found[(*key, f"followup{theirs}")] = row.get(ours)
    return found


def log_rank_by_key(rows):
    """Return the log-rank tests by R's keys."""
    names = {"statistic": "chisq", "df": "df", "p": "p", "p_holm": "p_holm"}
    found = {}
    for row in rows:
        key = (row["variable"], "", "", "", row["strata"], row["contrast"])
        found |= {(*key, theirs): row.get(ours) for ours, theirs in names.items()}
    return found


def curves_by_key(rows, by, interval):
    """Return the sums over the times of each curve by R's keys.

    R has the times of exit only; ours has the times of late entries too, between them.
    """
    exits = [row for row in rows if float(row["n_event"]) + float(row["n_censor"])]
    found = {}
    for level in {row["level"] for row in exits}:
        own = [row for row in exits if row["level"] == level]
        key = (by, level, interval, "", "", "")
        found[(*key, "times")] = len(own)
        for name in ("n_risk", "n_event", "n_censor", "time", "survival", "ci_low", "ci_high"):
            found[(*key, f"sum_{name}")] = np.nansum([expected.number(row[name]) for row in own])
    return found
