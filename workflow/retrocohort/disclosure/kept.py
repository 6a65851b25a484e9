"""The numbered records of releases: `history/<study>/releases/0001.json`, private.

A record gets its number before anything is made of what it tells: a packet names its own, and so
there is none that later releases are not compared with.
"""

from pathlib import Path

from retrocohort import io
from retrocohort.faults import Fault, FaultsFound

NUMBERED = "[0-9]*.json"
AGAIN = "Make it again: make release STUDY={}"


def keep(made: str) -> None:
    """Number a record, unless one that is kept tells the same; `made` is its file."""
    if not number_of(made):
        last = max((int(path.stem) for path in _kept(made)), default=0)  # one of them may be lost
        io.write_bytes(f"{Path(made).parent}/{last + 1:04}.json", io.read_bytes(made))


def number_of(made: str) -> str:
    """Return the number under which a record is kept, empty if it is not."""
    own = io.read_bytes(made)
    return next((path.stem for path in _kept(made) if io.read_bytes(str(path)) == own), "")


def required_number(made: str) -> str:
    """Return the number of a record.

    Raises
    ------
    FaultsFound
        Where it has none: nothing may be packed of it.
    """
    number = number_of(made)
    if not number:
        remedy = AGAIN.format(Path(made).parents[1].name)
        raise FaultsFound([Fault(made, "", "is not kept under a number.", remedy)])
    return number


def _kept(made: str) -> list[Path]:
    return sorted(Path(made).parent.glob(NUMBERED))
