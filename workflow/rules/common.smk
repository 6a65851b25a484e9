"""The studies of this run, checked before any job, and what the rules ask of them.

REQUIRED INPUTS  config/config.yaml, config/studies/{study}/*, headers of data/{study}/*
OUTPUTS          STUDIES, RESULTS and the helper functions of the other rule files
"""

import sys
from itertools import product
from pathlib import Path

from snakemake.logging import logger

from retrocohort.config.study import load_config, load_studies
from retrocohort.faults import Fault, FaultsFound
from retrocohort.records.headers import check_source_files
from retrocohort.tracking import package_files

logger.addFilter(lambda record: not str(record.msg).startswith(("Select jobs", "Execute ")))
RESULTS = "results/{study}"
ENVIRONMENT = "../../envs/analysis.yaml"
PAPERS = "Say in it where the files come from; SHA256SUMS is made by sha256sum."

def is_read(study, sources):
    """Tell whether the delivered files were read since they, or what is asked of them, changed."""
    records = Path(RESULTS.format(study=study), "records/records.parquet")
    asked = [Path("config/studies", study, name) for name in ("study.yaml", "dictionary.csv")]
    paths = [*asked, *(Path(source["path"]) for source in sources.values())]
    if not records.exists() or not all(path.exists() for path in paths):
        return False
    changed = max(max(path.stat().st_mtime, path.stat().st_ctime) for path in paths)
    return changed <= records.stat().st_mtime


def check_delivered_files(study, sources, variables):
    """Return the faults of files that are yet to be read, and of the papers that go with them."""
    papers = [f"data/{study}/{name}" for name in ("SHA256SUMS", "PROVENANCE.md")]
    faults = [Fault(p, "", "is missing.", PAPERS) for p in papers if not Path(p).is_file()]
    if not is_read(study, sources):
        faults += check_source_files(sources, variables)
    return faults


try:
    config = load_config(config)
    STUDIES = load_studies(config["studies"], check_delivered_files)
except FaultsFound as found:
    logger.error(str(found))
    sys.exit(1)


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
