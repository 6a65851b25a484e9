"""Cleaning of delivered cells by the dictionary and the codes, one log row for each change."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd

from retrocohort.records.characters import plain_forms
from retrocohort.records.dates import clean_dates
from retrocohort.records.levels import clean_answers, clean_free_text, clean_levels
from retrocohort.records.logs import Logs
from retrocohort.records.numbers import clean_numbers
from retrocohort.records.read import OWN_COLUMNS, stored_name
from retrocohort.records.verdict import SET_TO_MISSING, Verdict

CLEANERS = {
    "id": clean_free_text,
    "text": clean_free_text,
    "category": clean_levels,
    "ordinal": clean_levels,
    "yesno": clean_answers,
    "integer": clean_numbers,
    "number": clean_numbers,
    "date": clean_dates,
}
NUMERIC = ("integer", "number")


def clean_source(
    rows: pd.DataFrame, name: str, variables: dict, codes: Sequence[dict], logs: Logs
) -> pd.DataFrame:
    """Clean the rows of one source.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the records of this source, n of them.
    name : str
        The source.
    variables : dict
        Full dictionary entries.
    codes : sequence of dict
        Rows of codes.csv: source, variable, raw, clean; an empty source stands for all.
    logs : Logs
        Takes the changes and the problems.

    Returns
    -------
    pandas.DataFrame
        n rows: the columns of the pipeline, then each variable that the source has: float with NaN
        for numbers, text with None for all else (dates as ISO).
    """
    spelled = defaultdict(dict)
    for code in sorted(codes, key=lambda code: bool(code["source"])):  # the named source wins
        if code["source"] in ("", name):
            spelled[code["variable"]][code["raw"].strip()] = code["clean"].strip()
    clean = rows[[column for column in OWN_COLUMNS if column in rows]].reset_index(drop=True)
    values = {}
    for variable, entry in variables.items():
        if name in entry.get("columns", {}) and entry.get("protect") != "drop":
            column = rows[stored_name(entry["columns"][name])].array.remove_unused_categories()
            factors = entry.get("convert", {}) | entry.get("convert_in", {}).get(name, {})
            read_as = entry | {"convert": factors}
            verdicts = clean_texts(list(column.categories), read_as, spelled[variable])
            values[variable] = _values(column, verdicts, entry["type"])
            _log_column(clean, variable, column, verdicts, logs)
    return pd.concat([clean, pd.DataFrame(values, index=clean.index)], axis=1)


def clean_texts(texts: list[str], variable: dict, spelled: dict[str, str]) -> list[Verdict]:
    """Clean the distinct texts of a column: codes, then missing codes, then the type.

    Parameters
    ----------
    texts : list of str
        As delivered, each once.
    variable : dict
        Full dictionary entry.
    spelled : dict
        Raw to clean text, of codes.csv.

    Returns
    -------
    list of Verdict
        In the order of `texts`. The rule is empty where the clean text is the delivered one.
    """
    missing = set(variable.get("missing", ()))
    verdicts, coded, open_places, open_texts = [Verdict()] * len(texts), [], [], []
    for place, text in enumerate(texts):
        given, is_coded = _decoded(text, spelled)
        coded.append(is_coded)
        if given and given not in missing:
            open_places.append(place)
            open_texts.append(given)
        elif text:
            rule = "code" if is_coded else "missing code" if given else "blank"
            verdicts[place] = Verdict("", rule)
    cleaned = CLEANERS[variable["type"]](open_texts, variable)
    for place, verdict in zip(open_places, cleaned, strict=True):
        text = texts[place]
        if verdict.clean == text:
            verdict = Verdict(text)
        elif coded[place] and not verdict.problem:
            verdict = Verdict(verdict.clean, "code")
        elif not verdict.rule:
            verdict = Verdict(verdict.clean, "trimmed")
        verdicts[place] = verdict
    return verdicts


def _decoded(text: str, spelled: dict[str, str]) -> tuple[str, bool]:
    """Return what codes.csv says of a text, as it stands or in plain forms, and if it does."""
    trimmed = text.strip()
    for form in (trimmed, plain_forms(trimmed)):
        if form in spelled:
            return spelled[form], True
    return trimmed, False


def _values(column: pd.Categorical, verdicts: list[Verdict], kind: str) -> np.ndarray:
    """Return the typed value of every row."""
    if kind in NUMERIC:
        distinct = [float(v.clean) if v.clean else np.nan for v in verdicts] + [np.nan]
        return np.array(distinct)[column.codes]  # code -1, an absent cell, takes the last
    distinct = np.array([v.clean or None for v in verdicts] + [None], dtype=object)
    return distinct[column.codes]


def _log_column(rows, variable: str, column: pd.Categorical, verdicts: list, logs: Logs) -> None:
    """Log the changed cells of a column, and the problems."""
    absent = [Verdict()]
    for log, field in (("cleaning", "rule"), ("problems", "problem")):
        marked = np.array([bool(getattr(v, field)) for v in verdicts + absent])[column.codes]
        if not marked.any():
            continue
        places = column.codes[marked]
        taken = {field: _taken([getattr(v, field) for v in verdicts], places)}
        taken["raw_value"] = _taken(list(column.categories), places)
        if log == "cleaning":
            taken["clean_value"] = _taken([v.clean for v in verdicts], places)
        else:
            taken["action"] = SET_TO_MISSING
        logs.add(log, rows[marked], variable=variable, **taken)


def _taken(texts: list[str], places: np.ndarray) -> np.ndarray:
    """Return the texts at these places."""
    return np.array(texts, dtype=object)[places]
