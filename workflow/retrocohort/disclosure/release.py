"""A release: what is withheld of a study, and the copies of its results."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from retrocohort.disclosure import earlier
from retrocohort.disclosure.bounds import ENOUGH, possible, told
from retrocohort.disclosure.cells import Cell, Reader
from retrocohort.disclosure.changes import Changes, checksums_of
from retrocohort.disclosure.copies import Copies
from retrocohort.disclosure.counts import Counts
from retrocohort.disclosure.earlier import Past, Release
from retrocohort.disclosure.keys import Facts, Key, facts_of, said
from retrocohort.disclosure.overlaps import linked
from retrocohort.disclosure.suppress import Decision, NoSum, decide, small_hidden
from retrocohort.disclosure.system import Equation, sorted_by
from retrocohort.faults import Fault, FaultsFound
from retrocohort.plan.entries import Plan

EMPTY = (
    "records/centres", "audit/warnings", "audit/consistency", "audit/verification", "audit/parity",
)  # fmt: skip
LINKAGE, NAMED = "records/linkage.csv", ("source", "file", "sha256")


NOT_READ = (
    "Counts of a release must agree: run `make report`; if they are as it makes them, this is a"
    " fault of the program, and without that part of the study there can be a release."
)
CONTROL = ("min_cell", "round_to", "km")


@dataclass(frozen=True)
class Copy:
    """A disclosed copy: where it goes below the release, by which rule, its columns and rows."""

    file: str
    rule: str
    columns: list[str]
    rows: list[dict]


@dataclass(frozen=True)
class Made:
    """A release: the copies, what is withheld, and how counts are told."""

    copies: list[Copy]
    decision: Decision
    counts: Counts


def released(plan: Plan, parts: Mapping, frame, before: Sequence[Release] = ()) -> Made:
    """Return the disclosed copies of all results of a study.

    Parameters
    ----------
    plan : Plan
        Of the study.
    parts : mapping
        What `plan.checked.checked_parts` returns.
    frame : data frame
        The cohort.
    before : sequence of Release
        What earlier releases told.

    Raises
    ------
    FaultsFound
        Where the cohort differs too little from an earlier release, or a count cannot be hidden.
    """
    study = plan.study
    patients, control = earlier.coded(frame, study), {k: study["disclosure"][k] for k in CONTROL}
    reader = Reader(plan.folder, study, facts_of(study, patients))
    cells = list(reader.cells(parts))
    values = values_of(cells, reader)
    rules = earlier.rules_of(Counts(values, (), **control), study)
    if faults := list(earlier.other_rules(rules, before, patients)):
        raise FaultsFound(faults)
    try:
        decision = decided(values, reader.facts, study["disclosure"], before, patients)
    except NoSum as wrong:
        raise FaultsFound(_no_sum(wrong.equations, cells)) from wrong
    counts = Counts(values, decision.withheld, **control)
    changes = Changes(before, patients, checksums_of(frame, study), control["min_cell"])
    made = Copies(plan, frame, reader, cells, counts, changes).all(parts)
    copies = [Copy(file, rule, reader.columns(file), rows) for file, rule, rows in made]
    return Made([*copies, *_left_out(reader)], decision, counts)


def decided(
    values: Mapping[Key, int],
    facts: Facts,
    control: Mapping,
    before: Sequence[Release] = (),
    patients=None,
) -> Decision:
    """Return what is withheld, so that neither the release nor it and an earlier one tell it.

    Parameters
    ----------
    patients : data frame
        The cohort as `earlier.coded` has it: it tells which levels make up which. Without it
        nobody knows.
    """
    least = control["min_cell"]
    equations = linked(values, facts, patients, least)
    beside = earlier.near(values, before, least, patients)
    faults = earlier.refusals(beside, before, least, patients)
    if not faults:
        past = earlier.past_of(values, before, patients, least)
        beside -= past.public  # what an earlier release has told of the very same patients
        decision = _as_before(values, before, least)
        decision = decision or decide(values, equations, least, beside, past)
        lost = decision.unprotected | recoverable(values, equations, decision, least, past)
        faults = [_unhidden(key) for key in sorted(lost, key=sorted_by)]
    if faults:
        raise FaultsFound(faults)
    return decision


def _as_before(
    values: Mapping[Key, int], before: Sequence[Release], min_cell: int
) -> Decision | None:
    """Return what was decided of the very same counts, None if they are new."""
    for release in before:
        if release.values == values:
            small = {key for key in release.withheld if values[key] < min_cell}
            return Decision(frozenset(small), release.withheld - small)
    return None


def recoverable(
    values: Mapping[Key, int],
    equations: Sequence[Equation],
    decision: Decision,
    min_cell: int,
    past: Past,
) -> set[Key]:
    """Return the counts that the attack recovers from what would be told: there should be none."""
    shown = {key: n for key, n in values.items() if key not in decision.withheld} | past.told
    withheld = decision.withheld | past.withheld.keys()
    targets = withheld | small_hidden(values, equations, min_cell)
    found = possible([*equations, *past.equations], told(shown, withheld), targets)
    return {key for key, n in found.items() if n < ENOUGH}


def _unhidden(key: Key) -> Fault:
    problem = "can be computed from what is told, whatever else is withheld."
    remedy = "Leave out a table, level or population that has it, or raise min_cell."
    return Fault(key.population, said(key), problem, remedy)


def _left_out(reader: Reader) -> Iterator[Copy]:
    """Give the files of which no number is told, as the page reads them all the same."""
    for stem in EMPTY:
        yield Copy(f"{stem}.csv", "left_out", reader.columns(f"{stem}.csv"), [])
    named = [
        {column: row[column] if column in NAMED else "" for column in row}
        for row in reader.read(LINKAGE)
    ]
    yield Copy(LINKAGE, "left_out", reader.columns(LINKAGE), named)


def values_of(cells: Iterable[Cell], reader: Reader) -> dict[Key, int]:
    """Return printed key -> count.

    Raises
    ------
    FaultsFound
        Where two cells with one key differ: the key does not say whom they count.
    """
    values: dict[Key, int] = {}
    first: dict[Key, Cell] = {}
    faults = []
    for cell in cells:
        text = reader.read(cell.file)[cell.row][cell.column]
        if not cell.key or text == "":
            continue
        same = first.setdefault(cell.key, cell)
        if values.setdefault(cell.key, int(float(text))) != int(float(text)):
            problem = f"differs from {same.file}, {_place(same)}: {said(cell.key)}."
            faults.append(Fault(cell.file, _place(cell), problem, NOT_READ))
    if faults:
        raise FaultsFound(faults)
    return values


def _no_sum(equations: Iterable[Equation], cells: Iterable[Cell]) -> Iterator[Fault]:
    """Give a fault of each equation that does not hold, with a cell that it is about."""
    printed = {cell.key: cell for cell in cells if cell.key}
    for total, parts in equations:
        words = ", ".join(said(part) for part in parts)
        problem = f"{said(total)} is not the sum of: {words}."
        own = [printed[key] for key in (total, *parts) if key in printed]
        file, place = (own[0].file, _place(own[0])) if own else (total.population, "")
        yield Fault(file, place, problem, NOT_READ)


def _place(cell: Cell) -> str:
    return f"row {cell.row + 2}, {cell.column}"
