"""From printed numbers to a calibrated cohort: covariates, then survival, then the score.

REQUIRED INPUTS  config/studies/{study}/published.csv, twin.yaml; the environment of envs/twin.lock
OUTPUTS          results/twin/{study}/covariates.csv, deviating.csv, calibrated.csv, score.csv
"""

LEDGER = {
    "ledger": "config/studies/{study}/published.csv",
    "settings": "config/studies/{study}/twin.yaml",
}
SOLVER = "../../envs/twin.yaml"


rule solve_covariates:
    input:
        **LEDGER,
        code=package_files("workflow/twin/scripts/solve_covariates.py"),
    output:
        patients=f"{TWIN}/covariates.csv",
        deviating=f"{TWIN}/deviating.csv",
    log:
        f"{TWIN}/logs/solve_covariates.log",
    conda:
        SOLVER
    script:
        "scripts/solve_covariates.py"


rule anneal_survival:
    input:
        **LEDGER,
        patients=f"{TWIN}/covariates.csv",
        code=package_files("workflow/twin/scripts/anneal_survival.py"),
    output:
        cohort=f"{TWIN}/calibrated.csv",
    log:
        f"{TWIN}/logs/anneal_survival.log",
    conda:
        SOLVER
    script:
        "scripts/anneal_survival.py"


rule score_cohort:
    input:
        **LEDGER,
        cohort=f"{TWIN}/calibrated.csv",
        notice=NOTICE,
        code=package_files("workflow/twin/scripts/score_cohort.py"),
    output:
        score=f"{TWIN}/score.csv",
        summary=f"{TWIN}/summary.csv",
        members=f"{TWIN}/members.csv",
        terms=f"{TWIN}/terms.csv",
    log:
        f"{TWIN}/logs/score_cohort.log",
    conda:
        SOLVER
    script:
        "scripts/score_cohort.py"
