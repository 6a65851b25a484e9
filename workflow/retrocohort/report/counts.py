"""Tables of counts: the flow, who is not at risk, linked files, warnings."""

import re
from collections.abc import Mapping

from retrocohort.audit.consistency import IDENTITIES
from retrocohort.format import count
from retrocohort.io import as_number
from retrocohort.language import say, told
from retrocohort.private import UNDECLARED
from retrocohort.report.coefficients import GLOBAL
from retrocohort.report.estimates import Rows
from retrocohort.report.labels import Labels
from retrocohort.report.methods import as_words, model_label
from retrocohort.source import joined, tally
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row, addressed

ENTRY = re.compile(r"^(.*) '(\w+)'$")  # step that names an entry of the study: "Cox model 'crude'"
SECTION_OF = {"table": "tables", "further analysis": "further"}  # step -> section of its entries
CENTRE = "centre"  # variable of the centre, if the dictionary has it
BY_ITEM = ("records", "cohort")  # steps whose warnings are counted for each item
CHECKED, WARNINGS = "audit/consistency.csv", "audit/warnings.csv"
QUOTED = re.compile(r"'([^']+)'")


def counted(row: Mapping[str, str], *columns: str, at: str = "") -> list[Cell]:
    """Return cells with the counts of these columns, with ids if they are `at` a row with one."""
    cells = [Cell(count(as_number(row[column]))) for column in columns]
    return addressed(at, columns, cells) if at else cells


def flow_table(place: str, caption: str, flow: Rows) -> Layout:
    """Return the patients before and after each criterion."""
    first = counted(flow[0], "n_after", at=flow[0]["step"])
    start = Row(flow[0]["label"], [Cell(), Cell(), *first, Cell()])
    numbers = ("n_before", "n_excluded", "n_after", "n_unknown")
    lines = [start] + [
        Row(row["label"], counted(row, *numbers, at=row["step"])) for row in flow[1:]
    ]
    columns = [
        Column(say("Before")),
        Column(say("Excluded")),
        Column(say("After")),
        Column(say("Not judged")),
    ]
    notes = [
        say("Not judged: a value is missing, the criterion cannot be judged; these patients stay.")
    ]
    return Layout(place, caption, say("Criterion, in order"), columns, [lines], notes, Footnotes())


def at_risk_table(place: str, caption: str, endpoints: Rows, labels: Labels) -> Layout:
    """Return patients, events and who is not at risk of each endpoint, with the reason."""
    blocks: dict[str, list[Row]] = {}
    for row in endpoints:
        block = blocks.setdefault(row["endpoint"], [])
        if not block:
            file, named = "cohort/endpoints.csv", str(row["endpoint"])
            outside = tally(file, endpoints, "n_not_at_risk", endpoint=named)
            cells = counted(row, "n", "events", at=row["endpoint"]) + [Cell(count(outside))]
            block.append(Row(labels.endpoint(row["endpoint"]), cells))
        if row["reason"]:
            cells = [Cell(), Cell(), *counted(row, "n_not_at_risk")]
            block.append(Row(told(row["reason"]), cells, indent=True))
    columns = [Column(say("At risk")), Column(say("Events")), Column(say("Not at risk"))]
    return Layout(place, caption, say("Endpoint"), columns, list(blocks.values()), [], Footnotes())


def arms_table(place: str, caption: str, arms: Rows, populations: Rows, labels: Labels) -> Layout:
    """Return the size of each arm in each population."""
    names = [row["population"] for row in populations]
    columns = [
        Column(row["label"], joined("n = ", count(as_number(row["n"]))), anchor=row["population"])
        for row in populations
    ]
    size = {(row["arm"], row["level"], row["population"]): row for row in arms}
    blocks = []
    for arm, variable in dict.fromkeys((row["arm"], row["variable"]) for row in arms):
        levels = dict.fromkeys(row["level"] for row in arms if row["arm"] == arm)
        lines = [Row(labels.variable(variable), [Cell()] * len(names))]
        for level in levels:
            cells = [cell for name in names for cell in counted(size[arm, level, name], "n")]
            cells = addressed(f"{arm}-{level}", names, cells)
            lines.append(Row(labels.level(variable, level), cells, indent=True))
        blocks.append(lines)
    return Layout(place, caption, say("Arm"), columns, blocks, [], Footnotes())


def centres_table(place: str, caption: str, centres: Rows, labels: Labels) -> Layout | None:
    """Return rows and patients of each centre, None where there are not several."""
    if len(centres) < 2:
        return None
    other = {UNDECLARED: say("Named otherwise than declared")}
    known = other | labels.variables.get(CENTRE, {}).get("levels", {})
    lines = [
        Row(known.get(row["centre"], row["centre"]), counted(row, "rows", "patients"))
        for row in centres
    ]
    columns = [Column(say("Rows")), Column(say("Patients"))]
    notes = [say("A patient of several is counted in each.")]
    return Layout(place, caption, say("Centre"), columns, [lines], notes, Footnotes())


def linkage_table(place: str, caption: str, linkage: Rows, labels: Labels) -> Layout:
    """Return rows, patients and keys that match nobody of each delivered file."""
    columns = {
        "rows": Column(say("Rows")),
        "rows_without_key": Column(say("Rows"), say("without key")),
        "keys": Column(say("Patients")),
        "duplicated_keys": Column(say("Patients"), say("with several rows")),
        "unmatched_keys": Column(say("Persons"), say("without a patient row")),
        "unmatched_rows": Column(say("Rows"), say("of these")),
    }
    lines = [Row(labels.source(row["source"]), counted(row, *columns)) for row in linkage]
    return Layout(place, caption, say("Source"), list(columns.values()), [lines], [], Footnotes())


def checked_table(place: str, caption: str, rows: Rows) -> Layout:
    """Return how many of the numbers that must agree do, by identity."""
    lines = []
    for name in dict.fromkeys(row["identity"] for row in rows):
        agree, checked = (
            tally(CHECKED, rows, identity=name, **more) for more in ({"holds": "yes"}, {})
        )
        lines.append(Row(say(IDENTITIES[name]), [Cell(count(agree)), Cell(count(checked))]))
    columns = [Column(say("Agree")), Column(say("Checked"))]
    return Layout(place, caption, say("Identity"), columns, [lines], [], Footnotes())


def warning_totals(place: str, caption: str, warnings: Rows, labels: Labels, study) -> Layout:
    """Return how often each kind of warning occurred in each step."""
    kinds = dict.fromkeys(
        (row["step"], row["warning"], row["item"] if row["step"] in BY_ITEM else "")
        for row in warnings
    )
    blocks: dict[str, list[Row]] = {}
    for step, warning, item in kinds:
        alike = {"step": step, "warning": warning} | ({"item": item} if item else {})
        text, where = _speak(warning, labels), _item(item, labels) if item else ""
        key = say("{label}: {n}", label=where, n=text) if where else as_words(text)
        cells = [Cell(count(tally(WARNINGS, warnings, of, **alike))) for of in ("", "n")]
        head = _step(step, study)
        lines = blocks.setdefault(head, [Row(head, [Cell(), Cell()])])
        lines.append(Row(key, cells, indent=True))
    columns = [Column(say("Results"), say("concerned")), Column("n", say("in total"))]
    head = say("Step and warning")
    return Layout(place, caption, head, columns, list(blocks.values()), [], Footnotes())


def warning_table(place: str, caption: str, warnings: Rows, labels: Labels, study) -> Layout:
    """Return every warning with the places where it occurred."""
    blocks: dict[str, list[Row]] = {}
    for row in warnings:
        about = _step(row["step"], study), as_words(_speak(row["warning"], labels))
        head = say("{step}. {warning}", step=about[0], warning=about[1])
        where = [
            labels.population(row["population"]) if row["population"] else "",
            labels.endpoint(row["endpoint"]) if row["endpoint"] else "",
            _item(row["item"], labels),
        ]
        block = blocks.setdefault(head, [Row(head, [Cell()])])
        block.append(Row(" · ".join(filter(None, where)), counted(row, "n"), indent=True))
    columns = [Column("n")]
    head = say("Warning, and where")
    return Layout(place, caption, head, columns, list(blocks.values()), [], Footnotes())


def _step(step: str, study: Mapping) -> str:
    """Return the name of a step; the entry of the study that it names by its label."""
    found = ENTRY.match(step)
    if not found:
        return as_words(told(step))
    what, name = found.groups()
    entry = study[SECTION_OF.get(what, "models")][name]
    return say("{label}: {n}", label=as_words(told(what)), n=model_label(name, entry))


def _speak(warning: str, labels: Labels) -> str:
    """Return a warning with variables by their labels."""

    def label(found: re.Match) -> str:
        name = found[1]
        return f"“{labels.variable(name) if name in labels.variables else name}”"

    return QUOTED.sub(label, told(warning))


def _item(item: str, labels: Labels) -> str:
    """Return what a warning is about: a variable, a level, a source, or a text as it is."""
    name, _, level = item.partition("=")
    if item == GLOBAL:
        return say("All terms")
    if name in labels.variables:
        about = labels.variable(name)
        return say("{label}: {n}", label=about, n=labels.level(name, level)) if level else about
    return labels.source(name) if name in labels.sources else told(item)
