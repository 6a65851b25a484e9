"""The key of a Kaplan-Meier figure: line, label, median of each group, and the log-rank test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from retrocohort import format as fmt
from retrocohort.figures import canvas
from retrocohort.figures.curve_data import Group, median_known
from retrocohort.figures.looks import Look
from retrocohort.io import as_number
from retrocohort.language import say, told
from retrocohort.units import amount, unit_name
from retrocohort.wording import capital

SAMPLE = 24.0  # length of the piece of line before a label
GAP = 6.0
COLUMN_GAP = 12.0
LEAST = 34.0  # of the labels: room for four Chinese characters


@dataclass(frozen=True)
class Key:
    """The wrapped texts of a key and its size in points."""

    heading: str  # over the medians
    label_heading: Sequence[str]  # over the labels: the variable
    rows: Sequence[tuple[Group, list[str], list[str]]]  # group, lines of label, lines of median
    test: Sequence[str]
    label_width: float
    width: float
    height: float
    look: Look

    @property
    def medians(self) -> float:
        """Return where the medians begin, from the left end of the key."""
        return SAMPLE + GAP + self.label_width + COLUMN_GAP

    @property
    def row_heights(self) -> list[float]:
        """Return the height of each row."""
        tallest = [max(len(label), len(median)) for _, label, median in self.rows]
        return [lines * canvas.line_height() for lines in tallest]


def median_text(group: Group, trim: bool) -> str:
    """Return "82.1 (75.0–90.2)", "Not reached (95.2–)", or why there is no median.

    Whole numbers are trimmed to "82" where all times of the key are whole or half units.
    """
    if not group.rows["time"].size or group.note.startswith("not estima"):
        return capital(told(group.note) or say("no patient"))
    median, low, high = group.median
    limits = (
        "" if fmt.is_missing(low) and fmt.is_missing(high) else fmt.interval(low, high, 1, trim)
    )
    shown = fmt.number(median, 1, trim) if median_known(group) else say("Not reached")
    return f"{shown} ({limits})" if limits else shown


def test_text(test: Mapping[str, str] | None, look: Look) -> str:
    """Return "Log-rank P = 0.034", or why there is no P; empty without a test."""
    if test is None:
        return ""
    p = as_number(test["p"])
    if fmt.is_missing(p):
        note = told(test.get("note", "")) or say("not estimable")
        return say("Log-rank test {note}", note=note)
    return say("Log-rank {p}", p=look.written(fmt.p_statement, p))


def layout(
    groups: Sequence[Group],
    variable: str,
    test: Mapping[str, str] | None,
    unit: str,
    confidence: float,
    look: Look,
    most: float,
) -> Key:
    """Return the key with its texts wrapped so that it is at most `most` points wide.

    One group needs no line nor label: the key is its median then. `variable` is the label of what
    splits the groups.
    """
    share = f"{100 * confidence:g}%"
    if len(groups) == 1:
        lines = canvas.wrap(look.written(_median_alone, groups[0], unit, share), most)
        width = max(map(canvas.width_of, lines))
        return Key("", [], [], lines, 0.0, width, canvas.height_of(lines), look)
    heading = say("Median ({share} CI), {unit}", share=share, unit=unit_name(unit))
    trim = fmt.whole_or_half(time for group in groups for time in group.median)
    medians = [look.written(median_text, group, trim) for group in groups]
    widest = max(map(canvas.width_of, [heading, *medians]))
    beside = min(widest, max(canvas.width_of(heading), most / 2))
    room = max(most - SAMPLE - GAP - COLUMN_GAP - beside, LEAST)
    rows = [
        (group, canvas.wrap(group.label, room), canvas.wrap(text, beside))
        for group, text in zip(groups, medians, strict=True)
    ]
    label_heading = canvas.wrap(variable, room)
    labels = [line for _, lines, _ in rows for line in lines]
    label_width = max(map(canvas.width_of, [*label_heading, *labels]))
    width = SAMPLE + GAP + label_width + COLUMN_GAP + beside
    said = test_text(test, look)
    lines = canvas.wrap(said, width) if said else []
    tall = sum(max(len(label), len(text)) for _, label, text in rows)
    height = (len(label_heading) + tall + len(lines)) * canvas.line_height()
    return Key(heading, label_heading, rows, lines, label_width, width, height, look)


def draw(layer: Axes, key: Key, x: float, top: float, between: float = 0.0) -> None:
    """Draw the key with its upper left end at (x, top) of the layer.

    With white `between` the rows for the number at risk, its heading is that of the number at risk.
    """
    step = canvas.line_height()
    labels = x + SAMPLE + GAP if key.rows else x
    medians = x + key.medians
    if key.heading:
        names = [""] if between else key.label_heading
        canvas.write(layer, labels, top, names)
        top += step * len(names)
        canvas.write(layer, medians, top - step, [key.heading])
    for (group, label, median), height in zip(key.rows, key.row_heights, strict=True):
        style = key.look.line(group.position)
        layer.plot([x, x + SAMPLE], [top + step / 2] * 2, **style)
        canvas.write(layer, labels, top, label, color=style["color"])
        canvas.write(layer, medians, top, median)
        top += height + between
    canvas.write(layer, labels, top, key.test)


def _median_alone(group: Group, unit: str, share: str) -> str:
    """Return the median as a sentence: "Median 89.0 months (95% CI 81.4–97.4)"."""
    trim = fmt.whole_or_half(group.median)
    if not group.rows["time"].size or group.note.startswith("not estima"):
        return median_text(group, trim)
    median, low, high = group.median
    middle = amount(fmt.number(median, 1, trim), unit)
    limits = fmt.interval(low, high, 1, trim)
    if fmt.is_missing(low) and fmt.is_missing(high):
        return say("Median {n}", n=middle) if median_known(group) else say("Median not reached")
    if median_known(group):
        return say("Median {n} ({share} CI {limits})", n=middle, share=share, limits=limits)
    return say("Median not reached ({share} CI {limits})", share=share, limits=limits)
