"""The chain from the delivered files to what is printed, in one process.

Each step is the package's own function with what the rules of the workflow give it.
"""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from retrocohort.cohort.build import Cohort, cohort
from retrocohort.config.study import load_study
from retrocohort.models.cox import fit_cox
from retrocohort.models.model_table import model_table
from retrocohort.models.samples import at_risk
from retrocohort.models.survival import landmark_rows, log_rank_rows, quantile_rows
from retrocohort.plan.entries import Plan
from retrocohort.records.delivered import read_records
from retrocohort.records.logs import Logs
from retrocohort.records.patients import clean_records

STUDY = Path(__file__).parent / "study"
FULL, OS, CRUDE, ADJUSTED = "full", "os", "crude", "adjusted"
KEYS = ("type", "levels")


class Cleaned(NamedTuple):
    """What the chain makes of the delivered files."""

    records: pd.DataFrame
    linkage: list[dict]
    patients: pd.DataFrame
    logs: Logs


def plan_of(data: Path) -> Plan:
    """Return the plan of the study, whose delivered files are in a folder."""
    return Plan("simulated", load_study(str(STUDY), str(data)))


def clean(plan: Plan) -> Cleaned:
    """Read, link and clean the delivered files, and derive."""
    study, sources = plan.study, plan.source_rules()
    key = Path(study["key_file"]).read_bytes().strip()
    records, linkage, _ = read_records(sources, plan.reading_rules(), key)
    patients, logs = clean_records(
        records, sources, plan.cleaning_rules(), study["codes"], study["derive"], study["checks"]
    )
    return Cleaned(records, linkage, patients, logs)


def select(plan: Plan, patients: pd.DataFrame) -> Cohort:
    """Apply the criteria and compute the endpoints."""
    return cohort(patients, plan.cohort_decisions())


def estimates(plan: Plan, frame: pd.DataFrame) -> dict[str, list[dict]]:
    """Return the rows that are printed of overall survival and of the adjusted model."""
    sample, block = at_risk(frame, OS, FULL), plan.survival_of(OS)
    conventions = plan.conventions("interval", "quantiles", "confidence")
    names = block["variables"]
    group = frame, sample, names, plan.texts(names, *KEYS)
    model, variables = plan.study["models"][ADJUSTED], plan.model_variables(ADJUSTED, *KEYS)
    return {
        "quantiles": quantile_rows(*group, conventions),
        "logrank": log_rank_rows(*group, block["logrank_strata"]),
        "landmarks": landmark_rows(*group, block["landmarks"], conventions),
        "cox": model_table(frame, sample, variables, model, conventions).estimates,
    }


def crude_log_hazard_ratio(plan: Plan, frame: pd.DataFrame) -> float:
    """Return the log hazard ratio of the treatment alone, by the second engine, which is quick."""
    model, variables = plan.study["models"][CRUDE], plan.model_variables(CRUDE, *KEYS)
    sample, names = at_risk(frame, OS, FULL), model["covariates"]
    fit = fit_cox(frame, sample, names, variables, model, model["ties"], two_engines=False)
    return float(fit.beta[0])
