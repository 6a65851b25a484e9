"""Figures, drawn from aggregate tables only, never from patients.

REQUIRED INPUTS  results/{study}/cohort/{flow,populations,arms}.csv, results/{study}/models/*
OUTPUTS          results/{study}/figures/*.svg, .pdf
"""

STYLE = "report/figures.mplstyle"
FONTS = sorted(path.as_posix() for path in Path("report/fonts").glob("*.ttf"))


rule draw_flowchart:
    input:
        flow=f"{SHOWN}/cohort/flow.csv",
        populations=f"{SHOWN}/cohort/populations.csv",
        arms=f"{SHOWN}/cohort/arms.csv",
        style=STYLE,
        words=lambda w: PAGES[w.page].words,
        fonts=FONTS,
        code=package_files("workflow/scripts/draw_flowchart.py"),
    output:
        svg=report(
            f"{SHOWN}/figures/flowchart.svg",
            caption="../../report/captions/flowchart.rst",
            category="{page}",
        ),
        pdf=f"{SHOWN}/figures/flowchart.pdf",
    log:
        f"{SHOWN}/logs/draw_flowchart.log",
    conda:
        ENVIRONMENT
    params:
        title=page_param("title"),
        chart=page_param("figures", "flowchart"),
        notice=page_param("notice"),
        terms=lambda w: PAGES[w.page].terms,
    message:
        "{wildcards.page}: draw the flowchart"
    script:
        "../scripts/draw_flowchart.py"


for plan, name, curve in presented("curves"):
    drawn = plan.parts(curve)

    rule:
        name:
            f"draw_curves_{plan.rule}_{name}"
        input:
            curves=plan.files(f"models/{PLACE}/km_{name}.csv", drawn),
            quantiles=plan.files(f"models/{PLACE}/quantiles.csv", drawn),
            logrank=plan.files(f"models/{PLACE}/logrank.csv", drawn),
            style=STYLE,
            words=plan.words,
            fonts=FONTS,
            code=package_files("workflow/scripts/draw_curves.py"),
        output:
            **drawings(plan, f"km_{name}", drawn, "curves"),
        log:
            f"{plan.shown}/logs/draw_curves_{name}.log",
        priority: 1
        conda:
            ENVIRONMENT
        params:
            parts=drawn,
            curve=plan.looking(curve),
            by=plan.texts([curve["by"]])[curve["by"]] if "by" in curve else None,
            conventions=plan.conventions("interval", "confidence"),
            notice=plan.study["notice"],
            terms=plan.terms,
        message:
            f"{plan.page}: draw curves '{name}'"
        script:
            "../scripts/draw_curves.py"


for plan, name, curve in presented("curves"):
    followed = plan.followed(curve)
    if followed:

        rule:
            name:
                f"draw_followup_{plan.rule}_{name}"
            input:
                curves=plan.files(f"models/{PLACE}/km_{name}.csv", followed),
                followup=plan.files(f"models/{PLACE}/followup.csv", followed),
                style=STYLE,
                words=plan.words,
                fonts=FONTS,
                code=package_files("workflow/scripts/draw_followup.py"),
            output:
                **drawings(plan, f"followup_{name}", followed, "followup"),
            log:
                f"{plan.shown}/logs/draw_followup_{name}.log",
            conda:
                ENVIRONMENT
            params:
                parts=followed,
                curve=plan.looking(curve),
                by=plan.texts([curve["by"]])[curve["by"]] if "by" in curve else None,
                conventions=plan.conventions("interval", "confidence"),
                notice=plan.study["notice"],
                terms=plan.terms,
            message:
                f"{plan.page}: draw follow-up '{name}'"
            script:
                "../scripts/draw_followup.py"


for plan, name, entry in presented("further"):
    if entry["kind"] == "landmark":
        drawn = plan.parts(entry)
        tables = plan.further_files(name)

        rule:
            name:
                f"draw_landmark_{plan.rule}_{name}"
            input:
                curves=tables["km"],
                quantiles=tables["quantiles"],
                logrank=tables["logrank"],
                style=STYLE,
                words=plan.words,
                fonts=FONTS,
                code=package_files("workflow/scripts/draw_curves.py"),
            output:
                **drawings(plan, f"landmark_{name}", drawn, "landmark"),
            log:
                f"{plan.shown}/logs/draw_landmark_{name}.log",
            priority: 1
            conda:
                ENVIRONMENT
            params:
                parts=drawn,
                curve={"by": entry["by"], "title": entry["label"]}
                | {"from": "landmark", "look": plan.study["figures"]["look"]},
                by=plan.texts([entry["by"]])[entry["by"]],
                conventions=plan.conventions("interval", "confidence"),
                notice=plan.study["notice"],
                terms=plan.terms,
            message:
                f"{plan.page}: draw landmark '{name}'"
            script:
                "../scripts/draw_curves.py"

    elif entry["kind"] == "subgroups":
        drawn = plan.parts(entry)

        rule:
            name:
                f"draw_subgroups_{plan.rule}_{name}"
            input:
                **plan.further_files(name),
                style=STYLE,
                words=plan.words,
                fonts=FONTS,
                code=package_files("workflow/scripts/draw_subgroups.py"),
            output:
                **drawings(plan, f"subgroups_{name}", drawn, "subgroups"),
            log:
                f"{plan.shown}/logs/draw_subgroups_{name}.log",
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
                terms=plan.terms,
            message:
                f"{plan.page}: draw subgroups '{name}'"
            script:
                "../scripts/draw_subgroups.py"


for plan, name, panels in presented("panels"):
    curve = plan.study["curves"][panels["curve"]]
    shown = plan.parts({**panels, "endpoints": [panels["endpoint"]]})
    whole = shown[0] | {"population_label": ", ".join(part["population_label"] for part in shown)}

    rule:
        name:
            f"draw_panels_{plan.rule}_{name}"
        input:
            curves=plan.files(f"models/{PLACE}/km_{panels['curve']}.csv", shown),
            quantiles=plan.files(f"models/{PLACE}/quantiles.csv", shown),
            logrank=plan.files(f"models/{PLACE}/logrank.csv", shown),
            style=STYLE,
            words=plan.words,
            fonts=FONTS,
            code=package_files("workflow/scripts/draw_panels.py"),
        output:
            svg=in_report(plan, f"{plan.shown}/figures/{name}.svg", "panels", whole),
            pdf=f"{plan.shown}/figures/{name}.pdf",
        log:
            f"{plan.shown}/logs/draw_panels_{name}.log",
        conda:
            ENVIRONMENT
        params:
            parts=shown,
            panels=panels,
            curve=plan.looking(curve),
            by=plan.texts([curve["by"]])[curve["by"]] if "by" in curve else None,
            conventions=plan.conventions("interval", "confidence"),
            notice=plan.study["notice"],
            terms=plan.terms,
        message:
            f"{plan.page}: draw panels '{name}'"
        script:
            "../scripts/draw_panels.py"


for plan, name, model in presented("models"):
    drawn = plan.parts(model)

    rule:
        name:
            f"draw_forest_{plan.rule}_{name}"
        input:
            estimates=plan.files(f"models/{PLACE}/cox_{name}.csv", drawn),
            fit=plan.files(f"models/{PLACE}/cox_{name}_fit.csv", drawn),
            beside=plan.beside(model)[1],
            style=STYLE,
            words=plan.words,
            fonts=FONTS,
            code=package_files("workflow/scripts/draw_forest.py"),
        output:
            **drawings(plan, f"forest_{name}", drawn, "forest"),
        log:
            f"{plan.shown}/logs/draw_forest_{name}.log",
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
            terms=plan.terms,
        message:
            f"{plan.page}: draw forest plot '{name}'"
        script:
            "../scripts/draw_forest.py"


for plan, name, table in presented("tables"):
    if table["draw"]:
        shown = plan.parts(table)
        pictures = (p for p in plan.pictures() if p["kind"] in table["draw"])
        own = [picture for picture in pictures if picture["name"] == name]
        svgs = [(f"{plan.shown}/figures/{p['path']}.svg", p["kind"], p) for p in own]

        rule:
            name:
                f"draw_baseline_{plan.rule}_{name}"
            input:
                values=plan.files("tables/{population}/{table}.csv", shown, table=name),
                tests=plan.files("tables/{population}/{table}_tests.csv", shown, table=name),
                style=STYLE,
                words=plan.words,
                fonts=FONTS,
                code=package_files("workflow/scripts/draw_baseline.py"),
            output:
                svg=[in_report(plan, *svg) for svg in svgs],
                pdf=[f"{plan.shown}/figures/{picture['path']}.pdf" for picture in own],
            log:
                f"{plan.shown}/logs/draw_baseline_{name}.log",
            conda:
                ENVIRONMENT
            params:
                kinds=table["draw"],
                parts=shown,
                table={"by": table["by"], "variables": table["variables"]}
                | {"look": plan.study["figures"]["look"]},
                variables=plan.table_variables(table, "label", "levels"),
                notice=plan.study["notice"],
                terms=plan.terms,
            message:
                f"{plan.page}: draw table '{name}'"
            script:
                "../scripts/draw_baseline.py"
