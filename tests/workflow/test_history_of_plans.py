"""One thing is changed in a study, which is planned by the real rules: the cause that is named."""

import pytest
from tests.bad_input.cases import STUDY, make_project
from tests.workflow.planned_runs import planned_run

from retrocohort.history import causes
from retrocohort.history.comparison import Comparison

CONFIG, DATA = f"config/studies/{STUDY}", f"data/{STUDY}"
COX, CLEANING = "workflow/retrocohort/models/cox.py", "workflow/retrocohort/records/clean.py"
PLAN = "workflow/retrocohort/plan/entries.py"  # plans, and is read by no job
ADJUSTED = "  adjusted:\n    covariates: [treatment, age, sex, stage]"


def other(file, old, new):
    return {"file": file, "find": old, "put": new}


CHANGES = {  # what is edited; the key, its old and its new value
    "the number of a criterion": (
        other("study.yaml", "below: 18", "below: 21"),
        ("study.yaml: criteria[minor].where.age.below", "18", "21"),
    ),
    "a covariate of one model of two": (
        other("study.yaml", ADJUSTED, ADJUSTED.replace(", stage", "")),
        (
            "study.yaml: models.adjusted.covariates",
            "treatment, age, sex, stage",
            "treatment, age, sex",
        ),
    ),
    "the reference level of a model": (
        other("study.yaml", ADJUSTED, f'{ADJUSTED}\n    reference: {{stage: "2"}}'),
        ("study.yaml: models.adjusted.reference", "–", "{stage: 2}"),
    ),
    "the reference level of all": (
        other("dictionary.csv", "surgery=Surgery|drug=Drug", "drug=Drug|surgery=Surgery"),
        ("dictionary.csv: treatment.levels", "surgery, drug", "drug, surgery"),
    ),
    "the label of a criterion": (
        other("study.yaml", "Age under 18 years", "Minors"),
        ("study.yaml: criteria[minor].label", "Age under 18 years", "Minors"),
    ),
    "a model more": (
        other("study.yaml", "models:\n", "models:\n  small: {covariates: [age]}\n"),
        ("study.yaml: models.small", "–", "{covariates: age}"),
    ),
    "a code": (
        other("codes.csv", "patients,treatment,D,drug", "patients,treatment,D,surgery"),
        ("codes.csv: patients[treatment, D].clean", "drug", "surgery"),
    ),
}


def named(before, after):
    """Return what the differing results depend on, and whether cells do."""
    return [
        ((cause.kind, cause.what, cause.old, cause.new), n > 0)
        for cause, n in Comparison(before, after).causes
    ]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="module")
def before(project):
    return planned_run(project)


@pytest.mark.parametrize("change", CHANGES)
def test_the_key_that_changed_is_the_only_cause(before, tmp_path, change):
    edit, (what, old, new) = CHANGES[change]
    after = planned_run(make_project(tmp_path, [edit]))
    assert named(before, after) == [((causes.DECISION, f"{CONFIG}/{what}", old, new), True)]
    assert {c.kind for c in Comparison(before, after).unused} <= {causes.CONFIG}


def test_of_two_keys_each_is_named_where_it_was_felt(before, tmp_path):
    edits = [CHANGES[name][0] for name in ("a covariate of one model of two", "a model more")]
    comparison = Comparison(before, planned_run(make_project(tmp_path, edits), [PLAN]))
    (adjusted,) = comparison.causes_of("models/full/os/cox_adjusted.csv")
    (small,) = comparison.causes_of("models/full/os/cox_small.csv")
    assert adjusted.what == f"{CONFIG}/study.yaml: models.adjusted.covariates"
    assert small.what == f"{CONFIG}/study.yaml: models.small"


def test_a_delivered_cell_is_the_only_cause(before, tmp_path):
    edit = other("patients.csv", "P001,m,54", "P001,m,55")
    after = planned_run(make_project(tmp_path, [edit]))
    ((cause, has_cells),) = named(before, after)
    assert cause[:2] == (causes.DATA, f"{DATA}/patients.csv") and has_cells


@pytest.mark.parametrize("file", [COX, CLEANING])
def test_a_file_of_the_package_is_the_only_cause(before, project, file):
    ((cause, has_cells),) = named(before, planned_run(project, [file]))
    assert cause[:2] == (causes.CODE, file) and has_cells


def test_a_run_of_the_same_has_no_cause(before, project):
    comparison = Comparison(before, planned_run(project))
    assert comparison.is_empty and comparison.causes == comparison.unused == []
