"""Zip files (Word) with the same bytes every time."""

import io
import zipfile
from datetime import datetime

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can hold
MADE = datetime(*FIRST_DAY)  # what documents say of themselves


def pinned(data: bytes) -> bytes:
    """Return a zip file with the same entries in the same order, all of the first day."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            made.writestr(entry, source.read(name))
    return target.getvalue()
