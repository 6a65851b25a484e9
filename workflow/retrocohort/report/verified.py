"""What a second engine computed again, and what other programs would print."""

from collections.abc import Mapping

from retrocohort.format import capital, count, number
from retrocohort.io import as_number
from retrocohort.language import noted, say, told
from retrocohort.report.blocks import Block, Sheet, heading, text
from retrocohort.report.estimates import Rows
from retrocohort.report.labels import Labels
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row
from retrocohort.units import amount
from retrocohort.verify.words import CONVENTIONS, KINDS

OURS = {  # an engine of the package -> how readers know it
    "retrocohort": noted("this package"),
    "retrocohort.verify": noted("a second implementation, confirmed by R"),
}
PROGRAMS = {"spss": "SPSS", "r": "R", "sas": "SAS"}
DECIMALS = {"ties": 4, "interval": 3, "median": 2, "quantile": 2}
OF_P = 4


def verified_blocks(sheet: Sheet, rows: Rows, parity: Rows) -> list[Block]:
    """Return how many numbers two engines agree on, by whom, and the table of conventions."""
    both = [row for row in rows if row["agrees"]]
    agree = sum(row["agrees"] == "yes" for row in both)
    blocks = [
        heading("checked-engines", say("Verified by two engines")),
        text(
            say(
                "Every estimate was computed again from the cohort by a second, independent engine:"
                " {agree} of {n} numbers agree within 1 in a million.",
                agree=count(agree),
                n=count(len(both)),
            ),
            say(
                "Both values of each stand in audit/verification.csv, with engines and versions; a"
                " run in which two differ stops."
            ),
        ),
        *sheet.table(engines_table(rows)),
    ]
    if parity:
        blocks += [
            heading("checked-programs", say("What SPSS, R and SAS print")),
            text(
                say(
                    "Where the conventions of these programs differ, each one's default was applied"
                    " to this cohort; the place that shows most was chosen."
                )
            ),
            *sheet.table(parity_table(parity, sheet.labels, sheet.study)),
        ]
    return blocks


def engines_table(rows: Rows) -> Layout:
    """Return numbers, agreement and the largest difference, by kind and engines."""
    found: dict[str, dict[tuple[str, str], list]] = {kind: {} for kind in KINDS}
    for row in rows:
        if row["agrees"]:
            engines = row["engine"], row["second_engine"]
            found[row["kind"]].setdefault(engines, []).append(row)
    blocks = [
        [Row(say(KINDS[kind]), [Cell()] * 3), *map(_engine_row, own.values())]
        for kind, own in found.items()
        if own
    ]
    columns = [Column(say("Agree")), Column(say("Checked")), Column(say("Largest difference"))]
    lone = sum(not row["agrees"] for row in rows)
    notes = [say("Differences are relative, and at most of rounding where they are below 1e-9.")]
    if lone:
        notes.append(
            say(
                "{n} numbers have one engine only (standard errors of the concordance): R confirms"
                " that engine in the tests.",
                n=count(lone),
            )
        )
    caption = say("Numbers computed by two engines")
    return Layout("engines", caption, say("Engines"), columns, blocks, notes, Footnotes())


def _engine_row(rows: Rows) -> Row:
    named = [_engine(rows[0], key) for key in ("engine", "second_engine")]
    largest = max(as_number(row["difference"]) for row in rows)
    agree = sum(row["agrees"] == "yes" for row in rows)
    cells = [Cell(count(agree)), Cell(count(len(rows))), Cell(f"{largest:.0e}" if largest else "0")]
    return Row(say("{first}, then {second}", first=named[0], second=named[1]), cells, indent=True)


def _engine(row: Mapping[str, str], key: str) -> str:
    name, version = row[key], row["version" if key == "engine" else "second_version"]
    return told(OURS[name]) if name in OURS else f"{name} {version}"


def parity_table(rows: Rows, labels: Labels, study: Mapping) -> Layout:
    """Return what each program prints of one number, and why it differs."""
    blocks = []
    for row in rows:
        decimals = DECIMALS.get(row["convention"], OF_P)
        values = [row[program] for program in (*PROGRAMS, "this")]
        cells = [Cell(number(as_number(value), decimals)) for value in values]
        head = Row(say(CONVENTIONS[row["convention"]]), [Cell()] * 4)
        why = Row(capital(told(row["reason"])), [Cell()] * 4, indent=True)
        blocks.append([head, Row(_place(row, labels, study), cells, indent=True), why])
    columns = [Column(name) for name in PROGRAMS.values()] + [Column(say("This study"))]
    caption = say("The same number by the defaults of three programs")
    return Layout("parity", caption, say("Convention"), columns, blocks, [], Footnotes())


def _place(row: Mapping[str, str], labels: Labels, study: Mapping) -> str:
    """Return where a number stands: population, endpoint, variable, level, time."""
    parts = [labels.population(row["population"])]
    if row["endpoint"]:
        parts.append(labels.endpoint(row["endpoint"]))
    if row["variable"]:
        parts.append(labels.variable(row["variable"]))
    if row["level"]:
        parts.append(labels.level(row["variable"], row["level"]))
    if row["time"]:
        unit = study["endpoints"][row["endpoint"]]["unit"]
        parts.append(amount(row["time"], unit))
    return say(", ").join(parts)
