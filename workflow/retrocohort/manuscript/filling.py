"""Placeholders of a manuscript, `{{id}}`, and the numbers that take their place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
CHANGES = ("id", "before", "now", "place")
UNMATCHED = ("id", "nearest", "place")
NEAREST = 3


@dataclass(frozen=True)
class Piece:
    """What stands in the place of a placeholder; `known` when it is the id of a number."""

    text: str
    known: bool
    changed: bool


@dataclass
class Filling:
    """The numbers of a study, those of the fill before, and what has been met so far.

    Attributes
    ----------
    shown : mapping
        Id -> text, from numbers.json.
    before : mapping
        Id -> text at the fill before; an id that was not there has not changed.
    used : dict
        Id -> text of what has been filled.
    changes, unmatched : list of dict
        Rows of `CHANGES` and `UNMATCHED`, in the order of the manuscript.
    """

    shown: Mapping[str, str]
    before: Mapping[str, str]
    used: dict[str, str] = field(default_factory=dict)
    changes: list[dict] = field(default_factory=list)
    unmatched: list[dict] = field(default_factory=list)

    def piece(self, found: re.Match, place: str) -> Piece:
        """Return what takes the place of a placeholder, which stays when nothing has its id."""
        name = found[1]
        if name not in self.shown:
            nearest = get_close_matches(name, self.shown, NEAREST)
            self.unmatched.append({"id": name, "nearest": " | ".join(nearest), "place": place})
            return Piece(found[0], False, False)
        now = self.used[name] = self.shown[name]
        before = self.before.get(name, now)
        if before != now:
            self.changes.append({"id": name, "before": before, "now": now, "place": place})
        return Piece(now, True, before != now)


def baseline(memory: Mapping[str, Mapping[str, str]], shown: Mapping[str, str]) -> dict[str, str]:
    """Return the values with which a fill is compared.

    Parameters
    ----------
    memory : mapping
        `now` and `before` of the last fill, each id -> text; empty before the first.
    shown : mapping
        Id -> text, now.

    Returns
    -------
    dict
        The values of the last fill; when none of them has changed since, those of the fill before
        it, so that filling twice marks the same changes twice.
    """
    last = memory.get("now", {})
    same = all(shown.get(name) == text for name, text in last.items())
    return dict(memory.get("before", {}) if same else last)
