"""Writing of large tables as CSV: whole columns at once, in the form of `io.number_text`."""

import csv
from collections.abc import Sequence

import numpy as np
import pandas as pd

from retrocohort.io import number_text, replacing


def write_columns(path: str, columns: dict[str, Sequence]) -> None:
    """Write columns of texts and whole numbers as CSV."""
    with replacing(path) as aside, open(aside, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def write_table(path: str, frame: pd.DataFrame) -> None:
    """Write a frame as CSV, numbers at full precision, missing as empty."""
    write_columns(path, {name: _texts(frame[name].to_numpy()) for name in frame})


def _texts(values: np.ndarray) -> list[str]:
    """Return a column as text; each distinct value is written once."""
    codes, distinct = pd.factorize(values)
    texts = np.array([number_text(value) for value in distinct] + [""], dtype=object)
    return texts[codes].tolist()
