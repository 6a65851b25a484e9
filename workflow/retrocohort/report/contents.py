"""The results that a page shows, read from their files."""

from collections.abc import Mapping, Sequence

from retrocohort.io import read_rows, read_text

READERS = {
    **dict.fromkeys(("html", "svg"), read_text),
    **dict.fromkeys(("quantiles", "logrank", "landmarks", "followup"), read_rows),
    **dict.fromkeys(("estimates", "fit", "ph"), read_rows),
    **dict.fromkeys(("tests", "ratios", "excluded", "cox", "means", "km"), read_rows),
}


def load(part: Mapping) -> dict:
    """Return a part with its files, by the keys of `READERS`, replaced by what they hold."""
    return {key: _read(key, value) if key in READERS else value for key, value in part.items()}


def _read(key: str, value: str | Sequence[str]) -> object:
    """Return what a file holds, or a list of what several files of one kind hold."""
    return READERS[key](value) if isinstance(value, str) else [READERS[key](path) for path in value]
