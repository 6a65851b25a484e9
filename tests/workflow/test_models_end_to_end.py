"""The models of the whole workflow, from delivered files to CSV, against R's survival package.

Reads results/, which `make test` makes before; R derives the cohorts from the raw files by itself.
"""

from pathlib import Path

import pytest
from tests.reference import expected
from tests.reference import test_cox_against_r as cox
from tests.reference import test_survival_against_r as survival

from retrocohort import io
from retrocohort.models.model_table import ModelTable

RESULTS = Path("results")
CURVES = {"by_treatment": "hormone", "by_group": "group", "by_grade": "grade", "by_size": "size"}
BRESLOW = "royston_altman"  # the model for which the study asks for them
MODELS = [b for b in cox.ORACLE if b[4] == ("breslow" if b[1] == BRESLOW else "efron")]


def rows_of(study, population, endpoint, name):
    return io.read_rows(RESULTS / study / "models" / population / endpoint / f"{name}.csv")


@pytest.mark.parametrize("block", survival.ORACLE, ids="-".join)
def test_survival_of_the_workflow_equals_r(block):
    found = survival.quantiles_by_key(rows_of(*block, "quantiles"), "log")
    found |= survival.landmarks_by_key(rows_of(*block, "landmarks"), "log")
    found |= survival.follow_up_by_key(rows_of(*block, "followup"), "log")
    found |= survival.log_rank_by_key(rows_of(*block, "logrank"))
    # R's value of whatever else the oracle has: other scales, SPSS's rule, sums of the curves
    wanted = {
        key: value
        for key, value in survival.ORACLE[block].items()
        if key[2] in ("", "log") and not key[-1].startswith(("spss_", "sum_", "times"))
    }
    assert len(wanted) > 100
    assert expected.differences(wanted, found, survival.EXACT) == []


def test_curves_of_the_workflow_equal_r():
    studies = sorted({study for study, *_ in survival.ORACLE})
    paths = [path for s in studies for path in sorted((RESULTS / s).glob("models/*/*/km_*.csv"))]
    assert len(paths) == (2 * 4 + 2 * 2) + (2 * 5 + 1)  # curves, endpoints, populations
    for path in paths:
        study, _, population, endpoint = path.parent.parts[-4:]
        by = CURVES.get(path.stem.removeprefix("km_"), "group")
        found = survival.curves_by_key(io.read_rows(path), by, "log")
        oracle = survival.ORACLE[study, population, endpoint]
        wanted = {key: oracle[key] for key in found}
        assert len(wanted) >= 8
        assert expected.differences(wanted, found) == [], path


@pytest.mark.parametrize("block", MODELS, ids="-".join)
def test_model_of_the_workflow_equals_r(block):
    study, model, population, endpoint, _ = block
    parts = [
        rows_of(study, population, endpoint, f"cox_{model}{part}") for part in ("", "_fit", "_ph")
    ]
    table = ModelTable(*parts)
    univariable = cox.MODELS[study, model].get("kind") == "univariable"
    found = cox.by_key(table, univariable)
    assert expected.differences(cox.ORACLE[block], found, cox.COUNTS) == []
    agree = [row["value"] for row in table.fit if row["statistic"] == "engines_agree"]
    assert agree == ["1"] * (len(cox.MODELS[study, model]["covariates"]) if univariable else 1)
