"""Baseline characteristics, and survival by variable beside the Cox model.

REQUIRED INPUTS  results/{study}/cohort/cohort.parquet; results/{study}/models/* for survival tables
OUTPUTS          results/{study}/tables/{population}/{table}.csv, .html
"""

TABLE_TEMPLATE = "report/templates/table.html.j2"


def table_parts(study, table):
    """Return the populations of a table, with the endpoint of a survival table."""
    if table["kind"] == "survival":
        return parts(study, table)
    labels = STUDIES[study]["populations"]
    return [
        {"population": name, "population_label": labels[name]["label"]}
        for name in table["populations"]
    ]


def model_variables(study, name):
    """Return the dictionary entries of a model's covariates and strata."""
    model = STUDIES[study]["models"][name]
    return variables(study, model["covariates"] + model["strata"])


for study, name, table in entries("tables"):
    shown = table_parts(study, table)
    texts = variables(study, [*filter(None, [table.get("by")]), *table["variables"]])
    values = files(study, "tables/{population}/{t}.csv", shown, t=name)
    pages = files(study, "tables/{population}/{t}.html", shown, t=name)
    if table["kind"] == "baseline":

        rule:
            name:
                f"describe_baseline_{study}_{name}"
            input:
                cohort=f"results/{study}/cohort/cohort.parquet",
                code=package_files("workflow/scripts/describe_baseline.py"),
            output:
                values=values,
                tests=files(study, "tables/{population}/{t}_tests.csv", shown, t=name),
            log:
                f"results/{study}/logs/describe_baseline_{name}.log",
            conda:
                ENVIRONMENT
            params:
                table={k: v for k, v in table.items() if k not in ("label", "populations")},
                parts=[{"population": part["population"]} for part in shown],
                variables={
                    v: {"type": texts[v]["type"], "levels": texts[v]["levels"]} for v in texts
                },
                conventions=STUDIES[study]["conventions"],
            message:
                f"{study}: describe table '{name}'"
            script:
                "../scripts/describe_baseline.py"

        rule:
            name:
                f"format_baseline_{study}_{name}"
            input:
                values=values,
                tests=files(study, "tables/{population}/{t}_tests.csv", shown, t=name),
                template=TABLE_TEMPLATE,
                code=package_files("workflow/scripts/format_baseline.py"),
            output:
                html=pages,
            log:
                f"results/{study}/logs/format_baseline_{name}.log",
            conda:
                ENVIRONMENT
            params:
                table=table,
                parts=shown,
                variables=texts,
                conventions=STUDIES[study]["conventions"],
            message:
                f"{study}: set table '{name}'"
            script:
                "../scripts/format_baseline.py"

    else:
        m = table["model"]

        rule:
            name:
                f"build_survival_table_{study}_{name}"
            input:
                quantiles=files(study, "models/{population}/{endpoint}/quantiles.csv", shown),
                logrank=files(study, "models/{population}/{endpoint}/logrank.csv", shown),
                estimates=files(study, "models/{population}/{endpoint}/cox_{m}.csv", shown, m=m),
                fit=files(study, "models/{population}/{endpoint}/cox_{m}_fit.csv", shown, m=m),
                template=TABLE_TEMPLATE,
                code=package_files("workflow/scripts/build_survival_table.py"),
            output:
                csv=values,
                html=pages,
            log:
                f"results/{study}/logs/build_survival_table_{name}.log",
            conda:
                ENVIRONMENT
            params:
                table=table,
                parts=shown,
                model={"label": m.replace("_", " ").capitalize()} | STUDIES[study]["models"][m],
                variables=texts | model_variables(study, m),
                conventions=STUDIES[study]["conventions"],
            message:
                f"{study}: set table '{name}'"
            script:
                "../scripts/build_survival_table.py"
