"""All delivered files of a study: read, identifiers hashed, put below each other, joins counted."""

from collections.abc import Collection

import pandas as pd

from retrocohort.records import cells, linkage
from retrocohort.records.identifiers import protect
from retrocohort.records.read import read_source


def read_records(
    sources: dict, variables: dict, key: bytes, declared: Collection[str] = ()
) -> tuple:
    """Read the files of a study.

    Parameters
    ----------
    sources, variables : dict
        Source specifications and dictionary entries.
    key : bytes
        The secret of the study.
    declared : collection of str
        The centres that the study names.

    Returns
    -------
    records : pandas.DataFrame
        Every cell as text, but for hashed and dropped identifiers; `record_id` first.
    joins : list of dict
        How each source joins, as `linkage.link` gives it.
    centres : list of dict
        What each centre delivers, as `linkage.centres` gives it.
    """
    frames: list[pd.DataFrame] = []
    keys = {}
    for name, spec in sources.items():
        frame, has_id = protect(read_source(name, spec), name, spec, variables, key)
        frames.append(frame)
        keys[name] = (frame["record_id"], has_id)
    return cells.stack(frames), linkage.link(keys, sources), linkage.centres(frames, declared)
