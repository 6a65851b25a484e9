"""Snapshots on disk: `history/<study>/snapshots/<time>.json.gz`, for the owner alone."""

import gzip
import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path

from retrocohort import io
from retrocohort.faults import Fault, FaultsFound
from retrocohort.private import FOLDER, OWNER_ONLY
from retrocohort.private import HISTORY as ROOT

HISTORY = Path(ROOT)
ENDING = ".json.gz"
DAMAGED = ".damaged"  # added to the name of what is no snapshot any more
FAST = 3  # level of compression: a third of the time of the usual one, a tenth larger
LAST, PREVIOUS = "last", "previous"


def folder(study: str) -> Path:
    """Return where the history of a study is; it names records, so it is for the owner alone.

    What earlier runs left open there is closed.
    """
    place = HISTORY / study
    place.mkdir(parents=True, exist_ok=True)
    for own in (place, *place.rglob("*")):
        own.chmod(FOLDER if own.is_dir() else OWNER_ONLY)
    return place


def names(study: str) -> list[str]:
    """Return the snapshots of a study, the latest last."""
    found = (HISTORY / study / "snapshots").glob(f"*{ENDING}")
    return sorted(path.name.removesuffix(ENDING) for path in found)


def save(study: str, snapshot: Mapping) -> str:
    """Write a snapshot; return its name, the time at which it was taken."""
    name = snapshot["run"]["taken"][:23].replace(":", "")
    text = json.dumps(_sorted(snapshot), ensure_ascii=False, separators=(",", ":"))
    data = gzip.compress(text.encode("utf-8"), FAST, mtime=0)
    folder(study)
    io.write_bytes(_path(study, name), data)
    return name


def _sorted(snapshot: Mapping) -> dict:
    """Return a snapshot with files and jobs by name; of parameters the order may be a decision."""
    return {
        name: dict(sorted(part.items())) if isinstance(part, Mapping) else part
        for name, part in sorted(snapshot.items())
    }


def load(study: str, name: str) -> dict:
    """Read a snapshot."""
    path = _path(study, name)
    snapshot = _content(path)
    if snapshot is None:
        raise FaultsFound([Fault(path, "", "is no snapshot.", "Take it away.")])
    return snapshot


def last(study: str) -> tuple[dict | None, list[str]]:
    """Return the last snapshot, if there is one, and what was damaged and is now set aside."""
    aside = []
    for name in reversed(names(study)):
        path = _path(study, name)
        snapshot = _content(path)
        if snapshot is not None:
            return snapshot, aside
        os.replace(path, f"{path}{DAMAGED}")
        aside.append(f"{path}{DAMAGED}")
    return None, aside


def _content(path: str) -> dict | None:
    """Return what a snapshot holds; None where it is damaged."""
    try:
        snapshot = json.loads(gzip.decompress(Path(path).read_bytes()))
    except (OSError, EOFError, ValueError, zlib.error):
        return None
    return snapshot if isinstance(snapshot, dict) else None


def find(study: str, *words: str) -> list[str]:
    """Return the names of snapshots that are called by name, by its beginning, last or previous.

    Raises
    ------
    FaultsFound
        With every word that names none or several; says what there is.
    """
    there = names(study)
    if not there:
        others = sorted(path.parent.name for path in HISTORY.glob("*/snapshots"))
        remedy = f"There are those of: {', '.join(others)}." if others else "Run `make report`."
        raise FaultsFound([Fault(str(HISTORY / study), "", "has no snapshot.", remedy)])
    matching = {word: _matching(word, there) for word in words}
    listed = f"There are: {', '.join(there)}."
    faults = [
        Fault(str(HISTORY / study), word or "''", f"{_problem(found)}.", listed)
        for word, found in matching.items()
        if len(found) != 1
    ]
    if faults:
        raise FaultsFound(faults)
    return [matching[word][0] for word in words]


def _matching(word: str, there: list[str]) -> list[str]:
    if word in (LAST, PREVIOUS):
        place = len(there) - (1 if word == LAST else 2)
        return there[place : place + 1] if place >= 0 else []
    return [word] if word in there else [name for name in there if name.startswith(word)]


def _problem(found: list[str]) -> str:
    return f"begins {len(found)} snapshots" if found else "names no snapshot"


def _path(study: str, name: str) -> str:
    return (HISTORY / study / "snapshots" / f"{name}{ENDING}").as_posix()
