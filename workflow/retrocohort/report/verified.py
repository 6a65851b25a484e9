"""What a second engine computed again, and what other programs would print."""

from collections.abc import Mapping, Sequence

from retrocohort.format import count, number
from retrocohort.io import as_number
from retrocohort.language import noted, say, told
from retrocohort.report.blocks import Block, Sheet, heading, text
from retrocohort.report.estimates import Rows
from retrocohort.report.labels import Labels
from retrocohort.source import Source, tally, value_of
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row
from retrocohort.units import amount
from retrocohort.verify.words import CONVENTIONS, KINDS
from retrocohort.wording import capital

VERIFIED = "audit/verification.csv"
AGREE, CHECKED = "yes", ("yes", "no")
OURS = {  # an engine of the package -> how readers know it
    "retrocohort": noted("this package"),
    "retrocohort.verify": noted("a second implementation, confirmed by R"),
}
PROGRAMS = {"spss": "SPSS", "r": "R", "sas": "SAS"}
DECIMALS = {"ties": 4, "interval": 3, "median": 2, "quantile": 2}
OF_P = 4


def verified_blocks(sheet: Sheet, rows: Rows, parity: Rows) -> list[Block]:
    """Return how many numbers two engines agree on, by whom, and the table of conventions."""
    agree, both = (count(tally(VERIFIED, rows, agrees=texts)) for texts in (AGREE, CHECKED))
    blocks = [
        heading("checked-engines", say("Verified by two engines")),
        text(
            say(
                "Every estimate was computed again from the cohort by a second, independent engine:"
                " {agree} of {n} numbers agree within 1 in a million.",
                agree=agree,
                n=both,
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
    """Return numbers, agreement and the fewest digits in common, by kind and engines."""
    found: dict[str, dict[tuple[str, str], list]] = {kind: {} for kind in KINDS}
    for line, row in enumerate(rows, start=2):
        engines = row["engine"], row["second_engine"]
        found[row["kind"]].setdefault(engines, []).append((line, row))
    blocks = [
        [Row(say(KINDS[kind]), [Cell()] * 3), *(_engine_row(rows, each) for each in own.values())]
        for kind, own in found.items()
        if own
    ]
    columns = [Column(say("Agree")), Column(say("Checked")), Column(say("Digits shared by all"))]
    caption = say("Numbers computed by two engines")
    return Layout("engines", caption, say("Engines"), columns, blocks, [], Footnotes())


def _engine_row(every: Rows, own: Sequence[tuple[int, Mapping[str, str]]]) -> Row:
    """Return the row of one kind and two engines; `own` are its rows, with their lines."""
    alike = {key: own[0][1][key] for key in ("kind", "engine", "second_engine")}
    agree, checked = (tally(VERIFIED, every, agrees=texts, **alike) for texts in (AGREE, CHECKED))
    line, fewest = min(own, key=lambda each: int(each[1]["digits"]))
    source = Source(f"verified.{line}.digits", VERIFIED, line, "digits")
    digits = value_of(float(fewest["digits"]), source)
    first, second = (_engine(alike[key]) for key in ("engine", "second_engine"))
    header = say("{first}, then {second}", first=first, second=second)
    return Row(header, [Cell(count(n)) for n in (agree, checked, digits)], indent=True)


def _engine(name: str) -> str:
    return told(OURS.get(name, name))


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
