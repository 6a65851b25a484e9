"""What has passed a check is kept until something that the check reads has changed."""

import json
import os
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from retrocohort import signed


def digest_of(places: Iterable[str], *facts) -> str:
    """Return a digest of files and those below folders, by name and content, and of other facts."""
    digest = sha256(repr(facts).encode())
    below = (p for place in places for p in (Path(place), *Path(place).rglob("*")))
    for path in sorted(below):
        if path.is_file() and path.suffix != ".pyc":
            content = sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.as_posix()} {content}\n".encode())
    return digest.hexdigest()


def kept(path: Path, make: Callable):
    """Return what `make` returned when this was asked for the first time: a value of JSON.

    What JSON would not give back as it was is made anew each time.
    """
    stored = signed.read(path)
    if stored is not None:
        return stored["value"]
    value = make()
    text = signed.text({"value": value})
    if json.loads(text)["value"] == value:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(f".{os.getpid()}")
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    return value
