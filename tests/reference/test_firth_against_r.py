"""Firth's penalised likelihood against R, maximised there by optim: firth.R made firth.csv."""

import pytest
from tests.reference import cohorts, expected

from retrocohort.models.model_table import model_table
from retrocohort.models.samples import at_risk

ORACLE = expected.read("firth.csv", ("model", "horizon", "ties"), ("column", "quantity"))
MODELS = {
    "plain": {"covariates": ["age", "sex", "ecog"]},
    "early": {"covariates": ["early", "age"]},
    "ecog": {"covariates": ["ph.ecog", "age"]},
    "strata": {"covariates": ["age", "ecog"], "strata": ["sex_group"]},
}
FIT = ("loglik_null", "loglik", "lr", "wald")


def fitted(block):
    model, horizon, ties = block
    frame = cohorts.lung()
    frame = frame.assign(sex_group=frame["sex"].map({1.0: "1", 2.0: "2"}))
    variables = cohorts.LUNG | {"sex_group": cohorts.coded("Sex", **{"1": "Men", "2": "Women"})}
    entry = MODELS[model] | {"ties": ties, "penalty": "firth"}
    sample = at_risk(frame, "os" if horizon == "2000" else f"os{horizon}", "full")
    return model_table(frame, sample, variables, entry, cohorts.CONVENTIONS)


def by_key(table):
    found = {("", row["statistic"]): row.get("value") for row in table.fit}
    for row in table.estimates:
        column = row["variable"] + row["level"]  # as R names it
        found |= {(column, name): row.get(name) for name in ("coef", "se", "hr_low", "hr_high")}
        found[column, "chisq"] = row["z"] ** 2 if "z" in row else None
        found[column, "p"] = row.get("p")
    return found


@pytest.mark.parametrize("block", ORACLE, ids="-".join)
def test_penalised_estimates_equal_r(block):
    found = by_key(fitted(block))
    assert expected.differences(ORACLE[block], found) == []
    assert {name for column, name in ORACLE[block] if not column} == set(FIT)


def test_levels_without_events_have_an_estimate():
    block = ("ecog", "60", "breslow")
    rows = {(row["variable"], row["level"]): row for row in fitted(block).estimates}
    assert rows["ph.ecog", "3"]["events"] == 0
    assert 0 < rows["ph.ecog", "3"]["hr_low"] < rows["ph.ecog", "3"]["hr"]
    assert not any(row.get("note") for row in rows.values())
