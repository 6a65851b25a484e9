"""JSON with a digest of itself, so that a changed or missing byte shows."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

SOME = '"digest": "{}"'
NONE = SOME.format("")


def text(data: Mapping, indent: int | None = None) -> str:
    """Return data as JSON with a digest of this text, in one line unless it is indented."""
    unsigned = json.dumps({"digest": "", **data}, ensure_ascii=False, indent=indent) + "\n"
    digest = sha256(unsigned.encode("utf-8")).hexdigest()
    return unsigned.replace(NONE, SOME.format(digest), 1)


def read(path: str | Path) -> dict | None:
    """Return what was signed; None if it is not there, or not as it was written."""
    try:
        signed = Path(path).read_bytes()
        data = json.loads(signed)
        digest = data["digest"]
        unsigned = signed.replace(SOME.format(digest).encode("utf-8"), NONE.encode("utf-8"), 1)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return data if sha256(unsigned).hexdigest() == digest else None
