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
        flow=expand(f"{SHOWN}/cohort/flow.csv", page=REPORTS),
        arms=expand(f"{SHOWN}/cohort/arms.csv", page=REPORTS),
        endpoints=expand(f"{SHOWN}/cohort/endpoints.csv", page=REPORTS),
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
        studies=[index_facts(page) for page in REPORTS.values()],
    message:
        "build the index of studies"
    script:
        "../scripts/build_index.py"


rule build_report:
    input:
        shown=lambda w: shown_files(PAGES[w.page]),
        flow=f"{SHOWN}/cohort/flow.csv",
        populations=f"{SHOWN}/cohort/populations.csv",
        arms=f"{SHOWN}/cohort/arms.csv",
        endpoints=f"{SHOWN}/cohort/endpoints.csv",
        linkage=lambda w: PAGES[w.page].at("records/linkage.csv"),
        centres=lambda w: PAGES[w.page].at("records/centres.csv"),
        warnings=lambda w: PAGES[w.page].at("audit/warnings.csv"),
        consistency=lambda w: PAGES[w.page].at("audit/consistency.csv"),
        verification=lambda w: PAGES[w.page].at("audit/verification.csv"),
        parity=lambda w: PAGES[w.page].at("audit/parity.csv"),
        paper=lambda w: paper_files(PAGES[w.page]),
        provenance=lambda w: provenance_of(PAGES[w.page]),
        lock="envs/requirements.lock",
        templates=REPORT_FILES,
        words=lambda w: PAGES[w.page].words,
        code=package_files("workflow/scripts/build_report.py"),
    output:
        html=report(
            f"{SHOWN}/report/report.html",
            caption="../../report/captions/report.rst",
            category="{page}",
        ),
        tables=f"{SHOWN}/report/tables.json",
    log:
        f"{SHOWN}/logs/build_report.log",
    conda:
        ENVIRONMENT
    params:
        study=lambda w: report_facts(PAGES[w.page]),
        contents=lambda w: report_contents(PAGES[w.page]),
        terms=lambda w: PAGES[w.page].terms,
    message:
        "{wildcards.page}: build the report"
    script:
        "../scripts/build_report.py"


rule write_tables:
    input:
        tables=f"{SHOWN}/report/tables.json",
        words=lambda w: PAGES[w.page].words,
        code=package_files("workflow/scripts/write_tables.py"),
    output:
        word=report(
            f"{SHOWN}/report/tables.docx",
            caption="../../report/captions/tables.rst",
            category="{page}",
        ),
        checklists=report(
            f"{SHOWN}/report/checklists.docx",
            caption="../../report/captions/checklists.rst",
            category="{page}",
        ),
        excel=report(
            f"{SHOWN}/report/tables.xlsx",
            caption="../../report/captions/tables.rst",
            category="{page}",
        ),
        latex=f"{SHOWN}/report/tables.tex",
        files=directory(f"{SHOWN}/report/tables"),
        numbers=f"{SHOWN}/report/numbers.json",
    log:
        f"{SHOWN}/logs/write_tables.log",
    conda:
        ENVIRONMENT
    message:
        "{wildcards.page}: write the tables for Word, Excel and LaTeX"
    script:
        "../scripts/write_tables.py"


for plan in PAGES.values():
    copied = copies(plan)

    rule:
        name:
            f"gather_files_{plan.rule}"
        input:
            files=copied_from(plan),
            code=package_files("workflow/scripts/gather_files.py"),
        output:
            files=list(copied),
        log:
            f"{plan.shown}/logs/gather_files.log",
        conda:
            ENVIRONMENT
        params:
            copies=copied,
        message:
            f"{plan.page}: gather the files that the report links to"
        script:
            "../scripts/gather_files.py"
