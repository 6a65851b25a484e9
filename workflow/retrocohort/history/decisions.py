"""What was decided otherwise: keys of configuration files and parameters, old and new."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO

from retrocohort.config import strict_yaml
from retrocohort.faults import FaultsFound
from retrocohort.io import number_text

NONE = "–"
OTHERS = "…"  # the items of a list that both have
DICTIONARY = "dictionary.csv"  # one row a name
LEVELS = "levels"  # its columns that hold code=label|code=label


@dataclass(frozen=True)
class Decision:
    """A key whose value differs.

    Attributes
    ----------
    key : str
        Names with dots between them.
    old, new : str
        The values, `NONE` where there is no such key.
    names : frozenset of str
        What only one of both sides names: the key itself if only one has it, else words.
    """

    key: str
    old: str
    new: str
    names: frozenset[str]

    def is_like(self, other: "Decision") -> bool:
        """Return whether another key, whose last name is the same, changed in the same way."""
        return (self.old, self.new, _last(self.key)) == (other.old, other.new, _last(other.key))


def differing(old, new, key: str = "") -> Iterator[Decision]:
    """Yield the keys in which two values differ; a key that only one has, with all below it."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys((*old, *new)):
            place = f"{key}.{name}" if key else str(name)
            a, b = (side.get(name) for side in (old, new))
            if a in (None, "") or b in (None, ""):
                if a != b and not (a in (None, "") and b in (None, "")):
                    yield Decision(place, _text(a), _text(b), frozenset((str(name),)))
            else:
                yield from differing(a, b, place)
    elif old != new:
        words = _words(old) ^ _words(new)
        yield Decision(key, *_both(old, new), frozenset(words))


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


def _both(old, new) -> tuple[str, str]:
    """Return two values as texts; of lists of entries only those in which they differ."""
    if isinstance(old, list) and isinstance(new, list):
        left, right = ([item for item in a if item not in b] for a, b in ((old, new), (new, old)))
        if any(isinstance(item, Mapping) for item in (*left, *right)):
            same = [OTHERS] if len(left) < len(old) else []
            return _text([*same, *left]), _text([*same, *right])
    return _text(old), _text(new)


def _text(value) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_text(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or NONE
    if isinstance(value, bool):
        return str(value).lower()
    return number_text(value) or NONE


def _words(value) -> set[str]:
    """Return the texts in a value: names of variables, populations and others."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return {word for part in value for word in _words(part)}
    return {value} if isinstance(value, str) else set()


def _last(key: str) -> str:
    return key.rpartition(".")[2]
