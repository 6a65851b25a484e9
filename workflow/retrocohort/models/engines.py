"""The engines that fit a Cox model: lifelines (Efron) and statsmodels' PHReg (Breslow).

Both are imported where they are used: a model needs one of them, and each takes two seconds. They
start from the maximum that the package's own Newton steps found: an engine whose likelihood has its
maximum elsewhere moves away from there, one that agrees stays, which saves most of its iterations.
"""

import warnings

import numpy as np

from retrocohort.models.samples import Sample

# lifelines stops at the first of: small step, small gain, small relative gain of the likelihood. By
# default coefficients are then off by 4e-5, with precision 1e-9 still by 4e-7 where they are small.
PRECISION = {"precision": 1e-20, "r_precision": 0.0, "step_size": 1.0, "max_steps": 50}
# PHReg counts a patient with entry == t as at risk; no two times are as near as this shift
JUST_AFTER = 1e-9


def fit_engine(sample: Sample, x: np.ndarray, strata: np.ndarray, ties: str, start: np.ndarray):
    """Return the (p,) coefficients and their (p, p) covariance, or None when the engine fails.

    Parameters
    ----------
    sample : follow-up of n patients.
    x : (n, p) covariates.
    strata : (n,) int codes.
    start : (p,) coefficients to start from.
    """
    # strata without an event carry no information, and engines stumble over them
    used = np.isin(strata, strata[sample.event])
    fit = fit_lifelines if ties == "efron" else fit_phreg
    with warnings.catch_warnings():
        # both warn of low variance and the like; what matters is checked against the second engine
        warnings.simplefilter("ignore")
        try:
            beta, covariance = fit(sample.take(used), x[used], strata[used], start)
        except (ArithmeticError, ValueError, np.linalg.LinAlgError):
            return None
    if np.isfinite(beta).all() and np.isfinite(covariance).all():
        return beta, covariance
    return None


def fit_lifelines(sample: Sample, x: np.ndarray, strata: np.ndarray, start: np.ndarray):
    """Fit with Efron's ties."""
    import pandas as pd
    from lifelines import CoxPHFitter

    names = [f"x{column}" for column in range(x.shape[1])]
    frame = pd.DataFrame(x, columns=names)
    frame["time"], frame["event"] = sample.time, sample.event.astype(int)
    options = {"duration_col": "time", "event_col": "event", "fit_options": PRECISION}
    # lifelines works in units of the standard deviation
    options["initial_point"] = start * x.std(axis=0, ddof=1)
    if sample.entry is not None:
        frame["entry"] = sample.entry
        options["entry_col"] = "entry"
    if len(np.unique(strata)) > 1:
        frame["stratum"] = strata
        options["strata"] = ["stratum"]
    fitter = CoxPHFitter().fit(frame, **options)
    return fitter.params_[names].to_numpy(), fitter.variance_matrix_.loc[names, names].to_numpy()


def fit_phreg(sample: Sample, x: np.ndarray, strata: np.ndarray, start: np.ndarray):
    """Fit with Breslow's ties."""
    from statsmodels.duration.hazard_regression import PHReg

    entry = None if sample.entry is None else sample.entry + JUST_AFTER
    model = PHReg(
        sample.time, x, status=sample.event.astype(int), entry=entry, strata=strata, ties="breslow"
    )
    result = model.fit(start_params=start, disp=0)
    return np.asarray(result.params), np.asarray(result.cov_params())
