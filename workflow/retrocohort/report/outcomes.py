"""The sections on survival and on the Cox models, the whole cohort first, all others folded."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from string import ascii_uppercase as LETTERS

from retrocohort.format import count, within_sentence
from retrocohort.io import as_number
from retrocohort.report.blocks import Block, Sheet, details, heading, subheading, text
from retrocohort.report.coefficients import (
    estimate_table,
    fit_table,
    fits_table,
    hazards_table,
    summary,
)
from retrocohort.report.estimates import landmark_table, logrank_table, quantile_table
from retrocohort.report.findings import FULL
from retrocohort.report.methods import as_words

Part = Mapping[str, object]
PENALTIES = {"": "", "firth": " from Firth's penalised likelihood and its profile"}


def survival_section(sheet: Sheet, contents: Mapping[str, Sequence[Part]]) -> list[Block]:
    """Return every endpoint: tables and curves of the whole cohort, then of each population."""
    blocks = [_panels(sheet, panels) for panels in contents["panels"]]
    for endpoint in sheet.study["survival"]["endpoints"]:
        blocks.append(heading(f"survival-{endpoint}", sheet.labels.endpoint(endpoint)))
        parts = [part for part in contents["survival"] if part["endpoint"] == endpoint]
        if parts[0]["note"]:
            blocks.append(text(f"{as_words(parts[0]['note'])}."))
        for part in whole_first(parts):
            own = _survival(sheet, part, contents)
            blocks += own if is_whole(part) else [details(_size(part), own)]
    return blocks


def _panels(sheet: Sheet, panels: Part) -> Block:
    """Return a figure of several panels; the numbers behind them stand under each population."""
    shown = "; ".join(f"{a}, {b}" for a, b in zip(LETTERS, panels["populations"], strict=False))
    links = [
        {"label": ending.upper(), "href": f"../figures/{panels['name']}.{ending}"}
        for ending in ("svg", "pdf")
    ]
    caption = f"{panels['title']}: {shown}."
    return sheet.figure(panels["svg"], f"panels-{panels['name']}", caption, links, main=True)


def is_whole(part: Part) -> bool:
    """Return whether a part is about the whole cohort."""
    return part["population"] == FULL


def whole_first(parts: Sequence[Part]) -> list[Part]:
    """Return the parts with those of the whole cohort in front."""
    return sorted(parts, key=lambda part: not is_whole(part))


def _size(part: Part) -> str:
    """Return "Men: 8,159 patients, 764 events"."""
    n, events = (count(as_number(part["quantiles"][0][key])) for key in ("n", "events"))
    return f"{part['population_label']}: {n} patients, {events} events"


def _same(part: Part, others: Sequence[Part]) -> list[Part]:
    """Return what is about the same population and endpoint."""
    keys = ("population", "endpoint")
    return [other for other in others if all(other.get(key) == part[key] for key in keys)]


def _survival(sheet: Sheet, part: Part, contents: Mapping[str, Sequence[Part]]) -> list[Block]:
    """Return the survival of one endpoint in one population."""
    main, labels = is_whole(part), sheet.labels
    place = f"{part['population']}-{part['endpoint']}"
    about = f"{part['endpoint_label']}: {part['population_label']}"
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
        blocks.append(text("Nobody is at risk at any of the fixed times on this time scale."))
    blocks += sheet.table(fixed, main)
    tests = logrank_table(f"logrank-{place}", f"Log-rank tests. {about}", part["logrank"], labels)
    return [*blocks, details("Log-rank tests, pairs of levels and stratified", sheet.table(tests))]


def _curve(sheet: Sheet, curve: Part, part: Part) -> Block:
    """Return a figure of curves with the numbers that it shows."""
    by = sheet.study["curves"][curve["name"]].get("by", "")
    place = f"km-{curve['name']}-{curve['population']}-{curve['endpoint']}"
    split = f" by {within_sentence(sheet.labels.variable(by))}" if by else ""
    about = f"{curve['endpoint_label']}{split}: {curve['population_label']}"
    caption = f"{about}. Kaplan-Meier estimates with {sheet.level} confidence intervals."
    main = is_whole(curve)
    rows = [row for row in part["landmarks"] if row["variable"] == by]
    numbers = landmark_table(place, about, part, rows, sheet.level, sheet.labels)
    behind = sheet.table(numbers)
    return sheet.figure(curve["svg"], place, caption, curve["links"], behind, main)


def cox_section(sheet: Sheet, models: Sequence[Part]) -> list[Block]:
    """Return the main models of each endpoint: the whole cohort, then the other populations."""
    blocks = []
    order = {name: i for i, name in enumerate(sheet.study["endpoints"])}
    shown = [part for part in models if part["role"] == "main"]
    ranked = sorted(shown, key=lambda part: order[part["endpoint"]])
    for endpoint, own in groupby(ranked, key=lambda part: part["endpoint"]):
        blocks.append(heading(f"cox-{endpoint}", sheet.labels.endpoint(endpoint)))
        for _, parts in groupby(own, key=lambda part: part["name"]):
            parts = whole_first(list(parts))
            blocks.append(subheading(parts[0]["label"]))
            for part in parts:
                own_blocks = model_blocks(sheet, part)
                title = part["population_label"]
                blocks += own_blocks if is_whole(part) else [details(title, own_blocks)]
    return blocks


def model_blocks(sheet: Sheet, part: Part) -> list[Block]:
    """Return one model in one population: its figure, and all its numbers folded away."""
    place = f"{part['name']}-{part['population']}-{part['endpoint']}"
    about = f"{part['endpoint_label']}: {part['population_label']}. Cox model “{part['label']}”"
    how = PENALTIES[part["penalty"]]
    caption = f"{about}: hazard ratios with {sheet.level} confidence intervals{how}."
    figure = sheet.figure(
        part["svg"], f"forest-{place}", caption, part["links"], main=is_whole(part)
    )
    single = part["kind"] == "univariable"
    fits = fits_table if single else fit_table
    tables = [
        estimate_table(
            f"cox-{place}", about, part["estimates"], sheet.level, sheet.labels, part["penalty"]
        ),
        fits(f"fit-{place}", f"Fit. {about}", part["fit"], sheet.labels, part["penalty"]),
    ]
    if part["ph"]:
        title = f"Test of proportional hazards. {about}"
        tables.append(hazards_table(f"ph-{place}", title, part["ph"], sheet.labels))
    folded = [block for table in tables for block in sheet.table(table)]
    title = "Coefficients, fit and proportional hazards" if part["ph"] else "Coefficients and fit"
    size = [] if single else [text(summary(part["fit"], part["ph"]))]
    return [figure, *size, details(title, folded)]
