"""Where in a study's files the values stand that a step was given as parameters.

A key is named when it has the value of the parameter, or the value is a part of what it has (an
entry without its label, the wanted variables of the dictionary), and its path has the names of the
parameter's. Values that only name entries (an endpoint, populations) are no decision of their own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

FILES = {"variables": "dictionary.csv", "codes": "codes.csv"}  # all else: study.yaml
MADE = ("chinese", "languages", "key_file", "terms", "ledger")  # in a study as read, but no key
NAMES = ("name", "exclude", "check")  # keys that name the items of a list
DEPTH = 2  # section and entry

Path = tuple[str, ...]


def keys_of(params: Mapping[str, Any], study: Mapping) -> dict[str, list[str]]:
    """Return file of the study's folder -> keys, in the order of the parameters.

    Parameters
    ----------
    params : name -> value, of lists, dictionaries, texts and numbers.
    study : a study with its defaults, `variables` and `codes`.
    """
    written = {key: value for key, value in study.items() if key not in MADE}
    nodes = sorted(_nodes((), written), key=lambda node: len(node[0]))
    found: dict[str, list[str]] = {}
    for name, value in params.items():
        for path in _origins((name,), value, nodes):
            if path == ("variables",):
                found.setdefault(FILES["variables"], []).extend(value)
            elif path[0] in FILES:
                found.setdefault(FILES[path[0]], []).extend(path[1:DEPTH])
            else:
                found.setdefault("study.yaml", []).append(".".join(path[:DEPTH]))
    return {
        file: [key for key in dict.fromkeys(keys) if _section(key) not in keys]
        for file, keys in found.items()
    }


def _section(key: str) -> str:
    """Return the section of an entry; empty for a section, which is named itself."""
    return key.rpartition(".")[0]


def _nodes(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    """Yield every key of a study with its value."""
    if path:
        yield path, value
    for name, item in _items(value):
        yield from _nodes((*path, name), item)


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        mappings = (item for item in value if isinstance(item, Mapping))
        yield from ((item[key], item) for item in mappings for key in NAMES if key in item)


def _origins(asked: Path, value: Any, nodes: list[tuple[Path, Any]]) -> Iterator[Path]:
    """Yield the shallowest key that has a value, or those of its parts if no one key has it all."""
    if value in ("", None) or value == {} or value == []:
        return
    fitting = [path for path, item in nodes if _may_be(asked, path) and _is_part(value, item)]
    nearest = [path for path in fitting if len(path) == len(fitting[0])]
    if len(nearest) == 1:
        yield nearest[0]
        return
    for name, item in _items(value):
        yield from _origins((*asked, name), item, nodes)


def _may_be(asked: Path, path: Path) -> bool:
    """Return whether a key can be meant by a parameter, or by a part of one, of that path.

    A parameter alone is a section of its name, or an entry or key of any section.
    """
    if len(asked) == 1:
        return path == asked or len(path) == DEPTH
    return set(asked[1:]) <= set(path)


def _is_part(value: Any, item: Any) -> bool:
    """Return whether a value is what a key has, or entries and keys of it."""
    if isinstance(value, Mapping) and isinstance(item, Mapping):
        return all(name in item and _is_part(part, item[name]) for name, part in value.items())
    if isinstance(value, list) and isinstance(item, Mapping):
        return value == list(item)
    if isinstance(value, list) and isinstance(item, list):
        return len(value) == len(item) and all(map(_is_part, value, item))
    return type(value) is type(item) and value == item
