"""What differs between two runs, as lines for a terminal: counts and names, no record."""

from collections.abc import Iterator

from retrocohort.history.causes import ALTERED, NOTHING, Cause
from retrocohort.history.comparison import Comparison
from retrocohort.history.decisions import NONE
from retrocohort.history.records import ARM, FLOW
from retrocohort.history.shown import apart, brief

MOST = 12
EMPTY = {FLOW: "in the cohort", ARM: "in no arm"}
NO_CAUSE = {
    ALTERED: "altered by hand",
    NOTHING: "no input differs: not reproducible, or altered by hand",
}


def in_one_line(found: Comparison) -> str:
    """Return the counts alone."""
    if found.is_empty:
        return "no result differs"
    n = sum(table.n for table in found.tables)
    crossed = f", {len(found.crossings)} crossed alpha" if found.crossings else ""
    return f"{n} cells differ in {len(found.tables)} tables{crossed}"


def lines(found: Comparison) -> Iterator[str]:
    """Yield what differs and why."""
    yield f"{in_one_line(found)}; {len(found.others)} other results differ"
    for crossing in found.crossings[:MOST]:
        row, old, new = crossing.result, *apart(crossing.old, crossing.new)
        now = "significant" if crossing.became else "not significant"
        yield f"{now} now: {row.file}, {row.name}: {crossing.column} {old} -> {new}"
    yield from _more(found.crossings)
    for shift in found.shifts[:MOST]:
        old, new = apart(shift.old[0], shift.new[0])
        yield f"hazard ratio: {shift.result.file}, {shift.result.name}: {old} -> {new}"
    yield from _more(found.shifts)
    for move in found.moves:
        what = " ".join(filter(None, (move.kind, move.name)))
        old, new = (NONE if p is None else p or EMPTY[move.kind] for p in (move.old, move.new))
        yield f"patients moved, {what}: {old} -> {new}: {len(move.records)}"
    for cause, n in found.causes[:MOST]:
        yield f"cause: {_cause(cause)} ({n} cells)"
    yield from _more(found.causes)
    for cause in found.unused[:MOST]:
        yield f"differs too: {_cause(cause)}"
    yield from _more(found.unused)


def _cause(cause: Cause) -> str:
    if cause.kind in NO_CAUSE:
        return f"{cause.what}: {NO_CAUSE[cause.kind]}"
    return f"{cause.kind} {cause.what}: {brief(cause.old)} -> {brief(cause.new)}"


def _more(found: list) -> Iterator[str]:
    if len(found) > MOST:
        yield f"... {len(found) - MOST} more"
