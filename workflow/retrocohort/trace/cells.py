"""The delivered cells of one patient, and what cleaning made of each."""

from collections.abc import Iterable, Mapping

import pandas as pd

from retrocohort.records.read import OWN_COLUMNS, PLACE, stored_name
from retrocohort.trace.finished import place_of
from retrocohort.trace.lines import STEP, quoted, table, wrapped

NOT_KEPT, NOT_USED = "not kept: a direct identifier", "not used"

Changes = dict[tuple, dict[str, str]]  # (place of the row, variable) -> row of the cleaning log


def by_cell(log: Iterable[Mapping]) -> Changes:
    """Return the rows of the cleaning log by their cell."""
    return {(*(row[key] for key in PLACE), row["variable"]): dict(row) for row in log}


def cells_of(
    row: Mapping, source: str, spec: Mapping, variables: Mapping, changes: Changes
) -> list[list[str]]:
    """Return (column, delivered text, what became of it) of each cell of a delivered row.

    Parameters
    ----------
    row : columns as delivered and those of the pipeline; a column of other files is missing.
    source, spec : the source that the row is of.
    variables : full dictionary entries.
    changes : of this patient.
    """
    used: dict[str, list[str]] = {}
    for name, entry in variables.items():
        if source in entry.get("columns", {}):
            used.setdefault(entry["columns"][source], []).append(name)
    called = {stored_name(column): column for column in (*used, spec["id"])}
    place = tuple(str(row[key]) for key in PLACE)
    found = []
    for column, text in row.items():
        if column in OWN_COLUMNS or pd.isna(text):
            continue
        name = called.get(column, column)
        became = [_became(v, text, place, variables, changes) for v in used.get(name, [])]
        became += ["the patient: hashed when read"] if name == spec["id"] else []
        found.append([name, quoted(text), "; ".join(became) or NOT_USED])
    lost = {c: n for c, n in used.items() if any(variables[v].get("protect") == "drop" for v in n)}
    return found + [[column, "", f"{', '.join(n)}: {NOT_KEPT}"] for column, n in lost.items()]


def _became(name: str, text: str, place: tuple, variables: Mapping, changes: Changes) -> str:
    """Return "age = 35 (unit years)" of a cell that a variable takes."""
    change = changes.get((*place, name))
    clean = change["clean_value"] if change else text
    rule = f" ({change['rule']})" if change else ""
    return f"{name} {f'= {clean}' if clean else 'missing'}{rule}"


def row_lines(
    row: Mapping, source: str, spec: Mapping, variables: Mapping, changes: Changes
) -> list[str]:
    """Return a delivered row as text.

    A line for each cell, or one paragraph for the row of a source with many rows a patient, whose
    column of the patient's number is left out.
    """
    cells = cells_of(row, source, spec, variables, changes)
    if spec["rows"] == "one":
        return ["", *wrapped(f"{place_of(row)} ({spec['label']})", STEP), *table(cells, 2 * STEP)]
    told = [
        f"{column} {text}" + (f" -> {became}" if became != NOT_USED else "")
        for column, text, became in cells
        if column != spec["id"]
    ]
    row_name = place_of(row).removeprefix(f"{row['source_file']}:")
    return wrapped("; ".join(told), 4 * STEP, f"{' ' * 2 * STEP}row {row_name}: ")
