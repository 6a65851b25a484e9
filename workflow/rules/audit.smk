"""What was noticed on the way, and the gates that stop a run whose numbers do not agree.

REQUIRED INPUTS  results/{study}/{records,cohort,tables,models}/*.csv; results/{study}/report/* of what is printed
OUTPUTS          results/{study}/audit/warnings.csv, consistency.csv, verification.csv, parity.csv, rendered.csv; published.csv of
                 studies with a ledger; NOTICE.txt of those with a notice, in the folder of each step
"""


rule collect_warnings:
    input:
        linkage=f"{RESULTS}/records/linkage.csv",
        sums="data/{study}/SHA256SUMS",
        problems=f"{RESULTS}/records/problems.csv",
        flow=f"{RESULTS}/cohort/flow.csv",
        endpoints=f"{RESULTS}/cohort/endpoints.csv",
        noted=lambda w: list(noted_tables(PLANS[w.study])),
        code=package_files("workflow/scripts/collect_warnings.py"),
    output:
        warnings=f"{RESULTS}/audit/warnings.csv",
    log:
        f"{RESULTS}/logs/collect_warnings.log",
    conda:
        ENVIRONMENT
    params:
        noted=lambda w: list(noted_tables(PLANS[w.study]).values()),
    message:
        "{wildcards.study}: count the warnings"
    script:
        "../scripts/collect_warnings.py"


rule check_consistency:
    input:
        tables=lambda w: checked_files(PLANS[w.study]),
        code=package_files("workflow/scripts/check_consistency.py"),
    output:
        consistency=f"{RESULTS}/audit/consistency.csv",
    log:
        f"{RESULTS}/logs/check_consistency.log",
    conda:
        ENVIRONMENT
    params:
        folder=RESULTS,
        parts=lambda w: checked_parts(PLANS[w.study]),
        expected=lambda w: checked_rows(PLANS[w.study]),
        conventions=lambda w: PLANS[w.study].conventions("confidence"),
    message:
        "{wildcards.study}: compare the results with each other"
    script:
        "../scripts/check_consistency.py"


rule check_rendered:
    input:
        printed=lambda w: printed_files(PLANS[w.study]),
        results=lambda w: compared_files(PLANS[w.study]),
        texts="report/words.yaml",
        code=package_files("workflow/scripts/check_rendered.py"),
    output:
        rendered=f"{RESULTS}/audit/rendered.csv",
    log:
        f"{RESULTS}/logs/check_rendered.log",
    conda:
        ENVIRONMENT
    threads: 2
    params:
        folder=RESULTS,
        pages=lambda w: printed_pages(PLANS[w.study]),
    message:
        "{wildcards.study}: read the printed numbers back"
    script:
        "../scripts/check_rendered.py"


rule require_agreement:
    input:
        checked=f"{RESULTS}/audit/{{gate}}.csv",
        code=package_files("workflow/scripts/require_agreement.py"),
    output:
        passed=f"{RESULTS}/audit/{{gate}}.passed",
    log:
        f"{RESULTS}/logs/require_agreement_{{gate}}.log",
    conda:
        ENVIRONMENT
    params:
        gate=lambda w: w.gate,
    message:
        "{wildcards.study}: stop where numbers do not agree ({wildcards.gate})"
    script:
        "../scripts/require_agreement.py"


rule verify_numbers:
    input:
        cohort=lambda w: PLANS[w.study].at("cohort/cohort.csv"),
        tables=lambda w: verified_files(PLANS[w.study]),
        lock="envs/requirements.lock",
        code=package_files("workflow/scripts/verify_numbers.py"),
    output:
        verification=f"{RESULTS}/audit/verification.csv",
        parity=f"{RESULTS}/audit/parity.csv",
    log:
        f"{RESULTS}/logs/verify_numbers.log",
    priority: FIRST
    conda:
        ENVIRONMENT
    params:
        folder=RESULTS,
        parts=lambda w: verified_parts(PLANS[w.study]),
        variables=lambda w: verified_variables(PLANS[w.study]),
        conventions=lambda w: verified_conventions(PLANS[w.study]),
    message:
        "{wildcards.study}: compute the estimates with a second engine"
    script:
        "../scripts/verify_numbers.py"


for plan in (p for p in PLANS.values() if p.study["ledger"]):

    rule:
        name:
            f"compare_published_{plan.name}"
        input:
            ledger=plan.study["ledger"]["path"],
            tables=expand(f"{plan.folder}/{{file}}", file=plan.study["ledger"]["files"]),
            code=package_files("workflow/scripts/compare_published.py"),
        output:
            published=f"{plan.folder}/audit/published.csv",
        log:
            f"{plan.folder}/logs/compare_published.log",
        conda:
            ENVIRONMENT
        params:
            study=plan.name,
            files=plan.study["ledger"]["files"],
            conventions=plan.conventions("alpha"),
        message:
            f"{plan.name}: compare with the printed numbers"
        script:
            "../scripts/compare_published.py"


for plan in (p for p in PAGES.values() if p.study["notice"]):

    rule:
        name:
            f"write_notice_{plan.rule}"
        input:
            flow=plan.at("cohort/flow.csv"),  # a run that stops before makes no empty folders
            code=package_files("workflow/scripts/write_notice.py"),
        output:
            notices=notices(plan),
        log:
            f"{plan.shown}/logs/write_notice.log",
        conda:
            ENVIRONMENT
        params:
            notice=plan.study["notice"],
        message:
            f"{plan.page}: write the notice"
        script:
            "../scripts/write_notice.py"
