"""The rows of a fitted Cox model: estimates, statistics of the fit, proportional hazards."""

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from retrocohort.language import noted
from retrocohort.models import firth
from retrocohort.models.concordance import concordance
from retrocohort.models.cox import CoxFit
from retrocohort.models.design import NO_PATIENT
from retrocohort.models.schoenfeld import GLOBAL, proportional_hazards_rows

ESTIMATE_COLUMNS = [
    "variable", "level", "reference", "n", "events", "coef", "se", "hr", "hr_low", "hr_high", "z",
    "p", "note",
]  # fmt: skip
FIT_COLUMNS = ["model", "statistic", "value", "df", "p", "note"]
PH_COLUMNS = ["variable", "statistic", "df", "p", "note"]


def estimate_rows(fit: CoxFit, confidence: float) -> list[dict]:
    """Return a row for each level and continuous covariate, the reference levels among them."""
    rows = [dict(row) for row in fit.design.rows]
    if fit.problem:
        for row in rows:
            if not is_reference(row):
                row["note"] = row.get("note") or fit.problem
        return rows
    for place, column in enumerate(fit.used):
        if fit.finite[place] and fit.design.row_of[column] >= 0:
            rows[fit.design.row_of[column]] |= estimate_of(fit, place, confidence)
    return rows


def estimate_of(fit: CoxFit, place: int, confidence: float) -> dict:
    """Return one coefficient with its hazard ratio, limits and P.

    Of a penalised fit the limits are those of the profile, z is the signed root of the penalised
    likelihood ratio statistic; of others they are Wald's.
    """
    coef, se = float(fit.beta[place]), float(np.sqrt(fit.covariance[place, place]))
    if fit.peak is None:
        width = ndtri((1 + confidence) / 2) * se
        low, high, z = coef - width, coef + width, coef / se
    else:
        low, high = firth.profile_limits(fit.full, fit.peak, place, confidence)
        z = firth.signed_root(fit.full, fit.peak, place)
    found = np.isfinite([low, high, z]).all()
    return {
        "note": ""
        if found
        else noted("not estimable: the profile of the likelihood has no such limit"),
        "coef": coef,
        "se": se,
        "hr": float(np.exp(coef)),
        "hr_low": float(np.exp(low)),
        "hr_high": float(np.exp(high)),
        "z": z,
        "p": float(2 * ndtr(-abs(z))),
    }


def is_reference(row: dict) -> bool:
    """Return whether a row is that of the reference level, which never has an estimate."""
    return row["level"] != "" and row["level"] == row["reference"]


def is_not_estimable(row: dict, problem: str) -> bool:
    """Return whether a row of the design says so itself, or as the whole fit has a problem."""
    own = str(row.get("note") or "").startswith("not estimable")
    return own or bool(problem and not is_reference(row))


def fit_rows(fit: CoxFit, name: str = "") -> list[dict]:
    """Return counts, likelihoods, the three tests, concordance, and whether the fit converged.

    Parameters
    ----------
    name : the covariate of a univariable model; empty for a multivariable one.
    """
    rows = [
        {"statistic": "n", "value": fit.sample.n},
        {"statistic": "events", "value": fit.sample.events},
        {"statistic": "n_missing", "value": fit.n_missing},
        {"statistic": "strata", "value": len(np.unique(fit.strata))},
    ]
    rows += (
        [{"statistic": s, "note": fit.problem} for s in STATISTICS]
        if fit.problem
        else statistic_rows(fit)
    )
    rows.append({"statistic": "converged", "value": int(not fit.problem), "note": fit.problem})
    if not fit.problem and fit.peak is None:
        agree = None if fit.engines_agree is None else int(fit.engines_agree)
        rows.append({"statistic": "engines_agree", "value": agree, "note": fit.engine_note})
    missing = sum(is_not_estimable(row, fit.problem) for row in fit.design.rows)
    rows.append({"statistic": "not_estimable", "value": missing})
    return [{"model": name, **row} for row in rows]


NO_FINITE = noted("not estimable: some coefficient of the model has no finite estimate")
STATISTICS = (
    "loglik_null", "loglik", "lr", "wald", "score", "concordance", "concordance_se", "aic", "epv",
)  # fmt: skip


def statistic_rows(fit: CoxFit) -> list[dict]:
    """Return the statistics of a converged fit.

    Likelihood-ratio and score tests count all columns, also those without a finite estimate: they
    stay valid there. The Wald test counts the finite ones. Of a penalised fit all likelihoods are
    penalised; it has no AIC, and no score test, as its score at zero is that of the penalty too.
    """
    null = fit.null.at(np.zeros(fit.null.x.shape[1]))
    full = fit.full.at(fit.beta)
    df = len(fit.null_columns)
    score, finite = fit.null_columns, fit.finite
    c, c_error = concordance(fit.sample, risk_score(fit), fit.strata)
    no_pairs = noted("not estimable: no comparable pairs") if np.isnan(c) else ""
    rows = [
        {"statistic": "loglik_null", "value": null.value},
        {"statistic": "loglik", "value": full.value},
        chi_square("lr", 2 * (full.value - null.value), df),
        chi_square("wald", *quadratic(fit.beta[finite], fit.covariance[np.ix_(finite, finite)])),
        chi_square(
            "score", *quadratic(null.gradient[score], null.information[np.ix_(score, score)])
        ),
        {"statistic": "concordance", "value": c, "note": no_pairs},
        {"statistic": "concordance_se", "value": c_error, "note": no_pairs},
        {"statistic": "aic", "value": 2 * df - 2 * full.value},
        {"statistic": "epv", "value": fit.sample.events / df},
    ]
    unpenalised = ("score", "aic")
    return [row for row in rows if fit.peak is None or row["statistic"] not in unpenalised]


def risk_score(fit: CoxFit) -> np.ndarray:
    """Return the (n,) linear predictor of all complete cases; lowest for levels without events."""
    # column by column, so that patients with the same covariates get the same bits
    score = np.zeros(fit.sample.n)
    for column, beta in zip(fit.used, fit.beta, strict=True):
        score += fit.design.columns[column] * beta
    return np.where(fit.design.live, score, -np.inf)


def quadratic(vector: np.ndarray, matrix: np.ndarray) -> tuple[float, int]:
    """Return v' M^-1 v and its degrees of freedom, in units in which M has a unit diagonal."""
    scale = np.sqrt(np.diag(matrix))
    unit = vector / scale
    return float(unit @ np.linalg.solve(matrix / np.outer(scale, scale), unit)), len(vector)


def chi_square(name: str, statistic: float, df: int) -> dict:
    """Return the row of a chi-square test."""
    if df == 0:
        return {"statistic": name, "note": noted("not estimable: no covariate with an estimate")}
    return {"statistic": name, "value": statistic, "df": df, "p": float(chdtrc(df, statistic))}


def ph_rows(fit: CoxFit, univariable: bool = False) -> list[dict]:
    """Return the test of proportional hazards of each term and GLOBAL; no GLOBAL of a lone term.

    A penalised fit has none: the test is a score test at the maximum of the plain likelihood.
    """
    if fit.peak is not None:
        return []
    design = fit.design
    names = list(dict.fromkeys(row["variable"] for row in design.rows))
    tested = {}
    if not fit.problem and fit.finite.all():
        terms: dict[str, list[int]] = {}
        for place, column in enumerate(fit.used):
            terms.setdefault(design.variable_of[column], []).append(place)
        rows = proportional_hazards_rows(fit.full, fit.beta, fit.sample, terms)
        tested = {row["variable"]: row for row in rows}
    wanted = names if univariable else [*names, GLOBAL]
    return [
        tested.get(name) or {"variable": name, "note": why_no_test(fit, name)} for name in wanted
    ]


def why_no_test(fit: CoxFit, name: str) -> str:
    """Return why a term, or GLOBAL, has no test of proportional hazards."""
    notes = [row.get("note") for row in fit.design.rows if row["variable"] == name]
    own = next((note for note in notes if note and note != NO_PATIENT), "")
    return own or fit.problem or NO_FINITE
