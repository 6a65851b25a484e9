"""Coefficients that run away, against R in the limit: separation.R made separation.csv."""

import pytest
from tests.reference import cohorts, expected

from retrocohort.models.model_table import model_table
from retrocohort.models.samples import at_risk

ORACLE = expected.read(
    "separation.csv", ("model", "horizon", "ties"), ("variable", "level", "quantity")
)
MODELS = {
    "karno": ["age", "sex", "pat.karno"],
    "inst": ["age", "inst"],
    "ecog": ["ph.ecog", "age"],
    "early": ["early", "age"],
}
FINITE = 15  # R stops its divergent coefficients between 20 and 30
FIT = ("n", "events", "loglik_null", "loglik", "lr", "score", "concordance", "concordance_se")


def fitted(block):
    model, horizon, ties = block
    frame = cohorts.lung()
    entry = {"covariates": MODELS[model], "ties": ties}
    sample = at_risk(frame, f"os{horizon}", "full")
    return model_table(frame, sample, cohorts.LUNG, entry, cohorts.CONVENTIONS)


def is_reported(block, variable, coef):
    """Return whether a coefficient of R is a number of ours too."""
    # nobody of Karnofsky 30, R's reference level, has an event: no contrast with it has an estimate
    return abs(coef) < FINITE and not (block[0] == "karno" and variable == "pat.karno")


@pytest.mark.parametrize("block", ORACLE, ids="-".join)
def test_the_other_terms_equal_r(block):
    table = fitted(block)
    found = {}
    for row in table.estimates:
        for name in ("coef", "se"):
            found[row["variable"], row["level"], name] = row.get(name)
    for row in table.fit:
        found["", "", row["statistic"]] = row.get("value")
        if row["statistic"] == "lr":
            found["", "", "df"] = row.get("df")
    oracle = ORACLE[block]
    wanted = {key: value for key, value in oracle.items() if key[0] == ""}
    for (variable, level, name), coef in oracle.items():
        if name == "coef" and is_reported(block, variable, coef):
            for name in ("coef", "se"):
                wanted[variable, level, name] = oracle[variable, level, name]
    if block[0] == "early":  # R drops the column from its count, having lost it to overflow
        del wanted["", "", "df"]
    assert len(wanted) >= len(FIT) + 2
    assert expected.differences(wanted, found) == []


@pytest.mark.parametrize("block", ORACLE, ids="-".join)
def test_what_runs_away_is_a_note_and_no_number(block):
    rows = {(row["variable"], row["level"]): row for row in fitted(block).estimates}
    for (variable, level, name), coef in ORACLE[block].items():
        if name == "coef" and not is_reported(block, variable, coef):
            row = rows[variable, level]
            assert row["note"].startswith("not estimable: "), (variable, level)
            assert not {"coef", "se", "hr", "hr_low", "hr_high", "z", "p"} & set(row)


def test_reasons():
    def reasons(*block):
        rows = fitted(block).estimates
        return {(row["variable"], row["level"]): row.get("note") or "" for row in rows}

    inst = reasons("inst", "60", "efron")
    assert inst["inst", "2"] == "not estimable: no event in this level"
    assert inst["inst", "8"] == "not estimable: no patient"
    assert inst["inst", "3"] == ""
    karno = reasons("karno", "60", "efron")
    assert karno["pat.karno", "50"] == "not estimable: no event in the reference level"
    early = reasons("early", "150", "breslow")
    assert early["early", "yes"] == (
        "not estimable: no finite maximum of the likelihood (separation)"
    )
    assert early["age", ""] == ""
