"""The tables of the report: every number is that of the CSV after `format`, every word a label."""

import pytest
import report_study as rs
from printed_tables import printed

from retrocohort.report import coefficients, counts, estimates, findings, provenance
from retrocohort.report.labels import Labels

LABELS = Labels(rs.VARIABLES, rs.POPULATIONS, rs.STUDY["endpoints"], rs.STUDY["sources"])
SURGERY = rs.VARIABLES["arm_x"]["levels"]["arm_b"]
PART = rs.part("full", quantiles=rs.QUANTILES, followup=rs.FOLLOWUP)


def notes(layout) -> dict[str, str]:
    return dict(layout.footnotes.listed())


def test_quantiles_and_follow_up():
    layout = estimates.quantile_table("x", "About", PART, "95%", LABELS)
    assert printed(layout) == [
        ["All patients", "1,546", "877", "89.0 (81.9–97.4)", "40.0", "185.7",
         "113.2 (110.1–116.9)", "1.5–230.9"],
        ["Treatment", "", "", "", "", "", "", ""],
        ["Watchful waiting", "1,207", "718", "87.4 (79.9–)", "39.0", "not reached",
         "120.7 (116.8–124.6)", "2.1–230.9"],
        [SURGERY, "339", "0", "–a", "–a", "–a", "not reached", "1.5–206.0"],
    ]  # fmt: skip
    assert notes(layout) == {"a": "Not estimable: no event"}
    assert [c.group for c in layout.columns][2:6] == ["Survival, months"] * 3 + [
        "Follow-up, months"
    ]


def test_times_in_whole_units_have_no_decimals():
    whole = [row | {k: "7" for k in ("median", "q1", "q3")} for row in rs.QUANTILES[:1]]
    whole[0] |= {"median_low": "6.5", "median_high": ""}
    follow = [rs.FOLLOWUP[0] | {k: "9" for k in (*estimates.MEDIAN, "min", "max")}]
    part = PART | {"quantiles": whole, "followup": follow}
    layout = estimates.quantile_table("x", "About", part, "95%", LABELS)
    assert printed(layout)[0][3:] == ["7 (6.5–)", "7", "7", "9 (9–9)", "9–9"]


def test_a_cause_specific_endpoint_is_not_called_survival():
    part = PART | {"note": "death censors", "unit": "years of age"}
    layout = estimates.quantile_table("x", "About", part, "95%", LABELS)
    assert layout.columns[2].group == "Event-free, years of age"
    assert layout.columns[5].group == "Follow-up, years"
    fixed = estimates.landmark_table("x", "About", part, rs.LANDMARKS, "95%", LABELS)
    assert "Event-free at fixed times" in fixed.caption
    assert [c.head for c in fixed.columns] == ["n", "Event-free"]


def test_survival_at_fixed_times_leaves_out_a_time_that_nobody_reaches():
    layout = estimates.landmark_table("x", "About", PART, rs.LANDMARKS, "95%", LABELS)
    assert printed(layout) == [
        ["All patients", "1,490", "96.5 (95.6–97.4)"],
        ["Treatment", "", ""],
        ["Watchful waiting", "1,161", "96.3 (95.2–97.3)"],
        [SURGERY, "329", "97.3 (95.6–99.1)"],
    ]
    assert {c.group for c in layout.columns} == {"12 months"}
    late = [row for row in rs.LANDMARKS if row["time"] == "300"]
    assert estimates.landmark_table("x", "About", PART, late, "95%", LABELS) is None


def test_one_year_is_no_plural():
    rows = [rs.LANDMARKS[0] | {"time": "1"}]
    layout = estimates.landmark_table("x", "A", PART | {"unit": "years"}, rows, "95%", LABELS)
    assert layout.columns[0].group == "1 year"


def test_log_rank_tests():
    layout = estimates.logrank_table("x", "Caption", rs.LOGRANK, LABELS)
    assert printed(layout) == [
        ["Treatment", "1,546", "877", "0.82", "1", "0.364", ""],
        [f"Watchful waiting vs {SURGERY}", "1,284", "682", "48.75", "1", "<0.001", "0.012"],
        ["All levels, stratified by Sex", "1,546", "877", "–a", "–", "–", ""],
    ]
    assert "never at risk together" in notes(layout)["a"]


def test_coefficients():
    layout = coefficients.estimate_table("x", "Caption", rs.ESTIMATES, "95%", LABELS)
    assert printed(layout) == [
        ["Treatment", *[""] * 7],
        ["Watchful waiting", "1,207", "718", "0.72 (0.60–0.86)", "−0.3278", "0.0918", "−3.57",
         "<0.001"],
        [SURGERY, "339", "159", "1 (reference)", *[""] * 4],
        ["Age & more", "1,546", "877", "1.0004 (1.0001–1.0007)", "0.000368", "0.000151", "2.44",
         "0.015"],
    ]  # fmt: skip
    assert layout.blocks[1][0].detail == "per year"


def test_what_is_not_estimable_is_a_dash_with_the_reason():
    layout = coefficients.estimate_table("x", "Caption", rs.SEPARATED, "95%", LABELS)
    assert printed(layout)[1] == ["Watchful waiting", "0", "0", "–a", "–", "–", "–", "–"]
    assert notes(layout) == {"a": "Not estimable: no patient"}


def test_fit_of_one_model():
    layout = coefficients.fit_table("x", "Caption", rs.fit() + rs.ENTERED, LABELS)
    shown = {row[0]: row[1:] for row in printed(layout)}
    assert shown["Patients"] == ["1,546", "", ""]
    assert shown["Left out for missing values"] == ["36", "", ""]
    assert shown["Log-likelihood"] == ["−5786.26", "", ""]
    assert shown["Likelihood-ratio test"] == ["274.72", "10", "0.021"]
    assert shown["Wald test"] == ["275.96", "10", "<0.001"]
    assert shown["Score test"] == ["290.79", "10", "<0.001"]
    assert shown["Concordance"] == ["0.673", "", ""]
    assert shown["Concordance, standard error"] == ["0.009", "", ""]
    assert shown["AIC"] == ["11592.52", "", ""]
    assert shown["Events per variable"] == ["87.7", "", ""]
    assert shown["Converged"] == ["yes", "", ""]
    assert shown["Second engine gives the same coefficients"] == ["no", "", ""]
    assert shown["Entered: Age & more"] == ["no", "", "0.222"]
    assert len(shown) == len(rs.fit()) + 1


def test_fit_of_several_models_side_by_side():
    problem = [row | {"model": "age_x", "value": "", "df": "", "p": "", "note": "not estimable"}
               for row in rs.fit()]  # fmt: skip
    layout = coefficients.fits_table("x", "Caption", rs.fit("arm_x") + problem, LABELS)
    assert printed(layout) == [
        ["Treatment", "1,546", "877", "36", "−5786.26", "0.673", "0.009", "274.72", "10", "0.021"],
        ["Age & more, years", *["–a"] * 7, "–", "–"],
    ]  # fmt: skip


def test_proportional_hazards():
    layout = coefficients.hazards_table("x", "Caption", rs.PH, LABELS)
    assert printed(layout) == [
        ["Treatment", "1.93", "1", "0.165"],
        ["All terms (global)", "65.92", "10", "<0.001"],
    ]
    assert coefficients.summary(rs.fit(), rs.PH) == (
        "1,546 patients, 877 events; 36 left out for missing values; concordance 0.673;"
        " global test of proportional hazards P < 0.001."
    )


def test_findings():
    about = "arm_x", "95%", LABELS
    women = [rs.QUANTILES[0] | {"variable": "sex_x", "level": "sex_f"}]
    part = PART | {"quantiles": rs.QUANTILES + women}  # the exposure alone is shown
    layout = findings.survival_findings("x", "Caption", [part], *about)
    assert len(printed(layout)) == 1 + len(rs.QUANTILES)
    assert printed(layout)[1:3] == [
        ["All patients", "1,546", "877", "89.0 (81.9–97.4)", "113.2 months"],
        ["Watchful waiting", "1,207", "718", "87.4 (79.9–)", "120.7 months"],
    ]
    models = [part for part in rs.contents()["models"] if part["population"] == "full"]
    layout = findings.hazard_findings("x", "Hazard ratios", models, *about)
    assert layout.caption == f"Hazard ratios: watchful waiting versus surgery {rs.ATTACK}"
    assert printed(layout) == [
        ["Overall survival", "", "", "", ""],
        ["Crude", "1,546", "877", "0.72 (0.60–0.86)", "<0.001"],
        ["Adjusted", "1,546", "877", "0.72 (0.60–0.86)", "<0.001"],
    ]
    assert findings.hazard_findings("x", "Caption", models, "sex_x", "95%", LABELS) is None
    further = [part | {"role": "sensitivity"} for part in models]
    assert findings.hazard_findings("x", "Caption", further, *about) is None
    penalised = [part | {"penalty": "firth"} for part in models[:1]]
    layout = findings.hazard_findings("x", "Caption", penalised, *about)
    assert printed(layout)[1][-1] == "<0.001a"
    assert notes(layout)["a"].startswith("Penalised likelihood ratio test")
    text = findings.opening(rs.ROWS["flow"], rs.ROWS["arms"], "arm_x", LABELS)
    assert text.startswith(
        "Of 2,982 delivered records 1,546 form the cohort (Watchful waiting: 1,207;"
    )


def test_hazard_findings_take_the_size_of_the_model_of_the_exposure():
    (crude, *_) = [part for part in rs.contents()["models"] if part["population"] == "full"]
    others = [row | {"model": "age_x", "value": "9"} for row in rs.fit()]
    part = crude | {"fit": rs.fit("arm_x") + others}
    layout = findings.hazard_findings("x", "Caption", [part], "arm_x", "95%", LABELS)
    assert printed(layout)[1][:3] == ["Crude", "1,546", "877"]


def test_hazard_findings_of_several_comparisons_name_each():
    (crude, *_) = [part for part in rs.contents()["models"] if part["population"] == "full"]
    first = crude["estimates"][0]
    second = crude | {"estimates": [first | {"level": "arm_b", "reference": "arm_a"}]}
    about = "x", "Hazard ratios", [crude, second], "arm_x", "95%", LABELS
    layout = findings.hazard_findings(*about)
    assert layout.caption == "Hazard ratios: treatment"
    details = [row.detail for row in layout.rows()]
    assert details[1].startswith("Watchful waiting versus surgery")
    assert details[2] == f"{SURGERY} versus watchful waiting"


def test_counts():
    flow = counts.flow_table("x", "Caption", rs.ROWS["flow"])
    assert printed(flow) == [
        ["Delivered records", "", "", "2,982", ""],
        ["Too old", "2,982", "1,436", "1,546", "7"],
    ]
    risk = counts.at_risk_table("x", "Caption", rs.ROWS["endpoints"], LABELS)
    assert printed(risk) == [
        ["Overall survival", "1,546", "877", "0"],
        ["Heart failure", "1,400", "301", "146"],
        ["Had it before", "", "", "100"],
        ["No follow-up", "", "", "46"],
    ]
    arms = counts.arms_table("x", "Caption", rs.ROWS["arms"], rs.ROWS["populations"], LABELS)
    assert printed(arms)[1:] == [["Watchful waiting", "1,207", "587"], [SURGERY, "339", "41"]]
    linked = counts.linkage_table("x", "Caption", rs.ROWS["linkage"], LABELS)
    assert printed(linked) == [["Registry of people", "3,001", "3", "2,982", "11", "5", "6"]]


def test_centres_are_listed_where_there_are_several():
    centres = rs.ROWS["centres"]
    layout = counts.centres_table("x", "Caption", centres, LABELS)
    assert [c.head for c in layout.columns] == ["Rows", "Patients"]
    assert printed(layout) == [["north", "10", "9"], ["south", "20", "18"]]
    named = {"centre": {"label": "Centre", "levels": {"north": "North", "south": "South"}}}
    labels = Labels(rs.VARIABLES | named, rs.POPULATIONS, {}, {})
    assert printed(counts.centres_table("x", "Caption", centres, labels))[0][0] == "North"
    assert counts.centres_table("x", "Caption", centres[:1], LABELS) is None


def test_warnings_speak_in_labels():
    every = counts.warning_table("x", "Caption", rs.ROWS["warnings"], LABELS, rs.STUDY)
    assert printed(every) == [
        ["Records. Above the maximum 110; set to missing", ""],
        ["Age & more", "13"],
        ["Records. Persons without a row", ""],
        ["Registry of people", "5"],
        ["Cohort. Not at risk: Had it before", ""],
        ["Heart failure", "100"],
        ["Survival. Not estimable: no event", ""],
        [f"Men < 80 · Overall survival · Treatment: {SURGERY}", "17"],
        ["Cox model: Adjusted. Not defined for this value of “Age & more”", ""],
        ["Men < 80 · Overall survival · Treatment: Watchful waiting", "1"],
        ["Test of proportional hazards: Adjusted. Not estimable", ""],
        ["Men < 80 · Overall survival · All terms", "1"],
        ["Table: Baseline. Not estimable: the same value", ""],
        ["Full cohort · Sex", "2"],
    ]
    twice = rs.ROWS["warnings"] + [rs.ROWS["warnings"][3] | {"population": "full", "n": "4"}]
    totals = counts.warning_totals("x", "Caption", twice, LABELS, rs.STUDY)
    assert ["Not estimable: no event", "2", "21"] in printed(totals)
    assert ["Age & more: above the maximum 110; set to missing", "1", "13"] in printed(totals)


def test_provenance():
    lock = rs.TEXTS["lock"]
    assert provenance.versions(lock) == [
        ("lifelines", "0.30.3"),
        ("numpy", "2.4.6"),
        ("zipp", "4.0"),
    ]
    assert provenance.software(lock) == "lifelines 0.30.3, numpy 2.4.6"
    assert provenance.blocks(rs.TEXTS["provenance"]) == [
        ("heading", "The people"),
        ("table", [["file", "what"], ["`people.csv`", rs.ATTACK]]),
        ("text", f"Exported with `write` and {rs.ATTACK}."),
        ("list", ["one thing", "another"]),
    ]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [("", []), ("\n\n", []), ("| a | b |\n|---|---|", [("table", [["a", "b"]])])],
)
def test_a_poor_provenance_is_no_fault(text, blocks):
    assert provenance.blocks(text) == blocks
