"""The page of a dot plot: a line for each variable, a dot for each group on one axis from 0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from retrocohort.figures import canvas, curve_data
from retrocohort.figures.looks import Look

WIDTH = canvas.WIDTHS["double"]
LABEL_SHARE = 0.40  # of the page, for the labels at most
GAP = 9.0
PADDING = 3.0  # white between two rows
AXIS_LABELS = 14.0
MARKERS = "osD^vPX*"
SAMPLE = 9.0  # width of a dot in the key
MOST_TICKS = 8


@dataclass(frozen=True)
class Line:
    """One variable: its label, its value in each group (NaN for none), the text at the right."""

    label: str
    values: Sequence[float]
    text: str


def draw(
    heading: canvas.Heading,
    groups: Sequence[str],
    lines: Sequence[Line],
    axis: Mapping,
    foot: str,
    look: Look,
) -> Figure:
    """Return a dot plot.

    Parameters
    ----------
    heading : from `canvas.heading`
    groups : labels of the dots of a line, written in the key where there are several
    lines : sequence of Line
    axis : mapping
        "label"; "least", the value that the axis holds at any rate; "text", the heading of the
        texts at the right; if given "mark", the place of a vertical line.
    foot : str
        The notes.
    look : Look
        Colours.
    """
    room = WIDTH - 2 * canvas.MARGIN
    key_top = canvas.heading_height(heading)
    key = _key(groups, room)
    top = key_top + len(key) * canvas.line_height() + 4
    label_width = min(max(canvas.width_of(line.label) for line in lines) + 1, LABEL_SHARE * WIDTH)
    labels = [canvas.wrap(line.label, label_width) for line in lines]
    texts = [canvas.width_of(line.text) for line in lines]
    right = WIDTH - canvas.MARGIN - max([canvas.width_of(axis["text"], weight="bold"), *texts])
    body = top + canvas.line_height() + 4
    heights = [canvas.height_of(label) + PADDING for label in labels]
    tops = [body + above for above in accumulate(heights, initial=0.0)]
    notes = canvas.wrap(foot, room, canvas.small())
    foot_top = tops[-1] + AXIS_LABELS + canvas.line_height() + 6
    height = foot_top + canvas.height_of(notes, canvas.small()) + canvas.MARGIN
    figure, layer = canvas.page(WIDTH, height)
    canvas.write_heading(layer, heading)
    _write_key(layer, key, key_top, look)
    canvas.write(layer, right, top, [axis["text"]], weight="bold")
    for line, label, y in zip(lines, labels, tops, strict=False):
        canvas.write(layer, canvas.MARGIN, y + PADDING / 2, label)
        canvas.write(layer, right, y + PADDING / 2, [line.text])
    left = canvas.MARGIN + label_width + GAP
    _draw_axis(layer, (left, right - 1.5 * GAP), tops, lines, axis, look)
    canvas.write(layer, canvas.MARGIN, foot_top, notes, size=canvas.small())
    return figure


def _key(groups: Sequence[str], room: float) -> list[list[tuple[int, float, str]]]:
    """Return the lines of the key: place of the group, its left end, a line of its label."""
    if len(groups) < 2:
        return []
    rows, x = [[]], 0.0
    for place, label in enumerate(groups):
        first, *more = canvas.wrap(label, room - SAMPLE)
        width = SAMPLE + canvas.width_of(first) + 2 * GAP
        if x and x + width > room:
            rows, x = [*rows, []], 0.0
        rows[-1].append((place, canvas.MARGIN + x, first))
        x += width
        for line in more:
            rows, x = [*rows, [(-1, canvas.MARGIN, line)]], room
    return rows


def _write_key(layer: Axes, rows, top: float, look: Look) -> None:
    """Write the key, a dot before each label."""
    for number, row in enumerate(rows):
        y = top + number * canvas.line_height()
        for place, x, label in row:
            if place >= 0:
                layer.plot([x + 3], [y + canvas.line_height() / 2], **_dot(place, look))
            canvas.write(layer, x + SAMPLE, y, [label])


def _dot(place: int, look: Look) -> dict:
    """Return the sign of a group."""
    return {
        "marker": MARKERS[place % len(MARKERS)],
        "linestyle": "",
        "color": look.line(place)["color"],
        "markersize": rcParams["lines.markersize"],
    }


def _draw_axis(layer: Axes, ends, tops, lines: Sequence[Line], axis: Mapping, look: Look) -> None:
    """Draw the dots on an axis whose y is that of the page."""
    left, right = ends
    axes = canvas.axes_at(layer, left, tops[0], right - left, tops[-1] - tops[0])
    known = [value for line in lines for value in line.values if value == value]
    end = max([axis["least"], *known]) * 1.06
    ticks = curve_data.time_ticks(0.0, end, "", MOST_TICKS)
    axes.set(xlim=(0, end), ylim=(tops[-1], tops[0]), label="dots")
    axes.set_xticks(ticks, labels=[look.tick(tick) for tick in ticks])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    grey = {"color": rcParams["grid.color"], "lw": rcParams["grid.linewidth"], "zorder": 1}
    if "mark" in axis:
        style = {**grey, "color": rcParams["axes.edgecolor"], "linestyle": (0, (4, 2))}
        axes.plot([axis["mark"]] * 2, [tops[0], tops[-1]], gid="mark", **style)
    centre = (left + right) / 2
    canvas.write(layer, centre, tops[-1] + AXIS_LABELS, [axis["label"]], ha="center")
    for line, top in zip(lines, tops, strict=False):
        y = top + (PADDING + canvas.line_height()) / 2
        axes.plot([0, end], [y, y], "-", **grey)
        for place, value in enumerate(line.values):
            if value == value:
                how = {"gid": f"dot-{place}", "clip_on": False, "zorder": 3}
                axes.plot([value], [y], **how, **_dot(place, look))
