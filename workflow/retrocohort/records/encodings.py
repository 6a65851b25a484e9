"""Whether a text file is in the encoding that the study file names, and in which one it is."""

import re

from retrocohort.faults import Fault
from retrocohort.records.delimited import encoding_of

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
PAIR = re.compile(rb"[\xa1-\xfe]{2}")  # a Chinese letter in GB 2312
HIGH = re.compile(rb"[\x80-\xff]")


def encoding_fault(spec: dict, data: bytes) -> Fault | None:
    """Return what is wrong with the encoding of a file, None if nothing is.

    A file that is not ASCII and yet valid UTF-8 is UTF-8: other texts are so by chance only. Read
    in a one-byte encoding it would give false letters in silence.
    """
    encoding = spec.get("encoding") or "utf-8"
    try:
        decoded = data.decode(encoding_of(spec))
    except LookupError:
        problem = f"the encoding '{encoding}' is not known."
        return Fault(spec["path"], "", problem, f"Set encoding: {_guess(data)}.")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        problem = f"is not {encoding} at byte {column} of the row (byte {error.start} of the file)."
        return Fault(spec["path"], f"row {row}", problem, f"Set encoding: {_guess(data)}.")
    if not data.isascii() and _utf8(data) not in (None, decoded):
        problem = f"is valid UTF-8, but is read as {encoding}."
        return Fault(spec["path"], "", problem, "Set encoding: utf-8.")
    return None


def _utf8(data: bytes) -> str | None:
    """Return the text of UTF-8 bytes, None if they are not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _guess(data: bytes) -> str:
    """Return the most likely encoding: in Chinese texts, high bytes come in pairs."""
    if data.startswith(UTF16_MARKS):
        return "utf-16"
    if _utf8(data) is not None:
        return "utf-8"
    mostly_pairs = 2 * len(PAIR.findall(data)) > 0.8 * len(HIGH.findall(data))
    for encoding in ("gb18030", "cp1252") if mostly_pairs else ("cp1252",):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"  # decodes anything
