"""One number of a report in words: its cell, and every step from the delivered files to it."""

from collections.abc import Iterable, Mapping, Sequence

from retrocohort.faults import Fault
from retrocohort.plan.entries import Plan
from retrocohort.trace.addresses import PAGE, Addresses, Place
from retrocohort.trace.lines import STEP, table, wrapped
from retrocohort.trace.steps import Step, chain, steps_lines

NO_VALUE = "(empty: missing or not estimable)"
CHANGED = "BUT the report was made from another value of this cell"
AGAIN = "run make report"


def altered_lines(faults: Iterable[Fault]) -> list[str]:
    """Return what is said first of files behind a number that are not as they were made."""
    text = []
    for fault in faults:
        text += [*wrapped(f"BUT {fault.file} {fault.problem} {fault.remedy}"), ""]
    return text


def number_lines(
    plan: Plan, addresses: Addresses, places: Sequence[Place], altered: bool = False
) -> list[str]:
    """Return the cells that a number is, row by row, and how the report shows them.

    Parameters
    ----------
    altered : whether a file behind it is not as it was made, so that no report helps.
    """
    text, changed = [], CHANGED if altered else f"{CHANGED}: {AGAIN}"
    for file, line in dict.fromkeys((place.file, place.line) for place in places):
        own = [place for place in places if (place.file, place.line) == (file, line)]
        row = addresses.row(own[0])
        told = "; ".join(f"{name}={value}" for name, value in row.items() if value)
        text += [*wrapped(f"{plan.at(file)}, line {line}"), *wrapped(told, STEP, " " * STEP)]
        cells = (_cell(plan, addresses, place, row[place.column], changed) for place in own)
        text += [*table(cells), ""]
    return text


def _cell(plan: Plan, addresses: Addresses, place: Place, value: str, changed: str) -> list[str]:
    """Return column, value, and how the report shows it, or what is said of another value."""
    told = []
    for shown in addresses.shown(place):
        table_of = f"{shown.table} of " if shown.table else ""
        told.append(f"'{shown.text}' in {table_of}{plan.at(PAGE)}, id {shown.id}")
        told += [] if shown.agrees(value) else [changed]
    return [place.column, value or NO_VALUE, "; ".join(told) or "not shown in the report"]


def steps_text(plan: Plan, file: str, made_by: Mapping[str, Step]) -> list[str]:
    """Return how a file below the results was made."""
    steps = chain(plan.at(file), made_by)
    several = "one step" if len(steps) == 1 else f"{len(steps)} steps, the last one first"
    head = f"{plan.at(file)} is made in {several}."
    return [*wrapped(head), *steps_lines(steps, plan.study, plan.name)]
