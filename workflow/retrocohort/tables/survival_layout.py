"""The survival table as it is printed."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from math import nan

from retrocohort.format import (
    WITHHELD_NOTE,
    count,
    count_percent,
    is_missing,
    missing,
    number,
    p_value,
    quantiles,
    ratio_interval,
    whole_or_half,
)
from retrocohort.io import as_number
from retrocohort.language import listed, say, template
from retrocohort.tables.layout import (
    COEFFICIENT_TESTS,
    Cell,
    Column,
    Footnotes,
    Layout,
    Row,
    addressed,
    name_with_unit,
    numbered,
    remarks,
    row_anchor,
)
from retrocohort.tables.survival import Line
from retrocohort.units import unit_name
from retrocohort.wording import sentence, within_sentence

OVERALL = template("All patients")
NOBODY_LEFT_OUT = template(
    "Cox model of {n} patients with {events} events; no patient left out for missing values"
)
SOME_LEFT_OUT = template(
    "Cox model of {n} patients with {events} events; {left_out} left out for missing values"
)
CELLS = ("n", "events", "median", "p_logrank", "hr", "p_cox")  # names of the columns, for ids


def lay_out(
    lines: Sequence[Line],
    estimates: Sequence[Mapping],
    fit: Sequence[Mapping],
    table: Mapping,
    model: Mapping,
    variables: Mapping,
    part: Mapping,
    conventions: Mapping,
) -> Layout:
    """Return the printed survival table of one population and endpoint.

    Parameters
    ----------
    lines : sequence of Line
        From `retrocohort.tables.survival.assemble`.
    estimates, fit : sequence of mapping
        Rows of `cox_<model>.csv` and `cox_<model>_fit.csv`, as text.
    table : mapping
        `label` (title), if the study gives one.
    model : mapping
        `label` and `strata` of the Cox model, if the study gives them.
    variables : mapping
        Name -> label, unit and levels.
    part : mapping
        `population`, `population_label`, `endpoint`, `endpoint_label`, `unit` and, if there is one,
        `note` (how a competing event is handled).
    conventions : mapping
        `confidence` of the intervals.
    """
    footnotes = Footnotes()
    trim = whole_or_half(line.numbers.get(key) for line in lines for key in ("q1", "median", "q3"))
    blocks = [
        [_row(line, variables, footnotes, trim) for line in own]
        for _, own in groupby(lines, lambda line: line.variable)
    ]
    title = table.get("label", part["endpoint_label"])
    notes = _notes(lines, blocks, estimates, model, variables, part)
    if table.get("percent_of") == "all":
        notes.insert(0, say("Percentages are of all patients, unknown values among them."))
    return Layout(
        id=f"survival-{part['population']}-{part['endpoint']}",
        caption=say(
            "{title}: {population}. {model}",
            title=title,
            population=numbered(part, table),
            model=_model_size(fit),
        ),
        stub=say("Characteristic"),
        columns=_columns(model, part, conventions),
        blocks=blocks,
        notes=notes + remarks(part, table),
        footnotes=footnotes,
    )


def _columns(model: Mapping, part: Mapping, conventions: Mapping) -> list[Column]:
    percent = number(100 * conventions["confidence"], 1, trim=True)
    cox = model.get("label") or say("Cox model")
    return [
        Column(say("Patients"), "n (%)"),
        Column(say("Events"), "n"),
        Column(say("Median"), say("(quartiles), {unit}", unit=unit_name(part["unit"]))),
        Column("P", "log-rank"),
        Column("HR", f"({percent}% CI)", cox),
        Column("P", say(COEFFICIENT_TESTS[model.get("penalty", "")]), cox),
    ]


def _row(line: Line, variables: Mapping, footnotes: Footnotes, trim: bool) -> Row:
    """Return a printed line; a number that is not estimable is a dash with a footnote."""
    get, anchor = line.numbers.get, row_anchor(line.variable, line.level)
    if line.variable and not line.level:
        if "p_logrank" not in line.numbers:
            p_cell = Cell()
        else:
            p_cell = _noted(p_value(get("p_logrank")), line.notes.get("logrank", ""), footnotes)
        cells = [Cell(), Cell(), Cell(), p_cell, Cell(), Cell()]
        title = name_with_unit(variables[line.variable])
        return Row(title, addressed(anchor, CELLS, cells), anchor=anchor)
    header = variables[line.variable]["levels"][line.level] if line.variable else say(OVERALL)
    times = (get("median"), get("q1"), get("q3"))
    median = quantiles(*times, trim=trim) if line.estimated else missing()
    survival_note = "" if line.estimated else line.notes["quantiles"]
    cells = [
        Cell(count_percent(get("n"), get("percent", nan))),
        Cell(count(get("events"))),
        _noted(median, survival_note, footnotes),
        Cell(),
        *_cox_cells(line, footnotes),
    ]
    own = addressed(anchor, CELLS, cells)
    return Row(header, own, indent=bool(line.variable), anchor=anchor)


def _noted(text: str, note: str, footnotes: Footnotes) -> Cell:
    return Cell(text, footnotes.mark(note))


def _cox_cells(line: Line, footnotes: Footnotes) -> list[Cell]:
    """Return HR and P: "1 (reference)", "0.88 (0.76–1.02)", or a dash for what was not entered."""
    if not line.variable:
        return [Cell(), Cell()]
    note = line.notes.get("cox", "")
    if line.entered and line.reference == line.level and note in ("", WITHHELD_NOTE):
        return [Cell(say("1 (reference)")), Cell()]
    get = line.numbers.get
    ratio = ratio_interval(get("hr"), get("hr_low"), get("hr_high"))
    return [_noted(text, note, footnotes) for text in (ratio, p_value(get("p_cox")))]


def _model_size(fit: Sequence[Mapping]) -> str:
    """Return the sentence on the patients, the events and the missing values of the model."""
    values = {row["statistic"]: as_number(row["value"]) for row in fit if not row["model"]}
    if not values:
        return say("Each covariate in a Cox model of its own")
    n, events, left_out = (values.get(key, nan) for key in ("n", "events", "n_missing"))
    sizes = {"n": count(n), "events": count(events), "left_out": count(left_out)}
    if is_missing(left_out) or not left_out:
        return say(NOBODY_LEFT_OUT, **sizes)
    return say(SOME_LEFT_OUT, **sizes)


def _notes(
    lines: Sequence[Line],
    blocks: Sequence[Sequence[Row]],
    estimates: Sequence[Mapping],
    model: Mapping,
    variables: Mapping,
    part: Mapping,
) -> list[str]:
    """Return what the abbreviations mean and what else the model holds."""
    notes = [say("HR, hazard ratio; CI, confidence interval.")]
    estimated = [line.numbers for line in lines if line.estimated]
    if any(is_missing(numbers["q3"]) > is_missing(numbers["q1"]) for numbers in estimated):
        notes.append(say("An open range: the later quartile was not reached."))
    cells = [cell for block in blocks for row in block for cell in row.cells]
    if Cell(missing()) in cells:
        notes.append(say("{missing}, not entered in the model.", missing=missing()))
    shown = {line.variable for line in lines}
    others = dict.fromkeys(row["variable"] for row in estimates if row["variable"] not in shown)
    if others:
        labels = listed(within_sentence(variables[name]["label"]) for name in others)
        notes.append(say("The model also holds {labels}.", labels=labels))
    if model.get("strata"):
        labels = listed(within_sentence(variables[name]["label"]) for name in model["strata"])
        notes.append(say("The model is stratified by {labels}.", labels=labels))
    return [*notes, sentence(part["note"])] if part.get("note") else notes
