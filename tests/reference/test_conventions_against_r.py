"""Other confidence, selection by univariate P, the SPSS preset: conventions.R, conventions.csv."""

import math

import pytest
from tests.reference import cohorts, expected

from retrocohort.models import survival
from retrocohort.models.model_table import model_table, univariate_p
from retrocohort.models.samples import at_risk

KEY = ("variable", "level", "time", "quantity")
ORACLE = {set_: block for (set_,), block in expected.read("conventions.csv", ("set",), KEY).items()}
ADJUSTED = ["hormone", "age", "menopause", "size", "grade", "nodes", "pgr", "er", "chemo"]
LANDMARKS = [12, 36, 60, 120]
SPSS = {"ties": "breslow", "interval": "plain", "quantiles": "spss", "confidence": 0.95}
NUMBERS = ("coef", "se", "hr", "hr_low", "hr_high", "z", "p")


def cohort():
    frame = cohorts.rotterdam()
    return frame, at_risk(frame, "os", "full")


def model(conventions, **rule):
    entry = {"covariates": ADJUSTED, **rule}
    return model_table(*cohort(), cohorts.ROTTERDAM, entry, conventions)


def estimates_by_key(table):
    return {
        (row["variable"], row["level"], "", name): row.get(name)
        for row in table.estimates
        for name in NUMBERS
    }


def landmarks_by_key(group, conventions):
    rows = survival.landmark_rows(*group, LANDMARKS, conventions)
    return {
        (row["variable"], row["level"], f"{row['time']:g}", name): row.get(name)
        for row in rows
        for name in ("n_risk", "survival", "ci_low", "ci_high")
    }


@pytest.mark.parametrize("confidence", [0.9, 0.8])
def test_intervals_of_another_confidence_equal_r(confidence):
    conventions = cohorts.CONVENTIONS | {"confidence": confidence}
    group = (*cohort(), ["size"], cohorts.ROTTERDAM)
    found = estimates_by_key(model(conventions)) | landmarks_by_key(group, conventions)
    for kind, rows in {
        "survival": survival.quantile_rows(*group, conventions),
        "followup": survival.follow_up_rows(*group, conventions),
    }.items():
        for row in rows:
            for end in ("median", "low", "high"):
                own = "median" if end == "median" else f"median_{end}"
                found[row["variable"], row["level"], "", f"{kind}_{end}"] = row[own]
    oracle = ORACLE[f"confidence {confidence}"]
    assert len(oracle) == 10 * 7 + 4 * (6 + 4 * 3)
    assert expected.differences(oracle, found) == []
    usual = estimates_by_key(model(cohorts.CONVENTIONS))
    assert found["age", "", "", "hr_low"] > usual["age", "", "", "hr_low"]


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_univariate_p_equals_r(ties):
    oracle = ORACLE[f"univariate {ties}"]
    found = {
        (name, "", "", "p"): univariate_p(*cohort(), name, cohorts.ROTTERDAM, ties)
        for name in ADJUSTED
    }
    assert set(oracle) == set(found)
    assert expected.differences(oracle, found) == []


@pytest.mark.parametrize("name", ADJUSTED)
@pytest.mark.parametrize("factor", [0.95, 1.05])
def test_selection_turns_at_the_p_of_r(name, factor):
    p = ORACLE["univariate efron"][name, "", "", "p"]
    table = model(cohorts.CONVENTIONS, covariates=[name], select={"below": p * factor})
    assert bool(table.estimates) == (factor > 1)
    (row,) = [row for row in table.fit if row["statistic"] == "entered"]
    assert math.isclose(row["p"], p, rel_tol=1e-6)
    assert row["value"] == (factor > 1)


def test_spss_preset_with_selection_and_another_reference_equals_r():
    rule = {"select": {"below": 0.15, "always": ["hormone"]}, "reference": {"size": "gt50"}}
    table = model(SPSS, **rule)
    found = estimates_by_key(table)
    for row in table.fit:
        found["", "", "", row["statistic"]] = row.get("value")
        found[row["model"], "", "", row["statistic"]] = row.get("value")
        if row["statistic"] == "lr":
            found["", "", "", "df"] = row["df"]
    group = (*cohort(), ["size"], cohorts.ROTTERDAM)
    for row in survival.quantile_rows(*group, SPSS):
        for name in ("q1", "median", "q3", "median_low", "median_high"):
            found[row["variable"], row["level"], "", name] = row[name]
    found |= landmarks_by_key(group, SPSS)
    assert expected.differences(ORACLE["spss"], found) == []
    entered = {name: ORACLE["spss"][name, "", "", "entered"] for name in ADJUSTED}
    assert {row["variable"] for row in table.estimates} == {n for n in entered if entered[n]}
    assert entered["hormone"] == 1 and 0 in entered.values()
    agree = [row["value"] for row in table.fit if row["statistic"] == "engines_agree"]
    assert agree == [1]
