"""Figures, drawn from aggregate tables only, never from patients.

REQUIRED INPUTS  results/{study}/cohort/{flow,populations,arms}.csv, results/{study}/models/*
OUTPUTS          results/{study}/figures/*.svg, .pdf; results/{study}/submission/figures/figure1_*.pdf, .tiff
"""

STYLE = "report/figures.mplstyle"
FONTS = sorted(path.as_posix() for path in Path("report/fonts").glob("*.ttf"))


rule draw_flowchart:
    input:
        flow=f"{RESULTS}/cohort/flow.csv",
        populations=f"{RESULTS}/cohort/populations.csv",
        arms=f"{RESULTS}/cohort/arms.csv",
        style=STYLE,
        fonts=FONTS,
        code=package_files("workflow/scripts/draw_flowchart.py"),
    output:
        svg=report(
            f"{RESULTS}/figures/flowchart.svg",
            caption="../../report/captions/flowchart.rst",
            category="{study}",
        ),
        pdf=f"{RESULTS}/figures/flowchart.pdf",
    log:
        f"{RESULTS}/logs/draw_flowchart.log",
    conda:
        ENVIRONMENT
    params:
        title=study_param("title"),
        chart=study_param("figures", "flowchart"),
        notice=study_param("notice"),
    message:
        "{wildcards.study}: draw the flowchart"
    script:
        "../scripts/draw_flowchart.py"


for plan, name, curve in entries("curves"):
    drawn = plan.parts(curve)

    rule:
        name:
            f"draw_curves_{plan.name}_{name}"
        input:
            curves=plan.files(f"models/{PLACE}/km_{name}.csv", drawn),
            quantiles=plan.files(f"models/{PLACE}/quantiles.csv", drawn),
            logrank=plan.files(f"models/{PLACE}/logrank.csv", drawn),
            style=STYLE,
            fonts=FONTS,
            code=package_files("workflow/scripts/draw_curves.py"),
        output:
            **drawings(plan, f"km_{name}", drawn, "curves"),
        log:
            f"{plan.folder}/logs/draw_curves_{name}.log",
        priority: 1
        conda:
            ENVIRONMENT
        params:
            parts=drawn,
            curve=plan.looking(curve),
            by=plan.texts([curve["by"]])[curve["by"]] if "by" in curve else None,
            conventions=plan.conventions("interval", "confidence"),
            notice=plan.study["notice"],
        message:
            f"{plan.name}: draw curves '{name}'"
        script:
            "../scripts/draw_curves.py"


for plan, name, curve in entries("curves"):
    followed = plan.followed(curve)
    if followed:

        rule:
            name:
                f"draw_followup_{plan.name}_{name}"
            input:
                curves=plan.files(f"models/{PLACE}/km_{name}.csv", followed),
                followup=plan.files(f"models/{PLACE}/followup.csv", followed),
                style=STYLE,
                fonts=FONTS,
                code=package_files("workflow/scripts/draw_followup.py"),
            output:
                **drawings(plan, f"followup_{name}", followed, "followup"),
            log:
                f"{plan.folder}/logs/draw_followup_{name}.log",
            conda:
                ENVIRONMENT
            params:
                parts=followed,
                curve=plan.looking(curve),
                by=plan.texts([curve["by"]])[curve["by"]] if "by" in curve else None,
                conventions=plan.conventions("interval", "confidence"),
                notice=plan.study["notice"],
            message:
                f"{plan.name}: draw follow-up '{name}'"
            script:
                "../scripts/draw_followup.py"


for plan, name, entry in entries("further"):
    if entry["kind"] == "landmark":
        drawn = plan.parts(entry)
        tables = plan.further_files(name)

        rule:
            name:
                f"draw_landmark_{plan.name}_{name}"
            input:
                curves=tables["km"],
                quantiles=tables["quantiles"],
                logrank=tables["logrank"],
                style=STYLE,
                fonts=FONTS,
                code=package_files("workflow/scripts/draw_curves.py"),
            output:
                **drawings(plan, f"landmark_{name}", drawn, "landmark"),
            log:
                f"{plan.folder}/logs/draw_landmark_{name}.log",
            priority: 1
            conda:
                ENVIRONMENT
            params:
                parts=drawn,
                curve={"by": entry["by"], "title": entry["label"]}
                | {"time": "Time from the landmark", "look": plan.study["figures"]["look"]},
                by=plan.texts([entry["by"]])[entry["by"]],
                conventions=plan.conventions("interval", "confidence"),
                notice=plan.study["notice"],
            message:
                f"{plan.name}: draw landmark '{name}'"
            script:
                "../scripts/draw_curves.py"

    elif entry["kind"] == "subgroups":
        drawn = plan.parts(entry)

        rule:
            name:
                f"draw_subgroups_{plan.name}_{name}"
            input:
                **plan.further_files(name),
                style=STYLE,
                fonts=FONTS,
                code=package_files("workflow/scripts/draw_subgroups.py"),
            output:
                **drawings(plan, f"subgroups_{name}", drawn, "subgroups"),
            log:
                f"{plan.folder}/logs/draw_subgroups_{name}.log",
            priority: 1
            conda:
                ENVIRONMENT
            params:
                parts=drawn,
                entry=plan.looking(entry),
                variables=plan.further_variables(entry, "label", "levels"),
                populations={
                    n: plan.study["populations"][n]["label"] for n in entry.get("subgroups", [])
                },
                conventions=plan.conventions("confidence"),
                notice=plan.study["notice"],
            message:
                f"{plan.name}: draw subgroups '{name}'"
            script:
                "../scripts/draw_subgroups.py"


for plan, name, panels in entries("panels"):
    curve = plan.study["curves"][panels["curve"]]
    shown = plan.parts({**panels, "endpoints": [panels["endpoint"]]})
    whole = shown[0] | {"population_label": ", ".join(part["population_label"] for part in shown)}

    rule:
        name:
            f"draw_panels_{plan.name}_{name}"
        input:
            curves=plan.files(f"models/{PLACE}/km_{panels['curve']}.csv", shown),
            quantiles=plan.files(f"models/{PLACE}/quantiles.csv", shown),
            logrank=plan.files(f"models/{PLACE}/logrank.csv", shown),
            style=STYLE,
            fonts=FONTS,
            code=package_files("workflow/scripts/draw_panels.py"),
        output:
            svg=in_report(plan, f"{plan.folder}/figures/{name}.svg", "panels", whole),
            pdf=f"{plan.folder}/figures/{name}.pdf",
        log:
            f"{plan.folder}/logs/draw_panels_{name}.log",
        conda:
            ENVIRONMENT
        params:
            parts=shown,
            panels=panels,
            curve=plan.looking(curve),
            by=plan.texts([curve["by"]])[curve["by"]] if "by" in curve else None,
            conventions=plan.conventions("interval", "confidence"),
            notice=plan.study["notice"],
        message:
            f"{plan.name}: draw panels '{name}'"
        script:
            "../scripts/draw_panels.py"


for plan, name, model in entries("models"):
    drawn = plan.parts(model)

    rule:
        name:
            f"draw_forest_{plan.name}_{name}"
        input:
            estimates=plan.files(f"models/{PLACE}/cox_{name}.csv", drawn),
            fit=plan.files(f"models/{PLACE}/cox_{name}_fit.csv", drawn),
            beside=plan.beside(model)[1],
            style=STYLE,
            fonts=FONTS,
            code=package_files("workflow/scripts/draw_forest.py"),
        output:
            **drawings(plan, f"forest_{name}", drawn, "forest"),
        log:
            f"{plan.folder}/logs/draw_forest_{name}.log",
        priority: 1
        conda:
            ENVIRONMENT
        params:
            parts=drawn,
            model=plan.looking(model),
            beside=plan.beside(model)[0],
            variables=plan.forest_variables(name),
            conventions=plan.conventions("confidence"),
            notice=plan.study["notice"],
        message:
            f"{plan.name}: draw forest plot '{name}'"
        script:
            "../scripts/draw_forest.py"


for plan, name, table in entries("tables"):
    if table["draw"]:
        shown = plan.parts(table)
        own = [picture for picture in plan.pictures() if picture["name"] == name]
        svgs = [(f"{plan.folder}/figures/{p['path']}.svg", p["kind"], p) for p in own]

        rule:
            name:
                f"draw_baseline_{plan.name}_{name}"
            input:
                values=plan.files("tables/{population}/{table}.csv", shown, table=name),
                tests=plan.files("tables/{population}/{table}_tests.csv", shown, table=name),
                style=STYLE,
                fonts=FONTS,
                code=package_files("workflow/scripts/draw_baseline.py"),
            output:
                svg=[in_report(plan, *svg) for svg in svgs],
                pdf=[f"{plan.folder}/figures/{picture['path']}.pdf" for picture in own],
            log:
                f"{plan.folder}/logs/draw_baseline_{name}.log",
            conda:
                ENVIRONMENT
            params:
                kinds=table["draw"],
                parts=shown,
                table={"by": table["by"], "variables": table["variables"]}
                | {"look": plan.study["figures"]["look"]},
                variables=plan.table_variables(table, "label", "levels"),
                notice=plan.study["notice"],
            message:
                f"{plan.name}: draw table '{name}'"
            script:
                "../scripts/draw_baseline.py"


for plan in (p for p in PLANS.values() if p.submitted()):
    chosen = plan.submitted()

    rule:
        name:
            f"submit_figures_{plan.name}"
        input:
            pdf=[f"{plan.folder}/figures/{path}.pdf" for path in chosen.values()],
            svg=[f"{plan.folder}/figures/{path}.svg" for path in chosen.values()],
            code=package_files("workflow/scripts/submit_figures.py"),
        output:
            folder=directory(plan.submission()),
        log:
            f"{plan.folder}/logs/submit_figures.log",
        conda:
            ENVIRONMENT
        params:
            names=list(chosen),
            rasters=plan.study["figures"]["rasters"],
            dpi=plan.study["figures"]["dpi"],
            notice=plan.study["notice"],
        message:
            f"{plan.name}: number the figures of the manuscript"
        script:
            "../scripts/submit_figures.py"
