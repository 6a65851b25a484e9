"""Delivered files to one typed row a patient, every change written down.

REQUIRED INPUTS  data/{study}/*, dictionary.csv, codes.csv and study.yaml of the study
OUTPUTS          results/{study}/records/*  (row level: private)
"""


rule read_records:
    input:
        files=lambda w: [s["path"] for s in STUDIES[w.study]["sources"].values()],
        key=lambda w: STUDIES[w.study]["key_file"],
        code=package_files("workflow/scripts/read_records.py"),
    output:
        records=f"{RESULTS}/records/records.parquet",
        linkage=f"{RESULTS}/records/linkage.csv",
        centres=f"{RESULTS}/records/centres.csv",
    log:
        f"{RESULTS}/logs/read_records.log",
    conda:
        ENVIRONMENT
    params:
        sources=lambda w: PLANS[w.study].source_rules(),
        variables=lambda w: PLANS[w.study].reading_rules(),
        centres=lambda w: PLANS[w.study].declared_centres(),
    message:
        "{wildcards.study}: read the delivered files"
    script:
        "../scripts/read_records.py"


rule clean_records:
    input:
        records=rules.read_records.output.records,
        code=package_files("workflow/scripts/clean_records.py"),
    output:
        cleaned=f"{RESULTS}/records/cleaned.parquet",
        cleaned_csv=f"{RESULTS}/records/cleaned.csv",
        cleaning_log=f"{RESULTS}/records/cleaning_log.csv",
        derivation_log=f"{RESULTS}/records/derivation_log.csv",
        problems=f"{RESULTS}/records/problems.csv",
    log:
        f"{RESULTS}/logs/clean_records.log",
    conda:
        ENVIRONMENT
    params:
        sources=lambda w: PLANS[w.study].source_rules(),
        variables=lambda w: PLANS[w.study].cleaning_rules(),
        codes=study_param("codes"),
        derive=study_param("derive"),
        checks=study_param("checks"),
    message:
        "{wildcards.study}: clean and derive"
    script:
        "../scripts/clean_records.py"
