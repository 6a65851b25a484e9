"""Fit one Cox model to one population: estimates, tests of the fit, proportional hazards.

The main engine gives coefficients and covariance; the partial likelihood of this package finds
out beforehand what has no estimate, gives the tests, and checks the engine. Whatever cannot be
estimated becomes a row with a note; the other terms keep their numbers.
"""

from dataclasses import dataclass, field

import numpy as np

from retrocohort.language import noted
from retrocohort.models import firth
from retrocohort.models.design import Design, complete_cases, design_of
from retrocohort.models.engines import fit_engine
from retrocohort.models.newton import aliased, maximise
from retrocohort.models.partial_likelihood import PartialLikelihood, risk_sets
from retrocohort.models.samples import Sample, stratum_codes

AGREEMENT = 1e-6  # largest difference between the two engines, in standard errors

SEPARATION = noted("not estimable: no finite maximum of the likelihood (separation)")
DETERMINED = noted("not estimable: determined by the covariates before it")
NO_COLUMN = noted("not estimable: no covariate with an estimate")
NOT_CONVERGED = noted("not estimable: the fit did not converge")


@dataclass
class CoxFit:
    """A fitted model.

    Attributes
    ----------
    sample, strata : the complete cases and their (n,) stratum codes.
    n_missing : patients at risk without a value of some covariate or stratum.
    design : rows of the table and columns behind them.
    used : (q,) columns of the design in the fit; of them `finite` (q,) bool have an estimate.
    beta, covariance : (q,) and (q, q), of the columns used.
    null, full : the likelihood at zero of all columns, and at the maximum.
    problem : why there is no fit at all; empty when there is one.
    engines_agree : whether both engines give the same coefficients; None when one has none, for
        which `engine_note` has the reason.
    peak : the maximum of the penalised likelihood; None where there is no penalty.
    """

    sample: Sample
    strata: np.ndarray
    n_missing: int
    design: Design
    ties: str
    used: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    finite: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))
    beta: np.ndarray = field(default_factory=lambda: np.empty(0))
    covariance: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    null: PartialLikelihood | firth.PenalisedLikelihood | None = None
    full: PartialLikelihood | firth.PenalisedLikelihood | None = None
    null_columns: np.ndarray | None = None
    problem: str = ""
    engines_agree: bool | None = None
    engine_note: str = ""
    peak: firth.Peak | None = None


def fit_cox(
    frame, sample: Sample, names, variables, model: dict, ties: str, two_engines: bool = True
) -> CoxFit:
    """Return the fit of the covariates `names` to the complete cases of a sample.

    Parameters
    ----------
    model : the study's entry; of it `strata`, `reference` (variable -> level) and `penalty` count.
    ties : "efron" | "breslow".
    two_engines : whether the main engine fits too; without it the numbers are those of the second,
        and no library has to be started. It knows no penalty.
    """
    penalised = model.get("penalty") == "firth"
    strata_names = model.get("strata") or []
    known = complete_cases(frame, sample, [*names, *strata_names], variables)
    complete = sample.take(known)
    strata = stratum_codes(frame, strata_names, variables, complete.rows)
    references = model.get("reference") or {}
    design = design_of(frame, complete, names, variables, references, penalised)
    fit = CoxFit(complete, strata, int((~known).sum()), design, ties)
    fit.problem = why_no_fit(fit)
    if not fit.problem and penalised:
        estimate_penalised(fit)
    elif not fit.problem:
        estimate(fit, two_engines)
    return fit


def why_no_fit(fit: CoxFit) -> str:
    """Return why a model cannot be fitted, empty when it can be tried."""
    if fit.sample.n == 0:
        return noted("not estimable: no patient with all covariates known")
    if fit.sample.events == 0:
        return noted("not estimable: no event")
    if not fit.design.rows:
        return noted("not estimable: no covariate was selected")
    if fit.design.x.shape[1] == 0:
        return noted("not estimable: no covariate that varies")
    return ""


def own_information(likelihood: PartialLikelihood) -> np.ndarray:
    """Return (p,) bool: the columns that are not determined by those before them."""
    most = len(likelihood.sets.deaths) * likelihood.variance
    return ~aliased(likelihood.at(np.zeros(len(most))).information, most)


def estimate_penalised(fit: CoxFit) -> None:
    """Fit with Firth's penalty all columns that are not determined by others."""
    sets, x = risk_sets(fit.sample, fit.strata, fit.ties), fit.design.x
    own = own_information(PartialLikelihood(sets, x))
    note_columns(fit.design, np.flatnonzero(~own), DETERMINED)
    fit.used, fit.null_columns = np.flatnonzero(own), np.arange(own.sum())
    if not own.any():
        fit.problem = NO_COLUMN
        return
    fit.null = fit.full = firth.PenalisedLikelihood(PartialLikelihood(sets, x[:, own]))
    fit.peak = firth.maximise(fit.full, np.zeros(len(fit.used)))
    if not fit.peak.converged:
        fit.problem = NOT_CONVERGED
        return
    fit.beta, fit.finite = fit.peak.beta, np.ones(len(fit.used), dtype=bool)
    fit.covariance = covariance(fit.peak.there.information, fit.finite)


def estimate(fit: CoxFit, two_engines: bool) -> None:
    """Find the columns that can be estimated, fit them, and note those that cannot."""
    x = fit.design.x
    fit.null = PartialLikelihood(risk_sets(fit.sample, fit.strata, fit.ties), x)
    fit.null_columns = np.flatnonzero(own_information(fit.null))
    live, columns = fit.design.live, np.flatnonzero(fit.design.finite)
    sample, strata = fit.sample.take(live), fit.strata[live]
    sets = risk_sets(sample, strata, fit.ties)
    if len(columns):
        own = own_information(PartialLikelihood(sets, x[np.ix_(live, columns)]))
        note_columns(fit.design, columns[~own], DETERMINED)
        columns = columns[own]
    if not len(columns):
        fit.problem = NO_COLUMN
        return
    fit.used = columns
    fit.full = PartialLikelihood(sets, x[np.ix_(live, columns)])
    second = maximise(fit.full)
    if not second.converged:
        fit.problem = NOT_CONVERGED
        return
    fit.finite, fit.beta = ~second.diverging, second.beta
    fit.covariance = covariance(fit.full.at(second.beta).information, fit.finite)
    note_columns(fit.design, columns[second.diverging], SEPARATION)
    if second.diverging.any():
        fit.engine_note = noted("main engine not run: it would follow a coefficient without end")
    elif two_engines:
        ask_main_engine(fit, sample, strata)


def ask_main_engine(fit: CoxFit, sample: Sample, strata: np.ndarray) -> None:
    """Take the numbers of the main engine where it gives any, and compare both engines."""
    main = fit_engine(sample, fit.full.x, strata, fit.ties, fit.beta)
    if main is None:
        fit.engine_note = noted("main engine without result: the numbers are those of the second")
        return
    difference = np.abs(main[0] - fit.beta) / np.sqrt(np.diag(main[1]))
    fit.engines_agree = bool(difference.max() <= AGREEMENT)
    if not fit.engines_agree:
        fit.engine_note = noted("the engines differ: the numbers are those of the main one")
    fit.beta, fit.covariance = main


def covariance(information: np.ndarray, finite: np.ndarray) -> np.ndarray:
    """Return the inverse of the information of the finite coefficients, NaN for the others.

    In the limit the others carry no information. Inverted in units of a unit diagonal.
    """
    own = np.ix_(finite, finite)
    scale = np.sqrt(np.diag(information)[finite])
    inverse = np.full(information.shape, np.nan)
    inverse[own] = np.linalg.pinv(information[own] / np.outer(scale, scale))
    inverse[own] /= np.outer(scale, scale)
    return inverse


def note_columns(design: Design, columns, note: str) -> None:
    """Write a note into the rows of columns that have no estimate."""
    for column in columns:
        if design.row_of[column] >= 0:
            design.rows[design.row_of[column]]["note"] = note
