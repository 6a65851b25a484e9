"""How the sources of a study join on the patient, and what each centre delivers, in counts."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from retrocohort.private import UNDECLARED

COLUMNS = [
    "source",
    "rows_a_patient",
    "patients",
    "file",
    "sha256",
    "rows",
    "rows_without_key",
    "keys",
    "duplicated_keys",
    "duplicated_rows",
    "unmatched_keys",
    "unmatched_rows",
    "only_here_keys",
    "coloured_cells",
]

CENTRES = ["centre", "rows", "patients"]


def centres(frames: list[pd.DataFrame], declared: Collection[str]) -> list[dict]:
    """Return one row a centre: its rows in all sources, and the different patients in them.

    Rows of sources that name no centre are not counted; those whose centre is none of the declared
    are counted together.
    """
    both = pd.concat([frame[["centre", "record_id"]].astype(str) for frame in frames])
    both["centre"] = both["centre"].where(both["centre"].isin(["", *declared]), UNDECLARED)
    return [
        {"centre": name, "rows": len(own), "patients": own["record_id"].nunique()}
        for name, own in both[both["centre"] != ""].groupby("centre")
    ]


def patients_of(spec: dict) -> str:
    """Return whether the rows of a source are patients: new, known, or "" for many rows each."""
    return spec.get("patients", "new") if spec.get("rows", "one") == "one" else ""


def link(keys: dict[str, tuple], sources: dict) -> list[dict]:
    """Count the keys of each source, and those of nobody among the patients.

    Parameters
    ----------
    keys : dict of (record_id, has_id)
        Of each source the patient of every row, and whether the row came with an id.
    sources : dict
        Source specifications; the patients are the keys of all sources with one row a patient,
        but for those that add to known patients only.

    Returns
    -------
    list of dict
        One row a source, in the columns of `COLUMNS`. Rows without key count as unmatched rows
        where rows are not patients, as nobody can be found for them. `only_here_keys`, the patients
        that no other source delivers, is empty unless several sources deliver patients.
    """
    found = {
        name: pd.Series(np.asarray(record_id, dtype=object)[has_id]).value_counts()
        for name, (record_id, has_id) in keys.items()
    }
    delivered = {n: set(found[n].index) for n in keys if patients_of(sources[n]) == "new"}
    patients = set().union(*delivered.values())
    rows = []
    for name, (_, has_id) in keys.items():
        kind = patients_of(sources[name])
        own = {
            "source": name,
            "rows_a_patient": sources[name].get("rows", "one"),
            "patients": kind,
            "file": sources[name]["file"],
            "rows": len(has_id),
            "only_here_keys": _only_here(name, delivered),
        }
        rows.append(own | _counts(found[name], int((~has_id).sum()), kind, patients))
    return rows


def _counts(keys: pd.Series, without: int, kind: str, patients: set) -> dict[str, int]:
    """Return the counts of the keys of one source; `keys` holds how many rows each has."""
    matched = keys.index.isin(patients)
    orphaned = 0 if kind == "new" else without
    return {
        "rows_without_key": without,
        "keys": len(keys),
        "duplicated_keys": int((keys > 1).sum()),
        "duplicated_rows": int(keys[keys > 1].sum()),
        "unmatched_keys": int((~matched).sum()),
        "unmatched_rows": int(keys[~matched].sum()) + orphaned,
    }


def _only_here(name: str, delivered: dict[str, set]) -> int | str:
    """Return how many patients no other source delivers; empty where that says nothing."""
    if name not in delivered or len(delivered) == 1:
        return ""
    return len(delivered[name].difference(*(k for n, k in delivered.items() if n != name)))
