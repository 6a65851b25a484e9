"""The lung data against R's survival package: lung.R made lung.csv."""

import pytest
from tests.reference import cohorts, expected
from tests.reference import test_survival_against_r as by_key
from tests.reference.test_cox_against_r import by_key as model_by_key

from retrocohort.models import survival
from retrocohort.models.model_table import model_table
from retrocohort.models.samples import at_risk

SURVIVAL = expected.read(
    "lung.csv",
    ("part",),
    ("variable", "level", "interval", "time", "strata", "contrast", "quantity"),
)
COX = expected.read("lung.csv", ("part",), ("covariate", "variable", "level", "quantity"))
MODELS = {
    "plain": {"covariates": ["age", "sex", "ecog"]},
    "levels": {"covariates": ["age", "sex", "ph.ecog"]},
    "strata": {"covariates": ["age", "ph.ecog"], "strata": ["inst"]},
}
PARTS = [part for (part,) in COX if part != "survival"]


def test_survival_and_log_rank_equal_r():
    frame = cohorts.lung()
    group = (frame, at_risk(frame, "os", "full"), ["ph.ecog"], cohorts.LUNG)
    found = by_key.log_rank_by_key(survival.log_rank_rows(*group, ["inst"]))
    for interval in ("log", "log-log", "plain"):
        rule = cohorts.CONVENTIONS | {"interval": interval}
        rows = survival.landmark_rows(*group, [100, 365, 730], rule)
        found |= by_key.landmarks_by_key(rows, interval)
        for quantiles, prefix in {"r": "", "spss": "spss_"}.items():
            rows = survival.quantile_rows(*group, rule | {"quantiles": quantiles})
            found |= by_key.quantiles_by_key(rows, interval, prefix)
    oracle = SURVIVAL[("survival",)]
    assert len(oracle) > 200
    assert expected.differences(oracle, found) == []


@pytest.mark.parametrize("part", PARTS)
def test_cox_models_equal_r(part):
    name, ties = part.split()
    frame = cohorts.lung()
    entry = MODELS[name] | {"ties": ties}
    sample = at_risk(frame, "os", "full")
    table = model_table(frame, sample, cohorts.LUNG, entry, cohorts.CONVENTIONS)
    assert expected.differences(COX[(part,)], model_by_key(table, False)) == []
    agree = [row["value"] for row in table.fit if row["statistic"] == "engines_agree"]
    assert agree == [1]
