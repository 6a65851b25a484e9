"""The survival table: its numbers, and what stands in which cell."""

from tests.unit.printed_tables import FULL, VARIABLES, printed, rows

from retrocohort.tables import survival_layout
from retrocohort.tables.layout import Layout
from retrocohort.tables.survival import COLUMNS, assemble

QUANTILES = rows("""
variable,level,n,events,median,median_low,median_high,q1,q3,note
,,100,60,40,30,50,20,90,
arm,x,70,45,35,30,50,18,80,
arm,y,30,15,,40,,22,,not reached
smoker,no,95,60,40,30,50,20,90,
smoker,yes,0,0,,,,,,not estimable: no patient
grade,1,50,30,41.5,30,50,20,,
grade,2,50,30,39,30,50,,,
""")
LOGRANK = rows("""
variable,strata,contrast,statistic,df,p,p_holm,note
arm,,,6,1,0.0143,,
arm,smoker,,5,1,0.9,,
smoker,,,,,,,not estimable: fewer than two groups have patients
grade,,,0.1,1,0.75,,
grade,,1|2,0.1,1,0.8,0.8,
""")
COX = rows("""
variable,level,reference,n,events,coef,se,hr,hr_low,hr_high,z,p,note
arm,x,x,68,44,,,,,,,,
arm,y,x,30,15,-0.6931,0.2,0.5,0.34,0.74,-3.4,0.0006,
age,,,98,59,0.01,0.005,1.01,1,1.02,2,0.045,
smoker,no,no,95,60,,,,,,,,
smoker,yes,no,0,0,,,,,,,,not estimable: no patient
""")
FIT = rows("""
model,statistic,value,df,p,note
,n,98,,,
,events,59,,,
,n_missing,2,,,
""")
SURVIVAL = {"variables": ["arm", "smoker", "grade"], "label": "Survival"}
PART = FULL | {"endpoint": "os", "endpoint_label": "Overall survival", "unit": "months"}


def survival(fit=FIT, model=None, part=PART) -> Layout:
    lines = assemble(QUANTILES, LOGRANK, COX, SURVIVAL, VARIABLES)
    model = model or {"label": "Adjusted"}
    return survival_layout.lay_out(
        lines, COX, fit, SURVIVAL, model, VARIABLES, part, {"confidence": 0.95}
    )


def test_the_numbers_of_the_survival_table():
    lines = [line.row() for line in assemble(QUANTILES, LOGRANK, COX, SURVIVAL, VARIABLES)]
    assert set().union(*lines) <= set(COLUMNS)
    found = {(row["variable"], row["level"]): row for row in lines}
    assert found["", ""]["percent"] == 100
    assert found["arm", ""] == {
        "variable": "arm", "level": "", "reference": "", "n": 100, "p_logrank": 0.0143, "note": "",
    }  # fmt: skip
    new = found["arm", "y"]
    assert (new["percent"], new["events"], new["q1"], new["hr"], new["p_cox"]) == (
        30,
        15,
        22,
        0.5,
        0.0006,
    )
    assert new["reference"] == "x"
    assert "hr" not in found["grade", "1"]
    assert found["grade", "1"]["reference"] == ""
    assert found["smoker", "yes"]["note"] == "not estimable: no patient"


def test_the_printed_survival_table():
    layout = survival()
    assert printed(layout) == [
        ["All patients", "100 (100.0)", "60", "40 (20–90)", "", "", ""],
        ["Treatment", "", "", "", "0.014", "", ""],
        ["Old", "70 (70.0)", "45", "35 (18–80)", "", "1 (reference)", ""],
        ["New <b>", "30 (30.0)", "15", "not reached (22–)", "", "0.50 (0.34–0.74)", "<0.001"],
        ["Smoker", "", "", "", "–a", "", ""],
        ["No", "95 (100.0)", "60", "40 (20–90)", "", "1 (reference)", ""],
        ["Yes", "0 (0.0)", "0", "–b", "", "–b", "–b"],
        ["Grade", "", "", "", "0.750", "", ""],
        ["Low", "50 (50.0)", "30", "41.5 (20–)", "", "–", "–"],
        ["High", "50 (50.0)", "30", "39", "", "–", "–"],
    ]
    assert layout.caption == (
        "Survival: Full cohort. Cox model of 98 patients with 59 events; "
        "2 left out for missing values"
    )
    assert layout.notes == [
        "HR, hazard ratio; CI, confidence interval.",
        "An open range: the later quartile was not reached.",
        "–, not entered in the model.",
        "The model also holds age.",
    ]
    assert layout.groups() == [("", 4), ("Adjusted", 2)]
    assert layout.columns[4].detail == "(95% CI)"


def test_percentages_are_of_all_patients_where_the_table_says_so():
    table = SURVIVAL | {"percent_of": "all"}
    lines = assemble(QUANTILES, LOGRANK, COX, table, VARIABLES)
    percents = {(line.variable, line.level): line.numbers.get("percent") for line in lines}
    assert percents["smoker", "no"] == 95  # of 100, of whom 5 are unknown
    assert percents["arm", "x"] == 70
    about = table, {"label": "Adjusted"}, VARIABLES, PART, {"confidence": 0.95}
    layout = survival_layout.lay_out(lines, COX, FIT, *about)
    assert layout.notes[0] == "Percentages are of all patients, unknown values among them."


def test_the_number_and_the_remark_of_a_printed_paper():
    table = SURVIVAL | {"numbers": {"full": "eTable 2"}, "remarks": {"full": "Layout ours."}}
    lines = assemble(QUANTILES, LOGRANK, COX, table, VARIABLES)
    about = table, {"label": "Adjusted"}, VARIABLES, PART, {"confidence": 0.95}
    layout = survival_layout.lay_out(lines, COX, FIT, *about)
    assert layout.caption.startswith("Survival: Full cohort (eTable 2 of the paper). Cox model")
    assert layout.notes[-1] == "Layout ours."


def test_notes_on_strata_and_competing_events():
    layout = survival(model={"strata": ["grade"]}, part=PART | {"note": "death censors"})
    assert layout.notes[-2:] == ["The model is stratified by grade.", "Death censors."]


def test_univariable_models_have_no_common_size():
    layout = survival(fit=[row | {"model": "arm"} for row in FIT])
    assert layout.caption == "Survival: Full cohort. Each covariate in a Cox model of its own"
    nobody_left_out = survival(fit=[row | {"value": "0"} for row in FIT])
    assert nobody_left_out.caption.endswith("no patient left out for missing values")


def test_a_reference_level_without_patients_is_not_called_a_reference():
    empty = rows("""
variable,level,reference,n,events,coef,se,hr,hr_low,hr_high,z,p,note
arm,x,x,0,0,,,,,,,,not estimable: no patient
""")
    lines = assemble(QUANTILES, LOGRANK, empty, SURVIVAL, VARIABLES)
    model, conventions = {"label": "Adjusted"}, {"confidence": 0.9}
    layout = survival_layout.lay_out(
        lines, empty, FIT, SURVIVAL, model, VARIABLES, PART, conventions
    )
    assert printed(layout)[2] == ["Old", "70 (70.0)", "45", "35 (18–80)", "", "–a", "–a"]
    assert layout.columns[4].detail == "(90% CI)"


def test_p_is_named_by_the_test_of_the_model():
    assert [c.detail for c in survival().columns][-1] == "Wald"
    penalised = survival(model={"label": "Adjusted", "penalty": "firth"})
    assert [c.detail for c in penalised.columns][-1] == "penalised LR"
