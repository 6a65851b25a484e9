"""The Cox models of both studies against R's survival package: cox.R made cox.csv."""

import pytest
from tests.reference import cohorts, expected

from retrocohort.models.model_table import model_table
from retrocohort.models.samples import at_risk

ORACLE = expected.read(
    "cox.csv",
    ("study", "model", "population", "endpoint", "ties"),
    ("covariate", "variable", "level", "quantity"),
)
R_ADJUSTED = ["hormone", "age", "menopause", "size", "grade", "nodes", "pgr", "er", "chemo"]
N_ADJUSTED = ["group", "age", "sex", "diabetes", "hypertension", "dyslipidaemia", "ischaemic_heart"]
MODELS = {
    ("rotterdam", "crude"): {"kind": "univariable", "covariates": R_ADJUSTED},
    ("rotterdam", "adjusted"): {"covariates": R_ADJUSTED},
    ("rotterdam", "by_menopause"): {
        "covariates": [name for name in R_ADJUSTED if name != "menopause"],
        "strata": ["menopause"],
    },
    ("rotterdam", "royston_altman"): {
        "covariates": [
            "age_cubed", "age_cubed_log", "menopause", "size", "nodes_inverse_root",
            "er_thousand", "hormone",
        ]
    },
    ("nafld", "crude"): {
        "kind": "univariable",
        "covariates": ["group", "age", "sex", "bmi", *N_ADJUSTED[3:]],
    },
    ("nafld", "adjusted"): {"covariates": N_ADJUSTED},
    ("nafld", "by_sex"): {
        "covariates": [name for name in N_ADJUSTED if name != "sex"],
        "strata": ["sex"],
    },
    ("nafld", "age_scale"): {"covariates": [name for name in N_ADJUSTED if name != "age"]},
}  # fmt: skip
STUDIES = {
    "rotterdam": (cohorts.rotterdam, cohorts.ROTTERDAM),
    "nafld": (cohorts.nafld, cohorts.NAFLD),
}
COUNTS = {"n", "events", "df", "zph_df"}


def test_all_models_are_there():
    assert len(ORACLE) == 2 * (2 + 8 + 2 + 1 + 2 + 15 + 2 + 3)
    assert {key[:2] for key in ORACLE} == set(MODELS)


@pytest.mark.parametrize("block", ORACLE, ids="-".join)
def test_model_equals_r(block):
    study, model, population, endpoint, ties = block
    make, variables = STUDIES[study]
    frame = make()
    entry = MODELS[study, model] | {"ties": ties}
    sample = at_risk(frame, endpoint, population)
    table = model_table(frame, sample, variables, entry, cohorts.CONVENTIONS)
    univariable = entry.get("kind") == "univariable"
    assert expected.differences(ORACLE[block], by_key(table, univariable), COUNTS) == []
    agree = [row["value"] for row in table.fit if row["statistic"] == "engines_agree"]
    assert agree == [1] * (len(entry["covariates"]) if univariable else 1)


def by_key(table, univariable):
    """Return our numbers by R's keys."""
    found = {}
    for row in table.estimates:
        covariate = row["variable"] if univariable else ""
        for name in ("coef", "se", "hr", "hr_low", "hr_high", "z", "p"):
            found[covariate, row["variable"], row["level"], name] = row.get(name)
    for row in table.ph:
        names = [row["variable"], "GLOBAL"] if univariable else [row["variable"]]
        for name in names:  # one term: R's GLOBAL is the term
            covariate = row["variable"] if univariable else ""
            found[covariate, name, "", "zph"] = row.get("statistic")
            found[covariate, name, "", "zph_df"] = row.get("df")
            found[covariate, name, "", "zph_p"] = row.get("p")
    for row in table.fit:
        found[row["model"], "", "", row["statistic"]] = row.get("value")
        found[row["model"], "", "", f"{row['statistic']}_p"] = row.get("p")
        if row["statistic"] == "lr":
            found[row["model"], "", "", "df"] = row.get("df")
    return found
