"""The results that a page shows, read from their files."""

from collections.abc import Mapping

from retrocohort.io import read_rows, read_text

READERS = {
    **dict.fromkeys(("html", "svg"), read_text),
    **dict.fromkeys(("quantiles", "logrank", "landmarks", "followup"), read_rows),
    **dict.fromkeys(("estimates", "fit", "ph"), read_rows),
    **dict.fromkeys(("tests", "ratios", "effects", "excluded", "cox", "means"), read_rows),
}


def load(part: Mapping) -> dict:
    """Return a part with its files, by the keys of `READERS`, replaced by what they hold."""
    return {key: READERS[key](value) if key in READERS else value for key, value in part.items()}
