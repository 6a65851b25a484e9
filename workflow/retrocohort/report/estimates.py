"""Tables of the survival estimates: quantiles and follow-up, fixed times, log-rank tests."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from retrocohort.format import (
    count,
    interval,
    missing,
    number,
    p_value,
    percent,
    survival_time,
    whole_or_half,
    with_limits,
)
from retrocohort.io import as_number
from retrocohort.language import say, template
from retrocohort.report.labels import Labels, exact
from retrocohort.source import in_percent
from retrocohort.tables.layout import (
    Cell,
    Column,
    Footnotes,
    Layout,
    Row,
    addressed,
    row_anchor,
)
from retrocohort.units import amount, unit_name

Rows = Sequence[Mapping[str, str]]

OVERALL = template("All patients")
MEDIAN = ("median", "median_low", "median_high")
NOTE_NOT_REACHED = "not reached"  # a note that the cell itself says


def by_variable(rows: Rows) -> list[tuple[str, list]]:
    """Return (variable, its rows) in the order of the file."""
    return [(name, list(own)) for name, own in groupby(rows, lambda row: row["variable"])]


def grouped(rows: Rows, labels: Labels, cells) -> list[list[Row]]:
    """Return blocks: a head and a row a level for each variable; one row for all patients.

    Parameters
    ----------
    rows : rows with a variable and a level.
    cells : function
        From a row of the file to the cells of its line.
    """
    blocks = []
    for name, own in by_variable(rows):
        if not name:
            blocks.append([Row(say(OVERALL), cells(row)) for row in own])
            continue
        lines = [Row(labels.level(name, row["level"]), cells(row), indent=True) for row in own]
        blank = [Cell()] * len(lines[0].cells)
        blocks.append([Row(labels.with_unit(name), blank), *lines])
    return blocks


def estimate_cell(row: Mapping[str, str], text: str, footnotes: Footnotes) -> Cell:
    """Return a cell; what is not estimable is a dash with the reason as its footnote."""
    note = row["note"]
    if note and note != NOTE_NOT_REACHED:
        return Cell(missing(), footnotes.mark(note))
    return Cell(text)


def median_text(row: Mapping[str, str], trim: bool) -> str:
    """Return "89.0 (81.9–97.4)", "not reached (153.2–)"; without ".0" if times are whole."""
    median, low, high = (as_number(row[key]) for key in MEDIAN)
    return with_limits(survival_time(median, 1, trim), low, high, 1, trim)


def are_whole(rows: Rows, columns: Sequence[str]) -> bool:
    """Return whether all times in these columns are whole or half units."""
    return whole_or_half(as_number(row[column]) for row in rows for column in columns)


QUANTILE_CELLS = ("n", "events", "median", "q1", "q3", "followup", "")  # for ids


def quantile_table(place: str, about: str, part: Mapping, level: str, labels: Labels) -> Layout:
    """Return median, quartiles and follow-up of each level.

    Parameters
    ----------
    place, about : end of the id of the table and of its caption.
    part : mapping
        `unit` of time, `note` of a cause-specific endpoint, and the rows of `quantiles` and
        `followup`, of the same variables and levels.
    level : "95%", of the intervals.
    """
    quantiles, followup = part["quantiles"], part["followup"]
    footnotes = Footnotes()
    follow = {(row["variable"], row["level"]): row for row in followup}
    trim = are_whole(quantiles, (*MEDIAN, "q1", "q3")) and are_whole(followup, MEDIAN)

    def cells(row):
        own = follow[row["variable"], row["level"]]
        reached = [survival_time(as_number(row[key]), 1, trim) for key in ("q1", "q3")]
        span = interval(as_number(own["min"]), as_number(own["max"]), 1, trim)
        found = [
            Cell(count(as_number(row["n"]))),
            Cell(count(as_number(row["events"]))),
            estimate_cell(row, median_text(row, trim), footnotes),
            *(estimate_cell(row, text, footnotes) for text in reached),
            estimate_cell(own, median_text(own, trim), footnotes),
            Cell(span),
        ]
        return addressed(row_anchor(row["variable"], row["level"]), QUANTILE_CELLS, found)

    blocks = grouped(quantiles, labels, cells)
    free = say("{label}, {unit}", label=survival_word(part), unit=unit_name(part["unit"]))
    followed = say("Follow-up, {unit}", unit=unit_name(length_unit(part["unit"])))
    columns = [
        Column(say("Patients")),
        Column(say("Events")),
        Column(say("Median"), f"({level} CI)", free),
        Column("Q1", "S = 0.75", free),
        Column("Q3", "S = 0.25", free),
        Column(say("Median"), f"({level} CI)", followed),
        Column(say("Range"), "", followed),
    ]
    notes = [say("CI, confidence interval.")]
    caption = say("Median, quartiles and follow-up. {about}", about=about)
    return Layout(
        f"quantiles-{place}", caption, say("Characteristic"), columns, blocks, notes, footnotes
    )


def survival_word(part: Mapping) -> str:
    """Return what S(t) is called: a cause-specific curve is no survival."""
    return say("Event-free") if part["note"] else say("Survival")


def length_unit(unit: str) -> str:
    """Return the unit of a length of time on this scale: "years" for "years of age"."""
    return unit.removesuffix(" of age")


def landmark_table(
    place: str, about: str, part: Mapping, rows: Rows, level: str, labels: Labels
) -> Layout | None:
    """Return survival at fixed times, None where no time lies within anybody's follow-up.

    Parameters
    ----------
    place, about : end of the id of the table and of its caption.
    part : mapping
        `unit` of time, `note` of a cause-specific endpoint.
    rows : rows of `landmarks`.
    level : "95%", of the intervals.
    """
    times = list(dict.fromkeys(row["time"] for row in rows if row["survival"]))
    if not times:
        return None
    footnotes, word = Footnotes(), survival_word(part)
    at = {(row["variable"], row["level"], row["time"]): row for row in rows}

    def cells(row):
        found = [at[row["variable"], row["level"], time] for time in times]
        return [cell for own in found for cell in _landmark_cells(own, footnotes)]

    columns = []
    for time in times:
        head = _moment(as_number(time), part["unit"])
        columns += [Column("n", say("at risk"), head), Column(word, f"% ({level} CI)", head)]
    first = [row for row in rows if row["time"] == times[0]]
    blocks = grouped(first, labels, cells)
    caption = say("{word} at fixed times. {about}", word=word, about=about)
    notes = [say("CI, confidence interval.")]
    return Layout(
        f"landmarks-{place}", caption, say("Characteristic"), columns, blocks, notes, footnotes
    )


def _moment(time: float, unit: str) -> str:
    """Return "12 months", "1 year" or "60 years of age"."""
    return amount(exact(time), unit)


def _landmark_cells(row: Mapping[str, str], footnotes: Footnotes) -> list[Cell]:
    shares = (in_percent(as_number(row[k])) for k in ("survival", "ci_low", "ci_high"))
    survival, low, high = shares
    text = with_limits(percent(survival), low, high)
    return [Cell(count(as_number(row["n_risk"]))), estimate_cell(row, text, footnotes)]


def logrank_table(place: str, caption: str, tests: Rows, labels: Labels) -> Layout:
    """Return the log-rank tests: of each variable, its pairs of levels, and stratified."""
    footnotes = Footnotes()
    blocks = []
    for name, own in by_variable(tests):
        lines = []
        for row in own:
            head = _contrast(row, name, labels)
            if row["strata"]:
                by = labels.names(row["strata"].split("+"))
                head = say("{head}, stratified by {by}", head=head or say("All levels"), by=by)
            lines.append(
                Row(head or labels.with_unit(name), _test_cells(row, footnotes), indent=bool(head))
            )
        blocks.append(lines)
    columns = [
        Column(say("Patients")),
        Column(say("Events")),
        Column(say("Chi-square")),
        Column("df"),
        Column("P"),
        Column("P", "Holm"),
    ]
    notes = [say("df, degrees of freedom. Holm, adjusted for the number of pairs.")]
    return Layout(place, caption, say("Comparison"), columns, blocks, notes, footnotes)


def _contrast(row: Mapping[str, str], name: str, labels: Labels) -> str:
    return say(" vs ").join(labels.level(name, code) for code in row["contrast"].split("|") if code)


def _test_cells(row: Mapping[str, str], footnotes: Footnotes) -> list[Cell]:
    value = {key: as_number(row[key]) for key in ("n", "events", "statistic", "df", "p", "p_holm")}
    return [
        Cell(count(value["n"])),
        Cell(count(value["events"])),
        estimate_cell(row, number(value["statistic"], 2), footnotes),
        Cell(count(value["df"])),
        Cell(p_value(value["p"])),
        Cell(p_value(value["p_holm"]) if row["p_holm"] else ""),
    ]
