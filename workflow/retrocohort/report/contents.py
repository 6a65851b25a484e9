"""The results that a page shows, read from their files."""

from collections.abc import Mapping, Sequence

from retrocohort.citations import read_cited
from retrocohort.io import read_json, read_rows, read_text
from retrocohort.tables.layout import Layout
from retrocohort.tables.stored import from_data


def read_layout(path: str) -> Layout:
    """Read a table that an earlier step has laid out."""
    return from_data(read_json(path))


READERS = {
    "svg": read_text,
    "layout": read_layout,
    "km": read_rows,
    **dict.fromkeys(("quantiles", "logrank", "landmarks", "followup"), read_cited),
    **dict.fromkeys(("estimates", "fit", "ph"), read_cited),
    **dict.fromkeys(("tests", "ratios", "effects", "excluded", "cox", "means"), read_cited),
}


def load(part: Mapping) -> dict:
    """Return a part with its files, by the keys of `READERS`, replaced by what they hold."""
    return {key: _read(key, value) if key in READERS else value for key, value in part.items()}


def _read(key: str, value: str | Sequence[str]) -> object:
    """Return what a file holds, or a list of what several files of one kind hold."""
    return READERS[key](value) if isinstance(value, str) else [READERS[key](path) for path in value]
