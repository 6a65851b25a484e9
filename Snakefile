"""From the raw records of hospitals to the report of a cohort study, in the order of the work."""

import os
import sys

from snakemake.utils import min_version

min_version("9.27")
sys.path.insert(0, f"{workflow.basedir}/workflow")  # our package, here and in the scripts
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # a job is one thread
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled modules start jobs faster


include: "workflow/rules/common.smk"  # the studies, checked; paths and parameters of their entries
include: "workflow/rules/records.smk"  # data     -> records: every cell as text, then cleaned
include: "workflow/rules/cohort.smk"  # records  -> cohort: endpoints, criteria, populations, arms
include: "workflow/rules/tables.smk"  # cohort   -> tables
include: "workflow/rules/models.smk"  # cohort   -> models: curves, tests, Cox
include: "workflow/rules/further.smk"  # cohort   -> models: what a reviewer asks for
include: "workflow/rules/figures.smk"  # models   -> figures
include: "workflow/rules/submission.smk"  # figures  -> submission: numbered, in pixels too
include: "workflow/rules/audit.smk"  # all      -> audit: what was noticed on the way
include: "workflow/rules/report.smk"  # all      -> report
include: "workflow/rules/release.smk"  # all      -> release: what may be told of it, if asked
include: "workflow/rules/manifest.smk"  # all      -> audit: what everything was made from


onstart:
    start_server()


onsuccess:
    end_timers()


onerror:
    end_timers()


rule all:
    default_target: True
    input:
        "results/manifest.json",
        expand(f"{RESULTS}/audit/manifest.json", study=STUDIES),
        [final_files(page) for page in REPORTS.values()],  # a lost one is made again
