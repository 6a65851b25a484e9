"""Invented snapshots of an invented study: one run, and what a later one has otherwise."""

from copy import deepcopy

from report_study import STUDY

from retrocohort.audit.manifest import role_of
from retrocohort.history.records import states

RAW, KEYS, CODES = "data/a/raw.csv", "config/studies/a/study.yaml", "config/studies/a/codes.csv"
LOCK, PLAN = "envs/requirements.lock", "workflow/rules/models.smk"
CLEANING, BUILDING, FITTING, SHARED = (
    f"workflow/retrocohort/{name}.py" for name in ("clean", "build", "fit", "io")
)
CLEANED, COHORT = "results/a/records/cleaned.csv", "results/a/cohort/cohort.csv"
EXCLUDED, PICTURE = "results/a/cohort/exclusions.csv", "results/a/figures/forest.svg"
PAGE = "results/a/report/report.html"
COX, TESTS = "models/full/end_os/cox_mod_adj.csv", "tables/full/tab_base_tests.csv"
LOGRANK = "models/full/end_os/logrank.csv"
TABLES = {
    COX: """variable,level,reference,n,events,coef,se,hr,hr_low,hr_high,z,p,note
arm_x,arm_a,arm_a,60,30,,,,,,,,
arm_x,arm_b,arm_a,40,10,-0.5,0.25,0.6065,0.3716,0.99,-2,0.0455,
age_x,,,100,40,0.02,0.01,1.0202,1.0004,1.0404,2,0.0455,
""",
    TESTS: """variable,test,statistic,df,df2,p,contrast,smd,summary,note
age_x,welch,2.1,90,,0.038,,,mean_sd,
age_x,,,,,,arm_a|arm_b,0.4,,
""",
    LOGRANK: """variable,strata,contrast,statistic,df,p,p_holm,n,events,note
arm_x,,,4.2,1,0.04,,100,40,
sex_x,,,1.2,1,0.27,,100,40,
sex_x,,sex_f|sex_m,1.2,1,0.27,0.27,100,40,
""",
}
DECIDED = """models:
  mod_adj:
    covariates: [arm_x, age_x]
    ties: efron
criteria:
  - {exclude: too_old, where: {age_x: {above: 80}}}
"""
MODEL = {"model": {"covariates": ["arm_x", "age_x"], "ties": "efron"}}
MODEL |= {"variables": {"arm_x": {"type": "category"}, "age_x": {"type": "number"}}}
RECORDS = {"r1": "too_old", "r2": "arm_a", "r3": "arm_b", "r4": "arm_b"}
POPULATIONS = {"full": {"r2", "r3", "r4"}, "pop_men": {"r3"}}


def job(rule, reads, outputs, params=()):
    return {
        "rule": rule,
        "params": dict(params),
        "reads": [*reads, SHARED, LOCK],
        "outputs": outputs,
    }


def jobs():
    tables = [f"results/a/{name}" for name in TABLES]
    stated = {"study": STUDY | {"language": "en"}, "terms": {}, "contents": {}}
    made = [
        job("clean", [RAW, CLEANING], [CLEANED], {"codes": {"f": "sex_f"}}),
        job("build", [CLEANED, BUILDING], [COHORT, EXCLUDED]),
        job("fit", [COHORT, FITTING], tables, MODEL),
        job("draw", [*tables], [PICTURE]),
        job("build_report", [*tables, PICTURE], [PAGE], stated),
    ]
    return {f"results/a/logs/{one['rule']}.log": one for one in made}


def kept(records=None, populations=None):
    """Return what a snapshot keeps of some records: who is excluded by what, or in which arm."""
    records, populations = records or RECORDS, populations or POPULATIONS
    excluded = [{"record_id": r, "criterion": c} for r, c in records.items() if c == "too_old"]
    head = ["record_id", "arm_x", *(f"in_{name}" for name in populations)]
    inside = [r for r, place in records.items() if place != "too_old"]
    rows = [[r, records[r], *(str(r in own) for own in populations.values())] for r in inside]
    return states(excluded, (head, rows), list(populations), {"by_arm": "arm_x"})


def run():
    """Return the snapshot of a run."""
    made = jobs()
    files = {
        path: {"sha256": f"old {path}", "role": role_of(path)}
        for path in (*(p for one in made.values() for p in one["reads"]), KEYS, CODES, PLAN)
    }
    for log, one in made.items():
        for path in one["outputs"]:
            files[path] = {"sha256": f"old {path}", "role": "output", "job": log}
    return {
        "study": "a",
        "run": {
            "taken": "2026-01-31T12:00:00.000+00:00",
            "written": "2026-01-31T11:59:00.000+00:00",
            "manifest": "1",
            "git": {"commit": "c" * 40, "dirty": False},
            "platform": "Linux-1",
        },
        "environment": {"lock": LOCK, "python": "3.11.7", "packages": {"lifelines": "0.30.3"}},
        "jobs": made,
        "files": files,
        "altered": [],
        "decisions": {KEYS: DECIDED, CODES: "source,variable,raw,clean\na,sex_x,f,sex_f\n"},
        "tables": dict(TABLES),
        "records": kept(),
    }


def later(before, *changed, tables=()):
    """Return a later run in which some files have other contents, and some tables other texts."""
    after = deepcopy(before)
    after["run"] |= {"written": "2026-02-01T11:59:00.000+00:00", "manifest": "2"}
    for path in (*changed, *(f"results/a/{name}" for name in dict(tables))):
        after["files"][path]["sha256"] = f"new {path}"
    after["tables"] |= dict(tables)
    return after


def other(name, old, new):
    """Return one table with one text for another."""
    assert old in TABLES[name]
    return {name: TABLES[name].replace(old, new, 1)}
