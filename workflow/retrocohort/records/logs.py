"""The logs of cleaning: what changed, what is wrong, which rows a value came from."""

from collections.abc import Sequence

import numpy as np

from retrocohort.records.read import PLACE

COLUMNS = {
    "cleaning": ["record_id", *PLACE, "variable", "raw_value", "clean_value", "rule"],
    "derivation": ["record_id", "variable", "operation", *PLACE],
    "problems": ["record_id", *PLACE, "variable", "raw_value", "problem", "action"],
}


class Logs:
    """Three logs, collected column by column as they are written."""

    def __init__(self):
        """Start three empty logs."""
        self._parts = {log: {name: [] for name in names} for log, names in COLUMNS.items()}

    def add(self, log: str, rows=None, **columns) -> None:
        """Add rows to a log.

        Parameters
        ----------
        log : str
            "cleaning", "derivation" or "problems".
        rows : pandas.DataFrame, optional
            Rows of the records, for `record_id` and the place of the cell.
        **columns
            The other columns: a sequence a row, or one text for all. Places left out stay empty.
        """
        given = dict(columns)
        if rows is not None:
            given |= {name: rows[name].to_numpy() for name in ["record_id", *PLACE]}
        count = max(len(v) for v in given.values() if not isinstance(v, str))
        for name, kept in self._parts[log].items():
            value = given.get(name, "")
            kept.extend([value] * count if isinstance(value, str) else _listed(value))

    def columns(self, log: str) -> dict[str, list]:
        """Return a log as columns."""
        return self._parts[log]


def _listed(values: Sequence) -> list:
    """Return a column as Python values."""
    return values.tolist() if isinstance(values, np.ndarray) else list(values)
