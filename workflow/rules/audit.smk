"""What was noticed on the way.

REQUIRED INPUTS  results/{study}/{records,cohort,tables,models}/*.csv
OUTPUTS          results/{study}/audit/warnings.csv
"""

# table of a part of the study -> step under which its notes are listed
NOTED_ESTIMATES = {"quantiles": "survival", "logrank": "log-rank test", "landmarks": "landmarks"}
NOTED_MODELS = {"": "Cox model", "_fit": "Cox model", "_ph": "test of proportional hazards"}


def noted_tables(study):
    """Return path -> (step, population, endpoint) of every table with a `note` column."""
    survival, found = STUDIES[study]["survival"], {}
    for stem, step in NOTED_ESTIMATES.items():
        for part in parts(study, survival):
            (path,) = files(study, f"models/{{population}}/{{endpoint}}/{stem}.csv", [part])
            found[path] = (step, part["population"], part["endpoint"])
    for name, model in STUDIES[study]["models"].items():
        for end, step in NOTED_MODELS.items():
            for part in parts(study, model):
                pattern = f"models/{{population}}/{{endpoint}}/cox_{name}{end}.csv"
                (path,) = files(study, pattern, [part])
                found[path] = (f"{step} '{name}'", part["population"], part["endpoint"])
    for name, table in STUDIES[study]["tables"].items():
        for population in table["populations"] if table["kind"] == "baseline" else ():
            path = f"results/{study}/tables/{population}/{name}_tests.csv"
            found[path] = (f"table '{name}'", population, "")
    return found


rule collect_warnings:
    input:
        linkage=f"{RESULTS}/records/linkage.csv",
        problems=f"{RESULTS}/records/problems.csv",
        flow=f"{RESULTS}/cohort/flow.csv",
        endpoints=f"{RESULTS}/cohort/endpoints.csv",
        noted=lambda w: list(noted_tables(w.study)),
        code=package_files("workflow/scripts/collect_warnings.py"),
    output:
        warnings=f"{RESULTS}/audit/warnings.csv",
    log:
        f"{RESULTS}/logs/collect_warnings.log",
    conda:
        ENVIRONMENT
    params:
        noted=lambda w: [
            dict(zip(("step", "population", "endpoint"), place))
            for place in noted_tables(w.study).values()
        ],
    message:
        "{wildcards.study}: count the warnings"
    script:
        "../scripts/collect_warnings.py"
