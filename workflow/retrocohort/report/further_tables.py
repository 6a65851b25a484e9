"""Tables of the further analyses."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from retrocohort.format import (
    count,
    is_missing,
    missing,
    number,
    p_value,
    ratio_interval,
    with_limits,
)
from retrocohort.io import as_number
from retrocohort.language import say, template
from retrocohort.report.coefficients import GLOBAL, REFERENCE
from retrocohort.report.estimates import (
    MEDIAN,
    OVERALL,
    Rows,
    are_whole,
    estimate_cell,
    median_text,
)
from retrocohort.report.labels import Labels
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row
from retrocohort.units import amount, unit_name
from retrocohort.wording import within_sentence

RMST = template("RMST, restricted mean survival time; CI, confidence interval. SE, standard error.")
HR = template("HR, hazard ratio; CI, confidence interval.")


def subgroup_labels(asked, labels: Labels) -> dict[str, str]:
    """Return name -> label of the subgroups: levels of a variable, or populations."""
    if isinstance(asked, str):
        return dict(labels.variables[asked]["levels"])
    return {name: labels.population(name) for name in asked}


def _counts(row: Mapping[str, str], *names: str) -> list[Cell]:
    return [Cell(count(as_number(row[name]))) for name in names]


def tests_table(
    place: str, caption: str, tests: Rows, names: Mapping[str, str], of: str = "subgroups"
) -> Layout:
    """Return a row for each test of interaction; `of` is the column of what it compares."""
    footnotes, lines = Footnotes(), []
    for row in tests:
        cells = _counts(row, "n", "events", "n_outside", "n_missing")
        cells += [
            Cell(number(as_number(row["statistic"]), 2), footnotes.mark(row["note"])),
            Cell(count(as_number(row["df"]))),
            Cell(p_value(as_number(row["p"]))),
        ]
        lines.append(Row(say("; ").join(names[name] for name in row[of].split("|")), cells))
    columns = [
        Column(say("Patients")),
        Column(say("Events")),
        Column(say("In no subgroup")),
        Column(say("Left out"), say("missing")),
        Column(say("Chi-square")),
        Column("df"),
        Column("P", say("interaction")),
    ]
    notes = [say("df, degrees of freedom: terms without any patient are dropped.")]
    return Layout(place, caption, say("Subgroups compared"), columns, [lines], notes, footnotes)


def _ratio_cells(row: Mapping[str, str], footnotes: Footnotes) -> list[Cell]:
    """Return hazard ratio and P, the reference, or a dash with the reason."""
    if row["level"] == row["reference"]:
        return [Cell(say(REFERENCE)), Cell()]
    ratio = ratio_interval(*(as_number(row[key]) for key in ("hr", "hr_low", "hr_high")))
    return [Cell(ratio, footnotes.mark(row["note"])), Cell(p_value(as_number(row["p"])))]


def ratios_table(
    place: str, caption: str, ratios: Rows, names: Mapping[str, str], level: str, labels: Labels
) -> Layout:
    """Return the hazard ratios of the exposure, a block for each subgroup."""
    footnotes, blocks = Footnotes(), []
    for name, own in groupby(ratios, key=lambda row: row["subgroup"]):
        block = [Row(names[name], [Cell()] * 4)]
        for row in own:
            cells = [*_counts(row, "n", "events"), *_ratio_cells(row, footnotes)]
            block.append(Row(labels.level(row["variable"], row["level"]), cells, indent=True))
        blocks.append(block)
    columns = [
        Column(say("Patients")),
        Column(say("Events")),
        Column("HR", f"({level} CI)"),
        Column("P", "Wald"),
    ]
    return Layout(place, caption, say("Subgroup"), columns, blocks, [say(HR)], footnotes)


def landmark_table(place: str, caption: str, part: Mapping, level: str, labels: Labels) -> Layout:
    """Return patients, events, median and hazard ratio of each group from the landmark on."""
    footnotes, block = Footnotes(), []
    cox = {row["level"]: row for row in part["cox"]}
    trim = are_whole(part["quantiles"], MEDIAN)
    for row in part["quantiles"]:
        cells = _counts(row, "n", "events")
        cells.append(estimate_cell(row, median_text(row, trim), footnotes))
        if row["variable"]:
            own = cox[row["level"]]
            cells += _ratio_cells(own, footnotes)
            block.append(Row(labels.level(row["variable"], row["level"]), cells, indent=True))
        else:
            block.append(Row(say(OVERALL), [*cells, Cell(), Cell()]))
    columns = [
        Column(say("Patients")),
        Column(say("Events")),
        Column(
            say("Median"), say("({level} CI), {unit}", level=level, unit=unit_name(part["unit"]))
        ),
        Column("HR", f"({level} CI)"),
        Column("P", "Wald"),
    ]
    notes = [say(HR)]
    return Layout(place, caption, say("Group at the landmark"), columns, [block], notes, footnotes)


def tau_text(part: Mapping) -> str:
    """Return "153.2 months"."""
    tau = as_number(part["means"][0]["tau"])
    return missing() if is_missing(tau) else amount(number(tau, 1, trim=True), part["unit"])


def means_table(place: str, caption: str, part: Mapping, level: str, labels: Labels) -> Layout:
    """Return the restricted mean of each group, then the differences of pairs."""
    footnotes, groups, pairs = Footnotes(), [], []
    for row in part["means"]:
        value, low, high = (as_number(row[key]) for key in ("estimate", "ci_low", "ci_high"))
        shown = with_limits(number(value, 1), low, high)
        cells = [*_counts(row, "n", "events"), estimate_cell(row, shown, footnotes)]
        cells.append(Cell(number(as_number(row["se"]), 2)))
        head = labels.level(row["variable"], row["level"])
        if row["reference"]:
            reference = labels.level(row["variable"], row["reference"])
            head = say("{head} minus {reference}", head=head, reference=within_sentence(reference))
            pairs.append(Row(head, [*cells, Cell(p_value(as_number(row["p"])))]))
        else:
            groups.append(Row(head, [*cells, Cell()]))
    columns = [
        Column(say("Patients")),
        Column(say("Events")),
        Column(
            say("RMST or difference"),
            say("({level} CI), {unit}", level=level, unit=unit_name(part["unit"])),
        ),
        Column("SE"),
        Column("P"),
    ]
    notes = [say(RMST)]
    return Layout(place, caption, say("Group"), columns, [groups, pairs], notes, footnotes)


def hazards_table(
    place: str, caption: str, models: Sequence[Mapping], variable: str, labels: Labels
) -> Layout:
    """Return the test of the exposure and of all terms of each model, a block for each model."""
    footnotes, blocks = Footnotes(), {}
    for part in models:
        tests = {row["variable"]: row for row in part["ph"]}
        cells = []
        for name in (variable, GLOBAL):
            row = tests.get(name, {})
            cells += [
                Cell(
                    number(as_number(row.get("statistic", "")), 2),
                    footnotes.mark(row.get("note", "")),
                ),
                Cell(count(as_number(row.get("df", "")))),
                Cell(p_value(as_number(row.get("p", "")))),
            ]
        head = say("{label}: {n}", label=part["endpoint_label"], n=part["population_label"])
        block = blocks.setdefault(part["label"], [Row(part["label"], [Cell()] * 6)])
        block.append(Row(head, cells, indent=True))
    columns = [
        Column(head, "", group)
        for group in (labels.variable(variable), say("All terms"))
        for head in (say("Chi-square"), "df", "P")
    ]
    notes = [say("A small P speaks against proportional hazards."), say("df, degrees of freedom.")]
    return Layout(place, caption, say("Model"), columns, list(blocks.values()), notes, footnotes)
