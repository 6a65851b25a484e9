"""The texts of a study in each language: plain ones, or {en: ..., zh: ...}.

A study file with texts in two languages becomes one plain study for each of them, so that nothing
behind the check knows of it. A text that reads the same in both (a number, an abbreviation) need
not be written twice.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy

from retrocohort.config.dictionary import YES_NO, pairs_of
from retrocohort.faults import Fault, suggest
from retrocohort.language import ENGLISH, OTHER

TEXTS = (  # where a study file has texts that are shown; * is any name or place
    "title",
    "notice",
    "sources.*.label",
    "time.index",
    "checks.*.label",
    "criteria.*.label",
    "endpoints.*.label",
    "endpoints.*.competing",
    "endpoints.*.events.*.label",
    "endpoints.*.not_at_risk.*.label",
    "populations.*.label",
    "tables.*.label",
    "tables.*.numbers.*",
    "tables.*.remarks.*",
    "curves.*.title",
    "panels.*.title",
    "panels.*.remark",
    "figures.flowchart.remark",
    "models.*.label",
    "further.*.label",
    "report.authors",
    "report.notes.*",
)
NAMED = ("sources", "models", "further")  # sections whose entries are called by name without label
TIMES = ("days", "weeks", "months", "years", "years of age")  # units that are called in words
CHINESE = re.compile("[\u3400-\u9fff]")
WORD = re.compile("[A-Za-z][a-z]{2}")
SHOWN = {  # files of a printed paper -> their columns that the report shows
    "published.csv": ("location", "population", "item", "level", "arm", "reason"),
    "findings.csv": ("place", "finding"),
}
NAMES = {ENGLISH: "English", OTHER: "Chinese"}
Terms = dict[str, str]


def languages_of(study: Mapping) -> list[str]:
    """Return the languages of the reports of a study file, the first one's in its own folder."""
    report = study.get("report")
    asked = report.get("language", ENGLISH) if isinstance(report, Mapping) else ENGLISH
    return [ENGLISH, OTHER] if asked == "both" else [asked]


def text_in(text, language: str):
    """Return a text of a study file in one language."""
    return text[language] if isinstance(text, Mapping) else text


def resolved(study: Mapping, language: str) -> dict:
    """Return a study file with plain texts, in one language where they are given in several."""
    plain = deepcopy(dict(study))
    for holder, key, _ in _texts(plain):
        holder[key] = text_in(holder[key], language)
    return plain


def terms_of(study: Mapping) -> Terms:
    """Return English -> Chinese of the texts of a study file that are given in both."""
    texts = [holder[key] for holder, key, _ in _texts(study)]
    return {text[ENGLISH]: text[OTHER] for text in texts if isinstance(text, Mapping)}


def text_faults(file: str, study: Mapping, languages: Iterable[str]) -> list[Fault]:
    """Return a fault for each text of a study file that lacks one of the languages."""
    named = deepcopy(dict(study))
    for section in NAMED:
        for name, entry in (named.get(section) or {}).items():
            entry.setdefault("label", titled(name))
    faults = []
    for holder, key, place in _texts(named):
        if not isinstance(holder[key], Mapping):
            remedy = "Write {en: ..., zh: ...}."
            faults += _lacking(file, place, holder[key], languages, remedy)
    unit = (study.get("time") or {}).get("unit", TIMES[0])
    if unit not in TIMES:
        faults += _lacking(file, "time.unit", unit, languages, f"Known are {', '.join(TIMES)}.")
    return faults


def reads_in(text: str, language: str) -> bool:
    """Return whether a plain text can be read in a language: it has no words of the other."""
    if language == OTHER:
        return bool(CHINESE.search(text)) or not WORD.search(text)
    return not CHINESE.search(text)


def _lacking(file: str, place: str, text, languages: Iterable[str], remedy: str) -> list[Fault]:
    return [
        Fault(file, place, f"'{text}' has no {NAMES[language]}.", remedy)
        for language in languages
        if isinstance(text, str) and not reads_in(text, language)
    ]


def _texts(study) -> Iterator[tuple]:
    """Yield the holder, the key and the place of every text that there is."""
    for path in TEXTS:
        yield from _found(study, path.split("."), [])


def _found(value, path: list[str], above: list[str]) -> Iterator[tuple]:
    first, *rest = path
    if isinstance(value, Mapping):
        keys = list(value) if first == "*" else [first] if first in value else []
    else:
        keys = range(len(value)) if isinstance(value, list) and first == "*" else []
    for key in keys:
        if rest:
            yield from _found(value[key], rest, [*above, str(key)])
        else:
            yield value, key, ".".join([*above, str(key)])


def chinese_variables(
    file: str, rows: list[tuple[int, dict, bool]], variables: Mapping, languages: Iterable[str]
) -> tuple[dict, Terms, list[Fault]]:
    """Return the variables with Chinese labels, units and levels, the terms, and what lacks.

    Parameters
    ----------
    file, rows : of dictionary.csv, as `read_table` gives them.
    variables : name -> variable, as `parse_dictionary` returns them.
    languages : those of the report.
    """
    found, terms, faults = {}, {}, []
    for number, row, _ in rows:
        entry = variables.get(row["name"])
        if entry is None:
            continue
        place = f"row {number} ({row['name']})"
        own = {"label": row["label_zh"], "unit": row["unit_zh"]}
        for key in own:
            remedy = f"Write it in the column {key}_zh."
            asked = () if own[key] else languages
            faults += _lacking(file, f"{place}, {key}", entry[key], asked, remedy)
            own[key] = own[key] or entry[key]
            terms |= {entry[key]: own[key]} if entry[key] else {}
        own["levels"], lost = _levels(file, place, row["levels_zh"], entry, languages)
        faults += lost
        terms |= {label: own["levels"][code] for code, label in entry["levels"].items()}
        found[row["name"]] = {**entry, **own}
    return found, terms, faults


def _levels(file: str, place: str, cell: str, entry: Mapping, languages: Iterable[str]) -> tuple:
    """Return the Chinese labels of levels by code, and faults."""
    faults: list[Fault] = []

    def fault(problem: str, remedy: str = "") -> None:
        faults.append(Fault(file, place, problem, remedy))

    given = pairs_of(cell, "=", "levels_zh", fault)
    if not cell and entry["levels"] == YES_NO[ENGLISH]:
        given = YES_NO[OTHER]
    for code in given:
        if code not in entry["levels"]:
            fault(f"'{code}' in levels_zh is no level.", suggest(code, entry["levels"]))
    for code, label in entry["levels"].items():
        if code not in given:
            remedy = "Write it in the column levels_zh, as code=label."
            faults += _lacking(file, f"{place}, level {code}", label, languages, remedy)
    return {code: given.get(code, label) for code, label in entry["levels"].items()}, faults


def paper_terms(folder: str, texts: Mapping[str, str]) -> tuple[Terms, list[Fault]]:
    """Return the terms of published_zh.csv, and a fault for each text of the paper that it lacks.

    Parameters
    ----------
    folder : str
        Of the study.
    texts : mapping
        Name -> content of the files of the paper that there are, published_zh.csv among them.
    """
    told = csv.DictReader(texts.get("published_zh.csv", "").splitlines())
    terms = {row["text"]: row["zh"] for row in told}
    shown = {
        row[column]: None
        for name, columns in SHOWN.items()
        for row in csv.DictReader(texts.get(name, "").splitlines())
        for column in columns
    }
    file, remedy = f"{folder}/published_zh.csv", "Add a row: text,zh."
    lacking = [_lacking(file, "", text, (OTHER,), remedy) for text in shown if text not in terms]
    return terms, [fault for found in lacking for fault in found]


def titled(name: str) -> str:
    """Return the name of an entry as a person would write it."""
    return name.replace("_", " ").capitalize()
