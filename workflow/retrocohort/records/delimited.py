"""Delimited text files (csv, tsv, also gzipped): decoding, header and rows as text."""

import csv
import io
from itertools import islice
from pathlib import Path

from retrocohort.faults import Fault, FaultsFound
from retrocohort.records.packed import unzipped

DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}


def delimiter_of(spec: dict) -> str:
    """Return the delimiter that is set, or the one that the file's ending stands for."""
    return spec.get("delimiter") or DELIMITERS[ending_of(spec["path"])]


def ending_of(path: str) -> str:
    """Return the ending of a file name in small letters, that of the content for a gzipped file."""
    name = Path(path).name.lower().removesuffix(".gz")
    return Path(name).suffix


def encoding_of(spec: dict) -> str:
    """Return the name of the decoder; UTF-8 also takes a leading byte order mark."""
    encoding = spec.get("encoding") or "utf-8"
    return "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding


def unreadable(path: str, error: Exception) -> Fault:
    """Return the fault of a file that a library cannot read; its words may quote the file."""
    kind = f"{type(error).__module__}.{type(error).__name__}".removeprefix("builtins.")
    return Fault(path, "", f"cannot be opened ({kind}).", "Is it what its ending says?")


def read_bytes(path: str) -> bytes:
    """Return the content of a file, unzipped."""
    return unzipped(path) if path.lower().endswith(".gz") else Path(path).read_bytes()


def first_rows(text: str, delimiter: str, count: int) -> list[list[str]]:
    """Return the first rows of a decoded file as lists of cells."""
    return list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), count))


def read_delimited(spec: dict) -> list[tuple]:
    """Read a delimited file.

    Returns
    -------
    list of (sheet, first_row, frame)
        One part without a sheet name. Rows are counted as records, the first of the file is 1, so
        that a cell with line breaks in it counts as a spreadsheet shows it.
    """
    import pandas as pd  # here, because the check of the header is made before any job, without it

    header_row = spec.get("header_row", 1)
    reading = {
        "sep": delimiter_of(spec),
        "encoding": encoding_of(spec),
        "skiprows": header_row - 1,
        "header": None,
        "na_filter": False,
        "skip_blank_lines": False,
    }
    data = read_bytes(spec["path"])
    header = pd.read_csv(io.BytesIO(data), nrows=1, dtype=str, **reading)
    names = [str(name) for name in header.iloc[0]]
    reading["skiprows"] = header_row
    try:
        frame = pd.read_csv(io.BytesIO(data), names=range(len(names)), dtype="category", **reading)
    except pd.errors.ParserError as error:
        raise FaultsFound([_uneven(spec, len(names))]) from error
    if not isinstance(frame.index, pd.RangeIndex):  # what pandas makes of a first row too long
        raise FaultsFound([_uneven(spec, len(names))])
    frame.columns = names
    return [("", header_row + 1, frame)]


def _uneven(spec: dict, width: int) -> Fault:
    """Return the fault of the first row that has more cells than the header."""
    text = read_bytes(spec["path"]).decode(encoding_of(spec))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(spec))
    for number, row in enumerate(rows, start=1):
        if number > spec.get("header_row", 1) and len(row) > width:
            problem = f"has {len(row)} cells, the header has {width}."
            return Fault(spec["path"], f"row {number}", problem, "Quote cells with a delimiter.")
    return Fault(spec["path"], "", "could not be read as delimited text.", "Look for open quotes.")
