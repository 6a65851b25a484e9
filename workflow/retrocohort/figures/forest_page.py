"""The page of any forest plot: lines of text beside ratios on a logarithmic axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from retrocohort.figures import canvas, forest_rows
from retrocohort.figures.forest_rows import Row
from retrocohort.language import say
from retrocohort.wording import capital

WIDTH = canvas.WIDTHS["double"]
INDENT = 8.0
GAP = 9.0  # between columns
LABEL_SHARE = (0.30, 0.21)  # of the page, for the labels at most: with one column of ratios, two
NARROWEST = 60.0  # axis: labels that would leave it less have a narrower column
WIDEST_RATIO = 110.0  # with its limits in one line
PADDING = 2.4  # white between two rows
APART = 2.8  # of two ratios in a row, from the middle of the row
SMALLER = 0.7  # their squares
AXIS_LABELS = 14.0


@dataclass(frozen=True)
class Columns:
    """Width of the labels; right ends of the counts; ends of the axis; left ends of the texts."""

    label: float
    n: float
    events: float
    axis_left: float
    axis_right: float
    ratios: Sequence[float]  # of the ratio beside, where there is one, and of the own
    p: float


def draw(
    heading: canvas.Heading,
    rows: Sequence[Row],
    ratio_headings: Sequence[Sequence[str]],
    p_heading: Sequence[str],
    foot: str,
    colour: str,
) -> Figure:
    """Return a forest plot.

    Parameters
    ----------
    heading : from `canvas.heading`
    rows : sequence of Row
    ratio_headings : lines over the column of ratios; first of those beside, where rows have such
    p_heading : lines over the last column
    foot : str
        The notes.
    colour : str
        Of squares and bars.
    """
    columns = _columns(rows, ratio_headings, p_heading)
    labels = [canvas.wrap(row.label, columns.label - INDENT * row.indent) for row in rows]
    notes = [_note(row, columns) for row in rows]
    top = canvas.heading_height(heading)
    header = max(len(p_heading), *map(len, ratio_headings))
    body_top = top + header * canvas.line_height() + 4
    more = APART if len(ratio_headings) > 1 else 0.0
    heights = [
        canvas.height_of(max(label, note, *_ratios(row), key=len)) + PADDING + more
        for row, label, note in zip(rows, labels, notes, strict=True)
    ]
    tops = [body_top + above for above in accumulate(heights, initial=0.0)]
    lines = canvas.wrap(foot, WIDTH - 2 * canvas.MARGIN, canvas.small())
    foot_top = tops[-1] + AXIS_LABELS + canvas.line_height() + 6
    height = foot_top + canvas.height_of(lines, canvas.small()) + canvas.MARGIN
    figure, layer = canvas.page(WIDTH, height)
    canvas.write_heading(layer, heading)
    _write_header(layer, columns, body_top - 4, ratio_headings, p_heading)
    for row, label, note, y in zip(rows, labels, notes, tops[:-1], strict=True):
        _write_row(layer, row, columns, label, note, y + (PADDING + more) / 2)
    _draw_axis(layer, rows, columns, tops, colour)
    canvas.write(layer, canvas.MARGIN, foot_top, lines, size=canvas.small())
    return figure


def ratio_lines(text: str) -> list[str]:
    """Return a ratio, with its limits under it where both are wide."""
    return [text] if canvas.width_of(text) <= WIDEST_RATIO else text.split(" ", 1)


def _ratios(row: Row) -> list[list[str]]:
    """Return the lines of the ratio beside, where there is one, and of the own."""
    return [ratio_lines(each.ratio) for each in (row.beside, row) if each]


def _columns(rows: Sequence[Row], ratio_headings, p_heading) -> Columns:
    """Return the places of the columns: as wide as their texts, the axis takes what is left."""

    def widest(headings: Sequence[str], texts) -> float:
        bold = [canvas.width_of(heading, weight="bold") for heading in headings]
        return max([*bold, *map(canvas.width_of, texts)])

    p = WIDTH - canvas.MARGIN - widest(p_heading, (row.p for row in rows))
    shown = [line for row in rows for line in ratio_lines(row.ratio)]
    ratios = [p - GAP - widest(ratio_headings[-1], shown)]
    if len(ratio_headings) > 1:
        beside = [line for row in rows if row.beside for line in ratio_lines(row.beside.ratio)]
        ratios.insert(0, ratios[0] - GAP - widest(ratio_headings[0], beside))
    n_width = widest(["n"], (row.n for row in rows))
    events_width = widest([say("Events")], (row.events for row in rows))
    axis_right = ratios[0] - 1.5 * GAP
    longest = max((INDENT * row.indent + canvas.width_of(row.label) for row in rows), default=0.0)
    share = LABEL_SHARE[len(ratio_headings) - 1] * WIDTH
    room = axis_right - NARROWEST - canvas.MARGIN - n_width - events_width - 4 * GAP
    label = min(longest + 1, share, room)
    n = canvas.MARGIN + label + GAP + n_width
    events = n + GAP + events_width
    return Columns(label, n, events, events + 2 * GAP, axis_right, ratios, p)


def _note(row: Row, columns: Columns) -> list[str]:
    """Return the wrapped reason why there is no ratio; it stands in the place of axis and ratio."""
    if not row.note:
        return []
    room = WIDTH - canvas.MARGIN - columns.axis_left
    return canvas.wrap(capital(row.note), room)


def _write_header(layer: Axes, columns: Columns, bottom: float, ratio_headings, p_heading) -> None:
    """Write the names of the columns, which end at `bottom`, and the rule under them."""
    named = [(columns.n, ["n"], "right"), (columns.events, [say("Events")], "right")]
    named += [(x, lines, "left") for x, lines in zip(columns.ratios, ratio_headings, strict=True)]
    for x, lines, side in [*named, (columns.p, p_heading, "left")]:
        canvas.write(layer, x, bottom - canvas.height_of(lines), lines, ha=side, weight="bold")
    ends = [canvas.MARGIN, WIDTH - canvas.MARGIN]
    style = {"color": rcParams["axes.edgecolor"], "lw": rcParams["axes.linewidth"]}
    layer.plot(ends, [bottom + 2] * 2, "-", **style)


def _write_row(layer: Axes, row: Row, columns: Columns, label, note, top: float) -> None:
    """Write the texts of one line."""
    canvas.write(layer, canvas.MARGIN + INDENT * row.indent, top, label)
    canvas.write(layer, columns.n, top, [row.n], ha="right")
    canvas.write(layer, columns.events, top, [row.events], ha="right")
    canvas.write(layer, columns.axis_left, top, note)
    texts = _ratios(row)
    for x, lines in zip(columns.ratios[-len(texts) :], texts, strict=True):
        canvas.write(layer, x, top, lines)
    canvas.write(layer, columns.p, top, [row.p])


def _draw_axis(layer: Axes, rows: Sequence[Row], columns: Columns, tops, colour: str) -> None:
    """Draw the ratios with their limits on a logarithmic axis whose y is that of the page."""
    width = columns.axis_right - columns.axis_left
    axes = canvas.axes_at(layer, columns.axis_left, tops[0], width, tops[-1] - tops[0])
    low, high = forest_rows.axis_limits([*rows, *(row.beside for row in rows if row.beside)])
    axes.set(xscale="log", xlim=(low, high), ylim=(tops[-1], tops[0]), label="ratios")
    ticks = forest_rows.axis_ticks(low, high, most=7 if width > 130 else 4)
    axes.set_xticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    grey = {"color": rcParams["grid.color"], "lw": rcParams["axes.linewidth"], "zorder": 1}
    lined = forest_rows.lined(rows)
    for is_lined, start, end in zip(lined, tops[:-1], tops[1:], strict=True):
        if is_lined:
            axes.plot([1, 1], [start, end], "-", **grey)
    name = say("Hazard ratio (logarithmic axis)")
    centre = (columns.axis_left + columns.axis_right) / 2
    canvas.write(layer, centre, tops[-1] + AXIS_LABELS, [name], ha="center")
    for row, start in zip(rows, tops, strict=False):
        more = APART if row.beside else 0.0
        middle = start + (PADDING + more + canvas.line_height()) / 2
        if row.drawn:
            size = {"markersize": rcParams["lines.markersize"] * (SMALLER if row.beside else 1)}
            _draw_ratio(axes, row, middle + more, colour, size)
        if row.beside and row.beside.drawn:
            hollow = {"markersize": rcParams["lines.markersize"] * SMALLER, "mfc": "white"}
            _draw_ratio(axes, row.beside, middle - more, rcParams["text.color"], hollow)


def _draw_ratio(axes: Axes, row: Row, y: float, colour: str, square: Mapping) -> None:
    """Draw one ratio and its interval, with an arrow at an end that lies beyond the axis."""
    low, high = axes.get_xlim()
    style = {"color": colour, "linestyle": "-", **square}
    start, end = max(low, row.low), min(high, row.high)
    axes.plot([min(start, high), max(end, low)], [y, y], gid="interval", **style)
    if low <= row.hr <= high:
        axes.plot([row.hr], [y], marker="s", gid="ratio", **style)
    if row.low < low:
        axes.plot([low], [y], marker="<", clip_on=False, gid="beyond", **style)
    if row.high > high:
        axes.plot([high], [y], marker=">", clip_on=False, gid="beyond", **style)
