"""The printed baseline table and its HTML: what stands in which cell, all text escaped."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from tests.unit.printed_tables import FULL, VARIABLES, printed, rows

from retrocohort.report.page import environment
from retrocohort.tables import baseline_layout
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row

TEMPLATES = Path(__file__).parents[2] / "report" / "templates"

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
    smd = "SMD, absolute standardised mean difference between the arms."
    assert len(baseline.notes) == 4 and baseline.notes[-1] == smd
    ages = baseline_layout.lay_out(VALUES, TESTS, TABLE | {"variables": ["age"]}, VARIABLES, FULL)
    assert ages.notes == ["IQR, interquartile range (first to third quartile).", smd]
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
    name = "table.html.j2"
    made = environment({name: (TEMPLATES / name).read_text(encoding="utf-8")})
    html = made.get_template(name).render(table=baseline, words={"comma": ", ", "space": " "})
    assert "New &lt;b&gt;" in html
    assert "<b>" not in html
    root = ET.fromstring(f"<div>{html}</div>")  # well-formed
    heads = ["".join(th.itertext()) for th in root.iterfind(".//thead/tr/th")]
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
