"""Further analyses: interaction tests, landmark analyses, restricted mean survival times.

REQUIRED INPUTS  results/{study}/cohort/cohort.parquet
OUTPUTS          results/{study}/models/{population}/{endpoint}/{interaction,landmark,rmst}_*
"""

for plan, name, entry in entries("further"):
    parts = plan.parts(entry)
    decided = {k: v for k, v in entry.items() if k not in ("label", "endpoints", "populations")}
    asked = plan.further_variables(entry)
    places = [{key: part[key] for key in ("population", "endpoint")} for part in parts]
    if entry["kind"] == "interaction":

        rule:
            name:
                f"compare_subgroups_{plan.name}_{name}"
            input:
                cohort=f"{plan.folder}/cohort/cohort.parquet",
                code=package_files("workflow/scripts/compare_subgroups.py"),
            output:
                **plan.further_files(name),
            log:
                f"{plan.folder}/logs/compare_subgroups_{name}.log",
            priority: FIRST
            conda:
                ENVIRONMENT
            params:
                entry=decided,
                place=f"further.{name}",
                parts=places,
                variables=asked,
                conventions=plan.conventions("ties", "confidence"),
            message:
                f"{plan.name}: compare subgroups '{name}'"
            script:
                "../scripts/compare_subgroups.py"

    elif entry["kind"] == "subgroups":

        rule:
            name:
                f"compare_effects_{plan.name}_{name}"
            input:
                cohort=f"{plan.folder}/cohort/cohort.parquet",
                code=package_files("workflow/scripts/compare_effects.py"),
            output:
                **plan.further_files(name),
            log:
                f"{plan.folder}/logs/compare_effects_{name}.log",
            priority: FIRST
            conda:
                ENVIRONMENT
            params:
                entry={"subgroups": []} | decided,
                place=f"further.{name}",
                parts=places,
                variables=asked,
                conventions=plan.conventions("ties", "confidence"),
            message:
                f"{plan.name}: compare effects '{name}'"
            script:
                "../scripts/compare_effects.py"

    elif entry["kind"] == "landmark":

        rule:
            name:
                f"analyse_landmark_{plan.name}_{name}"
            input:
                cohort=f"{plan.folder}/cohort/cohort.parquet",
                code=package_files("workflow/scripts/analyse_landmark.py"),
            output:
                **plan.further_files(name),
            log:
                f"{plan.folder}/logs/analyse_landmark_{name}.log",
            priority: FIRST
            conda:
                ENVIRONMENT
            params:
                entry=decided,
                parts=places,
                variables=asked,
                conventions=plan.conventions("ties", "interval", "quantiles", "confidence"),
            message:
                f"{plan.name}: analyse landmark '{name}'"
            script:
                "../scripts/analyse_landmark.py"

    else:

        rule:
            name:
                f"estimate_rmst_{plan.name}_{name}"
            input:
                cohort=f"{plan.folder}/cohort/cohort.parquet",
                code=package_files("workflow/scripts/estimate_rmst.py"),
            output:
                **plan.further_files(name),
            log:
                f"{plan.folder}/logs/estimate_rmst_{name}.log",
            priority: FIRST
            conda:
                ENVIRONMENT
            params:
                entry=decided,
                parts=places,
                variables=asked,
                conventions=plan.conventions("confidence"),
            message:
                f"{plan.name}: estimate restricted means '{name}'"
            script:
                "../scripts/estimate_rmst.py"
