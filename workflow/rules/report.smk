"""The report of a study: one self-contained page, made from aggregate results.

REQUIRED INPUTS  results/{study}/{cohort,tables,models,figures,audit}/*
OUTPUTS          results/{study}/report/report.html
"""

REPORT_FILES = [
    "report/templates/report.html",
    "report/templates/table.html.j2",
    "report/style.css",
]
COX_FILES = {"estimates": "", "fit": "_fit", "ph": "_ph"}
SURVIVAL_FILES = ("quantiles", "logrank", "landmarks", "followup")


def report_contents(study):
    """Return what the report shows, each with the paths of its files, in the order of the page."""
    shown = STUDIES[study]
    folder = f"results/{study}"
    return {
        "tables": [
            part
            | {"name": name, "kind": table["kind"]}
            | {"html": f"{folder}/tables/{part['population']}/{name}.html"}
            for name, table in shown["tables"].items()
            for part in table_parts(study, table)
        ],
        "survival": [
            part | {key: f"{folder}/models/{place(part)}/{key}.csv" for key in SURVIVAL_FILES}
            for part in parts(study, shown["survival"])
        ],
        "curves": [
            part
            | {"name": name, "svg": f"{folder}/figures/{place(part)}/km_{name}.svg"}
            | {"links": links(f"figures/{place(part)}/km_{name}", f"models/{place(part)}/km_{name}")}
            for name, curve in shown["curves"].items()
            for part in parts(study, curve)
        ],
        "models": [
            part
            | {"name": name, "kind": model["kind"]}
            | {"label": model.get("label") or name.replace("_", " ").capitalize()}
            | {"svg": f"{folder}/figures/{place(part)}/forest_{name}.svg"}
            | {"links": links(f"figures/{place(part)}/forest_{name}", cox_file(part, name))}
            | {key: f"{folder}/{cox_file(part, name, end)}.csv" for key, end in COX_FILES.items()}
            for name, model in shown["models"].items()
            for part in parts(study, model)
        ],
    }


def links(figure, numbers):
    """Return links from the page to the files of a figure and to the numbers it is drawn from."""
    drawn = [{"label": f.upper(), "href": f"../{figure}.{f}"} for f in FORMATS]
    return [*drawn, {"label": "CSV", "href": f"../{numbers}.csv"}]


def cox_file(part, name, end=""):
    """Return a file of a Cox model, below the study's results, without its ending."""
    return f"models/{place(part)}/cox_{name}{end}"


def place(part):
    """Return the folder of a part below models and figures."""
    return f"{part['population']}/{part['endpoint']}"


def shown_files(wildcards):
    """Return the path of every file that the report reads."""
    return [
        path
        for items in report_contents(wildcards.study).values()
        for item in items
        for path in item.values()
        if isinstance(path, str) and path.startswith("results/")
    ]


def report_facts(wildcards):
    """Return the decisions that the methods section states, and the labels it needs."""
    study = STUDIES[wildcards.study]
    keys = "title data preset conventions time sources criteria endpoints populations arms tables"
    facts = {key: study[key] for key in f"{keys} derive survival curves models report".split()}
    return facts | {"variables": variables(wildcards.study, study["variables"])}


rule build_report:
    input:
        shown=shown_files,
        flow=f"{RESULTS}/cohort/flow.csv",
        flowchart=f"{RESULTS}/figures/flowchart.svg",
        populations=f"{RESULTS}/cohort/populations.csv",
        arms=f"{RESULTS}/cohort/arms.csv",
        endpoints=f"{RESULTS}/cohort/endpoints.csv",
        linkage=f"{RESULTS}/records/linkage.csv",
        warnings=f"{RESULTS}/audit/warnings.csv",
        sums="data/{study}/SHA256SUMS",
        provenance="data/{study}/PROVENANCE.md",
        lock="envs/requirements.lock",
        templates=REPORT_FILES,
        code=package_files("workflow/scripts/build_report.py"),
    output:
        html=f"{RESULTS}/report/report.html",
    log:
        f"{RESULTS}/logs/build_report.log",
    conda:
        ENVIRONMENT
    params:
        study=report_facts,
        contents=lambda w: report_contents(w.study),
    message:
        "{wildcards.study}: build the report"
    script:
        "../scripts/build_report.py"
