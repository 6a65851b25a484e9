"""The further analyses in the report: numbers after `format`, words that are labels."""

import pytest
import report_study as rs
from printed_tables import printed

from retrocohort.report import further, further_methods, further_tables, methods, page
from retrocohort.report.blocks import Sheet
from retrocohort.report.diagnostics import diagnostics_section
from retrocohort.report.labels import Labels
from retrocohort.report.outcomes import results_section

LABELS = Labels(rs.VARIABLES, rs.POPULATIONS, rs.STUDY["endpoints"], rs.STUDY["sources"])
SURGERY = rs.VARIABLES["arm_x"]["levels"]["arm_b"]
NAMES = {"sex_f": "Women", "sex_m": "Men"}


def part_of(name):
    return next(part for part in rs.contents()["further"] if part["name"] == name)


def blocks_of(study=rs.STUDY, **changes):
    return further.further_section(Sheet(study, LABELS), rs.contents() | changes)


def texts(blocks):
    """Return headings, texts and captions in the order of the page, folded ones indented."""
    found = []
    for block in blocks:
        if block["kind"] == "details":
            found += [block["title"], *(f"  {line}" for line in texts(block["blocks"]))]
        elif block["kind"] == "table":
            found.append(block["table"].title)
        else:
            found.append(block.get("text") or block.get("caption"))
    return found


def test_tests_of_interaction():
    layout = further_tables.tests_table("x", "About", rs.INTERACTION, NAMES)
    assert printed(layout) == [
        ["Women; Men", "1,500", "860", "31", "15", "1.50a", "1", "0.220"],
    ]
    assert dict(layout.footnotes.listed()) == {"a": "1 of 2 terms left out"}


def test_hazard_ratios_in_subgroups():
    layout = further_tables.ratios_table("x", "About", rs.RATIOS, NAMES, "95%", LABELS)
    assert printed(layout) == [
        ["Women", "", "", "", ""],
        ["Watchful waiting", "587", "285", "1 (reference)", ""],
        [SURGERY, "41", "16", "0.78 (0.47–1.29)", "0.330"],
        ["Men", "", "", "", ""],
        ["Watchful waiting", "620", "433", "1 (reference)", ""],
        [SURGERY, "0", "0", "–a", "–"],
    ]


def test_subgroups_that_are_populations_have_their_labels():
    assert further_tables.subgroup_labels(["pop_men"], LABELS) == {"pop_men": "Men < 80"}
    assert further_tables.subgroup_labels("sex_x", LABELS) == NAMES


def test_landmark():
    layout = further_tables.landmark_table("x", "About", part_of("fur_late"), "95%", LABELS)
    assert printed(layout) == [
        ["All patients", "1,546", "877", "89.0 (81.9–97.4)", "", ""],
        ["Watchful waiting", "1,207", "718", "87.4 (79.9–)", "1 (reference)", ""],
        [SURGERY, "339", "0", "–a", "–b", "–"],
    ]
    assert list(dict(layout.footnotes.listed()).values()) == [
        "Not estimable: no event",
        "Not estimable: no event in this level",
    ]


def test_restricted_means():
    layout = further_tables.means_table("x", "About", part_of("fur_mean"), "95%", LABELS)
    assert printed(layout) == [
        ["Watchful waiting", "1,207", "718", "103.0 (98.5–107.5)", "2.30", ""],
        [SURGERY, "339", "159", "111.7 (101.0–122.5)", "5.49", ""],
        [f"{SURGERY} minus watchful waiting",
         "1,546", "877", "8.7 (−3.0 to 20.4)", "5.95", "0.144"],
    ]  # fmt: skip


def test_the_section_in_order():
    assert texts(blocks_of()) == [
        further.NO_EVIDENCE,
        rs.STUDY["further"]["fur_sex"]["label"],
        "Table 1. Interaction of treatment and subgroup, likelihood-ratio test in one Cox model,"
        " adjusted for Age & more. Overall survival: Full cohort",
        "Table 2. Hazard ratios of treatment in each subgroup, from the model with interaction,"
        " adjusted for Age & more. Overall survival: Full cohort",
        "Landmark",
        "Overall survival: Full cohort. Of 1,546 patients 54 had the event and 2 were censored by"
        " 6 months; 3 of unknown group are left out, 1,487 are analysed.",
        "Survival from 6 months on by treatment. Overall survival: Full cohort. Kaplan-Meier"
        " estimates with 95% confidence intervals.",
        "Table 3. Survival from 6 months on by treatment: Kaplan-Meier median from the landmark,"
        " crude Cox model, log-rank test P = 0.364. Overall survival: Full cohort",
        "Overall survival: Men < 80",
        "  Overall survival: Men < 80. Of 1,546 patients 54 had the event and 2 were censored by"
        " 6 months; 3 of unknown group are left out, 1,487 are analysed.",
        "  Survival from 6 months on by treatment. Overall survival: Men < 80. Kaplan-Meier"
        " estimates with 95% confidence intervals.",
        "  Table S1. Survival from 6 months on by treatment: Kaplan-Meier median from the landmark,"
        " crude Cox model, log-rank test P = 0.364. Overall survival: Men < 80",
        "Restricted mean",
        "Table 4. Restricted mean survival time up to 206 months, the smallest of the groups' last"
        " times, by treatment. Overall survival: Full cohort",
        "Penalised",
        "Overall survival: Men < 80. Cox model “Penalised”: hazard ratios with 95% confidence"
        " intervals from Firth's penalised likelihood and its profile.",
        "1,546 patients, 877 events; 36 left out for missing values; concordance 0.673.",
        "Coefficients",
        "  Table S2. Overall survival: Men < 80. Cox model “Penalised”",
    ]


def test_the_diagnostics_in_order():
    about = "Overall survival: {}. Cox model “{}”"
    assert texts(diagnostics_section(Sheet(rs.STUDY, LABELS), rs.contents()["models"])) == [
        "Proportional hazards",
        "Table 1. Test of proportional hazards, by scaled Schoenfeld residuals against the"
        " Kaplan-Meier transform of time, of every multivariable Cox model",
        "Fit of each model",
        "Cox model: Crude",
        f"  Table S1. Fit. {about.format('Full cohort', 'Crude')}",
        f"  Table S2. Test of proportional hazards. {about.format('Full cohort', 'Crude')}",
        "Cox model: Adjusted",
        f"  Table S3. Fit. {about.format('Full cohort', 'Adjusted')}",
        f"  Table S4. Test of proportional hazards. {about.format('Full cohort', 'Adjusted')}",
        f"  Table S5. Fit. {about.format('Men < 80', 'Adjusted')}",
        f"  Table S6. Test of proportional hazards. {about.format('Men < 80', 'Adjusted')}",
        "Cox model: Penalised",
        f"  Table S7. Fit. {about.format('Men < 80', 'Penalised')}",
    ]


def test_a_penalised_model_names_its_test():
    tables = []

    def collect(blocks):
        for block in blocks:
            collect(block.get("blocks", []))
            tables.extend([block["table"]] if block["kind"] == "table" else [])

    collect(blocks_of())
    collect(diagnostics_section(Sheet(rs.STUDY, LABELS), rs.contents()["models"]))
    (estimates,) = [table for table in tables if table.id.startswith("cox-mod_firth")]
    assert [c.detail for c in estimates.columns if c.head == "P"] == ["penalised LR"]
    (fit,) = [table for table in tables if table.id.startswith("fit-mod_firth")]
    assert "Likelihoods are penalised." in fit.notes
    (hazards,) = [table for table in tables if table.id == "diagnostics-hazards-table"]
    assert printed(hazards) == [
        ["Adjusted", *[""] * 6],
        *[
            [f"Overall survival: {who}", "1.93", "1", "0.165", "65.92", "10", "<0.001"]
            for who in ("Full cohort", "Men < 80")
        ],
    ]


def test_sensitivity_models_are_shown_there_only():
    sheet = Sheet(rs.STUDY, LABELS)
    shown = "".join(texts(results_section(sheet, rs.ROWS["populations"], rs.contents())))
    assert "Cox model “Adjusted”" in shown and "“Penalised”" not in shown


def test_several_models_of_one_covariate_have_no_common_summary():
    shown = texts(results_section(Sheet(rs.STUDY, LABELS), rs.ROWS["populations"], rs.contents()))
    below = {line: shown[i + 1] for i, line in enumerate(shown[:-1]) if "hazard ratios" in line}
    about = "Overall survival: Full cohort. Cox model “{}”: hazard ratios with 95% confidence"
    assert below[f"{about.format('Crude')} intervals."] == "Coefficients"
    assert below[f"{about.format('Adjusted')} intervals."].startswith("1,546 patients, 877 events")


def test_only_synthetic_data_are_no_evidence():
    shown = texts(blocks_of(rs.STUDY | {"data": "public"}))
    assert further.NO_EVIDENCE not in shown and shown[0] == rs.STUDY["further"]["fur_sex"]["label"]


def test_a_study_without_any_has_no_such_section():
    main = [part for part in rs.contents()["models"] if part["role"] == "main"]
    assert blocks_of(further=[], models=main) == []
    sheet = Sheet.of(rs.STUDY | {"further": {}})
    shown = rs.contents() | {"further": [], "models": main}
    sections = page.assemble(sheet, shown, rs.ROWS, rs.TEXTS, rs.templates())
    assert "Further analyses" not in [section["title"] for section in sections]


METHODS = {
    "fur_sex": [
        "Does the effect of “Treatment” differ between subgroups (Sex)? The likelihood-ratio test"
        " compares Cox models of all subgroups together, with and without the interaction. Ties:"
        " Efron's method.",
        "Adjusted for Age & more.",
        "Patients in no subgroup are left out; a term without any patient is dropped and costs no"
        " degree of freedom.",
    ],
    "fur_mean": [
        "Restricted mean survival time by “Treatment”: the area under the Kaplan-Meier curve up to"
        " the smallest of the groups' last times of follow-up, with Greenwood's variance;"
        " differences by the normal approximation. It needs no proportional hazards.",
    ],
}


@pytest.mark.parametrize("name", METHODS)
def test_the_method_in_words(name):
    label, facts = further_methods.method(name, rs.STUDY, LABELS)
    assert (label, facts) == (rs.STUDY["further"][name]["label"], METHODS[name])


def test_a_crude_interaction_says_so():
    study = rs.STUDY | {"further": {"fur_sex": rs.STUDY["further"]["fur_sex"] | {"covariates": []}}}
    said = "Not adjusted for other variables."
    assert said in further_methods.method("fur_sex", study, LABELS)[1]
    assert said not in further_methods.method("fur_sex", rs.STUDY, LABELS)[1]
    shown = texts(blocks_of(study, further=[part_of("fur_sex")]))
    captions = [line for line in shown if line.startswith("Table")][:2]
    assert all(", not adjusted for other variables. Overall" in line for line in captions)


def test_the_method_of_a_landmark_analysis():
    _, facts = further_methods.method("fur_late", rs.STUDY, LABELS)
    assert facts[0].startswith("Landmark analysis at 6 months: patients followed beyond 6 months")
    assert facts[1] == (
        "Kaplan-Meier estimates, log-rank test and a crude Cox model (Efron's method for ties)."
    )


def test_the_method_of_a_landmark_analysis_tells_that_rounding_does_not_hold():
    said = "Times are not rounded here."
    assert said not in further_methods.method("fur_late", rs.STUDY, LABELS)[1]
    study = rs.STUDY | {"time": rs.STUDY["time"] | {"round_to": 1}}
    assert said in further_methods.method("fur_late", study, LABELS)[1]


def test_the_method_of_a_given_tau():
    entry = rs.STUDY["further"]["fur_mean"] | {"tau": 1}
    study = rs.STUDY | {"further": {"fur_mean": entry}}
    assert "curve up to 1 month," in further_methods.method("fur_mean", study, LABELS)[1][0]


def test_the_method_of_a_penalised_model():
    assert methods.FIRTH in methods.model("mod_firth", rs.STUDY, LABELS)[1]
    assert methods.FIRTH not in methods.model("mod_adj", rs.STUDY, LABELS)[1]
