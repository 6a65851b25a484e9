"""All rows of one model entry of a study: a multivariable model, or one model a covariate."""

from dataclasses import dataclass, field

from retrocohort.language import noted
from retrocohort.models.cox import fit_cox
from retrocohort.models.cox_rows import estimate_rows, fit_rows, ph_rows
from retrocohort.models.log_rank import log_rank
from retrocohort.models.samples import Sample, is_coded, level_codes, numbers

CONSTANT = noted("left out: the same in all patients")


@dataclass
class ModelTable:
    """Rows for the three files of a model."""

    estimates: list[dict] = field(default_factory=list)
    fit: list[dict] = field(default_factory=list)
    ph: list[dict] = field(default_factory=list)


def model_table(frame, sample: Sample, variables, model: dict, conventions: dict) -> ModelTable:
    """Return the estimates, the fit and the proportional hazards tests of a model entry.

    Parameters
    ----------
    model : kind (univariable | multivariable), covariates, strata, ties, select, reference.
    conventions : of the study; `ties` holds where the model names none.
    """
    ties = model.get("ties") or conventions["ties"]
    confidence = conventions["confidence"]
    table = ModelTable()
    if model.get("kind") == "univariable":
        for name in model["covariates"]:
            fit = fit_cox(frame, sample, [name], variables, model, ties)
            table.estimates += estimate_rows(fit, confidence)
            table.fit += fit_rows(fit, name)
            table.ph += ph_rows(fit, univariable=True)
        return table
    names, selection = selected(frame, sample, variables, model, ties)
    fit = fit_cox(frame, sample, names, variables, model, ties)
    table.estimates = estimate_rows(fit, confidence)
    table.fit = fit_rows(fit) + selection
    table.ph = ph_rows(fit)
    return table


def selected(frame, sample: Sample, variables, model: dict, ties: str):
    """Return the covariates that enter, and a row of the fit table for each that was judged.

    `select` is "listed" or "all" (every covariate named), or {"below": p, "always": [...]}: those
    with a univariate P below p, and those that enter anyway. A covariate that is the same in all
    patients is left out, and its row says so.
    """
    rule = model.get("select") or "listed"
    if not isinstance(rule, dict):
        return model["covariates"], []
    entered, rows = [], []
    for name in model["covariates"]:
        if is_constant(frame, sample, name, variables):
            rows.append({"model": name, "statistic": "entered", "value": 0, "note": CONSTANT})
            continue
        p = univariate_p(frame, sample, name, variables, ties)
        enters = p < rule["below"] or name in (rule.get("always") or [])
        entered += [name] if enters else []
        rows.append({"model": name, "statistic": "entered", "value": int(enters), "p": p})
    return entered, rows


def is_constant(frame, sample: Sample, name: str, variables) -> bool:
    """Return whether a covariate has one value, or none, in a sample."""
    if is_coded(variables[name]):
        codes = level_codes(frame, name, variables[name]["levels"], sample.rows)
        return len(set(codes[codes >= 0].tolist())) < 2
    values = numbers(frame, name)[sample.rows]
    return len(set(values[values == values].tolist())) < 2


def univariate_p(frame, sample: Sample, name: str, variables, ties: str) -> float:
    """Return the log-rank P of a covariate with levels, the Wald P of a continuous one.

    Neither is stratified: these are the P of the survival table.
    """
    if is_coded(variables[name]):
        codes = level_codes(frame, name, variables[name]["levels"], sample.rows)
        return log_rank(sample, codes).p
    rows = estimate_rows(fit_cox(frame, sample, [name], variables, {}, ties), 0.95)
    return rows[0].get("p", float("nan"))
