"""Who is followed beyond 6 months, and in which arm by then: counted from dates of the records."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

RESULTS = Path("results/xu2025")
LAST_DAY = 182  # 6 months of 30.4375 days are 182.625 days
PLACE = "models/{}/os/landmark_six_months_{}.csv"


def rows_of(path):
    with open(RESULTS / path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def days(patient, to):
    """Return the days from diagnosis to a date, infinite without one."""
    if not patient[to]:
        return float("inf")
    start, end = (date.fromisoformat(patient[name]) for name in ("diagnosis_date", to))
    return (end - start).days


def arm_by_then(patient):
    if patient["surgery"] == "nr" or days(patient, "primary_date") > LAST_DAY:
        return "nr"
    in_time = days(patient, "hepatic_date") <= LAST_DAY
    return "phr" if patient["surgery"] == "phr" and in_time else "pr"


def patients(population):
    cohort = rows_of("cohort/cohort.csv")
    inside = {row["record_id"] for row in cohort if row[f"in_{population}"] == "True"}
    return [row for row in rows_of("records/cleaned.csv") if row["record_id"] in inside]


@pytest.mark.parametrize("population", ["full", "bt"])
def test_both_rules_of_the_landmark_go_by_the_day(population):
    everybody = patients(population)
    early = [p for p in everybody if days(p, "last_date") <= LAST_DAY]
    later = [p for p in everybody if days(p, "last_date") > LAST_DAY]
    excluded = {r["reason"]: int(r["n"]) for r in rows_of(PLACE.format(population, "excluded"))}
    assert excluded == {
        "before": len(everybody),
        "event_before": sum(p["died"] == "yes" for p in early),
        "censored_before": sum(p["died"] == "no" for p in early),
        "group_unknown": 0,
        "analysed": len(later),
    }
    groups = rows_of(PLACE.format(population, "quantiles"))
    found = {row["level"]: (int(row["n"]), int(row["events"])) for row in groups if row["level"]}
    died = Counter(arm_by_then(p) for p in later if p["died"] == "yes")
    counted = Counter(map(arm_by_then, later))
    assert found == {arm: (counted[arm], died[arm]) for arm in ("nr", "pr", "phr")}
