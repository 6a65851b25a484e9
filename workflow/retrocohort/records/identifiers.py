"""Identifiers leave the delivered files as a keyed hash, or not at all.

HMAC with SHA-256 (RFC 2104, FIPS 198-1): without the key, a hash cannot be traced back by hashing
all possible numbers. One key serves all identifiers of a study: equal numbers stay equal.
"""

import hmac

import numpy as np
import pandas as pd

from retrocohort.records.cells import map_texts, text_column
from retrocohort.records.characters import plain_forms
from retrocohort.records.read import stored_name

LENGTH = 16  # hexadecimal digits: 64 bits, in a million patients one clash in 37 million studies


def keyed_hash(text: str, key: bytes) -> str:
    """Return the hash of an identifier in plain forms, blanks at its ends not counted."""
    return hmac.digest(key, plain_forms(text).strip().encode("utf-8"), "sha256").hex()[:LENGTH]


def protect(
    frame: pd.DataFrame, name: str, spec: dict, variables: dict, key: bytes
) -> tuple[pd.DataFrame, np.ndarray]:
    """Replace or drop the identifiers of one source and name its rows by patient.

    Parameters
    ----------
    frame : pandas.DataFrame
        As `read_source` returns it, n rows.
    name, spec : str, dict
        The source.
    variables : dict
        Dictionary entries; those protected by "hash" and the id of the source are hashed, those by
        "drop" removed. Empty cells and declared missing codes are no identifiers and stay.
    key : bytes
        The secret of the study.

    Returns
    -------
    frame : pandas.DataFrame
        n rows, `record_id` first: the hash of the id, or of file, sheet and row if there is no id.
    has_id : numpy.ndarray of bool, shape (n,)
        Whether the row was delivered with an id.
    """
    columns = {
        variable: stored_name(entry["columns"][name])
        for variable, entry in variables.items()
        if name in entry.get("columns", {})
    }
    id_column = stored_name(spec["id"])
    kept = {id_column: {""}}
    for variable, column in columns.items():
        entry = variables[variable]
        if column == id_column or entry.get("protect") == "hash":
            kept[column] = kept.get(column, {""}) | set(entry.get("missing", []))
    protected = frame.copy(deep=False)
    for column, open_texts in kept.items():
        protected[column] = map_texts(
            frame[column].array,
            lambda text, is_open=open_texts: (
                text.strip() if text.strip() in is_open else keyed_hash(text, key)
            ),
        )
    has_no_id = protected[id_column].isin(kept[id_column]).to_numpy()
    protected.insert(0, "record_id", _record_ids(protected, id_column, has_no_id, key))
    dropped = {columns[v] for v in columns if variables[v].get("protect") == "drop"}
    return protected.drop(columns=sorted(dropped)), ~has_no_id


def _record_ids(frame: pd.DataFrame, id_column: str, has_no_id, key: bytes):
    """Return the patient of each row."""
    if not has_no_id.any():
        return frame[id_column].array
    ids = frame[id_column].to_numpy(dtype=object)
    places = frame[["source_file", "source_sheet", "source_row"]][has_no_id]
    ids[has_no_id] = [
        keyed_hash("\n".join(map(str, place)), key) for place in places.itertuples(index=False)
    ]
    return text_column(ids)
