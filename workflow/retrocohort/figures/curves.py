"""Kaplan-Meier figures: curves with intervals and censor ticks, the key, the number at risk."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from retrocohort.figures import canvas, curve_data, key
from retrocohort.figures.curve_data import Group, Rows
from retrocohort.figures.curve_layout import (
    GAP,
    SURVIVAL_TOP,
    TICK_LABELS,
    Y_TICK_LABELS,
    Frame,
    Layout,
    at_risk_texts,
    plan,
    widest_count,
)
from retrocohort.figures.looks import Look
from retrocohort.language import say
from retrocohort.time_axis import scale_of

BAND = 0.15  # opacity of the interval


def draw(
    part: Mapping[str, str],
    rows: Rows,
    quantiles: Rows,
    logrank: Rows,
    curve: Mapping,
    by: Mapping | None,
    conventions: Mapping,
) -> Figure:
    """Return the Kaplan-Meier figure of one population and endpoint.

    Parameters
    ----------
    part : mapping
        "population_label", "endpoint_label", "unit" of time, "days_per_unit", "note" ("" or why the
        curves are cause-specific; it is printed and the axis says so).
    rows, quantiles, logrank : rows
        Of km_<curve>.csv, quantiles.csv and logrank.csv.
    curve : mapping
        The entry of the study file: "by", and if given "title", "axis" (its unit, where that is not
        the unit of the times), "max_time" and "ticks" (their distance) in it, "min_at_risk",
        "width" ("single" or "double" column), and what `looks.look_of` reads; "from", where time
        starts ("landmark"), where that is not day 0.
    by : mapping or None
        "label", "unit" and "levels" of the variable that splits the curves.
    conventions : mapping
        "confidence" and "interval" of the bands.
    """
    groups, layout = prepare(part, rows, quantiles, logrank, curve, by, conventions)
    figure, layer = canvas.page(layout.frame.width, layout.height)
    draw_on(layer, groups, layout)
    return figure


def prepare(part, rows, quantiles, logrank, curve, by, conventions) -> tuple[list[Group], Layout]:
    """Return the groups and the layout of a figure, given what `draw` is given."""
    variable = curve.get("by") or ""
    levels = by["levels"] if by else {"": part["population_label"]}
    groups = curve_data.read_groups(rows, quantiles, variable, levels, scale_of(part, curve))
    test = curve_data.overall_test(logrank, variable) if by else None
    return groups, plan(part, groups, test, curve, by, conventions)


def draw_on(layer: Axes, groups: Sequence[Group], layout: Layout) -> None:
    """Draw a figure on a layer of the size of its layout."""
    if curve_data.all_withheld(groups):
        canvas.write_withheld(layer, layout.heading, layout.frame.width)
        return
    axes = _axes(layer, layout)
    for group in groups:
        _draw_group(axes, group, layout.frame, layout.look)
    if not curve_data.anybody(groups):
        why = say("No patient at risk")
        axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center")
    _draw_texts(layer, layout)
    _draw_at_risk(axes, layer, groups, layout)
    between = canvas.line_height() if layout.below.merged else 0.0
    key.draw(layer, layout.below.key, *layout.below.key_place, between)


def _axes(layer: Axes, layout: Layout) -> Axes:
    """Add the axes with ticks and labels."""
    frame = layout.frame
    axes = canvas.axes_at(layer, frame.left, frame.top, frame.axes_width, frame.axes_height)
    axes.set(xlim=(frame.start, frame.end), ylim=(0, SURVIVAL_TOP), label="curves")
    # what report.readout needs to find a time and a survival in the drawing
    axes.patch.set_gid(f"plot_{frame.start:.10g}_{frame.end:.10g}_{SURVIVAL_TOP:.10g}")
    axes.set_xticks(frame.ticks, labels=[f"{tick:.10g}" for tick in frame.ticks])
    axes.set_yticks(np.linspace(0, 1, 6), labels=[f"{20 * i}" for i in range(6)])
    centre = frame.left + frame.axes_width / 2
    canvas.write(layer, centre, frame.bottom + TICK_LABELS, [layout.x_label], ha="center")
    middle = (frame.top + frame.bottom) / 2
    place = (frame.left - Y_TICK_LABELS, middle)
    layer.text(*place, layout.y_label, rotation=90, ha="right", va="center")
    return axes


def _draw_group(axes: Axes, group: Group, frame: Frame, look: Look) -> None:
    """Draw curve, interval, censor ticks and median of a group, those that the look has."""
    if not group.rows["time"].size:
        return
    style = look.line(group.position)
    start = max(frame.start, group.rows["time"][0]) if frame.delayed else frame.start
    times, survival = curve_data.staircase(group, "survival", start, frame.end)
    axes.plot(times, survival, **style, gid=f"curve-{group.position}", zorder=3)
    colour = style["color"]
    if look.bands:
        limits = (
            curve_data.staircase(group, column, start, frame.end)[1]
            for column in ("ci_low", "ci_high")
        )
        shade = {"color": colour, "alpha": BAND, "linewidth": 0}
        axes.fill_between(times, *limits, **shade, gid=f"band-{group.position}")
    if look.censor_marks:
        marks = curve_data.censor_marks(group, frame.end, frame.apart)
        how = {"marker": "|", "linestyle": "", "color": colour, "zorder": 4}
        axes.plot(*marks, **how, gid=f"censored-{group.position}")
    median = group.median[0]
    if look.median_lines and median <= frame.end:
        how = {"color": colour, "linestyle": (0, (1, 2)), "linewidth": 0.7, "zorder": 2}
        corners = [frame.start, median, median], [0.5, 0.5, 0.0]
        axes.plot(*corners, **how, gid=f"median-{group.position}")


def _draw_texts(layer: Axes, layout: Layout) -> None:
    """Write the title, the line under it and the notes."""
    canvas.write_heading(layer, layout.heading)
    canvas.write(layer, canvas.MARGIN, layout.below.notes_top, layout.notes, size=canvas.small())


def _draw_at_risk(axes: Axes, layer: Axes, groups: Sequence[Group], layout: Layout) -> None:
    """Write the number at risk, centred under the ticks by the transform of the time axis."""
    frame, line, look = layout.frame, canvas.line_height(), layout.look
    canvas.write(
        layer, canvas.MARGIN, layout.below.risk_top, [say(look.risk_heading)], weight="bold"
    )
    beside = frame.left - canvas.width_of(widest_count(groups, look)) / 2 - GAP
    for group, lines, top in zip(groups, frame.risk_labels, layout.below.risk_tops, strict=True):
        style = {"color": look.line(group.position)["color"]}
        if frame.stacked and not layout.below.merged:
            canvas.write(layer, canvas.MARGIN, top - len(lines) * line, lines, **style)
        elif not frame.stacked:
            canvas.write(layer, beside, top, lines, ha="right", **style)
        below = (frame.bottom - top - canvas.BASELINE * line) / 72
        transform = axes.get_xaxis_transform()
        transform += ScaledTranslation(0, below, axes.figure.dpi_scale_trans)
        counts = at_risk_texts(group, frame.ticks, look)
        for tick, text in zip(frame.ticks, counts, strict=True):
            gid = f"risk-{group.position}"
            axes.text(tick, 0, text, transform=transform, ha="center", gid=gid)
