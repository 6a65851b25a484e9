"""What files hold, as SHA-256 in hexadecimal digits."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

MARK = ".snakemake_timestamp"  # Snakemake's own empty file in a folder that a job made


def sha256(path: str) -> str:
    """Return the SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_mark(path: Path) -> bool:
    """Return whether a file is the mark of Snakemake, and nothing but that."""
    return path.name == MARK and not path.stat().st_size


def files_of(paths: Iterable[str]) -> list[str]:
    """Return files, with those below each folder in its place."""
    found = []
    for path in map(Path, paths):
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [p.as_posix() for p in below if not p.is_dir() and not (p.exists() and is_mark(p))]
    return list(dict.fromkeys(found))


def checksums(paths: Iterable[str]) -> dict[str, str]:
    """Return file -> SHA-256; "" of a file that is missing."""
    return {path: sha256(path) if Path(path).is_file() else "" for path in paths}
