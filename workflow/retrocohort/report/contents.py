"""The results that a page shows, read from their files."""

from collections.abc import Mapping

from retrocohort.citations import read_cited
from retrocohort.io import read_json, read_text
from retrocohort.tables.layout import Layout
from retrocohort.tables.stored import from_data


def read_layout(path: str) -> Layout:
    """Read a table that an earlier step has laid out."""
    return from_data(read_json(path))


READERS = {
    "svg": read_text,
    "layout": read_layout,
    **dict.fromkeys(("quantiles", "logrank", "landmarks", "followup"), read_cited),
    **dict.fromkeys(("estimates", "fit", "ph"), read_cited),
    **dict.fromkeys(("tests", "ratios", "effects", "excluded", "cox", "means"), read_cited),
}


def load(part: Mapping) -> dict:
    """Return a part with its files, by the keys of `READERS`, replaced by what they hold."""
    return {key: READERS[key](value) if key in READERS else value for key, value in part.items()}
