"""Figures, drawn from aggregate tables only, never from patients.

REQUIRED INPUTS  results/{study}/cohort/{flow,populations,arms}.csv, results/{study}/models/*
OUTPUTS          results/{study}/figures/*.svg, .pdf, .png
"""

STYLE = "report/figures.mplstyle"
FORMATS = ("svg", "pdf", "png")


def drawings(study, pattern, some_parts=({},), **more):
    """Return format -> paths of the drawings of some parts."""
    return {f: files(study, f"figures/{pattern}.{f}", some_parts, **more) for f in FORMATS}


rule draw_flowchart:
    input:
        flow=f"{RESULTS}/cohort/flow.csv",
        populations=f"{RESULTS}/cohort/populations.csv",
        arms=f"{RESULTS}/cohort/arms.csv",
        style=STYLE,
        code=package_files("workflow/scripts/draw_flowchart.py"),
    output:
        svg=f"{RESULTS}/figures/flowchart.svg",
        pdf=f"{RESULTS}/figures/flowchart.pdf",
        png=f"{RESULTS}/figures/flowchart.png",
    log:
        f"{RESULTS}/logs/draw_flowchart.log",
    conda:
        ENVIRONMENT
    params:
        title=study_param("title"),
    message:
        "{wildcards.study}: draw the flowchart"
    script:
        "../scripts/draw_flowchart.py"


for study, name, curve in entries("curves"):
    drawn = parts(study, curve)

    rule:
        name:
            f"draw_curves_{study}_{name}"
        input:
            curves=files(study, "models/{population}/{endpoint}/km_{c}.csv", drawn, c=name),
            quantiles=files(study, "models/{population}/{endpoint}/quantiles.csv", drawn),
            logrank=files(study, "models/{population}/{endpoint}/logrank.csv", drawn),
            style=STYLE,
            code=package_files("workflow/scripts/draw_curves.py"),
        output:
            **drawings(study, "{population}/{endpoint}/km_{c}", drawn, c=name),
        log:
            f"results/{study}/logs/draw_curves_{name}.log",
        conda:
            ENVIRONMENT
        params:
            parts=drawn,
            curve=curve,
            by=variables(study, [curve["by"]])[curve["by"]] if "by" in curve else None,
            conventions=STUDIES[study]["conventions"],
        message:
            f"{study}: draw curves '{name}'"
        script:
            "../scripts/draw_curves.py"


for study, name, model in entries("models"):
    drawn = parts(study, model)

    rule:
        name:
            f"draw_forest_{study}_{name}"
        input:
            estimates=files(study, "models/{population}/{endpoint}/cox_{m}.csv", drawn, m=name),
            fit=files(study, "models/{population}/{endpoint}/cox_{m}_fit.csv", drawn, m=name),
            style=STYLE,
            code=package_files("workflow/scripts/draw_forest.py"),
        output:
            **drawings(study, "{population}/{endpoint}/forest_{m}", drawn, m=name),
        log:
            f"results/{study}/logs/draw_forest_{name}.log",
        conda:
            ENVIRONMENT
        params:
            parts=drawn,
            model={"label": name.replace("_", " ").capitalize()} | model,
            variables=variables(study, model["covariates"] + model["strata"]),
            conventions=STUDIES[study]["conventions"],
        message:
            f"{study}: draw forest plot '{name}'"
        script:
            "../scripts/draw_forest.py"
