"""What has changed since earlier releases: of whom, without saying what.

A mean told before and after one patient's value was corrected gives that value away, as do the
curves and medians of a group in which one patient's follow-up has changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import numpy as np

from retrocohort.disclosure.keys import Key
from retrocohort.disclosure.members import members

BYTES = 8  # of a checksum
FOLLOW_UP = ("time", "event", "entry")


def checksums_of(frame, study: Mapping):
    """Return a checksum for each patient of each number, and of the follow-up of each endpoint.

    That of a patient is of no other one. They stay as private as the cohort: who has them could try
    all values.
    """
    asked = {name: [name] for name, about in study["variables"].items() if not about["levels"]}
    asked |= {e: [f"{e}_{end}" for end in FOLLOW_UP] for e in study["endpoints"]}
    asked |= {unrounded(e): [unrounded(e)] for e in study["endpoints"]}
    found = frame[["record_id"]].copy()
    for name, columns in asked.items():
        own = [frame[column] for column in ("record_id", *columns) if column in frame]
        texts = [column.astype("string").fillna("").tolist() for column in own]
        if len(own) > 1:
            found[f"{name} #"] = [_checksum(name, *row) for row in zip(*texts, strict=True)]
    return found


def unrounded(endpoint: str) -> str:
    """Return under which name times before any rounding stand: landmark analyses are of them."""
    return f"{endpoint}_exact"


def _checksum(*texts: str) -> str:
    return blake2b("\n".join(texts).encode(), digest_size=BYTES).hexdigest()


class Changes:
    """Compares who is in a group, and with which values, with earlier releases."""

    def __init__(self, before: Iterable, patients, checksums, min_cell: int):
        """Align the cohorts; `before` and `patients` as `earlier` has them."""
        self.min_cell, self.pairs = min_cell, []
        now = patients.merge(checksums, on="record_id")
        for release in before:
            then = release.patients.merge(release.checksums, on="record_id")
            every = sorted({*now["record_id"], *then["record_id"]})
            one, other = (
                (own.set_index("record_id").reindex(every), np.isin(every, own["record_id"]))
                for own in (now, then)
            )
            self.pairs += [(one, other), (one, (_named_as_now(other[0], one[0]), other[1]))]

    def are_few(self, group: Key, *names: str) -> bool:
        """Return whether a group differs from an earlier release in too few patients, but in some.

        They have come, gone, or another value or level of a variable, another follow-up of an
        endpoint, or are in another population ("in_" and its name).
        """
        return any(0 < self._differing(*pair, group, names) < self.min_cell for pair in self.pairs)

    def _differing(self, now, then, group: Key, names: Sequence[str]) -> int:
        found = [members(frame, group) for frame, _ in (now, then)]
        if any(each is None for each in found):
            return 0  # there was no such group
        one, other = (own & there for own, (_, there) in zip(found, (now, then), strict=True))
        changed = one ^ other
        for name in names:
            both = [c for c in (f"{name} #", name) if c in now[0] and c in then[0]]
            for column in both[:1]:  # a checksum, of what is no level
                before, after = (_texts(frame[column]) for frame, _ in (then, now))
                changed |= one & other & (before != after)
        return int(changed.sum())


def _texts(column) -> np.ndarray:
    """Return the values of a column as texts, empty where there is none."""
    return column.astype("string").fillna("").to_numpy(dtype=object)


def _named_as_now(then, now):
    """Return an earlier cohort whose levels have the names that most of their patients have now."""
    renamed = then.copy()
    for name in [c for c in then if c in now and not c.endswith(" #")]:
        before, after = then[name].astype(object), now[name].astype(object)
        if {type(level) for level in before.dropna()} == {str}:
            most = after.groupby(before).agg(lambda own: own.mode().get(0))
            renamed[name] = before.map(most)
    return renamed
