"""Calibrated cohort to the messy raw files of hospitals, and the truth behind each cell.

REQUIRED INPUTS  calibrated.csv and twin_records.yaml of the study
OUTPUTS          results/twin/{study}/data/*, results/twin/{study}/truth.csv
"""


rule deliver_twin:
    input:
        cohort="config/studies/{study}/calibrated.csv",
        settings="config/studies/{study}/twin_records.yaml",
        notice=NOTICE,
        code=package_files("workflow/twin/scripts/deliver_twin.py"),
    output:
        data=directory(f"{TWIN}/data"),
        truth=f"{TWIN}/truth.csv",
    log:
        f"{TWIN}/logs/deliver_twin.log",
    conda:
        "../../envs/analysis.yaml"
    message:
        "{wildcards.study}: write the raw files of the twin"
    script:
        "scripts/deliver_twin.py"
