"""What was noticed on the way.

REQUIRED INPUTS  results/{study}/{records,cohort,tables,models}/*.csv
OUTPUTS          results/{study}/audit/warnings.csv
"""


rule collect_warnings:
    input:
        linkage=f"{RESULTS}/records/linkage.csv",
        sums="data/{study}/SHA256SUMS",
        problems=f"{RESULTS}/records/problems.csv",
        flow=f"{RESULTS}/cohort/flow.csv",
        endpoints=f"{RESULTS}/cohort/endpoints.csv",
        noted=lambda w: list(PLANS[w.study].noted_tables()),
        code=package_files("workflow/scripts/collect_warnings.py"),
    output:
        warnings=f"{RESULTS}/audit/warnings.csv",
    log:
        f"{RESULTS}/logs/collect_warnings.log",
    conda:
        ENVIRONMENT
    params:
        noted=lambda w: list(PLANS[w.study].noted_tables().values()),
    message:
        "{wildcards.study}: count the warnings"
    script:
        "../scripts/collect_warnings.py"
