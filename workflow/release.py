"""Keep what a release told, which a later one is compared with: the end of `make release`.

It is no rule of the Snakefile: a release is an act of somebody, and later ones depend on it.
"""

import os
import sys
from pathlib import Path

from retrocohort import io
from retrocohort.history import store

NEXT = "next.json"


def main(study: str) -> None:
    """Number the release if it tells anything else than the ones before."""
    os.umask(0o077)  # it has every count
    folder = store.folder(study) / "releases"
    made = io.read_bytes(f"{folder}/{NEXT}")
    earlier = sorted(folder.glob("[0-9]*.json"))
    if made not in [io.read_bytes(str(path)) for path in earlier]:
        io.write_bytes(f"{folder}/{len(earlier) + 1:04}.json", made)
    print(f"Open: results/{study}/release/CHECKLIST.md, report.html beside it")


if __name__ == "__main__":
    if not Path(f"results/{sys.argv[1]}/release").is_dir():
        sys.exit(f"{sys.argv[1]}: there is no release.")
    main(sys.argv[1])
