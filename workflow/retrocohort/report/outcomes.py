"""The results by population, the whole cohort first, all others folded."""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase as LETTERS

from retrocohort.format import count
from retrocohort.io import as_number
from retrocohort.language import say, template
from retrocohort.report.blocks import Block, Sheet, details, heading, subheading, text
from retrocohort.report.coefficients import estimate_table, summary
from retrocohort.report.estimates import (
    OVERALL,
    Rows,
    landmark_table,
    logrank_table,
    quantile_table,
    survival_word,
)
from retrocohort.report.readout import readout
from retrocohort.time_axis import scale_of, unit_of
from retrocohort.units import unit_name
from retrocohort.where import FULL
from retrocohort.wording import sentence, within_sentence

Part = Mapping[str, object]
RATIOS = {  # penalty of a model -> the caption of its figure
    "": template("{about}: hazard ratios with {level} confidence intervals."),
    "firth": template(
        "{about}: hazard ratios with {level} confidence intervals from Firth's penalised likelihood"
        " and its profile."
    ),
}


def results_section(
    sheet: Sheet, populations: Rows, contents: Mapping[str, Sequence[Part]]
) -> list[Block]:
    """Return survival and Cox models of every endpoint in each population.

    Parameters
    ----------
    sheet : Sheet
        The page in the making.
    populations : rows of cohort/populations.csv.
    contents : mapping
        Loaded parts: panels, survival, tables, curves and models.
    """
    blocks = [_panels(sheet, panels) for panels in contents["panels"]]
    ranked = sorted(populations, key=lambda row: row["population"] != FULL)
    for row in ranked:
        own = _population(sheet, row["population"], contents)
        if own:
            size = say("{label}: {n} patients", label=row["label"], n=count(as_number(row["n"])))
            blocks.append(heading(f"results-{row['population']}", size))
            whole = row["population"] == FULL
            blocks += (
                own
                if whole
                else [details(say("Survival and Cox models: {label}", label=row["label"]), own)]
            )
    return blocks


def _population(sheet: Sheet, population: str, contents: Mapping) -> list[Block]:
    """Return the results of one population, endpoint by endpoint."""
    blocks = []
    for endpoint in sheet.study["endpoints"]:
        about = {"population": population, "endpoint": endpoint}
        own = []
        for part in _same(about, contents["survival"]):
            own += [text(sentence(part["note"]))] if part["note"] else []
            own += _survival(sheet, part, contents)
        for part in _same(about, contents["models"]):
            own += model_blocks(sheet, part) if part["role"] == "main" else []
        blocks += [subheading(sheet.labels.endpoint(endpoint)), *own] if own else []
    return blocks


def _panels(sheet: Sheet, panels: Part) -> Block:
    """Return a figure of several panels; the numbers behind them stand under each population."""
    named = list(zip(LETTERS, panels["populations"], strict=False))
    names = [say("{text}, {more}", text=a, more=b) for a, b in named]
    caption = say("{what}: {label}.", what=panels["title"], label=say("; ").join(names))
    plots = list(zip(names, panels["km"], strict=True))
    curves = shown_on_curves(sheet, panels, plots, sheet.study["curves"][panels["curve"]])
    return sheet.figure(
        panels["svg"],
        f"panels-{panels['name']}",
        caption,
        panels["links"],
        main=True,
        curves=curves,
        told=[f"km-{panels['curve']}-{place}" for place in panels["places"]],
    )


def is_whole(part: Part) -> bool:
    """Return whether a part is about the whole cohort."""
    return part["population"] == FULL


def whole_first(parts: Sequence[Part]) -> list[Part]:
    """Return the parts with those of the whole cohort in front."""
    return sorted(parts, key=lambda part: not is_whole(part))


def _same(part: Part, others: Sequence[Part]) -> list[Part]:
    """Return what is about the same population and endpoint."""
    keys = ("population", "endpoint")
    return [other for other in others if all(other.get(key) == part[key] for key in keys)]


def _survival(sheet: Sheet, part: Part, contents: Mapping[str, Sequence[Part]]) -> list[Block]:
    """Return the survival of one endpoint in one population."""
    main, labels = is_whole(part), sheet.labels
    place = f"{part['population']}-{part['endpoint']}"
    about = say("{label}: {n}", label=part["endpoint_label"], n=part["population_label"])
    blocks = [
        block
        for table in _same(part, contents["tables"])
        for block in sheet.made(table["layout"], table["name"], main)
    ]
    blocks += [_curve(sheet, curve, part) for curve in _same(part, contents["curves"])]
    shared = sheet.level, labels
    blocks += sheet.table(quantile_table(place, about, part, *shared), main)
    fixed = landmark_table(place, about, part, part["landmarks"], *shared)
    if fixed is None and part["landmarks"]:
        blocks.append(text(say("Nobody is at risk at any of the fixed times on this time scale.")))
    blocks += sheet.table(fixed, main)
    tests = logrank_table(
        f"logrank-{place}", say("Log-rank tests. {about}", about=about), part["logrank"], labels
    )
    return [
        *blocks,
        details(say("Log-rank tests, pairs of levels and stratified"), sheet.table(tests)),
    ]


def _curve(sheet: Sheet, curve: Part, part: Part) -> Block:
    """Return a figure of curves with the numbers that it shows."""
    entry = sheet.study["curves"][curve["name"]]
    by = entry.get("by", "")
    place = f"km-{curve['name']}-{curve['population']}-{curve['endpoint']}"
    about = say("{label}: {n}", label=curve["endpoint_label"], n=curve["population_label"])
    if by:
        about = say(
            "{endpoint} by {by}: {population}",
            endpoint=curve["endpoint_label"],
            by=within_sentence(sheet.labels.variable(by)),
            population=curve["population_label"],
        )
    caption = say(
        "{about}. Kaplan-Meier estimates with {level} confidence intervals.",
        about=about,
        level=sheet.level,
    )
    main = is_whole(curve)
    rows = [row for row in part["landmarks"] if row["variable"] == by]
    numbers = landmark_table(place, about, part, rows, sheet.level, sheet.labels)
    curves = shown_on_curves(sheet, curve, [("", curve["km"])], entry)
    behind = sheet.table(numbers)
    return sheet.figure(curve["svg"], place, caption, curve["links"], behind, main, curves)


def shown_on_curves(sheet: Sheet, part: Part, plots: Sequence, entry: Mapping) -> Mapping:
    """Return what a reader finds on the curves of a figure: see `readout`.

    `plots` are the name and the rows of each; `entry` may have `by`, the variable that splits them,
    and `axis`, the unit in which their time is drawn.
    """
    by = entry.get("by")
    levels = sheet.labels.variables[by]["levels"] if by else {"": say(OVERALL)}
    about = {"unit": unit_name(unit_of(part, entry)), "scale": scale_of(part, entry)}
    about |= {"word": survival_word(part)}
    return readout(part["svg"], plots, levels, about)


def model_blocks(sheet: Sheet, part: Part) -> list[Block]:
    """Return one model in one population: its figure, and its coefficients folded away."""
    place, about = named(part)
    caption = say(RATIOS[part["penalty"]], about=about, level=sheet.level)
    drawn = part["svg"], f"forest-{place}", caption, part["links"]
    figure = sheet.figure(*drawn, main=is_whole(part), told=[f"cox-{place}"])
    table = estimate_table(
        f"cox-{place}", about, part["estimates"], sheet.level, sheet.labels, part["penalty"]
    )
    single = part["kind"] == "univariable"
    size = [] if single else [text(summary(part["fit"], part["ph"]))]
    return [figure, *size, details(say("Coefficients"), sheet.table(table))]


def named(part: Part) -> tuple[str, str]:
    """Return the end of the ids of a model in one population, and what it is called."""
    place = f"{part['name']}-{part['population']}-{part['endpoint']}"
    label = say(
        "{endpoint_label}: {population_label}. Cox model “{label}”",
        endpoint_label=part["endpoint_label"],
        population_label=part["population_label"],
        label=part["label"],
    )
    return place, label
