"""How many printed numbers a calibrated cohort gives, computed apart from the annealing.

Plain numpy on the table itself: none of the compiled code is used, and score.R computes the same
numbers again with R's survival.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from twin.chi_square import upper_tail
from twin.ledger import QUARTILES, Target
from twin.settings import UNKNOWN, Settings

Z = 1.959963984540054
TOLERANCE = float(np.sqrt(np.finfo(float).eps))  # R's and the pipeline's


@dataclass(frozen=True)
class Fit:
    """A Cox fit: coefficient and standard error by (variable, level)."""

    beta: dict[tuple[str, str], float]
    error: dict[tuple[str, str], float]


def quartile(months: np.ndarray, dead: np.ndarray, p: float) -> float:
    """Return the first month with S(t) <= p (SPSS's rule), NaN when there is none."""
    s = 1.0
    for t in np.unique(months[dead]):
        s *= 1 - (dead & (months == t)).sum() / (months >= t).sum()
        if s <= p + TOLERANCE:
            return float(t)
    return math.nan


def log_rank_p(months: np.ndarray, dead: np.ndarray, group: np.ndarray) -> float:
    """Return the P of the log-rank test of the groups that occur; NaN with fewer than two."""
    levels = np.unique(group)
    if len(levels) < 2:
        return math.nan
    excess = np.zeros(len(levels))
    variance = np.zeros((len(levels), len(levels)))
    for t in np.unique(months[dead]):
        at_risk = np.array([((months >= t) & (group == g)).sum() for g in levels])
        deaths = np.array([((months == t) & dead & (group == g)).sum() for g in levels])
        n, d = at_risk.sum(), deaths.sum()
        excess += deaths - d * at_risk / n
        if n > 1:
            share = at_risk / n
            variance += d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
    x = excess[1:] @ np.linalg.solve(variance[1:, 1:], excess[1:])
    return upper_tail(float(x), len(levels) - 1)


def fit_cox(months: np.ndarray, dead: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients and standard errors by Newton's steps, with Breslow's ties."""
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        w = np.exp(x @ beta)
        score, information = np.zeros(len(beta)), np.zeros((len(beta), len(beta)))
        for t in np.unique(months[dead]):
            risk, died = months >= t, (months == t) & dead
            share = w[risk] / w[risk].sum()
            mean = share @ x[risk]
            score += x[died].sum(axis=0) - died.sum() * mean
            spread = (x[risk] * share[:, None]).T @ x[risk] - np.outer(mean, mean)
            information += died.sum() * spread
        step = np.clip(np.linalg.solve(information, score), -1.5, 1.5)
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
    return beta, np.sqrt(np.diag(np.linalg.inv(information)))


def members(cohort: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return who belongs to which population: one boolean column each."""
    return pd.DataFrame(
        {
            name: np.logical_and.reduce(
                [np.ones(len(cohort), bool)]
                + [cohort[variable].isin(levels) for variable, levels in where.items()]
            )
            for name, where in settings.populations.items()
        }
    )


def model_terms(settings: Settings) -> pd.DataFrame:
    """Return the terms of the models: file, population, variable, level, reference, arm."""
    rows = []
    for file, model in settings.models.items():
        for variable in model["covariates"]:
            levels = settings.variables[variable]
            reference = model.get("reference", {}).get(variable, levels[0])
            for level in levels:
                if level != reference:
                    population = file.split("/")[1]
                    rows.append((file, population, variable, level, reference, settings.arm))
    columns = ["file", "population", "variable", "level", "reference", "arm"]
    return pd.DataFrame(rows, columns=columns)


def fits(cohort: pd.DataFrame, settings: Settings) -> dict[str, Fit]:
    """Return the fit of each model, by file; patients with an unknown covariate are left out."""
    inside, found = members(cohort, settings), {}
    for file, terms in model_terms(settings).groupby("file", sort=False):
        chosen = inside[terms["population"].iloc[0]] & (
            cohort[terms["variable"].unique()] != UNKNOWN
        ).all(axis=1)
        own = cohort[chosen]
        keys = list(zip(terms["variable"], terms["level"], strict=True))
        x = np.column_stack([own[v] == level for v, level in keys]).astype(float)
        beta, error = fit_cox(own["months"].to_numpy(), own["died"].to_numpy() == 1, x)
        found[file] = Fit(dict(zip(keys, beta, strict=True)), dict(zip(keys, error, strict=True)))
    return found


def score(cohort: pd.DataFrame, wanted: list[Target], settings: Settings) -> pd.DataFrame:
    """Compare every target with the cohort.

    Parameters
    ----------
    cohort : text columns of covariates ("" unknown), numbers in months, died and lost.

    Returns
    -------
    Columns ids, kind, file, population, variable, level, arm, printed, got (full precision, NaN
    where a quartile is not reached) and match.
    """
    inside, models, rows = members(cohort, settings), fits(cohort, settings), []
    for target in wanted:
        got = _regenerate(target, cohort, inside, models, settings)
        rows.append(
            {
                "ids": " ".join(target.ids),
                **{key: getattr(target, key) for key in ("kind", "file", "population")},
                **{key: getattr(target, key) for key in ("variable", "level", "arm")},
                "printed": printed(target),
                "got": got,
                "match": matches(target, got),
            }
        )
    return pd.DataFrame(rows)


def printed(target: Target) -> str:
    """Return the printed number as text."""
    if target.value is None:
        return "not reached"
    return ("<" if target.below else "") + f"{target.value:.{target.decimals}f}"


def matches(target: Target, got: float) -> bool:
    """Return whether a number comes out as printed."""
    if target.value is None or math.isnan(got):
        return target.value is None and math.isnan(got)
    if target.below:
        return got < target.value
    return f"{got:.{target.decimals}f}" == printed(target)


def _regenerate(target: Target, cohort, inside, models, settings) -> float:
    """Return the number that a cohort has in the place of a printed one."""
    if target.kind == "lost":
        return float(cohort["lost"].sum())
    own = cohort[inside[target.population]]
    if target.arm:
        own = own[own[settings.arm] == target.arm]
    levels = own[own[target.variable] == target.level] if target.level else own
    months, dead = levels["months"].to_numpy(), levels["died"].to_numpy() == 1
    if target.kind == "count":
        return float(len(levels))
    if target.kind == "deaths":
        return float(dead.sum())
    if target.kind == "followup":
        return quartile(months, ~dead, 0.5)
    if target.kind in QUARTILES:
        return quartile(months, dead, 0.75 - 0.25 * QUARTILES.index(target.kind))
    if target.kind == "p_logrank":
        known = own[own[target.variable] != UNKNOWN]
        return log_rank_p(
            known["months"].to_numpy(),
            known["died"].to_numpy() == 1,
            known[target.variable].to_numpy(),
        )
    fit, term = models[target.file], (target.variable, target.level)
    beta, error = fit.beta[term], fit.error[term]
    return {
        "hr": math.exp(beta),
        "hr_low": math.exp(beta - Z * error),
        "hr_high": math.exp(beta + Z * error),
        "p_cox": math.erfc(abs(beta / error) / math.sqrt(2)),
    }[target.kind]


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return by block the printed numbers, those that match, and the largest relative distance."""
    blocks = {"count": "counts", "deaths": "text", "followup": "text", "lost": "text"}
    blocks |= {kind: "quartiles" for kind in QUARTILES} | {"p_logrank": "log-rank P"}
    blocks |= {kind: "HR and limits" for kind in ("hr", "hr_low", "hr_high")} | {"p_cox": "Cox P"}
    value = pd.to_numeric(table["printed"].str.lstrip("<"), errors="coerce")
    far = (table["got"] / value - 1).abs().where(~table["printed"].str.startswith("<"))
    frame = pd.DataFrame(
        {
            "block": table["kind"].map(blocks),
            "population": table["population"],
            "printed": 1,
            "match": table["match"].astype(int),
            "within_3_percent": (table["match"] | (far <= 0.03)).astype(int),
            "farthest": far,
        }
    )
    sums = frame.groupby(["block", "population"], sort=False)
    return sums.agg(
        {"printed": "sum", "match": "sum", "within_3_percent": "sum", "farthest": "max"}
    ).reset_index()


def read_calibrated(path) -> pd.DataFrame:
    """Return a calibrated cohort: text, but for months, died and lost."""
    cohort = pd.read_csv(path, dtype=str, keep_default_na=False)
    return cohort.astype({"months": int, "died": int, "lost": int})
