"""One patient in words: from the delivered cells to the risk sets."""

from collections.abc import Iterator, Mapping

import pandas as pd

from retrocohort.plan.entries import Plan
from retrocohort.records.linkage import patients_of
from retrocohort.records.operations import needs
from retrocohort.report.derivations import OPERATIONS
from retrocohort.trace.cells import by_cell, row_lines
from retrocohort.trace.course import Course
from retrocohort.trace.finished import CLEANED, LOGS, RECORDS, Finished, Rows, place_of
from retrocohort.trace.lines import STEP, quoted, section, table, wrapped
from retrocohort.trace.words import given, labels_of, shown

PRIVATE = "PRIVATE: the record of one patient. Not for a report, a mail, a log or a repository."
NOTHING = ["  none"]
NO_PATIENT = (
    "Not a patient: see the problems. No variable, criterion or risk set is about this record."
)


def trace_of(finished: Finished, record: str) -> str:
    """Return the trace of one delivered record; every statement is read or decided from results."""
    plan, logs = finished.plan, {log: finished.logged(log, record) for log in LOGS}
    notice = wrapped(plan.study["notice"]) if plan.study["notice"] else []
    text = [PRIVATE, *notice, "", f"Record {record} of study {plan.name}"]
    own = finished.records[finished.records["record_id"] == record]
    cells = _delivered(plan, own, logs["cleaning_log"])
    read = f"{RECORDS}, {LOGS['cleaning_log']}"
    text += section("Delivered cells, by FILE:ROW or FILE:SHEET:ROW", cells, read)
    text += section("Problems", _problems(logs["problems"]), LOGS["problems"])
    if record not in finished.patients:
        return "\n".join([*text, "", NO_PATIENT, ""])
    values, source = finished.values(record), f"{CLEANED}, {LOGS['derivation_log']}"
    typed = _typed(plan, own, values, logs["derivation_log"])
    text += section("Variables as delivered, typed", typed, source)
    derived = _derived(plan, values, logs["derivation_log"])
    text += section("Derived variables", derived or NOTHING, source)
    return "\n".join([*text, *Course(finished).lines(record, values), ""])


def _delivered(plan: Plan, own: pd.DataFrame, log: Rows) -> Iterator[str]:
    """Yield the rows of each source, with what cleaning made of each cell."""
    changes = by_cell(log)
    for name, spec in plan.study["sources"].items():
        rows = own[own["source"] == name].to_dict("records")
        if rows and spec["rows"] != "one":
            several = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
            title = f"{spec['file']}: {several} ({spec['label']})"
            yield from ["", *wrapped(title, STEP, " " * STEP)]
        for row in rows:
            yield from row_lines(row, name, spec, plan.study["variables"], changes)


def _problems(rows: Rows) -> list[str]:
    told = [
        [place_of(r), r["variable"], quoted(r["raw_value"]), f"{r['problem']}; {r['action']}"]
        for r in rows
    ]
    return table(told) if told else NOTHING


def _typed(plan: Plan, own: pd.DataFrame, values: Mapping, log: Rows) -> list[str]:
    """Return each variable that is not derived: name, value, label, the rows that it is from."""
    labels = labels_of(plan.study)
    sources = [s for s, spec in plan.study["sources"].items() if patients_of(spec)]
    several = int(own["source"].isin(sources).sum()) > 1
    told = []
    for name in (n for n in plan.study["variables"] if n in values):
        if name not in plan.study["derive"]:
            used = [row for row in log if row["variable"] == name]
            origin = f"; {used[0]['operation']}: {_places(used)}" if used else ""
            told.append([name, shown(labels, name, values[name]), labels.with_unit(name) + origin])
    head = "each from the patient's rows that are named; with no row, missing in all or a problem"
    return [*(wrapped(head, STEP, " " * STEP) if several else []), *table(told)]


def _places(rows: Rows) -> str:
    return ", ".join(map(place_of, rows)) or "none"


def _derived(plan: Plan, values: Mapping, log: Rows) -> list[str]:
    """Return each derived variable: its value, its definition, and what it was computed from."""
    labels, found = labels_of(plan.study), []
    for name, derivation in plan.study["derive"].items():
        ((kind, asked),) = derivation.items()
        found += wrapped(f"{name} = {shown(labels, name, values[name])}", STEP, " " * STEP)
        told = [f"{labels.with_unit(name)}: {OPERATIONS[kind](name, asked, labels)}"]
        told += [given(sorted(needs(kind, asked)), values)]
        used = [row for row in log if row["variable"] == name]
        told += [f"rows that it is from: {_places(used)}"] if kind == "reduce" else []
        for line in filter(None, told):
            found += wrapped(line, 3 * STEP, " " * 3 * STEP)
    return found
