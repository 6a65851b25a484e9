"""The rerun matrix of a study of a printed paper: its ledger, panels and further analyses.

The expected sets were written by hand from the design, as those of `test_rerun_matrix`.
"""

import pytest
from tests.workflow.matrix import (
    CHECKS,
    PACKAGE,
    append,
    checks,
    finished_copy,
    planned,
    replace,
    restored,
    snakemake,
)

STUDY = "xu2025"
FOLDER = f"config/studies/{STUDY}"
FILE = f"{FOLDER}/study.yaml"


def named(rule, *entries):
    return {f"{rule}_{STUDY}_{entry}" for entry in entries}


MODELS = ("adjusted", "adjusted_phr", "by_hospital", "firth")
BASELINE, SURVIVAL = ("table1", "operations"), ("table2", "table3", "etable2")
COMPARE, NOTICE = {f"compare_published_{STUDY}"}, {f"write_notice_{STUDY}"}
FORESTS, TABLES = named("draw_forest", *MODELS), named("build_survival_table", *SURVIVAL)
CURVES, PANELS = named("draw_curves", "by_surgery"), named("draw_panels", "figure2")
LANDMARK, LANDMARK_CURVES = (
    named("analyse_landmark", "six_months"),
    named("draw_landmark", "six_months"),
)
SUBGROUPS, MEANS = (
    named("compare_subgroups", "surgery_by_subgroup", "surgery_by_subgroup_adjusted"),
    named("estimate_rmst", "rmst"),
)
FOLLOWUP, PICTURES = named("draw_followup", "by_surgery"), named("draw_baseline", "table1")
EFFECTS, EFFECT_FIGURES = (
    named("compare_effects", "surgery_across"),
    named("draw_subgroups", "surgery_across"),
)
SUBMIT = {f"submit_figures_{STUDY}"}
PAGES = named("format_baseline", *BASELINE)
REPORT = {"build_report", "write_tables"}
END = {"collect_warnings", *REPORT}
DRAWN = FORESTS | CURVES | PANELS | LANDMARK_CURVES | {"draw_flowchart"}
DRAWN |= FOLLOWUP | PICTURES | EFFECT_FIGURES | SUBMIT
FROM_COHORT = (
    {"label_cohort", *named("describe_baseline", *BASELINE), *named("estimate_survival", "os")}
    | named("fit_cox", *MODELS)
    | (LANDMARK | SUBGROUPS | EFFECTS | MEANS | PAGES | TABLES | DRAWN | COMPARE | NOTICE | END)
)
GATHER, INDEX = {f"gather_files_{STUDY}"}, {"build_index", "write_shared_manifest"}
MANIFEST = {"write_manifest"}  # lists every file of the study's folders
ALL_JOBS = FROM_COHORT | GATHER | INDEX | CHECKS | MANIFEST
ALL_JOBS |= {"read_records", "clean_records", "build_cohort"}


def and_what_always_follows(jobs):
    """Add the copies beside the page, the gate of all numbers, the manifest, and the index."""
    copied = ("draw_", "fit_cox_", "estimate_survival_", "label_cohort", "analyse_", "compare_eff")
    copies = GATHER if any(job.startswith(copied) for job in jobs) else set()
    index = INDEX if "label_cohort" in jobs else set()
    return jobs | copies | checks(jobs) | index | MANIFEST


def raw_cell(project):
    """Change a digit of a date, in the encoding that the hospital delivers."""
    path = project / f"data/{STUDY}/zhongshan_export.csv"
    lines = path.read_bytes().split(b"\n")
    assert lines[5].count(b"20") > 0
    lines[5] = lines[5].replace(b"20", b"19", 1)
    path.write_bytes(b"\n".join(lines))


CHANGES = {
    "a raw cell": (raw_cell, ALL_JOBS),
    "a criterion": (
        replace(FILE, "where: {synchronous: no}", "where: {hm_after_diagnosis: {above: 6}}"),
        FROM_COHORT | {"build_cohort"},
    ),
    "the label of a source": (
        replace(FILE, "{en: Zhongshan Hospital of Fudan", "{en: Zhongshan of Fudan"),
        REPORT,
    ),
    "the notice": (
        replace(FILE, "Synthetic, calibrated to", "Synthetic, and calibrated to"),
        DRAWN | NOTICE | REPORT | INDEX,
    ),
    "a printed number": (
        replace(f"{FOLDER}/published.csv", "xu005,Table 1,", "xu005,Table I,"),
        COMPARE | REPORT,
    ),
    "a finding": (replace(f"{FOLDER}/findings.csv", "printed as around", "told as"), REPORT),
    "the number that a table has in the paper": (
        replace(FILE, "numbers: {full: {en: Table 2,", "numbers: {full: {en: Table II,"),
        named("build_survival_table", "table2") | COMPARE | REPORT,
    ),
    "the subgroups without which an interaction is tested": (
        replace(FILE, "    without: [pnec]\n", ""),
        named("compare_subgroups", "surgery_by_subgroup") | END,
    ),
    "the time of a landmark": (
        replace(FILE, "    at: 6\n", "    at: 12\n"),
        LANDMARK | LANDMARK_CURVES | END,
    ),
    "the label of a landmark analysis": (
        replace(FILE, "label: {en: Landmark at 6 months", "label: {en: Landmark"),
        LANDMARK_CURVES | REPORT,
    ),
    "the time up to which means are taken": (
        replace(FILE, "    kind: rmst\n", "    kind: rmst\n    tau: 60\n"),
        MEANS | END,
    ),
    "the label of an analysis without a figure": (
        replace(FILE, "label: {en: Restricted mean survival time", "label: {en: Mean survival"),
        REPORT,
    ),
    "the populations of panels": (
        replace(
            FILE,
            "endpoint: os\n    populations: [full, bt, hn,",
            "endpoint: os\n    populations: [full, bt,",
        ),
        PANELS | SUBMIT | REPORT,
    ),
    "the title of panels": (
        replace(
            FILE, "title: {en: Overall survival by surgical", "title: {en: Survival by surgical"
        ),
        PANELS | SUBMIT | REPORT,
    ),
    "the dots of the figures of the manuscript": (
        replace(FILE, "os_by_surgery: figure2}", "os_by_surgery: figure2}\n  dpi: [300]"),
        SUBMIT | GATHER | REPORT,
    ),
    "the time axis of a curve that panels show": (
        replace(FILE, "max_time: 144", "max_time: 120"),
        CURVES | FOLLOWUP | PANELS | SUBMIT | REPORT,
    ),
    "a function of the landmark analyses": (
        append(f"{PACKAGE}/models/landmark.py", "\nCHANGED = True\n"),
        LANDMARK | LANDMARK_CURVES | END,
    ),
    "a function of the interactions": (
        append(f"{PACKAGE}/models/interaction.py", "\nCHANGED = True\n"),
        SUBGROUPS | EFFECTS | EFFECT_FIGURES | END,
    ),
    "a function of the restricted means": (
        append(f"{PACKAGE}/models/rmst.py", "\nCHANGED = True\n"),
        MEANS | END,
    ),
    "a function of the panels": (
        append(f"{PACKAGE}/figures/panels.py", "\nCHANGED = True\n"),
        PANELS | SUBMIT | REPORT,
    ),
    "a function of the comparison": (
        append(f"{PACKAGE}/audit/published.py", "\nCHANGED = True\n"),
        COMPARE | REPORT,
    ),
    "a number of the report's page of printed numbers": (
        append(f"{PACKAGE}/report/printed.py", "\nCHANGED = True\n"),
        REPORT | INDEX,  # the index is a page of the same package
    ),
    "the calibrated cohort, of which raw files are made by another workflow": (
        append(f"{FOLDER}/calibrated.csv", "\n"),
        MANIFEST,
    ),
    "a Chinese text of a study in English": (
        replace(FILE, "zh: 北京协和医院}", "zh: 协和}"),
        MANIFEST,
    ),
    "a Chinese label of a study in English": (
        replace(f"{FOLDER}/dictionary.csv", "性别,,", "男女,,"),
        MANIFEST,
    ),
    "the settings of the twin": (append(f"{FOLDER}/twin.yaml", "\n# a remark\n"), MANIFEST),
}


def pending_jobs(project):
    """Return the rule of every job that a run of the study would do."""
    rows = planned(project, [STUDY])
    assert {rule for _, rule, _ in rows} == ALL_JOBS  # every job is watched
    return {rule for _, rule, again in rows if again}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return finished_copy(tmp_path_factory.mktemp("moved"), [STUDY])


def test_a_finished_run_has_nothing_to_do(finished):
    assert pending_jobs(finished) == set()


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_runs_what_depends_on_it_and_nothing_else(finished, what):
    change, expected = CHANGES[what]
    with restored(finished):
        change(finished)
        assert pending_jobs(finished) == and_what_always_follows(expected)


def test_a_number_altered_by_hand_stops_the_run(finished):
    """The gate names the cell, and the file that it wrote stays to be read."""
    path = finished / f"results/{STUDY}/models/full/os/quantiles.csv"
    before, passed = path.read_bytes(), f"results/{STUDY}/audit/consistency.passed"
    path.write_bytes(before.replace(b",,163,63,", b",,163,64,", 1))
    said = snakemake(finished, [STUDY], passed, fails=True)
    rows = (finished / f"results/{STUDY}/audit/consistency.csv").read_text(encoding="utf-8")
    assert "survival (full, os, events): 64 in models/full/os/quantiles.csv:2:events, 63 in" in said
    assert ",no\n" in rows and not (finished / passed).exists()
    path.write_bytes(before)
    snakemake(finished, [STUDY], passed)
    assert (finished / passed).exists()


def test_a_result_altered_by_hand_is_not_taken_for_a_result(finished):
    """No job reads it; the manifest is not written before it is what its job made."""
    path, target = (f"results/{STUDY}/{p}" for p in ("report/tables.docx", "audit/manifest.json"))
    before = (finished / path).read_bytes()
    (finished / path).write_bytes(before + b"x")
    said = snakemake(finished, [STUDY], target, fails=True)
    assert f"{path} has 1 fault" in said and "altered by hand after write_tables made it" in said
    (finished / path).write_bytes(before)
    snakemake(finished, [STUDY], target)
    assert (finished / target).exists()
