"""Where words stand in the files of a project, in whatever form and however packed."""

import base64
import binascii
import gzip
import html
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote, quote_plus

import pandas as pd

PDF_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
DATA_URI = re.compile(rb"base64,([A-Za-z0-9+/=]{8,})")
PACKED = {b"PK\x03\x04": "_of_zip", b"\x1f\x8b": "_of_gzip", b"%PDF": "_of_pdf"}
PACKED |= {b"\x89PNG": "_of_png", b"PAR1": "_of_parquet"}


@cache
def forms(word: str) -> frozenset[bytes]:
    """Return how a word may be written, in small letters: encodings, escapes, base64."""
    texts = {word, quote(word), quote_plus(word), html.escape(word), json.dumps(word)[1:-1]}
    texts.add("".join(f"&#{ord(c)};" for c in word))
    plain = {text.lower().encode(code) for text in texts for code in ("utf-8", "utf-16-le")}
    plain |= {text.lower().encode("utf-16-be") for text in texts}
    plain |= {text.lower().encode("gb18030") for text in texts}
    coded = {
        base64.b64encode(b"\0" * start + word.encode())[4 if start else 0 : -4].lower()
        for start in range(3)
    }
    return frozenset(plain | {code for code in coded if len(code) >= 8})


def found_in(data: bytes, words: tuple[str, ...]) -> set[str]:
    """Return the words that stand in bytes or in what is packed in them."""
    small = data.lower()
    found = {word for word in words if any(form in small for form in forms(word))}
    for part in unpacked(data):
        found |= found_in(part, words)
    return found


def unpacked(data: bytes) -> Iterator[bytes]:
    """Yield the parts of an archive, a drawing or a table, and what stands in a page as base64."""
    for start, reader in PACKED.items():
        if data.startswith(start):
            yield from globals()[reader](data)
    for blob in DATA_URI.findall(data):
        try:
            yield base64.b64decode(blob)
        except binascii.Error:
            continue


def _of_zip(data: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.infolist():
            yield part.filename.encode() + b"\n" + part.comment + part.extra
            yield archive.read(part)


def _of_gzip(data: bytes) -> Iterator[bytes]:
    yield gzip.decompress(data)


def _of_pdf(data: bytes) -> Iterator[bytes]:
    for stream in PDF_STREAM.findall(data):
        try:
            yield zlib.decompressobj().decompress(stream)
        except zlib.error:
            continue


def _of_png(data: bytes) -> Iterator[bytes]:
    place = 8
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        content = data[place + 8 : place + 8 + size]
        if kind in (b"zTXt", b"iTXt"):
            for start in range(len(content)):
                if content[start : start + 1] == b"\x78":
                    try:
                        yield zlib.decompressobj().decompress(content[start:])
                    except zlib.error:
                        continue
        place += size + 12


def _of_parquet(data: bytes) -> Iterator[bytes]:
    frame = pd.read_parquet(io.BytesIO(data))
    yield "\n".join(map(str, frame.columns)).encode()
    for column in frame:
        texts = frame[column].astype(str).unique()
        yield "\n".join(texts).encode("utf-8", "surrogatepass")


def leaks(project: Path, words, allowed=(), skipped=("data", "config")) -> dict[str, set[str]]:
    """Return file -> words in its content or name, of all files but those that may hold them."""
    found = {}
    for path in sorted(project.rglob("*")):
        name = path.relative_to(project)
        if name.parts[0] in skipped or name.as_posix() in allowed or path.is_symlink():
            continue
        data = path.read_bytes() if path.is_file() else b""
        if own := found_in(data, tuple(words)) | found_in(name.as_posix().encode(), tuple(words)):
            found[name.as_posix()] = own
    return found
