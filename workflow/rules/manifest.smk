"""Last of all: what the results were made from, by what, and what they hold.

REQUIRED INPUTS  all final results of a study, and what its run was planned with
OUTPUTS          results/{study}/audit/manifest.json; results/manifest.json, of what all studies share
"""


rule write_manifest:
    input:
        results=lambda w: [file for page in pages_in(w.study) for file in final_files(page)],
        sources=lambda w: [
            *delivered(w.study, STUDIES[w.study]["sources"]),
            *planned_with(w.study),
        ],
        lock="envs/requirements.lock",
        code=package_files("workflow/scripts/write_manifest.py"),
    output:
        manifest=f"{RESULTS}/audit/manifest.json",
    log:
        f".snakemake/retrocohort/{RESULTS}/logs/write_manifest.log",
    conda:
        ENVIRONMENT
    params:
        study="{study}",
        logs=RESULTS,
        complete=lambda w: complete_in(w.study),
        seeds=lambda w: seeds_of(STUDIES[w.study]),
    message:
        "{wildcards.study}: write the manifest"
    script:
        "../scripts/write_manifest.py"


rule write_shared_manifest:
    input:
        results=["results/index.html"],
        sources=["config/config.yaml"],
        lock="envs/requirements.lock",
        code=package_files("workflow/scripts/write_manifest.py"),
    output:
        manifest="results/manifest.json",
    log:
        ".snakemake/retrocohort/results/logs/write_shared_manifest.log",
    conda:
        ENVIRONMENT
    params:
        study="",
        logs="results/logs",
        complete=["results/*", "results/logs/*"],
        seeds={},
    message:
        "write the manifest of what all studies share"
    script:
        "../scripts/write_manifest.py"
