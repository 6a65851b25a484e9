"""The lines of survival curves as they are drawn, in a file or in a page, against their rows.

A file names its plots `plot_<start>_<end>_<top>` and its curves `curve-<position>`. A page has the
same lines without names, and thinned: a line there is the curve if it has its colour and its way.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isclose

PLOT = re.compile(r"plot_([\d.]+)_([\d.]+)_([\d.]+)$")
CURVE = re.compile(r"curve-(\d+)$")
MOVE = re.compile(r"([MLHVZmlhvz])|(-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?)")
STROKE = re.compile(r"stroke:\s*(#[0-9a-f]{6})")
STEPS = (50, 20, 10, 5, 2, 1)  # tenths of a point to which lines of a page are thinned
NEAR = 0.5  # points
TOLD = 1e-9  # the name of a plot has ten digits of its ends
HAIR = 0.06  # of a point: lengths of a page are cut to hundredths or tenths

Point = tuple[float, float]  # from the left and from the top


@dataclass
class Line:
    """A line that is drawn: its colour and its corners."""

    colour: str
    points: list[Point]


@dataclass
class Plot:
    """A plot of a file: range of time, survival at its top, its edges, its curves by position."""

    start: float
    stop: float
    top: float
    left: float
    right: float
    bottom: float
    upper: float
    curves: dict[int, Line] = field(default_factory=dict)

    def place(self, time: float, survival: float) -> Point:
        """Return where a survival at a time stands in the drawing."""
        x = self.left + (time - self.start) / (self.stop - self.start) * (self.right - self.left)
        return x, self.bottom - survival / self.top * (self.bottom - self.upper)

    def corners(self, steps: Sequence[tuple[float, float]]) -> list[tuple[float, Point]]:
        """Return time and place of each corner of a curve, from its first step on.

        Parameters
        ----------
        steps : (time, survival) of each row, in the unit of the axis.
        """
        height, found = 1.0, []
        for time, survival in steps:
            if time > self.stop and not isclose(time, self.stop, rel_tol=TOLD):
                break
            if survival != height:
                found += [(time, self.place(time, each)) for each in (height, survival)]
                height = survival
        last = min(steps[-1][0], self.stop)
        return [*found, (last, self.place(last, height))]


def points_of(moves: str) -> list[Point]:
    """Return the corners of a line of straight pieces, from its moves."""
    tokens = iter(MOVE.findall(moves))
    found, x, y, how = [], 0.0, 0.0, ""
    for letter, number in tokens:
        if letter:
            how = letter
            continue
        first = float(number)
        across, down = how in "hH", how in "vV"
        second = 0.0 if across or down else float(next(tokens)[1])
        dx, dy = (0.0, first) if down else (first, second)
        if how.islower():
            x, y = x + dx, y + dy
        else:
            x, y = x if down else dx, y if across else dy
        found.append((x, y))
    return found


def plots_in(drawing) -> list[Plot]:
    """Return the plots of a file, an element of lxml, in the order in which they are drawn."""
    found: list[Plot] = []
    for group in drawing.iter("{*}g"):
        name, path = group.get("id", ""), group.find("{*}path")
        if path is None:
            continue
        if plot := PLOT.match(name):
            edge = points_of(path.get("d"))
            (left, bottom), (right, upper) = edge[0], edge[2]
            found.append(Plot(*map(float, plot.groups()), left, right, bottom, upper))
        elif found and (curve := CURVE.match(name)):
            found[-1].curves.setdefault(int(curve[1]), _line(path))
    return found


def lines_in(figure) -> Iterator[Line]:
    """Yield every line of the drawing of a figure in a page that may be a curve."""
    for path in figure.iterfind(".//svg//path[@clip-path]"):
        if "fill:none" in path.get("style", "").replace(" ", ""):
            yield _line(path)


def _line(path) -> Line:
    colour = STROKE.search(path.get("style", ""))
    return Line(colour[1] if colour else "", points_of(path.get("d", "")))


def tolerance(line: Line) -> float:
    """Return how far a thinned line may be from its curve, in points."""
    tenths = {round(10 * each) for point in line.points for each in point}
    step = next((n for n in STEPS if not any(each % n for each in tenths)), 1)
    return max(NEAR, step / 20 + HAIR)


def departs(line: Line, corners: Sequence[tuple[float, Point]], left: float) -> float | None:
    """Return the time at which a line leaves the way of its curve, None if it never does.

    Parameters
    ----------
    line : as it is drawn.
    corners : of the curve, from `Plot.corners`.
    left : where the plot begins; the line may begin there, or later with delayed entry.
    """
    near, (first, (_, height)) = tolerance(line), corners[0]
    way = [(left, height), *(point for _, point in corners)]
    if not line.points:
        return first
    left_out = _missed([point for _, point in corners], line.points, near)
    strayed = _missed(line.points, way, near)
    times = [corners[left_out][0]] if left_out is not None else []
    if strayed is not None:
        x = line.points[strayed][0]
        times.append(
            max((time for time, (across, _) in corners if across <= x + near), default=first)
        )
    return min(times, default=None)


def _missed(points: Sequence[Point], way: Sequence[Point], near: float) -> int | None:
    """Return the position of the first point that is not met, in their order, on a way."""
    pieces, at = list(pairwise(way)) or [(way[0], way[0])], 0
    for i, point in enumerate(points):
        while at < len(pieces) and not _meets(point, *pieces[at], near):
            at += 1
        if at == len(pieces):
            return i
    return None


def _meets(point: Point, a: Point, b: Point, near: float) -> bool:
    """Return whether a point is near a piece of a line."""
    (x, y), (ax, ay), (bx, by) = point, a, b
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = min(1.0, max(0.0, ((x - ax) * dx + (y - ay) * dy) / length)) if length else 0.0
    return (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2 <= near * near
