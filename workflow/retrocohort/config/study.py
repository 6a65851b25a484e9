"""The study files of a run: read, checked, and filled with the defaults."""

from collections.abc import Callable
from pathlib import Path

from retrocohort.audit.ledger import files_of, finding_faults, ledger_faults, rows_of
from retrocohort.config import strict_yaml
from retrocohort.config.characters import hidden_faults
from retrocohort.config.check import cross_faults
from retrocohort.config.dictionary import OPTIONAL, parse_codes, parse_dictionary, read_table
from retrocohort.config.filled import filled, with_paths
from retrocohort.config.key import key_file
from retrocohort.config.schema import shape_faults, sound_part
from retrocohort.config.translation import (
    SHOWN,
    chinese_variables,
    languages_of,
    paper_terms,
    resolved,
    terms_of,
    text_faults,
)
from retrocohort.faults import Fault, FaultsFound, suggest
from retrocohort.language import ENGLISH, OTHER
from retrocohort.places import is_plain, linked_out
from retrocohort.plan.entries import Plan
from retrocohort.plan.outputs import shared_tables

MOST_BYTES = 20_000_000  # of a file of decisions
SCHEMAS = "workflow/schemas"
CONFIG = "config/config.yaml"
STUDIES = "config/studies"


def load_config(overrides: dict, path: str = CONFIG) -> dict:
    """Return config.yaml with what the command line overrides; each study must have a folder.

    Raises
    ------
    FaultsFound
        When it is missing or not YAML, has a wrong key, or names a study that has no folder.
    """
    faults: list[Fault] = []
    text = _text(path, faults)
    _raise(faults)
    config = strict_yaml.load(path, text)
    if config is None and not overrides:
        remedy = f"Write studies: [name of a folder under {STUDIES}]."
        _raise([Fault(path, "", "is empty.", remedy)])
    config = config | overrides if isinstance(config, dict) else overrides or config
    faults = shape_faults(path, config, _load(f"{SCHEMAS}/config.schema.yaml"))
    there = sorted(folder.name for folder in Path(STUDIES).glob("*/"))
    for name in config["studies"] if not faults else []:
        if name not in there:
            remedy = suggest(name, there) or "Make one."
            faults.append(Fault(path, "studies", f"no folder {STUDIES}/{name}.", remedy))
    _raise(faults)
    return config


def load_studies(names: list[str], check_files: Callable | None = None) -> dict[str, dict]:
    """Return study name -> all its decisions, defaults filled in.

    Parameters
    ----------
    names : list of str
        Folders under config/studies.
    check_files : callable, optional
        Returns the faults of the delivered files of a study, given its name, the sources whose
        shape is right, and the variables; asked of faulty studies too, so that all is said at once.

    Raises
    ------
    FaultsFound
        With every fault of every study.
    """
    studies, faults = {}, []
    for name in names:
        study, found = read_study(f"{STUDIES}/{name}", f"data/{name}")
        if check_files and study:
            found = found + check_files(name, study["sources"], study["variables"])
        studies[name] = study
        faults.extend(found)
    _raise(faults)
    return studies


def load_study(folder: str, data: str) -> dict:
    """Return one study: the sections of study.yaml, `variables` and `codes`, defaults filled in.

    Raises
    ------
    FaultsFound
        With every fault of the study.
    """
    study, faults = read_study(folder, data)
    _raise(faults)
    return study


def read_study(folder: str, data: str) -> tuple[dict, list[Fault]]:
    """Return one study as `load_study` does, and every fault of it.

    A faulty study has no more than the `sources` and `variables` that are right in themselves, and
    is empty where nothing could be read.
    """
    faults = linked_out(folder)
    if faults:
        return {}, faults
    names = ("study.yaml", "dictionary.csv", "codes.csv")
    paths = [f"{folder}/{name}" for name in names]
    texts = [_text(path, faults) for path in paths]
    if None in texts:
        return {}, faults
    schema = _load(f"{SCHEMAS}/dictionary.schema.yaml")
    variables, lost = parse_dictionary(paths[1], texts[1], schema, faults)
    try:
        study = strict_yaml.load(paths[0], texts[0])
    except FaultsFound as found:
        return {}, found.faults + faults
    if study is None:
        faults.append(Fault(paths[0], "", "is empty.", "Begin with that of another study."))
    if not variables and not lost:  # nothing to check the rest against
        return {}, faults
    schema = _load(f"{SCHEMAS}/study.schema.yaml")
    shape = [] if study is None else shape_faults(paths[0], study, schema)
    faults = [*shape, *hidden_faults(paths[0], study), *faults]
    if not isinstance(study, dict):
        return {}, faults
    sound, lost_entries = sound_part(study, schema) if shape else (study, set())
    lost |= lost_entries
    written, sound = sound, resolved(sound, ENGLISH)
    sources = sound.get("sources", {})
    codes = parse_codes(paths[2], texts[2], variables, sources, lost, faults)
    faults += cross_faults(*paths[:2], sound, variables, lost)
    faults += _manuscript_faults(folder, paths[0], sound.get("report", {}))
    hashed_with = key_file(folder, paths[0], sound.get("data", "public"), faults)
    read = {"variables": variables, "codes": codes, "key_file": hashed_with}
    chinese = _chinese(folder, written, variables, texts[1], faults)
    plain = {} if faults else filled(sound, data, ENGLISH) | read
    _check_submitted(paths[0], plain, faults)
    paper = _paper(folder, plain, faults)
    if faults:
        return read | {"sources": with_paths(sources, data)}, faults
    plain |= paper | {"languages": languages_of(written)}
    if chinese:
        chinese = plain | filled(resolved(written, OTHER), data, OTHER) | chinese
    return plain | {"chinese": chinese}, []


def _chinese(
    folder: str, study: dict, variables: dict, dictionary: str, faults: list[Fault]
) -> dict:
    """Return variables and terms of a study whose report is in Chinese, empty for any other."""
    languages = languages_of(study)
    if OTHER not in languages:
        return {}
    file = f"{folder}/dictionary.csv"
    columns = list(_load(f"{SCHEMAS}/dictionary.schema.yaml")["properties"])
    rows = read_table(file, dictionary, columns, [], OPTIONAL)
    named, terms, found = chinese_variables(file, rows, variables, languages)
    faults += text_faults(f"{folder}/study.yaml", study, languages) + found
    paper = {name: f"{folder}/{name}" for name in (*SHOWN, "published_zh.csv")}
    texts = {n: _text(path, faults) or "" for n, path in paper.items() if Path(path).is_file()}
    told, lacking = paper_terms(folder, texts)
    faults += lacking
    return {"variables": named, "terms": terms_of(study) | terms | told}


def _check_submitted(file: str, study: dict, faults: list[Fault]) -> None:
    """Check that the figures of the manuscript are among those that a sound study will draw."""
    drawn = Plan("", study).figures() if study else []
    for name, path in study["figures"]["submit"].items() if study else ():
        if path not in drawn:
            problem = f"'{path}' is no figure of this study."
            faults.append(Fault(file, f"figures.submit.{name}", problem, suggest(path, drawn)))


def _paper(folder: str, study: dict, faults: list[Fault]) -> dict:
    """Return the ledger of the printed paper and the findings about it, for studies that have them.

    Addresses are checked against the files that a sound study will make; `study` is empty for one
    that has faults.
    """
    ledger, findings = f"{folder}/published.csv", f"{folder}/findings.csv"
    if not Path(ledger).is_file():
        return {"ledger": {}}
    text = _text(ledger, faults)
    if text is None:
        return {}
    produced = shared_tables(Plan("", study)) if study else None
    faults += ledger_faults(ledger, text, produced)
    found = {"path": ledger, "files": files_of(rows_of(text))}
    if Path(findings).is_file():
        told = _text(findings, faults) or ""
        faults += finding_faults(findings, told, rows_of(text))
        found["findings"] = findings
    return {"ledger": found}


def _manuscript_faults(folder: str, file: str, report: dict) -> list[Fault]:
    """Return a fault when there is no such manuscript."""
    name = report.get("manuscript", "")
    if not name or Path(folder, name).is_file():
        return []
    there = [p.name for p in Path(folder).iterdir() if p.suffix in (".docx", ".md")]
    remedy = suggest(name, there) or "Put it there."
    return [Fault(file, "report.manuscript", f"'{name}' is not in {folder}.", remedy)]


def _text(path: str, faults: list[Fault]) -> str | None:
    """Return the text of a file of the study; a byte order mark is left out."""
    if not is_plain(path):
        faults.append(Fault(path, "", "is no plain file.", "Put the file itself there."))
        return None
    if not Path(path).is_file():
        folder = Path(path).parent
        there = [p.name for p in folder.iterdir()] if folder.is_dir() else []
        remedy = suggest(Path(path).name, there)
        faults.append(Fault(path, "", "is missing.", remedy if "Did" in remedy else "Add it."))
        return None
    if Path(path).stat().st_size > MOST_BYTES:
        problem = f"is larger than {MOST_BYTES:,} bytes."
        faults.append(Fault(path, "", problem, "Is it the file that you mean?"))
        return None
    data = Path(path).read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        faults.append(Fault(path, f"row {row}", "is not UTF-8.", "Save it as CSV UTF-8."))
        return None


def _load(path: str):
    """Return a YAML file of the project itself."""
    return strict_yaml.load(path, Path(path).read_text(encoding="utf-8"))


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise FaultsFound(faults)
