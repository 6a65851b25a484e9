"""Cells as text: what a delivered cell is written as, and columns that hold each text once.

A column of text is a pandas Categorical throughout: the work of hashing and cleaning is done once
for each distinct text and mapped back to the rows.
"""

import datetime
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from retrocohort.io import number_text


def cell_text(value) -> str:
    """Return a cell of a workbook or a statistics file as text: dates as ISO, empty for missing."""
    if value is None or value is pd.NaT or value != value:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).upper()
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return number_text(value.item() if isinstance(value, np.generic) else value)


def text_column(texts: Sequence[str]) -> pd.Categorical:
    """Return texts as a column that holds each distinct one once, in order of appearance."""
    values = np.empty(len(texts), dtype=object)
    values[:] = texts
    codes, distinct = pd.factorize(values)
    return pd.Categorical.from_codes(codes, distinct)


def constant(text: str, rows: int) -> pd.Categorical:
    """Return a column of one text."""
    return pd.Categorical.from_codes(np.zeros(rows, dtype=np.int8), [text])


def map_texts(column: pd.Categorical, change: Callable[[str], str]) -> pd.Categorical:
    """Return a column with `change` applied to each distinct text; absent cells stay absent."""
    new = np.array([change(text) for text in column.categories], dtype=object)
    codes, distinct = pd.factorize(new)
    return pd.Categorical.from_codes(np.append(codes, -1)[column.codes], distinct)


def is_filled(column: pd.Categorical) -> np.ndarray:
    """Return which cells hold more than blanks."""
    filled = [bool(text.strip()) for text in column.categories] + [False]
    return np.array(filled)[column.codes]  # code -1, an absent cell, takes the last


def stack(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put frames of text columns below each other, with the union of their columns.

    A cell of a column that a frame does not have is absent (NaN), which is another thing than a
    cell delivered empty (""). Columns of numbers must be in every frame.
    """
    names = dict.fromkeys(name for frame in frames for name in frame.columns)
    columns = {}
    for name in names:
        parts = [frame[name].array if name in frame else _absent(len(frame)) for frame in frames]
        if isinstance(parts[0], pd.Categorical):
            columns[name] = pd.api.types.union_categoricals(parts)
        else:
            columns[name] = np.concatenate([np.asarray(part) for part in parts])
    return pd.DataFrame(columns)


def _absent(rows: int) -> pd.Categorical:
    """Return a column in which no cell is present."""
    return pd.Categorical.from_codes(np.full(rows, -1), pd.Index([], dtype=object))
