"""Whom a count counts, patient by patient, so that differences between counts are found.

Two counts whose names differ may differ by one patient: a threshold was moved, a level was renamed,
a population was defined anew. Only who is counted tells.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from retrocohort.disclosure.keys import UNKNOWN, Key
from retrocohort.disclosure.outcomes import counted_of
from retrocohort.where import FULL


def members(frame, key: Key) -> np.ndarray | None:
    """Return which patients of a cohort a key counts, None of what the cohort alone cannot tell."""
    columns = {variable for variable, _ in key.where} | key.complete
    outcome = counted_of(frame, key.what)
    if outcome is None or not key.population or not columns <= {*frame.columns}:
        return None
    counted = outcome.copy()
    if key.population != FULL:
        counted &= frame[f"in_{key.population}"].to_numpy(dtype=bool, na_value=False)
    for variable, level in key.where:
        own = frame[variable]
        counted &= (own.isna() if level == UNKNOWN else own == level).to_numpy(bool, na_value=False)
    for variable in key.complete:
        counted &= frame[variable].notna().to_numpy()
    return counted


def alike(key: Key, known: Iterable[str]) -> tuple:
    """Return what two counts share that a reader would subtract from each other.

    They are about the same variables, but for those that only one of two studies has: a variable
    may have got a new name. What is counted is of one endpoint, from whatever landmark on.
    """
    known = set(known)
    variables = sorted(variable if variable in known else "" for variable, _ in key.where)
    return key.what.partition(">")[0], tuple(variables), frozenset(key.complete & known)


def close_pairs(
    one: Mapping[Key, np.ndarray], other: Mapping[Key, np.ndarray], known: set, min_cell: int
) -> Iterator[tuple[Key, Key]]:
    """Give the counts of two cohorts of which one has all patients of the other, and few more.

    Parameters
    ----------
    one, other : mapping
        Key -> (n,) bool, of the same n patients.
    known : set
        Variables that both studies have.
    min_cell : int
        So many more are not few.
    """
    groups: dict[tuple, tuple[list[Key], list[Key]]] = {}
    for place, cohort in enumerate((one, other)):
        for key in cohort:
            groups.setdefault(alike(key, known), ([], []))[place].append(key)
    for keys, others in groups.values():
        if not (keys and others):
            continue
        a = np.array([one[key] for key in keys], dtype=np.float32)
        b = np.array([other[key] for key in others], dtype=np.float32)
        both, larger = a @ b.T, np.maximum.outer(a.sum(1), b.sum(1))
        smaller = np.minimum.outer(a.sum(1), b.sum(1))
        few = (both == smaller) & (larger - smaller > 0) & (larger - smaller < min_cell)
        for i, j in np.argwhere(few & (smaller > 0)):
            yield keys[i], others[j]
