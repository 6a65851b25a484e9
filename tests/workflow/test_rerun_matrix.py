"""One thing is changed; exactly the jobs that depend on it are to run again.

The expected sets were written by hand from the design: what reads it, and all that shows it.
"""

import shutil

import pytest
from tests.workflow.matrix import (
    PACKAGE,
    RENDERED,
    append,
    checks,
    finished_copy,
    planned,
    replace,
    restored,
    tracked_files,
)

STUDIES = ("rotterdam", "nafld")
INDEX = {
    ("index.html", "build_index"),
    ("manifest.json", "write_shared_manifest"),
}  # of all studies
ENTRIES = {
    "rotterdam": {
        "endpoints": ["os", "rfs"],
        "curves": ["by_treatment", "by_grade", "by_size"],
        "models": ["crude", "adjusted", "by_menopause", "royston_altman"],
        "survival_tables": ["survival_os", "survival_rfs"],
        "subgroups": ["treatment_by_subgroup"],
        "followup": ["by_treatment"],
    },
    "nafld": {
        "endpoints": ["death", "death_age", "death_crossover", "hf_mi"],
        "curves": ["by_group", "by_age_scale"],
        "models": ["crude", "adjusted", "by_sex", "age_scale"],
        "survival_tables": ["survival_death", "survival_hf_mi"],
        "subgroups": [],
        "followup": [],
    },
}
REPORT = {"build_report", "write_tables"}
END = {"collect_warnings", *REPORT}
MANIFEST = {"write_manifest"}  # lists what the run was planned with too


def estimates(study):
    return {f"estimate_survival_{study}_{e}" for e in ENTRIES[study]["endpoints"]}


def curves(study):
    return {f"draw_curves_{study}_{c}" for c in ENTRIES[study]["curves"]}


def fits(study):
    return {f"fit_cox_{study}_{m}" for m in ENTRIES[study]["models"]}


def forests(study):
    return {f"draw_forest_{study}_{m}" for m in ENTRIES[study]["models"]}


def effects(study):
    return {f"compare_effects_{study}_{s}" for s in ENTRIES[study]["subgroups"]}


def effect_figures(study):
    return {f"draw_subgroups_{study}_{s}" for s in ENTRIES[study]["subgroups"]}


def survival_tables(study):
    return {f"build_survival_table_{study}_{t}" for t in ENTRIES[study]["survival_tables"]}


def describe(study):
    return {f"describe_baseline_{study}_baseline"}


def baseline_pages(study):
    return {f"format_baseline_{study}_baseline"}


def pictures(study):
    return {f"draw_baseline_{study}_baseline"}


def follow_up(study):
    return {f"draw_followup_{study}_{c}" for c in ENTRIES[study]["followup"]}


def from_cohort(study):
    analysed = estimates(study) | fits(study) | describe(study) | baseline_pages(study)
    analysed |= effects(study) | effect_figures(study) | pictures(study)
    analysed |= follow_up(study)
    shown = curves(study) | forests(study) | survival_tables(study) | {"draw_flowchart"}
    return analysed | shown | END | {"label_cohort"}


def of(study, *jobs):
    return {(study, job) for some in jobs for job in ([some] if isinstance(some, str) else some)}


def and_what_always_follows(jobs):
    """Add the copies beside a page, the gates of all numbers, the manifest, and the index."""
    copied = ("draw_", "fit_cox_", "estimate_survival_", "label_cohort")
    copies = {(study, f"gather_files_{study}") for study, job in jobs if job.startswith(copied)}
    gates = {(study, gate) for study, job in jobs for gate in checks({job})}
    counted = any(job == "label_cohort" for _, job in jobs)
    manifests = {(study, "write_manifest") for study, _ in jobs if study in STUDIES}
    return jobs | copies | gates | manifests | (INDEX if counted else set())


def of_both(jobs_of):
    return set().union(*(of(study, jobs_of(study)) for study in STUDIES))


def touch_everything(project):
    for path in tracked_files(project):
        path.touch()


def new_study_folder(project):
    shutil.copytree(project / "config/studies/rotterdam", project / "config/studies/another")


STUDY = "config/studies/rotterdam/study.yaml"
DICTIONARY = "config/studies/rotterdam/dictionary.csv"
ALL_JOBS = lambda study: from_cohort(study) | {"read_records", "clean_records", "build_cohort"}  # noqa: E731

CHANGES = {
    "a raw cell": (
        replace("data/rotterdam/rotterdam.csv", "1,1992,74,", "1,1992,75,"),
        of("rotterdam", ALL_JOBS("rotterdam")),
    ),
    "a code": (
        replace(
            "config/studies/rotterdam/codes.csv", "patients,hormone,1,yes", "patients,hormone,1,no"
        ),
        of("rotterdam", ALL_JOBS("rotterdam") - {"read_records"}),
    ),
    "a plausible range": (
        replace(DICTIONARY, "years,,18,110", "years,,18,100"),
        of("rotterdam", ALL_JOBS("rotterdam") - {"read_records"}),
    ),
    "a derivation": (
        replace(STUDY, "of: er, divide_by: 1000", "of: er, divide_by: 100"),
        of("rotterdam", ALL_JOBS("rotterdam") - {"read_records"}),
    ),
    "a criterion": (
        replace(STUDY, "{nodes: {at_most: 0}}", "{nodes: {at_most: 1}}"),
        of("rotterdam", from_cohort("rotterdam"), "build_cohort"),
    ),
    "the covariates of a model": (
        replace(
            STUDY,
            "covariates: [hormone, age, size, grade, nodes, pgr, er, chemo]",
            "covariates: [hormone, age, size, grade, nodes, pgr, er]",
        ),
        of(
            "rotterdam", "fit_cox_rotterdam_by_menopause", "draw_forest_rotterdam_by_menopause", END
        ),
    ),
    "the covariates of a model that a table shows": (
        replace(
            STUDY,
            "    label: Adjusted\n    covariates: [hormone, age,",
            "    label: Adjusted\n    covariates: [hormone,",
        ),
        of(
            "rotterdam",
            "fit_cox_rotterdam_adjusted",
            "draw_forest_rotterdam_adjusted",
            survival_tables("rotterdam"),
            END,
        ),
    ),
    "the label of a model": (
        replace(STUDY, "label: Royston and Altman 2013", "label: Royston-Altman"),
        of("rotterdam", "draw_forest_rotterdam_royston_altman", *REPORT),
    ),
    "the time axis of a curve": (
        replace(STUDY, "by_size: {by: size,", "by_size: {max_time: 60, by: size,"),
        of("rotterdam", "draw_curves_rotterdam_by_size", *REPORT),
    ),
    "the landmarks": (
        replace(STUDY, "landmarks: [12, 36, 60, 120]", "landmarks: [12, 36, 60]"),
        of(
            "rotterdam",
            estimates("rotterdam"),
            curves("rotterdam"),
            follow_up("rotterdam"),
            survival_tables("rotterdam"),
            END,
        ),
    ),
    "the rows of the baseline table": (
        replace(STUDY, "er, chemo, year]", "er, chemo]"),
        of(
            "rotterdam",
            describe("rotterdam"),
            baseline_pages("rotterdam"),
            pictures("rotterdam"),
            END,
        ),
    ),
    "a label that one figure and the report show": (
        replace(DICTIONARY, "1/√nodes", "1/√(positive nodes)"),
        of("rotterdam", "draw_forest_rotterdam_royston_altman", *REPORT),
    ),
    "the label of a criterion": (
        replace(STUDY, "label: No positive lymph node", "label: Without positive nodes"),
        of("rotterdam", "label_cohort", "draw_flowchart", END),
    ),
    "the label of a population": (
        replace(STUDY, "{label: Premenopausal", "{label: Before menopause"),
        of(
            "rotterdam",
            "label_cohort",
            "draw_flowchart",
            "draw_curves_rotterdam_by_treatment",  # the others are of the full cohort alone
            "draw_forest_rotterdam_adjusted",
            survival_tables("rotterdam"),
            baseline_pages("rotterdam"),
            pictures("rotterdam"),
            END,
        ),
    ),
    "the title": (
        replace(STUDY, "title: Hormonal", "title: Endocrine"),
        of("rotterdam", "draw_flowchart", *REPORT) | INDEX,
    ),
    "a function of the Cox models": (
        append(f"{PACKAGE}/models/cox.py", "\nCHANGED = True\n"),
        of_both(
            lambda s: (
                fits(s) | forests(s) | survival_tables(s) | effects(s) | effect_figures(s) | END
            )
        ),
    ),
    "a function of the forest plots": (
        append(f"{PACKAGE}/figures/forest.py", "\nCHANGED = True\n"),
        of_both(lambda s: forests(s) | REPORT),
    ),
    "a function of the criteria": (
        append(f"{PACKAGE}/cohort/selection.py", "\nCHANGED = True\n"),
        of_both(lambda s: from_cohort(s) | {"build_cohort"}),
    ),
    "the style of the figures": (
        append("report/figures.mplstyle", "\naxes.linewidth: 2\n"),
        of_both(
            lambda s: (
                curves(s)
                | forests(s)
                | effect_figures(s)
                | pictures(s)
                | follow_up(s)
                | {"draw_flowchart", *REPORT}
            )
        ),
    ),
    "the template of the report": (
        append("report/templates/report.html", "<!-- changed -->\n"),
        of_both(lambda s: REPORT),
    ),
    "the template of the tables": (
        append("report/templates/table.html.j2", "<!-- changed -->\n"),
        of_both(lambda s: REPORT),
    ),
    "the style of the numbers": (
        replace(STUDY, "report:\n", "report:\n  style: nejm\n"),
        of("rotterdam", survival_tables("rotterdam"), baseline_pages("rotterdam"), *REPORT),
    ),
    "a function of the gate of printed numbers": (
        append(f"{PACKAGE}/audit/rendered/rounding.py", "\nCHANGED = True\n"),
        of_both(lambda s: RENDERED),
    ),
    "a function of the Word tables": (
        append(f"{PACKAGE}/export/word.py", "\nCHANGED = True\n"),
        of_both(lambda s: {"write_tables"}),
    ),
    "a convention of the tables": (
        replace("config/defaults.yaml", "rank_test: corrected", "rank_test: plain"),
        of_both(lambda s: describe(s) | baseline_pages(s) | pictures(s) | END),
    ),
    "the lock file": (append("envs/requirements.lock", "# changed\n"), of_both(ALL_JOBS)),
    "a comment in a study file": (append(STUDY, "\n# a remark\n"), of("rotterdam", MANIFEST)),
    "a comment in the defaults": (
        append("config/defaults.yaml", "\n# a remark\n"),
        of_both(lambda s: MANIFEST),
    ),
    "the folder of a study that is not run": (new_study_folder, set()),
    "a module that no script imports": (
        append(f"{PACKAGE}/tracking.py", "\nCHANGED = True\n"),
        of_both(lambda s: MANIFEST),
    ),
    "touching every file": (touch_everything, set()),
}


def pending_jobs(project):
    """Return (study, rule) of every job that a run would do."""
    rows = [(path.parts[1], rule, again) for path, rule, again in planned(project, STUDIES)]
    known = {(study, rule) for study, rule, _ in rows}
    assert known == and_what_always_follows(of_both(ALL_JOBS))  # every job is watched
    return {(study, rule) for study, rule, again in rows if again}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return finished_copy(tmp_path_factory.mktemp("moved"), STUDIES)


def test_a_finished_run_has_nothing_to_do_also_after_moving_the_folder(finished):
    assert pending_jobs(finished) == set()


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        ("figures/full/os/km_by_size.pdf", {"draw_curves_rotterdam_by_size", *REPORT}),
        ("cohort/cohort.csv", from_cohort("rotterdam") | {"build_cohort"}),
        (
            "tables/full/survival_os.csv",
            {"build_survival_table_rotterdam_survival_os", *REPORT},
        ),
    ],
)
def test_a_lost_file_is_made_again(finished, lost, expected):
    path = finished / "results/rotterdam" / lost
    content = path.read_bytes()
    path.unlink()
    try:
        assert pending_jobs(finished) == and_what_always_follows(of("rotterdam", expected))
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_runs_what_depends_on_it_and_nothing_else(finished, what):
    change, expected = CHANGES[what]
    with restored(finished):
        change(finished)
        assert pending_jobs(finished) == and_what_always_follows(expected)
