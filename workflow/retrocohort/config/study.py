"""The study files of a run: read, checked, and filled with the defaults."""

import os
from pathlib import Path

from retrocohort.config import strict_yaml
from retrocohort.config.check import FULL, cross_faults
from retrocohort.config.dictionary import parse_codes, parse_dictionary
from retrocohort.config.schema import shape_faults
from retrocohort.faults import Fault, FaultsFound, suggest
from retrocohort.io import read_text

SCHEMAS = "workflow/schemas"
DEFAULTS = "config/defaults.yaml"
STUDIES = "config/studies"
KEY_VARIABLE = "RETROCOHORT_KEY_FILE"


def check_config(config: dict, path: str = "config/config.yaml") -> None:
    """Check the shape of config.yaml and that each study that it names has a folder."""
    faults = shape_faults(path, config, _load(f"{SCHEMAS}/config.schema.yaml"))
    there = sorted(folder.name for folder in Path(STUDIES).iterdir() if folder.is_dir())
    for name in config.get("studies", []) if not faults else []:
        if name not in there:
            faults.append(
                Fault(path, "studies", f"no folder {STUDIES}/{name}.", suggest(name, there))
            )
    _raise(faults)


def load_studies(names: list[str]) -> dict[str, dict]:
    """Return study name -> all its decisions, defaults filled in.

    Raises
    ------
    FaultsFound
        With every fault of every study.
    """
    studies, faults = {}, []
    for name in names:
        try:
            studies[name] = load_study(f"{STUDIES}/{name}", f"data/{name}")
        except FaultsFound as found:
            faults.extend(found.faults)
    _raise(faults)
    return studies


def load_study(folder: str, data: str) -> dict:
    """Return one study: the sections of study.yaml, `variables` and `codes`, defaults filled in."""
    files = {key: f"{folder}/{key}" for key in ("study.yaml", "dictionary.csv", "codes.csv")}
    absent = [Fault(path, "", "is missing.") for path in files.values() if not Path(path).exists()]
    _raise(absent)
    file, dictionary_file, codes_file = files.values()
    study = _load(file)
    faults = shape_faults(file, study, _load(f"{SCHEMAS}/study.schema.yaml"))
    schema = _load(f"{SCHEMAS}/dictionary.schema.yaml")
    variables = parse_dictionary(dictionary_file, read_text(dictionary_file), schema, faults)
    sources = study.get("sources", {}) if isinstance(study, dict) else {}
    codes = parse_codes(codes_file, read_text(codes_file), variables, sources, faults)
    if not faults:
        faults = cross_faults(file, dictionary_file, study, variables)
    _raise(faults)
    return _filled(study, data) | {
        "variables": variables,
        "codes": codes,
        "key_file": _key_file(folder, file, study["data"]),
    }


def _key_file(folder: str, file: str, data: str) -> str:
    """Return the file with the key of the identifiers' hashes; secret for private data only."""
    if data != "private":
        return f"{folder}/hash_key.txt"
    path = os.environ.get(KEY_VARIABLE, "")
    inside = path and Path(path).resolve().is_relative_to(Path.cwd())
    if not path or inside or not Path(path).is_file():
        problem = f"private data need the environment variable {KEY_VARIABLE}."
        remedy = "Let it name a file with a secret key, outside of this folder."
        raise FaultsFound([Fault(file, "data", problem, remedy)])
    return path


def _load(path: str):
    return strict_yaml.load(path, read_text(path))


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise FaultsFound(faults)


def _filled(study: dict, data: str) -> dict:
    """Return the study with what it leaves open taken from the defaults."""
    defaults = _load(DEFAULTS)
    preset = study.get("preset", defaults["preset"])
    conventions = defaults["presets"][preset] | study.get("conventions", {})
    time = defaults["time"] | study.get("time", {})
    populations = {FULL: {"label": "Full cohort", "where": {}, "parent": ""}} | {
        name: {"parent": FULL} | entry for name, entry in study.get("populations", {}).items()
    }
    everywhere = {"populations": list(populations), "endpoints": study["survival"]["endpoints"]}
    landmarks = study["survival"].get("landmarks", [])
    fill = {
        "sources": lambda entry: {"path": f"{data}/{entry['file']}"} | entry,
        "endpoints": lambda entry: {"unit": time["unit"], "landmarks": landmarks} | entry,
        "curves": lambda entry: everywhere | entry,
        "models": lambda entry: {"ties": conventions["ties"]} | everywhere | entry,
        "tables": lambda entry: {"populations": list(populations)} | entry,
    }
    sections = {
        key: {
            name: defaults.get(key.removesuffix("s"), {}) | complete(entry)
            for name, entry in study.get(key, {}).items()
        }
        for key, complete in fill.items()
    }
    survival = {"populations": list(populations), "logrank_strata": []}
    return {
        **study,
        **sections,
        "preset": preset,
        "conventions": conventions,
        "time": time,
        "populations": populations,
        "derive": study.get("derive", {}),
        "survival": survival | study["survival"],
        "report": study.get("report", {}),
    }
