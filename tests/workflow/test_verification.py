"""The second engine: it agrees with the first, with R, and sees every number that is changed."""

import csv
import math

import numpy as np
import pytest
from tests.reference import cohorts
from tests.reference.test_cox_against_r import MODELS, ORACLE
from tests.reference.test_firth_against_r import ORACLE as FIRTH

from retrocohort.config.study import load_studies
from retrocohort.io import read_rows
from retrocohort.plan.entries import Plan
from retrocohort.plan.verified import (
    verified_conventions,
    verified_files,
    verified_parts,
    verified_variables,
)
from retrocohort.tracking import package_files
from retrocohort.verify.check import Check, disagreeing
from retrocohort.verify.cohort import Cohort, Followed
from retrocohort.verify.concordance import concordance
from retrocohort.verify.cox import design_of, fit
from retrocohort.verify.partial import Cox
from retrocohort.verify.study import checks_of
from retrocohort.verify.words import KINDS

STUDY = "xu2025"
PLACE = ("variable", "level", "reference", "arm", "statistic", "contrast", "strata", "time")
PLACE += ("subgroup", "subgroups", "split", "reason", "model", "test", "summary", "note")
STUDIES = ("rotterdam", "nafld")


@pytest.fixture(scope="module")
def plans():
    names = [STUDY, *STUDIES]
    return {name: Plan(name, study) for name, study in load_studies(names, lambda *_: []).items()}


@pytest.fixture(scope="module")
def cohort_of(plans):
    return {
        name: Cohort(f"results/{name}/cohort/cohort.csv", verified_variables(plan))
        for name, plan in plans.items()
    }


def cells(path):
    return read_rows(f"results/{STUDY}/{path}")


def one_place(plan, population):
    """Return the parts of one population."""
    parts = verified_parts(plan)
    return {
        kind: [part for part in own if part["population"] == population]
        for kind, own in parts.items()
    }


def shifted(rows):
    """Return rows in which each number has moved by one in a hundred thousand, counts by one."""
    moved = []
    for row in rows:
        own = dict(row)
        for column, text in row.items():
            if column in PLACE:
                continue
            try:
                number = float(text)
            except ValueError:
                continue
            whole = number == int(number) and column in ("n", "events", "n_risk", "df", "n_event")
            own[column] = repr(number + 1 if whole else number * (1 + 1e-5) + 1e-9)
        moved.append(own)
    return moved


def numbers_in(rows, moved, is_curve):
    """Return (quantity, how many) of the cells that have moved; of a curve one a level."""
    found = {}
    for before, after in zip(rows, moved, strict=True):
        for column in before:
            if before[column] != after[column]:
                key = before["level"] if is_curve else len(found.setdefault(column, set()))
                found.setdefault(column, set()).add(key)
    return {column: len(keys) for column, keys in found.items()}


@pytest.mark.parametrize("population", ["full", "bt"])  # Firth's penalty is in the second
def test_every_changed_number_is_seen(plans, cohort_of, population):
    plan, parts = plans[STUDY], one_place(plans[STUDY], population)
    how = verified_conventions(plan)
    checks = checks_of(cohort_of[STUDY], parts, how, lambda path: shifted(cells(path)))
    seen = {}
    for check in checks:
        if not check.agrees:
            column = "hr_low" if check.quantity == "root of the profile at hr_low" else None
            column = column or check.quantity.replace("root of the profile at ", "")
            seen[check.file, column] = seen.get((check.file, column), 0) + 1
    files = [path.removeprefix(f"{plan.folder}/") for path in verified_files(plan)]
    for path in (path for path in files if f"/{population}/" in path):
        rows = cells(path)
        is_curve = "/km_" in path or path.endswith("_km.csv")
        for column, n in numbers_in(rows, shifted(rows), is_curve).items():
            assert seen.get((path, column), 0) >= n, (path, column, n)


@pytest.mark.parametrize("study", [STUDY, *STUDIES])
def test_the_engines_agree_and_every_kind_is_there(plans, study):
    rows = read_rows(f"results/{study}/audit/verification.csv")
    assert list(disagreeing(rows)) == []
    wanted = set(KINDS) if study == STUDY else set(KINDS) - {"means"}
    further = {part["kind"] for part in verified_parts(plans[study])["further"]}
    wanted -= set() if further - {"rmst"} else {"further"}
    assert {row["kind"] for row in rows} == wanted
    assert all(row["engine"] != row["second_engine"] for row in rows)
    assert {row["agrees"] for row in rows} == {"yes"}
    versions = {row["engine"]: row["version"] for row in rows}
    assert all(versions[name] for name in versions if not name.startswith("retrocohort"))


def test_a_difference_is_named():
    check = Check("cox", "cox_a.csv", "age", "coef", 1.0, 1.1, "lifelines", "statsmodels")
    assert list(disagreeing([check.row({})])) == [
        "cox_a.csv, age, coef: 1.0 by lifelines, 1.1 by statsmodels"
    ]
    one = Check("cox", "cox_a.csv", "age", "coef", 1.0, math.nan, "lifelines", "statsmodels")
    assert not one.agrees
    assert Check("cox", "f", "age", "p", math.nan, math.nan, "a", "b").agrees


BLOCKS = [
    block
    for block in ORACLE
    if block[1] != "crude" and (block[0] == "rotterdam" or block[1] == "age_scale")
]


@pytest.mark.parametrize("block", BLOCKS, ids="-".join)
def test_both_second_engines_equal_r(cohort_of, block):
    """Coefficients and errors of the compact likelihood and of PHReg, each sought from zero."""
    study, model, population, endpoint, ties = block
    cohort, asked = cohort_of[study], MODELS[study, model]
    names, strata = asked["covariates"], asked.get("strata", [])
    group = cohort.followed(population, endpoint)
    group = group.where(cohort.known([*names, *strata], group.rows))
    design, strata = design_of(cohort, group, names, {}), cohort.strata(strata, group.rows)
    slow = study == "nafld" or population != "large"
    for stated in [None] if slow else [None, {}]:
        found = fit(design, group, strata, ties, stated)
        errors = np.sqrt(np.diag(found.covariance))
        for column, coef, error in zip(found.columns, found.beta, errors, strict=True):
            r = {name: ORACLE[block]["", *column, name] for name in ("coef", "se")}
            assert (coef, error) == pytest.approx((r["coef"], r["se"]), rel=1e-6)
    risk = sum(
        design.x[:, design.columns.index(column)] * beta
        for column, beta in zip(found.columns, found.beta, strict=True)
    )
    r = [ORACLE[block]["", "", "", name] for name in ("concordance", "concordance_se")]
    assert concordance(group, risk, strata) == pytest.approx(r, rel=1e-6)


@pytest.mark.parametrize("block", [b for b in FIRTH if b[0] in ("plain", "early")], ids="-".join)
def test_the_compact_penalty_equals_r(block):
    model, horizon, ties = block
    frame = cohorts.lung()
    endpoint = "os" if horizon == "2000" else f"os{horizon}"
    names = {"plain": ["age", "sex", "ecog"], "early": ["early", "age"]}[model]
    columns = [frame[name] for name in names]
    x = np.column_stack([c == "yes" if c.dtype == object else c for c in columns]).astype(float)
    time, event = frame[f"{endpoint}_time"].to_numpy(float), frame[f"{endpoint}_event"]
    known = ~np.isnan(x).any(axis=1) & ~np.isnan(time)
    n = int(known.sum())
    group = Followed(np.arange(n), time[known], event.to_numpy(float)[known], np.full(n, -np.inf))
    cox = Cox(group, x[known], np.zeros(n), ties)
    beta = cox.penalised_maximum(np.zeros(x.shape[1]))
    assert cox.penalised(beta) == pytest.approx(FIRTH[block]["", "loglik"], rel=1e-9)
    coefs = [v for (column, name), v in FIRTH[block].items() if name == "coef" and column]
    assert sorted(beta) == pytest.approx(sorted(coefs), rel=1e-6)


def test_other_programs_print_what_r_gives_by_their_rules():
    with open("tests/reference/parity.csv", encoding="utf-8") as file:
        key = ("convention", "population", "endpoint", "variable", "level", "time", "quantity")
        r = {tuple(row[k] for k in key): row["value"] for row in csv.DictReader(file)}
    rows = read_rows("results/rotterdam/audit/parity.csv")
    assert len(rows) >= 4
    for row in rows:
        for program in ("spss", "r", "sas"):
            place = tuple(row[k] for k in key[:-1])
            if row[program]:
                wanted = float(r[*place, program])
                assert float(row[program]) == pytest.approx(wanted, rel=1e-6), (place, program)


def test_a_parity_table_says_which_program_the_study_follows():
    for study, program in (("rotterdam", "r"), (STUDY, "spss")):
        rows = read_rows(f"results/{study}/audit/parity.csv")
        followed = [row for row in rows if row[program] and row["convention"] != "median"]
        assert followed  # the limits of a median are read off the curve, in every preset
        for row in followed:
            assert float(row["this"]) == pytest.approx(float(row[program]), rel=1e-6)


def test_the_second_engine_shares_no_code_with_the_first():
    used = package_files("workflow/scripts/verify_numbers.py")
    shared = [path for path in used if "/models/" in path or "/tables/" in path]
    assert shared == []
