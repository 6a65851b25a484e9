"""What a reader finds on a survival curve: time, survival, interval and number at risk.

The rows are those of km_<curve>.csv; what is shown of them is text made by `format`. Where the
curve stands in the drawing is read from the drawing itself: the background of each plot is named
`plot_<start>_<end>_<top>` (the range of time, and of survival from 0), the line of each group
`curve-<position>`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from retrocohort.format import count, interval, number, percent
from retrocohort.io import as_number
from retrocohort.language import say
from retrocohort.report.estimates import Rows

STEPS = 240  # of a time axis: the curve is 380 to 550 pixels wide in the page
FINE = 40  # units of time: an axis shorter than this has times with two decimals
PLOT = re.compile(
    r'id="plot_([\d.]+)_([\d.]+)_([\d.]+)">\s*<path d="M (\S+) (\S+)\s+L (\S+) \S+\s+L \S+ (\S+)'
)
LINE = re.compile(r'id="curve-(\d+)">\s*<path d="[^"]*"[^>]*?stroke: (#[0-9a-f]{6})')


def readout(svg: str, curves: Sequence[tuple[str, Rows]], levels: Mapping, part: Mapping) -> dict:
    """Return what the page shows of the curves of a figure; empty for a figure without a plot.

    Parameters
    ----------
    svg : str
        The drawing, as it was made.
    curves : sequence of (name, rows)
        Of each plot in the order in which they are drawn: its name, "" for the only one, and the
        rows of km_<curve>.csv.
    levels : mapping
        Code -> label of the groups in dictionary order; {"": label} for one curve.
    part : mapping
        "unit" of the time axis, "scale", how many of them one unit of the times in the rows is, and
        "word", what S(t) is called.

    Returns
    -------
    dict
        `unit`, `word`, and `curves`: lists of label, colour and points; a point is "x|y|time|
        survival and interval|number at risk", where x and y are points of the drawing.
    """
    shown, told = [], [(name, rows) for name, rows in curves if rows]
    for (plot, lines), (name, rows) in zip(_plots(svg), told, strict=False):
        colours = dict(lines)
        start, stop, top, left, bottom, right, upper = map(float, plot.groups())
        place = (start, stop, left, right), (top, bottom, upper)
        for position, (code, label) in enumerate(levels.items()):
            own = _on_axis([row for row in rows if row["level"] == code], part["scale"], stop)
            if own:
                title = (
                    say("{label}: {n}", label=name, n=label) if name and label else name or label
                )
                colour = colours.get(str(position), "#1a1a1a")
                points = [_point(row, *place) for row in thinned(own, start, stop)]
                shown.append({"label": title, "colour": colour, "points": points})
    return {"unit": part["unit"], "word": part["word"], "curves": shown} if shown else {}


def _plots(svg: str) -> Iterator[tuple[re.Match, list]]:
    """Give the plots that have curves, with these: a panel without patients has none."""
    plots = list(PLOT.finditer(svg))
    ends = [*(plot.start() for plot in plots[1:]), len(svg)]
    for plot, end in zip(plots, ends, strict=False):
        if lines := LINE.findall(svg[plot.end() : end]):
            yield plot, lines


def _on_axis(rows: Rows, scale: float, stop: float) -> list[Mapping[str, str]]:
    """Return the rows up to the end of the axis, with their times in its unit."""
    scaled = [row | {"time": repr(as_number(row["time"]) * scale)} for row in rows]
    return [row for row in scaled if as_number(row["time"]) <= stop]


def thinned(rows: Rows, start: float, stop: float) -> list[Mapping[str, str]]:
    """Return one row for each of `STEPS` parts of the axis, and the last row of all.

    Of the rows in a part the last one with an event is kept; where there is none, the last one.
    """
    kept: dict[int, Mapping[str, str]] = {}
    for row in rows:
        step = int((as_number(row["time"]) - start) / (stop - start) * STEPS)
        before = kept.get(step)
        if before is None or row["n_event"] != "0" or before["n_event"] == "0":
            kept[step] = row
    return list(kept.values()) + ([rows[-1]] if rows[-1] not in kept.values() else [])


def _point(row: Mapping[str, str], across: tuple, upwards: tuple) -> str:
    start, stop, left, right = across
    top, bottom, upper = upwards
    time, survival = as_number(row["time"]), as_number(row["survival"])
    x = left + (time - start) / (stop - start) * (right - left)
    y = bottom - survival / top * (bottom - upper)
    limits = interval(*(100 * as_number(row[key]) for key in ("ci_low", "ci_high")), 1)
    when = number(time, 2 if stop - start < FINE else 1, trim=True)
    said = f"{percent(100 * survival)}% ({limits})"
    return "|".join((f"{x:.1f}", f"{y:.1f}", when, said, count(as_number(row["n_risk"]))))
