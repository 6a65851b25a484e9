"""The printed tables: what stands in which cell, and that all text is escaped."""

import csv
import io as text_io
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from retrocohort.tables import baseline_layout, survival_layout
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row, render
from retrocohort.tables.survival import COLUMNS, assemble

TEMPLATE = Path(__file__).parents[2] / "report" / "templates" / "table.html.j2"


def rows(text: str) -> list[dict]:
    """Return a CSV text as the reader of the package does."""
    return list(csv.DictReader(text_io.StringIO(text.strip())))


VARIABLES = {
    "arm": {
        "label": "Treatment",
        "type": "category",
        "unit": "",
        "levels": {"x": "Old", "y": "New <b>"},
    },
    "age": {"label": "Age", "type": "integer", "unit": "years", "levels": {}},
    "bmi": {"label": "BMI", "type": "number", "unit": "kg/m²", "levels": {}},
    "smoker": {
        "label": "Smoker",
        "type": "yesno",
        "unit": "",
        "levels": {"no": "No", "yes": "Yes"},
    },
    "grade": {"label": "Grade", "type": "ordinal", "unit": "", "levels": {"1": "Low", "2": "High"}},
}
VALUES = rows("""
variable,level,arm,statistic,value
,,,n,1200
,,x,n,800
,,y,n,400
age,,,missing,0
age,,x,missing,0
age,,y,missing,0
age,,,sd,12.5
age,,,median,56
age,,,q1,46
age,,,q3,66.5
age,,x,median,52
age,,x,q1,44
age,,x,q3,64
age,,y,median,
age,,y,q1,
age,,y,q3,
bmi,,,missing,6
bmi,,x,missing,4
bmi,,y,missing,2
bmi,,,sd,4.2
bmi,,,mean,26.04
bmi,,x,mean,26.149
bmi,,x,sd,4
bmi,,y,mean,25.95
bmi,,y,sd,4.44
smoker,,,missing,0
smoker,,x,missing,0
smoker,,y,missing,0
smoker,no,,n,900
smoker,yes,,n,300
smoker,yes,,percent,25
smoker,yes,x,n,250
smoker,yes,x,percent,31.25
smoker,yes,y,n,50
smoker,yes,y,percent,12.5
grade,,,missing,0
grade,,x,missing,0
grade,,y,missing,0
grade,1,,n,1200
grade,1,,percent,100
grade,1,x,n,800
grade,1,x,percent,100
grade,1,y,n,400
grade,1,y,percent,100
grade,2,,n,0
grade,2,,percent,0
grade,2,x,n,0
grade,2,x,percent,0
grade,2,y,n,0
grade,2,y,percent,0
""")
TESTS = rows("""
variable,test,statistic,df,df2,p,contrast,smd,summary,note
age,,,,,,,,median_iqr,not estimable: no value in New
age,,,,,,x|y,,,not estimable: no value in New
bmi,welch,0.8,1100.5,,0.4213,,,mean_sd,
bmi,,,,,,x|y,-0.0467,,
smoker,pearson,50,1,,1e-12,,,count_percent,
smoker,,,,,,x|y,0.46,,
grade,,,,,,,,count_percent,not estimable: the same value in all patients
grade,,,,,,x|y,,,not estimable: the same value in all patients
""")
TABLE = {"by": "arm", "variables": ["age", "bmi", "smoker", "grade"]}
FULL = {"population": "full", "population_label": "Full cohort"}


def printed(layout: Layout) -> list[list[str]]:
    """Return each row as header, then cells with the letter after the text."""
    return [
        [row.header, *(f"{cell.text}{cell.mark}" for cell in row.cells)]
        for block in layout.blocks
        for row in block
    ]


@pytest.fixture
def baseline() -> Layout:
    return baseline_layout.lay_out(VALUES, TESTS, TABLE, VARIABLES, FULL)


def test_the_printed_baseline_table(baseline):
    assert printed(baseline) == [
        ["Age, years", "56 (46–66.5)", "52 (44–64)", "–", "–a", "–a"],
        ["BMI, kg/m²", "26.0 (4.2)", "26.1 (4.0)", "26.0 (4.4)", "0.421b", "0.047"],
        ["Missing", "6 (0.5)", "4 (0.5)", "2 (0.5)", "", ""],
        ["Smoker", "300 (25.0)", "250 (31.3)", "50 (12.5)", "<0.001c", "0.460"],
        ["Grade", "", "", "", "–d", "–d"],
        ["Low", "1,200 (100.0)", "800 (100.0)", "400 (100.0)", "", ""],
        ["High", "0 (0.0)", "0 (0.0)", "0 (0.0)", "", ""],
    ]
    assert baseline.footnotes.listed() == [
        ("a", "Not estimable: no value in New"),
        ("b", "Welch's t test"),
        ("c", "Pearson chi-square test"),
        ("d", "Not estimable: the same value in all patients"),
    ]
    assert baseline.caption == "Baseline characteristics by treatment: Full cohort"
    details = [row.detail for block in baseline.blocks for row in block if not row.indent]
    assert details == ["median (IQR)", "mean (SD)", "n (%)", "n (%)"]
    assert [c.detail for c in baseline.columns][:3] == ["n = 1,200", "n = 800", "n = 400"]


def test_the_largest_of_three_differences_is_shown():
    three = VARIABLES["arm"] | {"levels": {"x": "Old", "y": "New", "z": "None"}}
    values = [
        row | {"arm": arm}
        for row in VALUES
        for arm in ({row["arm"]} | ({"z"} if row["arm"] else set()))
    ]
    tests = rows("""
variable,test,statistic,df,df2,p,contrast,smd,summary,note
bmi,anova,0.8,2,90,0.4,,,mean_sd,
bmi,,,,,,x|y,-0.3,,
bmi,,,,,,x|z,0.1,,
bmi,,,,,,y|z,,,not estimable: no value in None
""")
    table = TABLE | {"variables": ["bmi"]}
    layout = baseline_layout.lay_out(values, tests, table, VARIABLES | {"arm": three}, FULL)
    assert printed(layout)[0][-1] == "0.300b"
    assert layout.columns[-1].detail == "largest of the pairs"


def test_all_text_of_a_table_is_escaped(baseline):
    html = render(TEMPLATE.read_text(encoding="utf-8"), baseline)
    assert "New &lt;b&gt;" in html
    assert "<b>" not in html
    root = ET.fromstring(f"<div>{html}</div>")  # well-formed
    heads = [" ".join(th.itertext()) for th in root.iterfind(".//thead/tr/th")]
    assert heads == [
        "Characteristic",
        "Overall n = 1,200",
        "Old n = 800",
        "New <b> n = 400",
        "P",
        "SMD",
    ]
    assert {th.get("scope") for th in root.iterfind(".//tbody/tr/th")} == {"row"}
    assert len(root.findall(".//tbody")) == 4  # a block a variable


def test_letters_of_footnotes():
    notes = Footnotes()
    letters = [notes.mark(f"Note {i}") for i in range(28)]
    assert (letters[0], letters[25], letters[26], letters[27]) == ("a", "z", "aa", "bb")
    assert notes.mark("Note 3") == "d"
    assert notes.mark("") == ""


def test_groups_of_columns():
    columns = [Column("n"), Column("HR", group="Model"), Column("P", group="Model")]
    layout = Layout("t", "c", "s", columns, [[Row("r", [Cell()] * 3)]], [], Footnotes())
    assert layout.groups() == [("", 1), ("Model", 2)]
    assert Layout("t", "c", "s", columns[:1], [], [], Footnotes()).groups() == []


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
        ["New <b>", "30 (30.0)", "15", "NR (22–)", "", "0.50 (0.34–0.74)", "<0.001"],
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
        "NR, not reached.",
        "An open range: the later quartile was not reached.",
        "–, not entered in the model.",
        "The model also holds age.",
    ]
    assert layout.groups() == [("", 4), ("Adjusted", 2)]
    assert layout.columns[4].detail == "(95% CI)"


def test_notes_on_strata_and_competing_events():
    layout = survival(model={"strata": ["grade"]}, part=PART | {"note": "death censors"})
    assert layout.notes[-2:] == ["The model is stratified by grade.", "Death censors."]


def test_univariable_models_have_no_common_size():
    layout = survival(fit=[row | {"model": "arm"} for row in FIT])
    assert layout.caption == "Survival: Full cohort. Each covariate in a Cox model of its own"
    nobody_left_out = survival(fit=[row | {"value": "0"} for row in FIT])
    assert nobody_left_out.caption.endswith("no patient left out for missing values")
