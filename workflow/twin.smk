"""The synthetic twins of studies; never part of the Snakefile, and nothing is copied into data/."""

import sys

from snakemake.utils import min_version

min_version("9.27")
sys.path.insert(0, workflow.basedir)  # our packages, here and in the scripts

from retrocohort.tracking import package_files

CALIBRATED = glob_wildcards("config/studies/{study}/twin.yaml").study
TWINS = glob_wildcards("config/studies/{study}/twin_records.yaml").study
TWIN = "results/twin/{study}"
NOTICE = f"{TWIN}/NOTICE.txt"  # an input of what ends a run: it stands beside all that is made


rule calibrate:
    default_target: True
    input:
        expand("results/twin/{study}/score.csv", study=CALIBRATED),


rule deliver:
    input:
        expand("results/twin/{study}/truth.csv", study=TWINS),


rule write_twin_notice:
    input:
        study="config/studies/{study}/study.yaml",
        code=package_files("workflow/twin/scripts/write_twin_notice.py"),
    output:
        notice=NOTICE,
    log:
        f"{TWIN}/logs/write_twin_notice.log",
    conda:
        "../envs/analysis.yaml"
    script:
        "twin/scripts/write_twin_notice.py"


include: "twin/calibrate.smk"
include: "twin/records.smk"
