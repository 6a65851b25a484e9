"""Compressed files that are no larger, once unpacked, than what people keep of patients."""

import gzip
from pathlib import Path
from zipfile import ZipFile

from retrocohort.faults import Fault, FaultsFound

FREE = 50_000_000  # bytes that any file may unpack to
MOST_RATIO = 200  # unpacked to packed size of a larger one; records reach 5 to 50, deflate 1032
MOST_BYTES = 2_000_000_000
MOST_PARTS = 10_000  # files in a workbook
OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0"  # how a compound file of Microsoft begins
IS_ENCRYPTED = 0x1  # flag of a file in a zip archive
CHUNK = 1 << 24


def unzipped(path: str) -> bytes:
    """Return what a gzipped file holds.

    Raises
    ------
    FaultsFound
        If it grows beyond measure: the rest is not unpacked.
    """
    parts, most = [], _most(Path(path).stat().st_size)
    with gzip.open(path) as file:
        while part := file.read(CHUNK):
            parts.append(part)
            if sum(map(len, parts)) > most:
                raise FaultsFound([_too_large(path, most)])
    return b"".join(parts)


def check_workbook_file(path: str) -> None:
    """Raise a fault if a workbook is encrypted, of an old kind, or unpacks beyond measure.

    The sizes that a zip archive declares bind: Python reads no byte more of a file.
    """
    with open(path, "rb") as file:
        is_old = file.read(len(OLD_OR_ENCRYPTED)) == OLD_OR_ENCRYPTED
    if is_old:
        remedy = "Save it as .xlsx without a password."
        raise FaultsFound([Fault(path, "", "is encrypted, or an old .xls.", remedy)])
    with ZipFile(path) as archive:
        parts = archive.infolist()
    most = _most(Path(path).stat().st_size)
    if any(part.flag_bits & IS_ENCRYPTED for part in parts):
        raise FaultsFound([Fault(path, "", "is encrypted.", "Save it without a password.")])
    if sum(part.file_size for part in parts) > most:
        raise FaultsFound([_too_large(path, most)])
    if len(parts) > MOST_PARTS:
        problem = f"has {len(parts):,} parts, a workbook has some tens."
        raise FaultsFound([Fault(path, "", problem, "Save it again from a spreadsheet program.")])


def _most(packed: int) -> int:
    """Return how many bytes a file of some size may unpack to."""
    return min(max(FREE, MOST_RATIO * packed), MOST_BYTES)


def _too_large(path: str, most: int) -> Fault:
    problem = f"unpacks to more than {most:,} bytes."
    return Fault(path, "", problem, "Is it what was delivered? Deliver it in several files.")
