"""Figures, drawn from aggregate tables only, never from patients.

REQUIRED INPUTS  results/{study}/cohort/{flow,populations,arms}.csv, results/{study}/models/*
OUTPUTS          results/{study}/figures/*.svg, .pdf, .png
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
        png=f"{RESULTS}/figures/flowchart.png",
    log:
        f"{RESULTS}/logs/draw_flowchart.log",
    conda:
        ENVIRONMENT
    params:
        title=study_param("title"),
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
            **plan.drawings(f"km_{name}", drawn),
        log:
            f"{plan.folder}/logs/draw_curves_{name}.log",
        priority: 1
        conda:
            ENVIRONMENT
        params:
            parts=drawn,
            curve=curve,
            by=plan.texts([curve["by"]])[curve["by"]] if "by" in curve else None,
            conventions=plan.conventions("interval", "confidence"),
            notice=plan.study["notice"],
        message:
            f"{plan.name}: draw curves '{name}'"
        script:
            "../scripts/draw_curves.py"


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
                **plan.drawings(f"landmark_{name}", drawn),
            log:
                f"{plan.folder}/logs/draw_landmark_{name}.log",
            priority: 1
            conda:
                ENVIRONMENT
            params:
                parts=drawn,
                curve={"by": entry["by"], "title": entry["label"], "time": "Time from the landmark"},
                by=plan.texts([entry["by"]])[entry["by"]],
                conventions=plan.conventions("interval", "confidence"),
                notice=plan.study["notice"],
            message:
                f"{plan.name}: draw landmark '{name}'"
            script:
                "../scripts/draw_curves.py"


for plan, name, panels in entries("panels"):
    curve = plan.study["curves"][panels["curve"]]
    shown = plan.parts({**panels, "endpoints": [panels["endpoint"]]})

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
            svg=f"{plan.folder}/figures/{name}.svg",
            pdf=f"{plan.folder}/figures/{name}.pdf",
            png=f"{plan.folder}/figures/{name}.png",
        log:
            f"{plan.folder}/logs/draw_panels_{name}.log",
        conda:
            ENVIRONMENT
        params:
            parts=shown,
            panels=panels,
            curve=curve,
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
            style=STYLE,
            fonts=FONTS,
            code=package_files("workflow/scripts/draw_forest.py"),
        output:
            **plan.drawings(f"forest_{name}", drawn),
        log:
            f"{plan.folder}/logs/draw_forest_{name}.log",
        priority: 1
        conda:
            ENVIRONMENT
        params:
            parts=drawn,
            model=model,
            variables=plan.model_variables(name),
            conventions=plan.conventions("confidence"),
            notice=plan.study["notice"],
        message:
            f"{plan.name}: draw forest plot '{name}'"
        script:
            "../scripts/draw_forest.py"
