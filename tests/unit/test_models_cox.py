"""Cox models of populations in which something has no estimate, and how models are put together.

Whatever happens, there is a row for every level, a reason where there is no number, and no other
term suffers.
"""

import math
import warnings

import numpy as np
import pandas as pd
import pytest

from retrocohort.models import cox, engines
from retrocohort.models.model_table import model_table
from retrocohort.models.newton import Maximum
from retrocohort.models.samples import at_risk

VARIABLES = {
    "stage": {"type": "ordinal", "levels": {"i": "Stage I", "ii": "Stage II", "iii": "Stage III"}},
    "drug": {"type": "yesno", "levels": {"no": "No", "yes": "Yes"}},
    "age": {"type": "number", "levels": {}},
    "twice": {"type": "number", "levels": {}},
    "centre": {"type": "category", "levels": {"a": "A", "b": "B"}},
}
CONVENTIONS = {"ties": "efron", "confidence": 0.95}
NUMBERS = {"coef", "se", "hr", "hr_low", "hr_high", "z", "p"}


@pytest.fixture
def frame():
    rng = np.random.default_rng(11)
    n = 200
    made = pd.DataFrame({"stage": rng.choice(["i", "ii", "iii"], n)})
    made["drug"] = rng.choice(["no", "yes"], n)
    made["centre"] = rng.choice(["a", "b"], n)
    made["age"] = rng.normal(60, 10, n).round()
    made["twice"] = 2 * made["age"] + 1
    hazard = np.exp(0.5 * (made["stage"] == "iii") + 0.02 * made["age"])
    made["os_time"] = np.ceil(rng.exponential(40 / hazard))
    made["os_event"] = (rng.random(n) < 0.7).astype(float)
    made["in_full"] = True
    return made


def fit(frame, covariates, **model):
    """Return estimates by (variable, level), statistics by name, tests by variable."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sample = at_risk(frame, "os", "full")
        entry = {"covariates": covariates, **model}
        table = model_table(frame, sample, VARIABLES, entry, CONVENTIONS)
    for row in table.estimates:
        note = row.get("note") or ""
        is_reference = row["level"] and row["level"] == row["reference"]
        # a number or a reason, never both, never neither, but for reference levels
        assert is_reference or bool(NUMBERS & set(row)) != note.startswith("not estimable: ")
        assert all(math.isfinite(row[name]) for name in NUMBERS & set(row))
    estimates = {(row["variable"], row["level"]): row for row in table.estimates}
    statistics = {row["statistic"]: row for row in table.fit}
    return estimates, statistics, {row["variable"]: row for row in table.ph}


def test_rows_of_a_model_in_order(frame):
    estimates, statistics, ph = fit(frame, ["stage", "age", "drug"])
    assert list(estimates) == [
        ("stage", "i"), ("stage", "ii"), ("stage", "iii"), ("age", ""), ("drug", "no"),
        ("drug", "yes"),
    ]  # fmt: skip
    assert estimates["stage", "i"]["reference"] == "i" and "hr" not in estimates["stage", "i"]
    assert sum(estimates["stage", level]["n"] for level in ("i", "ii", "iii")) == 200
    assert list(ph) == ["stage", "age", "drug", "GLOBAL"]
    assert (ph["stage"]["df"], ph["GLOBAL"]["df"]) == (2, 4)
    assert statistics["lr"]["df"] == 4
    assert statistics["epv"]["value"] == statistics["events"]["value"] / 4
    assert statistics["converged"]["value"] == statistics["engines_agree"]["value"] == 1


def test_another_reference_level_turns_the_ratio_round(frame):
    one, first, _ = fit(frame, ["stage", "age"])
    other, second, _ = fit(frame, ["stage", "age"], reference={"stage": "iii"})
    assert other["stage", "i"]["hr"] == pytest.approx(1 / one["stage", "iii"]["hr"])
    assert other["stage", "i"]["hr_low"] == pytest.approx(1 / one["stage", "iii"]["hr_high"])
    assert "hr" not in other["stage", "iii"] and other["stage", "iii"]["reference"] == "iii"
    assert second["loglik"]["value"] == pytest.approx(first["loglik"]["value"])
    assert other["age", ""]["hr"] == pytest.approx(one["age", ""]["hr"])


def test_patients_with_missing_values_are_left_out_and_counted(frame):
    frame.loc[:9, "age"] = np.nan
    frame.loc[5:14, "drug"] = None
    frame.loc[[50], "os_time"] = np.nan
    estimates, statistics, _ = fit(frame, ["age", "drug"])
    assert statistics["n_missing"]["value"] == 15
    assert statistics["n"]["value"] == estimates["age", ""]["n"] == 184
    complete, _, _ = fit(frame.drop(index=[*range(15), 50]), ["age", "drug"])
    assert complete["age", ""]["coef"] == pytest.approx(estimates["age", ""]["coef"])


def test_missing_stratum_counts_as_missing(frame):
    frame.loc[:19, "centre"] = None
    _, statistics, _ = fit(frame, ["age"], strata=["centre"])
    assert (statistics["n"]["value"], statistics["n_missing"]["value"]) == (180, 20)
    assert statistics["strata"]["value"] == 2


def test_constant_covariates_are_named_and_the_others_estimated(frame):
    alone, _, _ = fit(frame, ["stage"])
    estimates, statistics, ph = fit(frame.assign(age=60.0, drug="yes"), ["stage", "age", "drug"])
    assert estimates["age", ""]["note"] == "not estimable: all patients have the same value"
    assert estimates["drug", "no"]["note"] == "not estimable: no patient"
    assert estimates["drug", "yes"]["note"] == "not estimable: all patients have the level 'Yes'"
    assert estimates["stage", "iii"]["coef"] == pytest.approx(alone["stage", "iii"]["coef"])
    assert ph["age"]["note"] == "not estimable: all patients have the same value"
    assert ph["drug"]["note"] == "not estimable: all patients have the level 'Yes'"
    assert ph["GLOBAL"]["df"] == 2
    assert statistics["not_estimable"]["value"] == 3


def test_empty_level(frame):
    estimates, _, _ = fit(frame[frame["stage"] != "ii"], ["stage", "age"])
    assert estimates["stage", "ii"]["note"] == "not estimable: no patient"
    assert "hr" in estimates["stage", "iii"]


def test_empty_reference_level_leaves_no_contrast_but_adjusts(frame):
    reduced = frame[frame["stage"] != "i"]
    estimates, statistics, ph = fit(reduced, ["stage", "age"])
    wanted, _, _ = fit(reduced, ["stage", "age"], reference={"stage": "ii"})
    for level in ("ii", "iii"):
        note = estimates["stage", level]["note"]
        assert note == "not estimable: no patient in the reference level"
    assert estimates["age", ""]["coef"] == pytest.approx(wanted["age", ""]["coef"], rel=1e-9)
    assert (statistics["lr"]["df"], ph["stage"]["df"]) == (2, 1)


def test_covariate_determined_by_another(frame):
    alone, _, _ = fit(frame, ["age"])
    estimates, statistics, ph = fit(frame, ["age", "twice"])
    assert estimates["twice", ""]["note"] == (
        "not estimable: determined by the covariates before it"
    )
    assert estimates["age", ""]["coef"] == pytest.approx(alone["age", ""]["coef"])
    assert statistics["lr"]["df"] == 1
    assert ph["twice"]["note"].startswith("not estimable")


def test_covariate_that_is_constant_within_strata(frame):
    estimates, _, _ = fit(frame, ["centre", "age"], strata=["centre"])
    assert estimates["centre", "b"]["note"].startswith("not estimable: determined")
    assert "hr" in estimates["age", ""]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda f: f.iloc[:0], "not estimable: no patient"),
        (lambda f: f.assign(os_time=np.nan), "not estimable: no patient"),
        (lambda f: f.assign(age=np.nan, stage=None), "not estimable: no patient"),
        (lambda f: f.assign(in_full=False), "not estimable: no patient"),
        (lambda f: f.assign(os_event=0.0), "not estimable: no event"),
        (lambda f: f[f["os_event"] == 1].iloc[:1], "not estimable: "),
    ],
    ids=["empty", "not at risk", "all missing", "empty population", "all censored", "one patient"],
)
@pytest.mark.parametrize("kind", ["univariable", "multivariable"])
def test_nothing_to_fit(frame, change, reason, kind):
    estimates, statistics, ph = fit(change(frame), ["age", "stage"], kind=kind)
    assert len(estimates) == 4
    for row in estimates.values():
        assert not NUMBERS & set(row)
    assert estimates["age", ""]["note"].startswith(reason)
    assert estimates["stage", "ii"]["note"].startswith("not estimable: ")
    assert statistics["converged"]["value"] == 0
    assert all(row["note"].startswith("not estimable: ") for row in ph.values())


def test_single_event(frame):
    one = frame.assign(os_event=0.0)
    one.loc[one["os_time"].nsmallest(50).index[-1], "os_event"] = 1.0
    estimates, statistics, _ = fit(one, ["stage", "drug"])
    assert statistics["events"]["value"] == 1
    assert not any(NUMBERS & set(row) for row in estimates.values())


def test_a_covariate_that_is_constant_is_left_out_of_a_selection_and_named(frame):
    rule = {"below": 1, "always": ["centre"]}
    same = frame.assign(centre="a", twice=3.0)
    same.loc[:20, "centre"] = None  # nobody is left out for it
    covariates = ["stage", "drug", "centre", "age", "twice"]
    sample = at_risk(same, "os", "full")
    entry = {"covariates": covariates, "select": rule}
    table = model_table(same, sample, VARIABLES, entry, CONVENTIONS)
    plain, statistics, _ = fit(frame, ["stage", "drug", "age"])
    assert {(r["variable"], r["level"]): r for r in table.estimates} == plain
    judged = {row["model"]: row for row in table.fit if row["statistic"] == "entered"}
    for name in ("centre", "twice"):
        assert judged[name]["value"] == 0
        assert judged[name]["note"] == "left out: the same in all patients"
    assert [name for name in covariates if judged[name]["value"]] == ["stage", "drug", "age"]
    assert statistics["n_missing"]["value"] == 0


def test_univariable_models_stand_alone(frame):
    frame.loc[:9, "age"] = np.nan
    sample = at_risk(frame, "os", "full")
    entry = {"kind": "univariable", "covariates": ["stage", "age"]}
    table = model_table(frame, sample, VARIABLES, entry, CONVENTIONS)
    age, _, _ = fit(frame, ["age"])
    rows = {(row["variable"], row["level"]): row for row in table.estimates}
    assert rows["age", ""] == age["age", ""]
    counts = {row["model"]: row["value"] for row in table.fit if row["statistic"] == "n"}
    assert counts == {"stage": 200, "age": 190}
    assert [row["variable"] for row in table.ph] == ["stage", "age"]


def test_selection_by_univariate_p(frame):
    frame["noise"] = np.random.default_rng(1).normal(size=len(frame))
    variables = VARIABLES | {"noise": {"type": "number", "levels": {}}}
    sample = at_risk(frame, "os", "full")

    def entered(**rule):
        entry = {"covariates": ["stage", "age", "noise", "drug"], **rule}
        table = model_table(frame, sample, variables, entry, CONVENTIONS)
        judged = {row["model"]: row for row in table.fit if row["statistic"] == "entered"}
        return list(dict.fromkeys(row["variable"] for row in table.estimates)), judged

    names, judged = entered(select={"below": 0.15})
    assert names == [name for name in judged if judged[name]["p"] < 0.15]
    assert 0 < len(names) < 4 and "stage" in names
    left_out = next(name for name in judged if name not in names)
    kept, _ = entered(select={"below": 0.15, "always": [left_out]})
    assert left_out in kept
    assert entered(select="all")[0] == entered(select="listed")[0] == entered()[0]
    nothing, judged = entered(select={"below": 1e-300})
    assert nothing == [] and all(row["value"] == 0 for row in judged.values())


def test_breslow_differs_from_efron_with_ties_only(frame):
    efron, _, _ = fit(frame, ["age"])
    breslow, _, _ = fit(frame, ["age"], ties="breslow")
    assert breslow["age", ""]["coef"] != pytest.approx(efron["age", ""]["coef"], rel=1e-6)
    untied = frame.assign(os_time=np.arange(1.0, 201.0))
    efron, _, _ = fit(untied, ["age"])
    breslow, _, _ = fit(untied, ["age"], ties="breslow")
    assert breslow["age", ""]["coef"] == pytest.approx(efron["age", ""]["coef"], rel=1e-9)


def test_unit_of_time_does_not_matter_and_unit_of_a_covariate_scales(frame):
    months, _, _ = fit(frame, ["age"])
    years, _, _ = fit(frame.assign(os_time=frame["os_time"] / 12), ["age"])
    assert years["age", ""]["hr"] == pytest.approx(months["age", ""]["hr"])
    decades, _, _ = fit(frame.assign(age=frame["age"] / 10), ["age"])
    assert decades["age", ""]["coef"] == pytest.approx(10 * months["age", ""]["coef"])


def test_when_the_main_engine_fails_the_second_gives_the_numbers(frame, monkeypatch):
    wanted, _, _ = fit(frame, ["stage", "age"])

    def fails(*_):
        raise np.linalg.LinAlgError

    monkeypatch.setattr(engines, "fit_lifelines", fails)
    estimates, statistics, _ = fit(frame, ["stage", "age"])
    assert estimates["age", ""]["hr"] == pytest.approx(wanted["age", ""]["hr"])
    assert statistics["engines_agree"]["value"] is None
    assert statistics["engines_agree"]["note"].startswith("main engine without result")


def test_engines_that_differ_are_reported(frame, monkeypatch):
    def off(sample, x, strata, start):
        return start + 0.01, np.eye(len(start))

    monkeypatch.setattr(engines, "fit_lifelines", off)
    _, statistics, _ = fit(frame, ["stage", "age"])
    assert statistics["engines_agree"]["value"] == 0
    assert statistics["engines_agree"]["note"].startswith("the engines differ")


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_main_engine_leaves_a_wrong_start(frame, ties):
    sample = at_risk(frame, "os", "full")
    x = frame[["age"]].to_numpy()
    strata = np.zeros(len(frame), dtype=int)
    near, _ = engines.fit_engine(sample, x, strata, ties, np.array([0.02]))
    far, _ = engines.fit_engine(sample, x, strata, ties, np.array([-0.05]))
    assert far == pytest.approx(near, rel=1e-9)


def test_rows_that_the_whole_fit_leaves_without_an_estimate_are_counted(frame, monkeypatch):
    def moves_on(likelihood):
        p = likelihood.x.shape[1]
        return Maximum(np.zeros(p), np.ones(p, dtype=bool), False)

    monkeypatch.setattr(cox, "maximise", moves_on)
    estimates, statistics, _ = fit(frame, ["stage", "age"])
    notes = {key: row.get("note") or "" for key, row in estimates.items()}
    assert notes == {
        ("stage", "i"): "",
        ("stage", "ii"): "not estimable: the fit did not converge",
        ("stage", "iii"): "not estimable: the fit did not converge",
        ("age", ""): "not estimable: the fit did not converge",
    }
    assert statistics["not_estimable"]["value"] == 3
