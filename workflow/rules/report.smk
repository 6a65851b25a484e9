"""The report of a study: one self-contained page, made from aggregate results, and its tables.

REQUIRED INPUTS  results/{study}/{cohort,tables,models,figures,audit}/*
OUTPUTS          results/{study}/report/report.html, tables.{json,docx,xlsx,tex}, tables/, numbers.json
"""

REPORT_FILES = [
    "report/templates/report.html",
    "report/templates/table.html.j2",
    "report/style.css",
]


rule build_report:
    input:
        shown=lambda w: PLANS[w.study].shown_files(),
        flow=f"{RESULTS}/cohort/flow.csv",
        flowchart=f"{RESULTS}/figures/flowchart.svg",
        populations=f"{RESULTS}/cohort/populations.csv",
        arms=f"{RESULTS}/cohort/arms.csv",
        endpoints=f"{RESULTS}/cohort/endpoints.csv",
        linkage=f"{RESULTS}/records/linkage.csv",
        centres=f"{RESULTS}/records/centres.csv",
        warnings=f"{RESULTS}/audit/warnings.csv",
        paper=lambda w: PLANS[w.study].paper_files(),
        provenance="data/{study}/PROVENANCE.md",
        lock="envs/requirements.lock",
        templates=REPORT_FILES,
        code=package_files("workflow/scripts/build_report.py"),
    output:
        html=f"{RESULTS}/report/report.html",
        tables=f"{RESULTS}/report/tables.json",
    log:
        f"{RESULTS}/logs/build_report.log",
    conda:
        ENVIRONMENT
    params:
        study=lambda w: PLANS[w.study].report_facts(),
        contents=lambda w: PLANS[w.study].report_contents(),
    message:
        "{wildcards.study}: build the report"
    script:
        "../scripts/build_report.py"


rule write_tables:
    input:
        tables=f"{RESULTS}/report/tables.json",
        code=package_files("workflow/scripts/write_tables.py"),
    output:
        word=f"{RESULTS}/report/tables.docx",
        excel=f"{RESULTS}/report/tables.xlsx",
        latex=f"{RESULTS}/report/tables.tex",
        files=directory(f"{RESULTS}/report/tables"),
        numbers=f"{RESULTS}/report/numbers.json",
    log:
        f"{RESULTS}/logs/write_tables.log",
    conda:
        ENVIRONMENT
    message:
        "{wildcards.study}: write the tables for Word, Excel and LaTeX"
    script:
        "../scripts/write_tables.py"
