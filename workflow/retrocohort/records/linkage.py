"""How the sources of a study join on the patient: duplicated and unmatched keys, in counts."""

import numpy as np
import pandas as pd

COLUMNS = [
    "source",
    "rows_a_patient",
    "file",
    "sha256",
    "sha256_listed",
    "rows",
    "rows_without_key",
    "keys",
    "duplicated_keys",
    "duplicated_rows",
    "unmatched_keys",
    "unmatched_rows",
]


def listed_sums(text: str) -> dict[str, str]:
    """Return file -> SHA-256 of a SHA256SUMS file, as `sha256sum` writes it."""
    pairs = (line.split(maxsplit=1) for line in text.splitlines() if len(line.split()) > 1)
    return {name.strip().lstrip("*"): digest for digest, name in pairs}


def link(keys: dict[str, tuple], sources: dict) -> list[dict]:
    """Count the keys of each source, and those of nobody among the patients.

    Parameters
    ----------
    keys : dict of (record_id, has_id)
        Of each source the patient of every row, and whether the row came with an id.
    sources : dict
        Source specifications; the patients are the keys of all sources with one row a patient.

    Returns
    -------
    list of dict
        One row a source, in the columns of `COLUMNS`. Rows without key count as unmatched rows of a
        source with many rows a patient, as nobody can be found for them.
    """
    found = {
        name: pd.Series(np.asarray(record_id, dtype=object)[has_id]).value_counts()
        for name, (record_id, has_id) in keys.items()
    }
    patients = set()
    for name, spec in sources.items():
        if spec.get("rows", "one") == "one":
            patients |= set(found[name].index)
    rows = []
    for name, (_, has_id) in keys.items():
        counts = found[name]
        matched = counts.index.isin(patients)
        without = int((~has_id).sum())
        orphaned = without if sources[name].get("rows", "one") == "many" else 0
        rows.append(
            {
                "source": name,
                "rows_a_patient": sources[name].get("rows", "one"),
                "file": sources[name]["file"],
                "rows": len(has_id),
                "rows_without_key": without,
                "keys": len(counts),
                "duplicated_keys": int((counts > 1).sum()),
                "duplicated_rows": int(counts[counts > 1].sum()),
                "unmatched_keys": int((~matched).sum()),
                "unmatched_rows": int(counts[~matched].sum()) + orphaned,
            }
        )
    return rows
