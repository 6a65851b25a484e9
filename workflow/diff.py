"""Say what differs between two snapshots: `make diff A=previous B=last STUDY=x`."""

import os
import sys

from retrocohort.faults import told
from retrocohort.history import store, written
from retrocohort.history.comparison import Comparison
from retrocohort.history.summary import lines

PAGE = "diff"


def main(study: str, *called: str) -> None:
    """Print what differs between snapshots A and B, and write the page of it."""
    os.umask(0o077)  # records are named
    names = store.find(study, *called)
    found = Comparison(*(store.load(study, name) for name in names))
    page = written.write_changes(found, PAGE)
    print(f"{study}: {' -> '.join(names)}")
    print(*(f"  {line}" for line in lines(found)), f"Open: {page}", sep="\n")


if __name__ == "__main__":
    with told():
        main(*sys.argv[1:])
