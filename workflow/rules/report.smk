"""The report of a study: one self-contained page, made from aggregate results, and its tables.

REQUIRED INPUTS  results/{study}/{cohort,tables,models,figures,audit}/*
OUTPUTS          results/index.html; results/{study}/report/report.html, files/*, tables.{json,docx,xlsx,tex},
                 tables/, numbers.json
"""

REPORT_FILES = [
    "report/templates/report.html",
    "report/templates/blocks.html.j2",
    "report/templates/table.html.j2",
    "report/style.css",
    "report/report.js",
    "report/words.yaml",
    "report/checklists/strobe.yaml",
    "report/checklists/remark.yaml",
]


INDEX_FILES = ["report/templates/index.html", "report/style.css", "report/words.yaml"]


rule build_index:
    input:
        flow=expand(f"{RESULTS}/cohort/flow.csv", study=STUDIES),
        arms=expand(f"{RESULTS}/cohort/arms.csv", study=STUDIES),
        endpoints=expand(f"{RESULTS}/cohort/endpoints.csv", study=STUDIES),
        templates=INDEX_FILES,
        code=package_files("workflow/scripts/build_index.py"),
    output:
        html=report(
            "results/index.html", caption="../../report/captions/index.rst", category="All studies"
        ),
    log:
        "results/logs/build_index.log",
    conda:
        ENVIRONMENT
    params:
        studies=[index_facts(plan) for plan in PLANS.values()],
    message:
        "build the index of studies"
    script:
        "../scripts/build_index.py"


rule build_report:
    input:
        shown=lambda w: shown_files(PLANS[w.study]),
        flow=f"{RESULTS}/cohort/flow.csv",
        populations=f"{RESULTS}/cohort/populations.csv",
        arms=f"{RESULTS}/cohort/arms.csv",
        endpoints=f"{RESULTS}/cohort/endpoints.csv",
        linkage=f"{RESULTS}/records/linkage.csv",
        centres=f"{RESULTS}/records/centres.csv",
        warnings=f"{RESULTS}/audit/warnings.csv",
        paper=lambda w: paper_files(PLANS[w.study]),
        provenance="data/{study}/PROVENANCE.md",
        lock="envs/requirements.lock",
        templates=REPORT_FILES,
        code=package_files("workflow/scripts/build_report.py"),
    output:
        html=report(
            f"{RESULTS}/report/report.html",
            caption="../../report/captions/report.rst",
            category="{study}",
        ),
        tables=f"{RESULTS}/report/tables.json",
    log:
        f"{RESULTS}/logs/build_report.log",
    conda:
        ENVIRONMENT
    params:
        study=lambda w: report_facts(PLANS[w.study]),
        contents=lambda w: report_contents(PLANS[w.study]),
    message:
        "{wildcards.study}: build the report"
    script:
        "../scripts/build_report.py"


rule write_tables:
    input:
        tables=f"{RESULTS}/report/tables.json",
        code=package_files("workflow/scripts/write_tables.py"),
    output:
        word=report(
            f"{RESULTS}/report/tables.docx",
            caption="../../report/captions/tables.rst",
            category="{study}",
        ),
        checklists=report(
            f"{RESULTS}/report/checklists.docx",
            caption="../../report/captions/checklists.rst",
            category="{study}",
        ),
        excel=report(
            f"{RESULTS}/report/tables.xlsx",
            caption="../../report/captions/tables.rst",
            category="{study}",
        ),
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


for plan in PLANS.values():
    copied = copies(plan)

    rule:
        name:
            f"gather_files_{plan.name}"
        input:
            files=copied_from(plan),
            code=package_files("workflow/scripts/gather_files.py"),
        output:
            files=list(copied),
        log:
            f"{plan.folder}/logs/gather_files.log",
        conda:
            ENVIRONMENT
        params:
            copies=copied,
        message:
            f"{plan.name}: gather the files that the report links to"
        script:
            "../scripts/gather_files.py"
