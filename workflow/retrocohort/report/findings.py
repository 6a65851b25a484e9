"""The key findings in numbers: who was studied, how long, and what the exposure did."""

from collections.abc import Mapping, Sequence

from retrocohort.format import (
    count,
    p_value,
    ratio_interval,
    survival_time,
)
from retrocohort.io import as_number
from retrocohort.language import listing, say, template
from retrocohort.report.coefficients import exposure_rows
from retrocohort.report.estimates import (
    MEDIAN,
    OVERALL,
    Rows,
    are_whole,
    estimate_cell,
    length_unit,
    median_text,
)
from retrocohort.report.labels import Labels
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row
from retrocohort.units import amount, unit_name
from retrocohort.where import FULL
from retrocohort.wording import within_sentence

PENALISED = template("penalised likelihood ratio test, interval from the profile")


def exposure(study: Mapping) -> str:
    """Return the variable of the first arms of a study."""
    return next(iter(study["arms"].values()))["variable"]


def opening(flow: Rows, arms: Rows, variable: str, labels: Labels) -> str:
    """Return "Of 2,982 delivered records 1,546 patients form the cohort: ..."."""
    groups = [
        say(
            "{label}: {n}", label=labels.level(variable, row["level"]), n=count(as_number(row["n"]))
        )
        for row in arms
        if row["variable"] == variable and row["population"] == FULL
    ]
    before, after = (count(as_number(flow[i]["n_after"])) for i in (0, -1))
    return say(
        "Of {before} delivered records {after} form the cohort ({groups}).",
        before=before,
        after=after,
        groups=listing(say("; "), groups),
    )


def survival_findings(
    place: str, caption: str, parts: Sequence[Mapping], variable: str, level: str, labels: Labels
) -> Layout:
    """Return events, median survival and follow-up of each endpoint, by exposure.

    Parameters
    ----------
    parts : sequence of mapping
        Of each endpoint in the whole cohort: `endpoint_label`, `unit`, rows of `quantiles` and of
        `followup`.
    variable : the exposure.
    level : "95%", of the intervals.
    """
    footnotes, blocks = Footnotes(), []
    for part in parts:
        follow = {(row["variable"], row["level"]): row for row in part["followup"]}
        trim = are_whole(part["quantiles"], MEDIAN) and are_whole(part["followup"], MEDIAN)
        block = [Row(part["endpoint_label"], [Cell()] * 4, unit_name(part["unit"]))]
        for row in part["quantiles"]:
            if row["variable"] in ("", variable):
                own = follow[row["variable"], row["level"]]
                cells = [
                    Cell(count(as_number(row["n"]))),
                    Cell(count(as_number(row["events"]))),
                    estimate_cell(row, median_text(row, trim), footnotes),
                    estimate_cell(own, _with_unit(own, trim, part["unit"]), footnotes),
                ]
                head = labels.level(variable, row["level"]) if row["variable"] else say(OVERALL)
                block.append(Row(head, cells, indent=True))
        blocks.append(block)
    columns = [
        Column(say("Patients")),
        Column(say("Events")),
        Column(say("Median"), f"({level} CI)"),
        Column(say("Median follow-up")),
    ]
    notes = [say("CI, confidence interval.")]
    return Layout(place, caption, say("Endpoint"), columns, blocks, notes, footnotes)


def _with_unit(row: Mapping[str, str], trim: bool, unit: str) -> str:
    median = survival_time(as_number(row["median"]), 1, trim)
    return amount(median, length_unit(unit)) if row["median"] else median


def hazard_findings(
    place: str, caption: str, models: Sequence[Mapping], variable: str, level: str, labels: Labels
) -> Layout | None:
    """Return the hazard ratio of the exposure in each model of the whole cohort, None without one.

    Parameters
    ----------
    models : sequence of mapping
        `endpoint`, `endpoint_label`, `label`, `role`, `penalty` and the rows of `estimates` and of
        `fit`.
    """
    footnotes, blocks = Footnotes(), {}
    shown = [
        (part, row)
        for part in models
        if part["role"] == "main"
        for row in exposure_rows(part["estimates"], variable)
    ]
    pairs = {(row["level"], row["reference"]): _pair(row, variable, labels) for _, row in shown}
    if not pairs:
        return None
    for part, row in shown:
        block = blocks.setdefault(part["endpoint"], [Row(part["endpoint_label"], [Cell()] * 4)])
        detail = pairs[row["level"], row["reference"]] if len(pairs) > 1 else ""
        block.append(Row(part["label"], _hazard(part, row, variable, footnotes), detail, True))
    columns = [
        Column(say("Patients")),
        Column(say("Events")),
        Column("HR", f"({level} CI)"),
        Column("P", "Wald"),
    ]
    notes = [say("HR, hazard ratio; CI, confidence interval.")]
    about = next(iter(pairs.values())) if len(pairs) == 1 else labels.variable(variable)
    title = say("{label}: {n}", label=caption, n=within_sentence(about))
    return Layout(place, title, say("Model"), columns, list(blocks.values()), notes, footnotes)


def _pair(row: Mapping[str, str], variable: str, labels: Labels) -> str:
    """Return "Drug versus placebo"."""
    level, reference = (labels.level(variable, row[key]) for key in ("level", "reference"))
    return say("{level} versus {reference}", level=level, reference=within_sentence(reference))


def _hazard(
    part: Mapping, row: Mapping[str, str], variable: str, footnotes: Footnotes
) -> list[Cell]:
    """Return size, hazard ratio and P of the exposure in one model."""
    own = [line for line in part["fit"] if line["model"] in ("", variable)]
    size = {line["statistic"]: as_number(line["value"]) for line in own}
    ratio = ratio_interval(*(as_number(row[key]) for key in ("hr", "hr_low", "hr_high")))
    return [
        Cell(count(size["n"])),
        Cell(count(size["events"])),
        Cell(ratio, footnotes.mark(row["note"])),
        Cell(
            p_value(as_number(row["p"])), footnotes.mark(say(PENALISED) if part["penalty"] else "")
        ),
    ]
