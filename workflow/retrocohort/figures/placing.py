"""Where a block of text stands clear of the curves."""

from collections.abc import Sequence

import numpy as np

SAMPLES = 241  # places along the time axis at which the curves are looked up
CLEARANCE = 5.0  # points between text and curves at the least
PADDING = 6.0  # points between text and the ends of the axes
SLIDES = 7  # places tried along each side when no corner is free


def occupied(
    outlines: Sequence[tuple[np.ndarray, np.ndarray]], width: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return lowest and highest place that each outline reaches, along the axis.

    Parameters
    ----------
    outlines : pairs of arrays x, y
        Corners of a staircase in points from the lower left end of the axes.
    width : float
        Of the axes.

    Returns
    -------
    lowest, highest : arrays of shape (outlines, SAMPLES)
        NaN where an outline has ended or not begun.
    """
    edges = np.linspace(0, width, SAMPLES + 1)
    shape = (len(outlines), SAMPLES)
    lowest, highest = np.full(shape, np.nan), np.full(shape, np.nan)
    for place, (x, y) in enumerate(outlines):
        known = np.isfinite(y)
        x, y = x[known], y[known]
        if not x.size:
            continue
        at_edges = y[np.clip(np.searchsorted(x, edges, side="right") - 1, 0, None)]
        low, high = np.minimum(at_edges[:-1], at_edges[1:]), np.maximum(at_edges[:-1], at_edges[1:])
        bins = np.clip((x / width * SAMPLES).astype(int), 0, SAMPLES - 1)
        np.minimum.at(low, bins, y)
        np.maximum.at(high, bins, y)
        there = (edges[1:] >= x[0]) & (edges[:-1] <= x[-1])
        lowest[place, there], highest[place, there] = low[there], high[there]
    return lowest, highest


def clearance(
    box: tuple[float, float, float, float],
    reach: tuple[np.ndarray, np.ndarray],
    width: float,
) -> float:
    """Return the distance in height between a box and the nearest outline; negative on overlap.

    `box` is x, y, width and height from the lower left end of the axes, `reach` of `occupied`.
    """
    x, y, box_width, box_height = box
    first = int(np.clip((x - CLEARANCE) / width * SAMPLES, 0, SAMPLES - 1))
    last = int(np.clip((x + box_width + CLEARANCE) / width * SAMPLES, 0, SAMPLES - 1))
    low, high = (side[:, first : last + 1] for side in reach)
    gaps = np.fmax(low - (y + box_height), y - high)  # above the box, or below it
    return float(np.nanmin(gaps)) if np.isfinite(gaps).any() else np.inf


def free_place(
    size: tuple[float, float], room: tuple[float, float], outlines: Sequence
) -> tuple[float, float] | None:
    """Return the lower left end of a block that is clear of all outlines, None when there is none.

    The emptiest corner is taken; where no corner is free, the emptiest other place.

    Parameters
    ----------
    size, room : (width, height)
        Of the block and of the axes.
    outlines : pairs of arrays
        See `occupied`.
    """
    spare = [room[side] - size[side] - 2 * PADDING for side in (0, 1)]
    if min(spare) < 0:
        return None
    reach = occupied(outlines, room[0])
    steps = np.linspace(0, 1, SLIDES)
    anywhere = [(right, up) for up in steps for right in steps]
    for choices in ([(1, 1), (0, 0), (1, 0), (0, 1)], anywhere):
        places = [(PADDING + spare[0] * right, PADDING + spare[1] * up) for right, up in choices]
        gaps = [min(clearance((*place, *size), reach, room[0]), room[1]) for place in places]
        best = int(np.argmax(gaps))
        if gaps[best] >= CLEARANCE:
            return places[best]
    return None
