"""The test of proportional hazards by scaled Schoenfeld residuals, as R's cox.zph since 3.0.

A score test of x * g(t) added to the model (Grambsch and Therneau 1994), with the exact information
instead of their approximation; g is the left-continuous 1 - Kaplan-Meier of all patients, over all
strata. lifelines' test of the same name is the approximation and gives other numbers.
"""

import numpy as np
from scipy.special import chdtrc

from retrocohort.language import noted
from retrocohort.models.kaplan_meier import kaplan_meier
from retrocohort.models.partial_likelihood import PartialLikelihood
from retrocohort.models.samples import Sample

GLOBAL = "GLOBAL"
SINGULAR = noted("not estimable: too few events for this test")


def km_transform(sample: Sample, times: np.ndarray) -> np.ndarray:
    """Return 1 - S(t-) of all patients at each of some times."""
    curve = kaplan_meier(sample)
    before = np.searchsorted(curve.time, times, side="left")
    return 1 - np.concatenate(([1.0], curve.survival))[before]


def proportional_hazards_rows(
    likelihood: PartialLikelihood, beta: np.ndarray, sample: Sample, terms: dict[str, list[int]]
) -> list[dict]:
    """Return a row a term, then GLOBAL.

    Parameters
    ----------
    beta : (p,) coefficients at the maximum.
    sample : the patients of the Kaplan-Meier transform.
    terms : variable -> its columns; a covariate with levels is one term.
    """
    sets = likelihood.sets
    g = km_transform(sample, sets.times[sets.step])
    g = g - g.mean()
    gradient, plain, once, twice = likelihood.weighted(beta, g)
    rows = []
    everything = {**terms, GLOBAL: sorted(column for own in terms.values() for column in own)}
    for name, columns in everything.items():
        rows.append({"variable": name, **score_test(gradient, plain, once, twice, columns)})
    return rows


def score_test(gradient, plain, once, twice, columns) -> dict:
    """Return the score test of columns * g(t), given all columns of the model."""
    try:
        known = np.linalg.solve(plain, once[:, columns])
        schur = twice[np.ix_(columns, columns)] - once[columns] @ known
        if np.any(np.diag(schur) <= 1e-9 * np.diag(twice)[columns]):
            return {"note": SINGULAR}
        statistic = float(gradient[columns] @ np.linalg.solve(schur, gradient[columns]))
    except np.linalg.LinAlgError:
        return {"note": SINGULAR}
    df = len(columns)
    return {"statistic": statistic, "df": df, "p": float(chdtrc(df, statistic))}
