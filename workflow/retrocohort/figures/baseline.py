"""Pictures of the baseline table: balance of the arms (love plot), and unknown values."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from retrocohort import format as fmt
from retrocohort.figures import canvas, dots
from retrocohort.figures.dots import Line
from retrocohort.figures.looks import look_of
from retrocohort.io import as_number
from retrocohort.language import all_of, say
from retrocohort.source import is_withheld
from retrocohort.wording import within_sentence

Rows = Sequence[Mapping[str, str]]
BALANCED = 0.1  # |SMD| below this is taken for balance (Austin, Stat Med 2009;28:3083)
MANY = 5.0  # percent: the axis of unknown values goes as far at the least


def draw(
    kind: str, part: Mapping, values: Rows, tests: Rows, table: Mapping, variables: Mapping
) -> Figure:
    """Return a picture of the baseline table of one population.

    Parameters
    ----------
    kind : "balance" or "missing"
    part : mapping
        "population_label".
    values, tests : rows
        Of <table>.csv and <table>_tests.csv.
    table : mapping
        The entry of the study file: "by" and "variables"; "look" of the figures.
    variables : mapping
        Label, unit and levels of every variable.
    """
    return KINDS[kind](part, values, tests, table, variables)


def _balance(part, values: Rows, tests: Rows, table, variables) -> Figure:
    """Return the love plot: standardised mean differences, the largest first."""
    look, levels = look_of(table), variables[table["by"]]["levels"]
    smd = {(row["variable"], row["contrast"]): as_number(row["smd"]) for row in tests}
    contrasts = list(dict.fromkeys(row["contrast"] for row in tests if row["contrast"]))
    lines = []
    for name in table["variables"]:
        own = [smd.get((name, contrast), float("nan")) for contrast in contrasts]
        sizes = [abs(size) for size in own]
        known = [size for size in sizes if size == size]
        text = look.written(fmt.difference, max(known)) if known else fmt.MISSING
        text = fmt.WITHHELD if any(map(is_withheld, own)) else text
        lines.append((max(known, default=-1.0), Line(variables[name]["label"], sizes, text)))
    lines = [line for _, line in sorted(lines, key=lambda pair: -pair[0])]
    pairs = [all_of([levels[arm] for arm in contrast.split("|")]) for contrast in contrasts]
    title = say("Balance by {by}", by=within_sentence(variables[table["by"]]["label"]))
    largest = say("Largest SMD") if len(pairs) > 1 else "SMD"
    axis = {"label": say("Standardised mean difference (SMD)"), "text": largest}
    axis |= {"least": 2.5 * BALANCED, "mark": BALANCED}
    balanced = look.written(fmt.number, BALANCED, 1)
    foot = say(
        "SMD: difference between two arms in standard deviations, without its sign. "
        "Dashed line: {balanced}, below which arms are commonly taken for balanced.",
        balanced=balanced,
    )
    about = part["population_label"]
    about = say("{label}: {n}", label=about, n=pairs[0]) if len(pairs) == 1 else about
    heading = canvas.heading(title, about, dots.WIDTH - 2 * canvas.MARGIN)
    return _drawn(heading, pairs, lines, axis, foot, look)


def _missing(part, values: Rows, tests: Rows, table, variables) -> Figure:
    """Return the share of unknown values of each variable, in all patients and in each arm."""
    look, levels = look_of(table), variables[table["by"]]["levels"]
    known = {(r["variable"], r["arm"], r["statistic"]): as_number(r["value"]) for r in values}
    sizes = {arm: known.get(("", arm, "n"), 0.0) for arm in ("", *levels)}
    arms = [arm for arm, n in sizes.items() if n]
    lines = []
    for name in table["variables"]:
        counts = [known.get((name, arm, "missing"), float("nan")) for arm in arms]
        shares = [100 * n / sizes[arm] for n, arm in zip(counts, arms, strict=True)]
        text = look.written(fmt.count_percent, counts[0], shares[0]) if arms else fmt.MISSING
        lines.append(Line(variables[name]["label"], shares, text))
    axis = {"label": say("Unknown (%)"), "text": say("All: n (%)"), "least": MANY}
    about = say("{text}, {more}", text=part["population_label"], more=f"n = {fmt.count(sizes[''])}")
    heading = canvas.heading(say("Unknown values"), about, dots.WIDTH - 2 * canvas.MARGIN)
    labels = [
        say("{label} (n = {n})", label=levels[arm], n=fmt.count(sizes[arm])) if arm else say("All")
        for arm in arms
    ]
    foot = say(
        "By {by}, as far as that is known.", by=within_sentence(variables[table["by"]]["label"])
    )
    return _drawn(heading, labels, lines, axis, foot, look)


def _drawn(heading: canvas.Heading, groups, lines: Sequence[Line], *about) -> Figure:
    """Return a dot plot, or where every dot is withheld a page that says so."""
    dotted = any(value == value for line in lines for value in line.values)
    if not dotted and any(line.text == fmt.WITHHELD for line in lines):
        return canvas.withheld(heading, dots.WIDTH)
    return dots.draw(heading, groups, lines, *about)


KINDS = {"balance": _balance, "missing": _missing}
