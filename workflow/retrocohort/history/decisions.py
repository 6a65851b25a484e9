"""What was decided otherwise: keys of configuration files and parameters, old and new."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from retrocohort.config import strict_yaml
from retrocohort.faults import FaultsFound
from retrocohort.io import number_text

NONE = "–"
DICTIONARY = "dictionary.csv"  # one row a name
LEVELS = "levels"  # its columns that hold code=label|code=label
OWN = ("name", "exclude")  # the keys by which an item of a list is called, else all of these:
SHARED = ("model", "table", "curve", "endpoint", "population", "variable", "raw", "path")


@dataclass(frozen=True)
class Decision:
    """A key whose value differs.

    Attributes
    ----------
    path : tuple of str
        The names that lead to it; the item of a list in brackets, by its name or place.
    old, new : str
        The values, `NONE` where there is no such key.
    names : frozenset of str
        What only one of both sides names: the key itself if only one has it, else words.
    """

    path: tuple[str, ...]
    old: str
    new: str
    names: frozenset[str]

    @property
    def key(self) -> str:
        """Return "criteria[minor].where.age.below"."""
        return ".".join(self.path).replace(".[", "[")

    def is_like(self, other: "Decision") -> bool:
        """Return whether another key changed in the same way."""
        return (self.old, self.new) == (other.old, other.new)

    def alike(self, other: "Decision") -> int:
        """Return how many names, counted from the last, both have in common."""
        pairs = list(zip(reversed(self.path), reversed(other.path), strict=False))
        return next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs))


def differing(old, new, path: tuple[str, ...] = ()) -> Iterator[Decision]:
    """Yield the keys in which two values differ; a key that only one has, with all below it."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_mappings(old, new, path, [{}])
    elif _is_listing(old) and _is_listing(new) and any((old, new)):
        items = _items(old, new)
        if items:
            yield from _of_mappings(*items, path, [*old, *new])
        else:
            yield _as_whole(old, new, path)
    elif old != new:
        yield _as_whole(old, new, path)


def _of_mappings(old: Mapping, new: Mapping, path: tuple, others: list) -> Iterator[Decision]:
    """Yield the keys that differ; `others` are the entries beside which one is added or lost."""
    for name in dict.fromkeys((*old, *new)):
        a, b = (None if side.get(name) == "" else side.get(name) for side in (old, new))
        if a is None and b is None:
            continue
        place = (*path, str(name))
        if a is None or b is None:
            names = _named_alone(str(name), b if a is None else a, others)
            yield Decision(place, _text(a), _text(b), names)
        else:
            yield from differing(a, b, place)
    both = [[str(name) for name in a if name in b] for a, b in ((old, new), (new, old))]
    if both[0] != both[1]:
        yield Decision(path, *map(_text, both), frozenset())


def _named_alone(name: str, value, others: Sequence) -> frozenset[str]:
    """Return a key that one side alone has; of an item of a list the words that it adds."""
    if not name.startswith("["):
        return frozenset((name,))
    words, rest = words_of(value), set()
    for other in others:
        rest |= words_of(other) if other != value else set()
    return frozenset(words - rest or words)


def _as_whole(old, new, path: tuple) -> Decision:
    return Decision(path, _text(old), _text(new), frozenset(words_of(old) ^ words_of(new)))


def _is_listing(value) -> bool:
    """Return whether a value is a list of entries."""
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _items(old: list[Mapping], new: list[Mapping]) -> tuple[dict, dict] | None:
    """Return the items of two lists by their names, or places; None if nothing pairs them."""
    called = [[_called(item) for item in side] for side in (old, new)]
    if any("" in own or len(set(own)) < len(own) for own in called):
        if len(old) != len(new):
            return None
        called = [[str(i) for i in range(1, len(old) + 1)]] * 2
    return tuple(
        {f"[{name}]": item for name, item in zip(own, side, strict=True)}
        for own, side in zip(called, (old, new), strict=True)
    )


def _called(item: Mapping) -> str:
    own = [item[key] for key in OWN if key in item][:1] or [
        item[key] for key in SHARED if key in item
    ]
    return ", ".join(str(name) for name in own if isinstance(name, str | int))


def parsed(path: str, text: str) -> Mapping:
    """Return a configuration file as a mapping: a CSV by its first column, name or source."""
    if not path.endswith(".csv"):
        try:
            read = strict_yaml.load(path, text)
        except FaultsFound:  # it is not what the run was planned with
            read = None
        return read if isinstance(read, Mapping) else {"": read}
    rows: dict[str, list] = {}
    for row in csv.DictReader(StringIO(text, newline="")):
        cells = {name: _cell(name, cell) for name, cell in row.items() if name}
        rows.setdefault(next(iter(row.values())), []).append(cells)
    return {name: own[-1] if path.endswith(DICTIONARY) else own for name, own in rows.items()}


def _cell(column: str, cell: str) -> str | dict[str, str]:
    if column.startswith(LEVELS) and "=" in cell:
        pairs = (pair.partition("=") for pair in cell.split("|"))
        return {code.strip(): label.strip() for code, _, label in pairs}
    return cell


def _text(value) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_text(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or NONE
    if isinstance(value, bool):
        return str(value).lower()
    return number_text(value) or NONE


def words_of(value) -> set[str]:
    """Return the texts in a value: names of variables, populations and others."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return {word for part in value for word in words_of(part)}
    return {value} if isinstance(value, str) else set()
