"""The likelihood of stratified models whose coefficients run away: strata.R made strata.csv."""

import csv
import math

import numpy as np
import pandas as pd
from tests.reference import expected

from retrocohort.models.model_table import model_table
from retrocohort.models.samples import sample_of

NUMBER = {"type": "number", "levels": {}}
STRATUM = {"type": "category", "levels": {"0": "0", "1": "1"}}
VARIABLES = {"x": NUMBER, "z": NUMBER, "stratum": STRATUM}
MODEL = {"covariates": ["x", "z"], "strata": ["stratum"]}
COMPARED = ("loglik_null", "loglik", "lr", "aic")
SEPARATED = 10  # R's coefficient of x or z, when it gives up


def read():
    with open(expected.HERE / "strata.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fitted(case):
    frame = pd.DataFrame({name: np.array(case[name].split(), float) for name in ("x", "z")})
    frame["stratum"] = case["stratum"].split()
    sample = sample_of(*(np.array(case[k].split(), float) for k in ("time", "event", "entry")))
    rule = {"ties": case["ties"], "confidence": 0.95}
    return {
        row["statistic"]: row.get("value")
        for row in model_table(frame, sample, VARIABLES, MODEL, rule).fit
    }


def test_likelihood_is_the_supremum():
    cases = read()
    assert sum(float(case["largest"]) > SEPARATED for case in cases) > 50
    wrong = []
    for case in cases:
        found = fitted(case)
        wanted = {name: float(case[name]) for name in COMPARED[:3]}
        wanted["aic"] = 4 - 2 * wanted["loglik"]
        for name in COMPARED:
            if not math.isclose(
                expected.number(found[name]), wanted[name], rel_tol=1e-6, abs_tol=1e-6
            ):
                wrong.append((case["case"], case["ties"], name, found[name], wanted[name]))
    assert wrong == []
