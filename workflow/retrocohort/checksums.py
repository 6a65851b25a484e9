"""What files hold, as SHA-256 in hexadecimal digits."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def sha256(path: str) -> str:
    """Return the SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksums(paths: Iterable[str]) -> dict[str, str]:
    """Return file -> SHA-256; "" of a file that is missing."""
    return {path: sha256(path) if Path(path).is_file() else "" for path in paths}


def files_of(paths: Iterable[str]) -> list[str]:
    """Return files, with those below each folder in its place."""
    found = []
    for path in map(Path, paths):
        found += files_below(path) if path.is_dir() else [path.as_posix()]
    return list(dict.fromkeys(found))


def files_below(folder: Path) -> list[str]:
    """Return the files below a folder, but for what programs leave there while they work."""
    files = (path for path in sorted(folder.rglob("*")) if not path.is_dir())
    return [path.as_posix() for path in files if not is_left_behind(path.name)]


def is_left_behind(name: str) -> bool:
    """Return whether a file is a lock, swap or mark: .~lock.x#, ~$x.xlsx, .x.swp, x~, .DS_Store."""
    return name.startswith((".", "~")) or name.endswith("~")
