"""Baseline characteristics, and survival by variable beside the Cox model.

REQUIRED INPUTS  results/{study}/cohort/cohort.parquet; results/{study}/models/* for survival tables
OUTPUTS          results/{study}/tables/{population}/{table}.csv, .json
"""

for plan, name, table in entries("tables"):
    shown_in = plan.parts(table)
    if table["kind"] == "baseline":

        rule:
            name:
                f"describe_baseline_{plan.name}_{name}"
            input:
                cohort=f"{plan.folder}/cohort/cohort.parquet",
                code=package_files("workflow/scripts/describe_baseline.py"),
            output:
                values=plan.files("tables/{population}/{table}.csv", shown_in, table=name),
                tests=plan.files("tables/{population}/{table}_tests.csv", shown_in, table=name),
            log:
                f"{plan.folder}/logs/describe_baseline_{name}.log",
            priority: FIRST
            conda:
                ENVIRONMENT
            params:
                table={k: v for k, v in table.items() if k not in ("label", "populations", "draw")},
                parts=[{"population": part["population"]} for part in shown_in],
                variables=plan.table_variables(table, "type", "levels"),
                conventions=plan.conventions("alpha", "contingency", "t_test", "rank_test"),
            message:
                f"{plan.name}: describe table '{name}'"
            script:
                "../scripts/describe_baseline.py"


for plan, name, table in presented("tables"):
    shown_in = plan.parts(table)
    values = plan.files("tables/{population}/{table}.csv", shown_in, table=name)
    layouts = plan.files("tables/{population}/{table}.json", shown_in, table=name)
    style = plan.study["report"]["style"]
    set_as = {k: v for k, v in table.items() if k != "draw"}
    if table["kind"] == "baseline":

        rule:
            name:
                f"format_baseline_{plan.rule}_{name}"
            input:
                values=values,
                tests=plan.files("tables/{population}/{table}_tests.csv", shown_in, table=name),
                words=plan.words,
                code=package_files("workflow/scripts/format_baseline.py"),
            output:
                layouts=layouts,
            log:
                f"{plan.shown}/logs/format_baseline_{name}.log",
            conda:
                ENVIRONMENT
            params:
                table=set_as,
                parts=shown_in,
                variables=plan.table_variables(table),
                style=style,
                terms=plan.terms,
            message:
                f"{plan.page}: lay out table '{name}'"
            script:
                "../scripts/format_baseline.py"

    else:
        beside = table["model"]

        rule:
            name:
                f"build_survival_table_{plan.rule}_{name}"
            input:
                quantiles=plan.files(f"models/{PLACE}/quantiles.csv", shown_in),
                logrank=plan.files(f"models/{PLACE}/logrank.csv", shown_in),
                estimates=plan.files(f"models/{PLACE}/cox_{beside}.csv", shown_in),
                fit=plan.files(f"models/{PLACE}/cox_{beside}_fit.csv", shown_in),
                words=plan.words,
                code=package_files("workflow/scripts/build_survival_table.py"),
            output:
                csv=[] if plan.is_second else values,
                layouts=layouts,
            log:
                f"{plan.shown}/logs/build_survival_table_{name}.log",
            conda:
                ENVIRONMENT
            params:
                table=set_as,
                parts=shown_in,
                model=plan.study["models"][beside],
                variables=plan.table_variables(table) | plan.model_variables(beside),
                conventions=plan.conventions("confidence"),
                style=style,
                terms=plan.terms,
            message:
                f"{plan.page}: lay out table '{name}'"
            script:
                "../scripts/build_survival_table.py"
