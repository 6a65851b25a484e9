"""What became of each printed number: agreed, no result, or broken; counted place by place."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

COLUMNS = (
    *("artefact", "place", "row", "column", "printed", "expected", "source", "verdict", "n"),
    "note",
)
AGREES, NO_RESULT, BROKEN = "agrees", "no result", "broken"


class Place(NamedTuple):
    """Where something is printed: the file, the table or section in it, row and column."""

    artefact: str
    place: str
    row: str = ""
    column: str = ""

    def of(self, row: str, column: str = "") -> "Place":
        """Return a row of the place, or a cell of it."""
        return Place(self.artefact, self.place, row, column)


@dataclass
class Ledger:
    """The rows of rendered.csv: agreeing numbers are counted, broken ones listed."""

    counts: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    faults: list[dict] = field(default_factory=list)

    def agree(self, at: Place, n: int = 1) -> None:
        """Count numbers that are those of their cells."""
        self._count(at, AGREES, "", n)

    def no_result(self, at: Place, note: str, n: int = 1) -> None:
        """Count numerals that are no results, with what they are."""
        self._count(at, NO_RESULT, note, n)

    def broken(
        self, at: Place, note: str, printed: str = "", expected: str = "", source: str = ""
    ) -> None:
        """List a number that is not that of its cell, or has none."""
        place = {"artefact": at.artefact, "place": at.place, "row": at.row, "column": at.column}
        told = {"printed": printed, "expected": expected, "source": source, "note": note}
        self.faults.append(place | told | {"verdict": BROKEN, "n": 1})

    def add(self, other: "Ledger") -> None:
        """Add what became of other numbers; what both could not read is listed once."""
        self.faults += [fault for fault in other.faults if fault not in self.faults]
        for (artefact, place, verdict, note), n in other.counts.items():
            self._count(Place(artefact, place), verdict, note, n)

    @contextmanager
    def reading(self, at: Place) -> Iterator[None]:
        """List what cannot be read at a place as broken, whatever a file holds."""
        try:
            yield
        except Exception as error:  # readers of pages, documents and drawings have many
            self.broken(at, f"cannot be read any further ({type(error).__name__})")

    def rows(self) -> Iterator[dict]:
        """Yield what is broken, then the counts by place."""
        yield from self.faults
        for (artefact, place, verdict, note), n in self.counts.items():
            yield {
                **{"artefact": artefact, "place": place, "verdict": verdict},
                **{"n": n, "note": note},
            }

    def _count(self, at: Place, verdict: str, note: str, n: int) -> None:
        key = at.artefact, at.place, verdict, note
        if n:
            self.counts[key] = self.counts.get(key, 0) + n


def broken(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Yield a sentence for each broken row of rendered.csv."""
    for row in rows:
        if row["verdict"] == BROKEN:
            place = ", ".join(filter(None, (row[key] for key in ("place", "row", "column"))))
            told = f"{row['printed'] or 'nothing'} is printed"
            if row["source"]:
                told += f", {row['expected'] or 'nothing'} follows from {row['source']}"
            yield f"{row['artefact']} ({place}): {told}; {row['note']}"


def checked(rows: Iterable[Mapping[str, str]]) -> int:
    """Return how many printed numbers were compared with their cells and agree."""
    return sum(int(row["n"]) for row in rows if row["verdict"] == AGREES)
