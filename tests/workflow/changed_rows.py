"""A study of few analyses, made anew from changed records in a moment, to be released again."""

from retrocohort import io
from retrocohort.cohort import build, labels, selection
from retrocohort.models import landmark, survival
from retrocohort.models.samples import at_risk
from retrocohort.plan.checked import checked_parts
from retrocohort.plan.entries import Plan
from retrocohort.tables import baseline

CUT, FEW = "age_cut", 3  # variables


def smaller(study):
    """Return a study with its first and last population, a baseline table and one endpoint."""
    (name, table), *_ = [(n, t) for n, t in study["tables"].items() if t["kind"] == "baseline"]
    (first, *_) = study["survival"]["endpoints"]
    asked = {"endpoints": [first], "variables": study["survival"]["variables"][:FEW]}
    populations = dict(list(study["populations"].items())[:: len(study["populations"]) - 1])
    table = table | {"variables": table["variables"][:FEW], "populations": list(populations)}
    asked["populations"] = list(populations)
    kept = {"models": {}, "further": {}, "curves": {}, "tables": {name: table}}
    kept |= {"populations": populations, "endpoints": {first: study["endpoints"][first]}}
    return study | kept | {"survival": study["survival"] | asked}


def with_cut(study, cleaned, of, at):
    """Return study and records with a variable that is cut from another one."""
    levels = {"under": "Under", "over": "Over"}
    about = {"label": CUT, "type": "category", "unit": "", "levels": levels}
    tables = {n: t | {"variables": [*t["variables"], CUT]} for n, t in study["tables"].items()}
    asked = study["survival"] | {"variables": [*study["survival"]["variables"], CUT]}
    changed = study | {"variables": study["variables"] | {CUT: about}, "tables": tables}
    own = (cleaned[of] < at).map({True: "under", False: "over"}).astype("string")
    return changed | {"survival": asked}, cleaned.assign(**{CUT: own})


def made(name, study, cleaned, folder):
    """Write the results of a study that a release is made from; return plan, parts and cohort."""
    plan = Plan(name, study)
    plan.folder = str(folder)
    result = build.cohort(cleaned, plan.cohort_decisions())
    counts = f"{folder}/cohort/counts"
    io.write_rows(f"{counts}/endpoints.csv", labels.ENDPOINTS, result.endpoints)
    io.write_rows(f"{counts}/flow.csv", selection.FLOW, result.flow)
    io.write_rows(f"{counts}/populations.csv", selection.POPULATIONS, result.populations)
    io.write_rows(f"{counts}/arms.csv", selection.ARMS, result.arms)
    parts, frame, conventions = checked_parts(plan), result.frame, study["conventions"]
    for part in parts["baseline"]:
        table, about = study["tables"][part["name"]], study["variables"]
        summaries = baseline.choose_summaries(frame, table, about, conventions)
        own = frame[frame[f"in_{part['population']}"]]
        values, tests = baseline.describe(own, table, about, conventions, summaries)
        stem = f"{folder}/{part['values'].removesuffix('.csv')}"
        io.write_rows(f"{stem}.csv", baseline.VALUE_COLUMNS, values)
        io.write_rows(f"{stem}_tests.csv", baseline.TEST_COLUMNS, tests)
    for part in parts["survival"]:
        endpoint = part["endpoint"]
        names, sample = study["survival"]["variables"], at_risk(frame, endpoint, part["population"])
        group = frame, sample, names, study["variables"]
        times = study["endpoints"][endpoint]["landmarks"]
        for file, columns, rows in (
            ("quantiles", survival.QUANTILE_COLUMNS, survival.quantile_rows(*group, conventions)),
            ("logrank", survival.LOGRANK_COLUMNS, survival.log_rank_rows(*group, [])),
            ("landmarks", survival.LANDMARK_COLUMNS,
             survival.landmark_rows(*group, times, conventions)),
            ("followup", survival.FOLLOWUP_COLUMNS, survival.follow_up_rows(*group, conventions)),
        ):  # fmt: skip
            io.write_rows(f"{folder}/{part[file]}", columns, rows)
    for part in parts["further"]:
        entry, sample = study["further"][part["name"]], at_risk(frame, part["endpoint"], "full")
        about = entry, study["variables"], conventions
        for file, rows in landmark.landmark_tables(frame, sample, *about).items():
            io.write_rows(f"{folder}/{part[file]}", landmark.COLUMNS[file], rows)
    return plan, parts, frame
