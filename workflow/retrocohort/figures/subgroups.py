"""Subgroup forest plots: the effect of an exposure in all patients and in each subgroup."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from matplotlib.figure import Figure

from retrocohort import format as fmt
from retrocohort.figures import canvas, forest_page, forest_rows
from retrocohort.figures.forest_rows import Row, Rows
from retrocohort.figures.looks import Look, look_of
from retrocohort.io import as_number
from retrocohort.language import all_of, listed, say, sentences, template, told
from retrocohort.source import is_withheld
from retrocohort.wording import within_sentence

TEST = template(
    "P: likelihood-ratio test of the interaction, in one Cox model of all subgroups of a heading;"
    " patients in none of them, or with a missing value, are left out."
)


def draw(
    part: Mapping[str, str],
    tests: Rows,
    effects: Rows,
    entry: Mapping,
    variables: Mapping[str, Mapping],
    populations: Mapping[str, str],
    conventions: Mapping,
) -> Figure:
    """Return the subgroup forest plot of one population and endpoint.

    Parameters
    ----------
    part : mapping
        "population_label", "endpoint_label".
    tests, effects : rows
        Of subgroups_<name>_tests.csv and subgroups_<name>_effects.csv.
    entry : mapping
        The entry of the study file: "label", "by" and "covariates"; "look" of the figures.
    variables : mapping
        Label, unit and levels of every variable.
    populations : mapping
        Label of each population of the entry's `subgroups`.
    conventions : mapping
        "confidence" of the intervals.
    """
    look = look_of(entry)
    levels = variables[entry["by"]]["levels"]
    rows = list(_rows(part, tests, effects, variables, populations, look))
    room = forest_page.WIDTH - 2 * canvas.MARGIN
    title = f"{part['endpoint_label']} – {entry['label']}"
    heading = canvas.heading(title, part["population_label"], room)
    if forest_rows.all_withheld(rows):
        return canvas.withheld(heading, forest_page.WIDTH)
    share = f"{100 * conventions['confidence']:g}%"
    reference = next((row["reference"] for row in effects if row["reference"]), "")
    others = [label for code, label in levels.items() if code != reference]
    compared = say(
        "{label}: {others} against {reference}.",
        label=variables[entry["by"]]["label"],
        others=all_of(others),
        reference=levels.get(reference, ""),
    )
    held = [within_sentence(variables[name]["label"]) for name in entry["covariates"]]
    adjusted = [say("Adjusted for {names}.", names=listed(held))] if held else []
    foot = sentences([compared, *adjusted, forest_rows.explained(share), say(TEST)])
    heads, p_head = [[f"HR ({share} CI)"]], [say("P for"), say("interaction")]
    return forest_page.draw(heading, rows, heads, p_head, foot, look.line(0)["color"])


def _rows(part, tests, effects, variables, populations, look: Look) -> Iterator[Row]:
    """Yield the lines: all patients, then of each split its heading with P and its subgroups."""
    p_of = {row["split"]: row for row in tests}
    for split, own in groupby(effects, key=lambda row: row["split"]):
        if split:
            test = p_of[split]
            p = (
                look.written(fmt.p_value, as_number(test["p"]))
                if test["p"]
                else say("Not estimable")
            )
            yield Row(variables[split]["label"] if split in variables else say("Population"), p=p)
        labels = variables[split]["levels"] if split in variables else populations
        for name, cells in groupby(own, key=lambda row: row["subgroup"]):
            label = labels[name] if split else part["population_label"]
            yield from _subgroup(label, int(split != ""), list(cells), variables, look)


def _subgroup(label: str, indent: int, cells: Rows, variables, look: Look) -> Iterator[Row]:
    """Yield one line of a subgroup, and with several comparisons one below for each of them."""
    compared = [row for row in cells if row["level"] != row["reference"]]
    sizes = ([as_number(row[key]) for row in cells] for key in ("n", "events"))
    n, events = (fmt.WITHHELD if any(map(is_withheld, s)) else fmt.count(sum(s)) for s in sizes)
    if len(compared) == 1:
        yield Row(label, indent, n, events, **_effect(compared[0], look))
        return
    yield Row(label, indent, n, events)
    levels = variables[cells[0]["variable"]]["levels"]
    for row in compared:
        own = (fmt.count(as_number(row[key])) for key in ("n", "events"))
        yield Row(levels[row["level"]], indent + 1, *own, **_effect(row, look))


def _effect(row: Mapping[str, str], look: Look) -> dict:
    """Return the ratio of a line, or why there is none."""
    if row["note"]:
        return {"note": told(row["note"]), "is_withheld": row["note"] == fmt.WITHHELD_NOTE}
    hr, low, high = (as_number(row[key]) for key in ("hr", "hr_low", "hr_high"))
    ratio = look.written(fmt.ratio_interval, hr, low, high)
    return {"hr": hr, "low": low, "high": high, "ratio": ratio}
