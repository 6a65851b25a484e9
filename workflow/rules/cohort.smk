"""Who is studied and for how long: exclusions, endpoints, populations and arms.

REQUIRED INPUTS  results/{study}/records/cleaned.parquet
OUTPUTS          results/{study}/cohort/*  (cohort and exclusions are row level: private)
"""


rule build_cohort:
    input:
        cleaned=rules.clean_records.output.cleaned,
        code=package_files("workflow/scripts/build_cohort.py"),
    output:
        cohort=f"{RESULTS}/cohort/cohort.parquet",
        cohort_csv=f"{RESULTS}/cohort/cohort.csv",
        exclusions=f"{RESULTS}/cohort/exclusions.csv",
        flow=f"{RESULTS}/cohort/counts/flow.csv",
        endpoints=f"{RESULTS}/cohort/counts/endpoints.csv",
        populations=f"{RESULTS}/cohort/counts/populations.csv",
        arms=f"{RESULTS}/cohort/counts/arms.csv",
    log:
        f"{RESULTS}/logs/build_cohort.log",
    conda:
        ENVIRONMENT
    params:
        study=lambda w: PLANS[w.study].cohort_decisions(),
    message:
        "{wildcards.study}: build the cohort"
    script:
        "../scripts/build_cohort.py"


rule label_cohort:
    input:
        flow=lambda w: PAGES[w.page].at("cohort/counts/flow.csv"),
        endpoints=lambda w: PAGES[w.page].at("cohort/counts/endpoints.csv"),
        populations=lambda w: PAGES[w.page].at("cohort/counts/populations.csv"),
        arms=lambda w: PAGES[w.page].at("cohort/counts/arms.csv"),
        words=lambda w: PAGES[w.page].words,
        code=package_files("workflow/scripts/label_cohort.py"),
    output:
        flow=f"{SHOWN}/cohort/flow.csv",
        endpoints=f"{SHOWN}/cohort/endpoints.csv",
        populations=f"{SHOWN}/cohort/populations.csv",
        arms=f"{SHOWN}/cohort/arms.csv",
    log:
        f"{SHOWN}/logs/label_cohort.log",
    conda:
        ENVIRONMENT
    params:
        labels=lambda w: PAGES[w.page].cohort_labels(),
    message:
        "{wildcards.page}: label the cohort"
    script:
        "../scripts/label_cohort.py"
