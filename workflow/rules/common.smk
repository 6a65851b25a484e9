"""The studies of this run, checked before any job, and what the rules ask of them.

REQUIRED INPUTS  config/config.yaml, config/studies/{study}/*, headers of data/{study}/*
OUTPUTS          STUDIES, RESULTS and the helper functions of the other rule files
"""

from itertools import product
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from retrocohort.config.study import check_config, load_studies
from retrocohort.faults import FaultsFound
from retrocohort.records.headers import check_source_files
from retrocohort.tracking import package_files

logger.addFilter(lambda record: not str(record.msg).startswith(("Select jobs", "Execute ")))
RESULTS = "results/{study}"
ENVIRONMENT = "../../envs/analysis.yaml"



def is_read(study):
    """Tell whether the delivered files were read since they last changed."""
    records = Path(RESULTS.format(study=study), "records/records.parquet")
    files = [Path(source["path"]) for source in STUDIES[study]["sources"].values()]
    return all(
        path.exists() and records.exists() and path.stat().st_mtime <= records.stat().st_mtime
        for path in files
    )


def check_delivered_files():
    """Check the headers of files that are yet to be read; all faults of all studies at once."""
    faults = []
    for study in STUDIES:
        if not is_read(study):
            faults += check_source_files(STUDIES[study]["sources"], STUDIES[study]["variables"])
    if faults:
        raise FaultsFound(faults)


try:
    check_config(config)
    STUDIES = load_studies(config["studies"])
    check_delivered_files()
except FaultsFound as found:
    raise WorkflowError(str(found))


wildcard_constraints:
    study="[a-z][a-z0-9_]*",
    table="[a-z][a-z0-9_]*",


def study_param(*keys):
    """Return a getter of one part of the study, so that a rule tracks its own keys only."""

    def get(wildcards):
        value = STUDIES[wildcards.study]
        for key in keys:
            value = value[key.format(**wildcards)]
        return value

    return get


def entries(section):
    """Return (study, name, entry) of every named entry of a section."""
    return [(s, name, entry) for s in STUDIES for name, entry in STUDIES[s][section].items()]


def variables(study, names, *keys):
    """Return what is asked (label, type, unit, levels) of these variables alone."""
    asked = keys or ("label", "type", "unit", "levels")
    dictionary = STUDIES[study]["variables"]
    return {name: {key: dictionary[name][key] for key in asked} for name in dict.fromkeys(names)}


def parts(study, entry):
    """Return the (population, endpoint) pairs of an entry with their labels."""
    populations, endpoints = STUDIES[study]["populations"], STUDIES[study]["endpoints"]
    chosen = entry.get("endpoints") or [entry["endpoint"]]
    return [
        {
            "population": population,
            "population_label": populations[population]["label"],
            "endpoint": endpoint,
            "endpoint_label": endpoints[endpoint]["label"],
            "unit": endpoints[endpoint]["unit"],
            "note": endpoints[endpoint].get("competing", ""),
        }
        for endpoint, population in product(chosen, entry["populations"])
    ]


def files(study, pattern, some_parts, **more):
    """Return one path for each part, below the study's results."""
    return [f"results/{study}/" + pattern.format(**part, **more) for part in some_parts]
