"""Baseline characteristics, and survival by variable beside the Cox model.

REQUIRED INPUTS  results/{study}/cohort/cohort.parquet; results/{study}/models/* for survival tables
OUTPUTS          results/{study}/tables/{population}/{table}.csv, .json
"""

for plan, name, table in entries("tables"):
    shown = plan.parts(table)
    values = plan.files("tables/{population}/{table}.csv", shown, table=name)
    tests = plan.files("tables/{population}/{table}_tests.csv", shown, table=name)
    layouts = plan.files("tables/{population}/{table}.json", shown, table=name)
    style = plan.study["report"]["style"]
    set_as = {k: v for k, v in table.items() if k != "draw"}
    if table["kind"] == "baseline":

        rule:
            name:
                f"describe_baseline_{plan.name}_{name}"
            input:
                cohort=f"{plan.folder}/cohort/cohort.parquet",
                code=package_files("workflow/scripts/describe_baseline.py"),
            output:
                values=values,
                tests=tests,
            log:
                f"{plan.folder}/logs/describe_baseline_{name}.log",
            conda:
                ENVIRONMENT
            params:
                table={k: v for k, v in set_as.items() if k not in ("label", "populations")},
                parts=[{"population": part["population"]} for part in shown],
                variables=plan.table_variables(table, "type", "levels"),
                conventions=plan.conventions("alpha", "contingency", "t_test", "rank_test"),
            message:
                f"{plan.name}: describe table '{name}'"
            script:
                "../scripts/describe_baseline.py"

        rule:
            name:
                f"format_baseline_{plan.name}_{name}"
            input:
                values=values,
                tests=tests,
                code=package_files("workflow/scripts/format_baseline.py"),
            output:
                layouts=layouts,
            log:
                f"{plan.folder}/logs/format_baseline_{name}.log",
            conda:
                ENVIRONMENT
            params:
                table=set_as,
                parts=shown,
                variables=plan.table_variables(table),
                style=style,
            message:
                f"{plan.name}: lay out table '{name}'"
            script:
                "../scripts/format_baseline.py"

    else:
        beside = table["model"]

        rule:
            name:
                f"build_survival_table_{plan.name}_{name}"
            input:
                quantiles=plan.files(f"models/{PLACE}/quantiles.csv", shown),
                logrank=plan.files(f"models/{PLACE}/logrank.csv", shown),
                estimates=plan.files(f"models/{PLACE}/cox_{beside}.csv", shown),
                fit=plan.files(f"models/{PLACE}/cox_{beside}_fit.csv", shown),
                code=package_files("workflow/scripts/build_survival_table.py"),
            output:
                csv=values,
                layouts=layouts,
            log:
                f"{plan.folder}/logs/build_survival_table_{name}.log",
            conda:
                ENVIRONMENT
            params:
                table=set_as,
                parts=shown,
                model=plan.study["models"][beside],
                variables=plan.table_variables(table) | plan.model_variables(beside),
                conventions=plan.conventions("confidence"),
                style=style,
            message:
                f"{plan.name}: lay out table '{name}'"
            script:
                "../scripts/build_survival_table.py"
