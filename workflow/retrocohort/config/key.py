"""The key from which the identifiers of a study are hashed: secret for private data only."""

import os
import stat
from pathlib import Path

from retrocohort.faults import Fault

KEY_VARIABLE = "RETROCOHORT_KEY_FILE"
SHORTEST = 32  # bytes of a secret key; Snakemake keeps its SHA-256, from which a short one is found
MAKE = "(umask 077; openssl rand -hex 32 > FILE)"


def key_file(folder: str, file: str, data: str, faults: list[Fault]) -> str:
    """Return the file with the key of a study; adds what is wrong with it to `faults`.

    Parameters
    ----------
    folder, file : str
        Folder of the study, and its study file.
    data : str
        Whose data these are: "private" data have a secret key outside of every repository.
    """
    if data != "private":
        path = f"{folder}/hash_key.txt"
        remedy = "Write a line of text into it, from which identifiers are hashed."
        _check_content(path, 1, remedy, faults)
        return path
    path = os.environ.get(KEY_VARIABLE, "")
    if not path or _is_shared(path):
        problem = f"private data need the environment variable {KEY_VARIABLE}."
        remedy = f"Let it name a file with a secret key, outside of this folder: {MAKE}"
        faults.append(Fault(file, "data", problem, remedy))
        return path
    _check_content(path, SHORTEST, f"Make one: {MAKE}", faults)
    if Path(path).is_file() and Path(path).stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        faults.append(Fault(path, "", "can be read by others.", f"chmod 600 {path}"))
    return path


def key_facts() -> tuple:
    """Return all that the check of the secret key reads, so that it is made again when it must."""
    path = Path(os.environ.get(KEY_VARIABLE, ""))
    if not path.is_file():
        return (str(path),)
    about = path.stat()
    return str(path), str(path.resolve()), about.st_mode, about.st_size, about.st_mtime_ns


def _is_shared(path: str) -> bool:
    """Say whether a file, as named or as linked to, is in the project or in a repository."""
    places = {Path(os.path.abspath(path)), Path(path).resolve()}
    here = {Path.cwd(), Path.cwd().resolve()}
    folders = [folder for place in places for folder in place.parents]
    return any(folder in here or (folder / ".git").exists() for folder in folders)


def _check_content(path: str, shortest: int, remedy: str, faults: list[Fault]) -> None:
    """Check that a key is a text that is long enough."""
    if not Path(path).is_file():
        problem = "is no plain file." if Path(path).exists() else "is missing."
        faults.append(Fault(path, "", problem, remedy))
        return
    key = Path(path).read_bytes().strip()
    if not key:
        faults.append(Fault(path, "", "is empty.", "Without a key, hashes can be traced back."))
    elif len(key) < shortest:
        problem = f"is a key of {len(key)} bytes; a secret one has {shortest} or more."
        faults.append(Fault(path, "", problem, remedy))
    try:
        key.decode("utf-8")
    except UnicodeDecodeError:
        faults.append(Fault(path, "", "is not UTF-8.", remedy))
