"""Forest plots: the hazard ratios of one Cox model with the numbers beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from retrocohort import format as fmt
from retrocohort.figures import canvas, forest_rows
from retrocohort.figures.forest_rows import Row, Rows
from retrocohort.figures.looks import look_of

WIDTH = canvas.WIDTHS["double"]
INDENT = 8.0
GAP = 9.0  # between columns
LABEL_SHARE = 0.30  # of the page, for the labels at most
PADDING = 2.4  # white between two rows
AXIS_LABELS = 14.0


@dataclass(frozen=True)
class Columns:
    """Width of the labels; right ends of the counts; ends of the axis; left ends of the texts."""

    label: float
    n: float
    events: float
    axis_left: float
    axis_right: float
    ratio: float
    p: float


def draw(
    part: Mapping[str, str],
    estimates: Rows,
    fit: Rows,
    model: Mapping,
    variables: Mapping[str, Mapping],
    conventions: Mapping,
) -> Figure:
    """Return the forest plot of one model in one population and endpoint.

    Parameters
    ----------
    part : mapping
        "population_label", "endpoint_label".
    estimates, fit : rows
        Of cox_<model>.csv and cox_<model>_fit.csv.
    model : mapping
        The entry of the study file: "label", "kind" and "strata"; "look" of the figures.
    variables : mapping
        Label, unit and levels of every variable.
    conventions : mapping
        "confidence" of the intervals.
    """
    look = look_of(model)
    rows = list(forest_rows.read_rows(estimates, variables, look)) or [
        Row("No covariate entered", False)
    ]
    share = f"{100 * conventions['confidence']:g}%"
    ratio_heading = f"HR ({share} CI)"
    columns = _columns(rows, ratio_heading)
    labels = [canvas.wrap(row.label, columns.label - INDENT * row.level) for row in rows]
    notes = [_note(row, columns) for row in rows]
    heading = _heading(part, fit, model)
    top = canvas.heading_height(heading)
    body_top = top + canvas.line_height() + 4
    heights = [
        canvas.height_of(max(pair, key=len)) + PADDING for pair in zip(labels, notes, strict=True)
    ]
    tops = [body_top + above for above in accumulate(heights, initial=0.0)]
    foot = canvas.wrap(_foot(model, variables, share), WIDTH - 2 * canvas.MARGIN, canvas.small())
    foot_top = tops[-1] + AXIS_LABELS + canvas.line_height() + 6
    height = foot_top + canvas.height_of(foot, canvas.small()) + canvas.MARGIN
    figure, layer = canvas.page(WIDTH, height)
    canvas.write_heading(layer, heading)
    _write_header(layer, columns, top, ratio_heading)
    for row, label, note, y in zip(rows, labels, notes, tops[:-1], strict=True):
        _write_row(layer, row, columns, label, note, y + PADDING / 2)
    _draw_axis(layer, rows, columns, tops)
    canvas.write(layer, canvas.MARGIN, foot_top, foot, size=canvas.small())
    return figure


def _columns(rows: Sequence[Row], ratio_heading: str) -> Columns:
    """Return the places of the columns: as wide as their texts, the axis takes what is left."""

    def widest(heading: str, texts) -> float:
        return max([canvas.width_of(heading, weight="bold"), *map(canvas.width_of, texts)])

    longest = max((INDENT * row.level + canvas.width_of(row.label) for row in rows), default=0.0)
    label = min(longest + 1, LABEL_SHARE * WIDTH)
    n = canvas.MARGIN + label + GAP + widest("n", (row.n for row in rows))
    events = n + GAP + widest("Events", (row.events for row in rows))
    p = WIDTH - canvas.MARGIN - widest("P", (row.p for row in rows))
    ratio = p - GAP - widest(ratio_heading, (row.ratio for row in rows))
    return Columns(label, n, events, events + 2 * GAP, ratio - 1.5 * GAP, ratio, p)


def _note(row: Row, columns: Columns) -> list[str]:
    """Return the wrapped reason why there is no ratio; it stands in the place of axis and ratio."""
    if not row.note:
        return []
    room = WIDTH - canvas.MARGIN - columns.axis_left
    return canvas.wrap(f"{row.note[:1].upper()}{row.note[1:]}", room)


def _heading(part, fit, model) -> canvas.Heading:
    """Return the title and the line under it: who, how many, how many left out."""
    room = WIDTH - 2 * canvas.MARGIN
    about = [part["population_label"]]
    for statistic, text in (("n", "n = {}"), ("events", "{} events")):
        value = forest_rows.fit_number(fit, statistic)
        about += [text.format(fmt.count(value))] if not fmt.is_missing(value) else []
    missing = forest_rows.fit_number(fit, "n_missing")
    about += [f"{fmt.count(missing)} left out for missing values"] if missing > 0 else []
    title = f"{part['endpoint_label']} – {model['label']}"
    return canvas.heading(title, ", ".join(about), room)


def _foot(model: Mapping, variables: Mapping, share: str) -> str:
    """Return the notes at the foot."""
    if model.get("kind") == "univariable":
        kind = "Each covariate in a model of its own"
    else:
        kind = "All covariates in one model"
    strata = [variables[name]["label"] for name in model.get("strata") or []]
    kind += f", stratified by {' and '.join(strata)}" if strata else ""
    if model.get("penalty"):
        kind += "; Firth's penalised likelihood and its profile"
    return (
        f"{kind}. HR: hazard ratio, above 1 for a higher hazard of the event; bars: {share} "
        "confidence interval (CI), an arrow where it goes on beyond the axis."
    )


def _write_header(layer: Axes, columns: Columns, top: float, ratio_heading: str) -> None:
    """Write the names of the columns and the rule under them."""
    bold = {"weight": "bold"}
    canvas.write(layer, columns.n, top, ["n"], ha="right", **bold)
    canvas.write(layer, columns.events, top, ["Events"], ha="right", **bold)
    canvas.write(layer, columns.ratio, top, [ratio_heading], **bold)
    canvas.write(layer, columns.p, top, ["P"], **bold)
    y = top + canvas.line_height() + 2
    ends = [canvas.MARGIN, WIDTH - canvas.MARGIN]
    layer.plot(ends, [y, y], "-", color=rcParams["axes.edgecolor"], lw=rcParams["axes.linewidth"])


def _write_row(layer: Axes, row: Row, columns: Columns, label, note, top: float) -> None:
    """Write the texts of one line."""
    canvas.write(layer, canvas.MARGIN + INDENT * row.level, top, label)
    canvas.write(layer, columns.n, top, [row.n], ha="right")
    canvas.write(layer, columns.events, top, [row.events], ha="right")
    canvas.write(layer, columns.axis_left, top, note)
    canvas.write(layer, columns.ratio, top, [row.ratio])
    canvas.write(layer, columns.p, top, [row.p])


def _draw_axis(layer: Axes, rows, columns: Columns, tops) -> None:
    """Draw the ratios with their limits on a logarithmic axis whose y is that of the page."""
    width = columns.axis_right - columns.axis_left
    axes = canvas.axes_at(layer, columns.axis_left, tops[0], width, tops[-1] - tops[0])
    low, high = forest_rows.axis_limits(rows)
    axes.set(xscale="log", xlim=(low, high), ylim=(tops[-1], tops[0]), label="ratios")
    ticks = forest_rows.axis_ticks(low, high)
    axes.set_xticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    grey = rcParams["grid.color"]
    reasons = [row.note != "" for row in rows]
    for start, end, reason in zip(tops[:-1], tops[1:], reasons, strict=True):
        if not reason:  # the line of no difference, but for where a reason is written
            axes.plot(
                [1, 1], [start, end], "-", color=grey, lw=rcParams["axes.linewidth"], zorder=1
            )
    centre = (columns.axis_left + columns.axis_right) / 2
    canvas.write(
        layer, centre, tops[-1] + AXIS_LABELS, ["Hazard ratio (logarithmic axis)"], ha="center"
    )
    for row, top in zip(rows, tops, strict=False):
        if row.drawn:
            _draw_ratio(axes, row, top + (PADDING + canvas.line_height()) / 2, low, high)


def _draw_ratio(axes: Axes, row: Row, y: float, low: float, high: float) -> None:
    """Draw one ratio and its interval, with an arrow at an end that lies beyond the axis."""
    style = {"color": rcParams["axes.prop_cycle"].by_key()["color"][0], "linestyle": "-"}
    start, end = max(low, row.low), min(high, row.high)
    axes.plot([min(start, high), max(end, low)], [y, y], gid="interval", **style)
    if low <= row.hr <= high:
        axes.plot([row.hr], [y], marker="s", gid="ratio", **style)
    if row.low < low:
        axes.plot([low], [y], marker="<", clip_on=False, gid="beyond", **style)
    if row.high > high:
        axes.plot([high], [y], marker=">", clip_on=False, gid="beyond", **style)
