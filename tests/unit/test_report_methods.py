"""The methods in words: every decision of a study is said, by its labels."""

import pytest
from report_study import RAW_NAMES, ROOT, STUDY

from retrocohort.config.study import load_study
from retrocohort.io import read_text
from retrocohort.report import derivations, methods, statistics
from retrocohort.report.labels import Labels, exact
from retrocohort.wording import singular


def labels_of(study) -> Labels:
    return Labels(study["variables"], study["populations"], study["endpoints"], study["sources"])


LABELS = labels_of(STUDY)


@pytest.fixture(scope="module")
def nafld(module_root):
    return load_study("config/studies/nafld", "data/nafld")


@pytest.fixture(scope="module")
def rotterdam(module_root):
    return load_study("config/studies/rotterdam", "data/rotterdam")


@pytest.fixture(scope="module")
def module_root():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({}, ""),
        ({"sex_x": "sex_m"}, "Sex: Men"),
        ({"sex_x": ["sex_m", "sex_f"]}, "Sex: Men or Women"),
        ({"fu_days": {"at_least": 1, "below": 80.5}},
         "Follow-up time ≥ 1 days and Follow-up time < 80.5 days"),
        ({"age_x": {"above": -1}}, "Age & more > −1 years"),
        ({"age_x": {"missing": True}}, "Age & more is missing"),
        ({"age_x": {"missing": False}}, "Age & more is not missing"),
        ({"not": {"died_x": "yes"}}, "not (Death: Yes)"),
        ({"any": [{"died_x": "yes"}, {"sex_x": "sex_m"}]}, "Death: Yes or Sex: Men"),
        (
            {"fu_days": {"at_most": 0}, "any": [{"died_x": "yes"}, {"sex_x": "sex_m"}]},
            "Follow-up time ≤ 0 days and (Death: Yes or Sex: Men)",
        ),
        (
            {"any": [{"died_x": "yes", "sex_x": "sex_m"}, {"died_x": "no"}]},
            "(Death: Yes and Sex: Men) or Death: No",
        ),
        ({"all": [{"any": [{"died_x": "yes"}]}]}, "Death: Yes"),
    ],
)  # fmt: skip
def test_conditions_in_words(condition, words):
    assert LABELS.condition(condition) == words


def test_decided_numbers_are_not_rounded():
    assert [exact(v) for v in (100.0, 0.05, 30.4375, -730)] == ["100", "0.05", "30.4375", "−730"]
    assert [singular(u) for u in ("years", "years of age", "fmol/l")] == [
        "year",
        "year of age",
        "fmol/l",
    ]


CONVENTIONS = [
    ("contingency", "yates", "with Yates' continuity correction"),
    ("contingency", "pearson", "Pearson's chi-square test without continuity correction"),
    ("t_test", "welch", "Welch's t test"),
    ("t_test", "student", "Student's t test"),
    ("rank_test", "corrected", "tie and continuity correction"),
    ("rank_test", "plain", "without continuity correction"),
    ("interval", "log", "the scale of log S(t)"),
    ("interval", "log-log", "the scale of log(−log S(t))"),
    ("interval", "plain", "the scale of S(t), cut off"),
    ("quantiles", "r", "the midpoint of that flat step"),
    ("quantiles", "spss", "at or below the quantile"),
    ("confidence", 0.9, "90% confidence intervals"),
    ("alpha", 0.01, "significance level of 0.01"),
]


@pytest.mark.parametrize(("key", "value", "words"), CONVENTIONS)
def test_a_changed_convention_changes_the_text(key, value, words):
    study = STUDY | {"conventions": STUDY["conventions"] | {key: value}}
    text = " ".join(s for _, said in statistics.statistics(study, labels_of(study)) for s in said)
    assert words in text
    others = [w for k, v, w in CONVENTIONS if k == key and v != value and w not in words]
    assert not [other for other in others if other in text and "continuity" not in other]


def test_a_model_names_covariates_strata_ties_selection_and_reference():
    name, facts = methods.model("mod_adj", STUDY, LABELS)
    assert name == "Adjusted"
    text = " ".join(facts)
    for words in (
        "Covariates: Treatment; Age & more, years.",
        "Stratified by Sex.",
        "Breslow's method",
        "univariable P below 0.15, and always Treatment",
        "Reference of Treatment: Surgery",
        "Populations: Full cohort; Men < 80.",
    ):
        assert words in text
    assert "One model for each of: Treatment;" in methods.model("mod_crude", STUDY, LABELS)[1][0]


def test_endpoints_of_the_real_studies(nafld, rotterdam):
    said = {
        n: " ".join(methods.endpoint(n, nafld, labels_of(nafld))[1]) for n in nafld["endpoints"]
    }
    assert "in years from the index date to death (Death: Yes; day from" in said["death"]
    assert (
        "Delayed entry: a patient is in the risk sets after the value of “Age" in said["death_age"]
    )
    assert (
        "“First NAFLD diagnosis after the index date”, where NAFLD: Con" in said["death_crossover"]
    )
    assert "Not at risk: Heart failure or infarction on or before" in said["hf_mi"]
    assert "estimates are cause-specific; 1 − S(t) is not presented as a risk." in said["hf_mi"]
    text = " ".join(methods.endpoint("rfs84", rotterdam, labels_of(rotterdam))[1])
    assert "the first of: recurrence (Recurrence: Yes;" in text
    assert "censored after 2557 days" in text


def test_derived_variables_of_the_real_studies(nafld, rotterdam):
    said = dict(derivations.derivations(nafld["derive"], labels_of(nafld)))
    assert said["Diabetes"] == (
        "whether there is any row of “Diagnoses” with Diagnosis: Diabetes up to day 0"
    )
    assert said["HDL cholesterol, mg/dl"].endswith(
        "of “Value of the test”, among the rows of “Measurements” with Test: HDL on days −730 to 0"
    )
    assert said["Obesity (BMI ≥ 30)"] == (
        "“Body mass index” cut: “No” below 30 kg/m², “Yes” from 30 kg/m² on"
    )
    powers = dict(derivations.derivations(rotterdam["derive"], labels_of(rotterdam)))
    assert powers["1/√nodes"] == "(“Positive lymph nodes”) to the power −0.5"
    assert powers["(Age/100)³ × ln(age/100)"] == (
        "(“Age” / 100) to the power 3, times the natural logarithm of (“Age” / 100)"
    )


def test_a_window_of_dates_says_from_which_date_its_days_are_counted():
    kinds = {"surgery": "date", "seen": "date", "grade": "ordinal", "crp": "number"}
    variables = {
        name: {"label": name.capitalize(), "type": kind, "unit": "", "levels": {}}
        for name, kind in kinds.items()
    }
    window = {"of": "seen", "around": "surgery", "from": -30, "to": 0}
    near = {"from": "labs", "window": window, "take": "nearest"}

    def said(**more):
        ((_, text),) = derivations.derivations(
            {"crp": {"reduce": near | more}}, Labels(variables, {}, {}, {"labs": {"label": "Labs"}})
        )
        return text

    counted = ", days counted from “Surgery” to “Seen”"
    assert said(value="crp") == (
        "the nearest to day 0 (at equal distance the earlier; of several a day the mean) of “Crp”, "
        f"among the rows of “Labs” on days −30 to 0{counted}"
    )
    assert "the earlier; none if those of that day differ) of “Grade”" in said(value="grade")
    assert said(take="last", value="grade").startswith("the last (none if those of that day")
    assert said(take="max", value="seen").startswith("the latest of “Seen”")
    assert said(take="any").startswith("whether there is any row of “Labs” on days")
    assert said(take="count", window={"of": "seen", "around": "surgery"}).endswith(counted)


def test_every_operation_of_the_vocabulary_can_be_said():
    from retrocohort.config import strict_yaml

    path = str(ROOT / "workflow/schemas/study.schema.yaml")
    operation = strict_yaml.load(path, read_text(path))["$defs"]["operation"]["properties"]
    assert set(derivations.OPERATIONS) == set(operation)
    takes = operation["reduce"]["properties"]["take"]["enum"]
    assert {*derivations.WHOLE, *derivations.TAKEN} == set(takes)


def test_the_earliest_of_several_and_a_condition_in_words():
    assert derivations.OPERATIONS["first_of"]("x", ["fu_days", "age_x"], LABELS) == (
        "the earliest of: Follow-up time, Age & more"
    )
    said = derivations.OPERATIONS["where"]("x", {"sex_x": "sex_m"}, LABELS)
    assert said == "whether Sex: Men"


def test_a_delivered_file_with_what_is_unusual_of_it():
    source = {"label": "Ward", "file": "w.xlsx", "rows": "many", "encoding": "utf-8"}
    source |= {"header_row": 1}
    odd = source | {"sheet": "Cases", "header_row": 3}
    assert [facts for _, facts in methods.sources({"sources": {"a": source, "b": odd}})] == [
        ["Several rows a patient, encoding UTF-8"],
        ["Several rows a patient, encoding UTF-8, sheet Cases, column names in row 3"],
    ]


def test_no_raw_name_in_the_methods():
    said = [methods.time_scale(STUDY), str(methods.populations(STUDY, LABELS))]
    said += [str(statistics.statistics(STUDY, LABELS)), str(methods.criteria(STUDY, LABELS))]
    said += [str(methods.endpoint(name, STUDY, LABELS)) for name in STUDY["endpoints"]]
    said += [str(methods.model(name, STUDY, LABELS)) for name in STUDY["models"]]
    said += [str(methods.sources(STUDY))]
    assert not [name for name in RAW_NAMES if name in " ".join(said)]


def test_the_three_hospitals_of_the_twin_in_words(module_root):
    study = load_study("config/studies/xu2025", "data/xu2025")
    said = dict(derivations.derivations(study["derive"], labels_of(study)))
    assert said["Pathological grading"] == (
        "the first that is known of: Grade by WHO 2019, Grade as delivered"
    )
    assert said["Death or last follow-up"].startswith("the latest of: Last call")
    assert "rounded to the nearest multiple of 1;" in methods.time_scale(study)
    assert "rounded" not in methods.time_scale(study | {"time": STUDY["time"]})


def test_a_signed_duration_says_that_it_may_be_negative(module_root):
    study = load_study("config/studies/xu2025", "data/xu2025")
    said = dict(derivations.derivations(study["derive"], labels_of(study)))
    name = next(label for label in said if label.startswith("Resection of the primary to"))
    assert said[name].endswith("in months, negative if it is earlier")
