"""A release: what is withheld of a study, and the copies of its results."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from retrocohort.disclosure.cells import Cell, Reader
from retrocohort.disclosure.copies import Copies
from retrocohort.disclosure.counts import Counts, range_of
from retrocohort.disclosure.keys import Key, facts_of
from retrocohort.disclosure.suppress import Decision, decide
from retrocohort.disclosure.system import equations_of
from retrocohort.plan.entries import Plan

EMPTY = (
    "records/centres", "audit/warnings", "audit/consistency", "audit/verification", "audit/parity",
)  # fmt: skip
LINKAGE, NAMED = "records/linkage.csv", ("source", "file", "sha256")


CONTROL = ("min_cell", "round_to", "km")


@dataclass(frozen=True)
class Copy:
    """A disclosed copy: where it goes below the release, by which rule, its columns and rows."""

    file: str
    rule: str
    columns: list[str]
    rows: list[dict]


def released(plan: Plan, parts: Mapping, frame) -> tuple[list[Copy], Decision, Counts]:
    """Return the disclosed copies of all results, what is withheld, and how counts are told.

    Parameters
    ----------
    plan : Plan
        Of the study.
    parts : mapping
        What `plan.checked.checked_parts` returns.
    frame : data frame
        The cohort.
    """
    study = plan.study
    reader = Reader(plan.folder, study, facts_of(study, frame))
    cells = list(reader.cells(parts))
    values = values_of(cells, reader)
    control = study["disclosure"]
    equations = equations_of(values, reader.facts)
    ranges = {key: range_of(n, control["round_to"]) for key, n in values.items()}
    decision = decide(values, equations, control["min_cell"], ranges)
    counts = Counts(values, decision.withheld, **{k: control[k] for k in CONTROL})
    made = Copies(plan, frame, reader, cells, counts).all(parts)
    copies = [Copy(file, rule, reader.columns(file), rows) for file, rule, rows in made]
    for stem in EMPTY:
        copies.append(Copy(f"{stem}.csv", "left_out", reader.columns(f"{stem}.csv"), []))
    named = [
        {column: row[column] if column in NAMED else "" for column in row}
        for row in reader.read(LINKAGE)
    ]
    copies.append(Copy(LINKAGE, "left_out", reader.columns(LINKAGE), named))
    return copies, decision, counts


def values_of(cells: Iterable[Cell], reader: Reader) -> dict[Key, int]:
    """Return printed key -> count.

    Raises
    ------
    ValueError
        Where two cells with one key differ: the key does not say whom they count.
    """
    values: dict[Key, int] = {}
    for cell in cells:
        text = reader.read(cell.file)[cell.row][cell.column]
        if cell.key and text != "":
            if values.setdefault(cell.key, int(float(text))) != int(float(text)):
                raise ValueError(f"{cell.file}, row {cell.row + 2}: {cell.column} differs")
    return values
