"""Several Kaplan-Meier figures in one: a letter, the population and the number at risk a panel."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import ascii_uppercase

from matplotlib.figure import Figure

from retrocohort.figures import canvas, curves
from retrocohort.figures.curve_data import Rows

COLUMNS = 2
WIDTH = canvas.WIDTHS["double"]
LEFT_OF = (0.0, WIDTH - canvas.WIDTHS["single"])  # the panels of a row
BETWEEN = 10.0  # white between two rows


def draw(
    parts: Sequence[Mapping[str, str]],
    rows: Sequence[tuple[Rows, Rows, Rows]],
    panels: Mapping,
    curve: Mapping,
    by: Mapping | None,
    conventions: Mapping,
) -> Figure:
    """Return the figure, two panels a row.

    Parameters
    ----------
    parts : sequence of mapping
        Of each panel, as `curves.draw` wants it.
    rows : sequence of tuple
        Rows of km_<curve>.csv, quantiles.csv and logrank.csv of each panel.
    panels : mapping
        The entry of the study file: "title", and if given "remark".
    curve, by, conventions : mapping
        As for `curves.draw`; every panel has the width of a single column.
    """
    made = [
        _panel(letter, part, own, curve, by, conventions)
        for letter, part, own in zip(ascii_uppercase, parts, rows, strict=False)
    ]
    notes = max((" ".join(layout.notes) for _, layout in made), key=len)
    lines = canvas.wrap(notes, WIDTH - 2 * canvas.MARGIN, canvas.small())
    made = [(groups, _without_notes(layout)) for groups, layout in made]
    heading = canvas.heading(panels["title"], panels.get("remark", ""), WIDTH - 2 * canvas.MARGIN)
    tops = [canvas.heading_height(heading)]
    for first in range(0, len(made), COLUMNS):
        tallest = max(layout.height for _, layout in made[first : first + COLUMNS])
        tops.append(tops[-1] + tallest + BETWEEN)
    height = tops[-1] + canvas.height_of(lines, canvas.small()) + canvas.MARGIN
    figure, layer = canvas.page(WIDTH, height)
    canvas.write_heading(layer, heading)
    canvas.write(layer, canvas.MARGIN, tops[-1], lines, size=canvas.small())
    for place, (groups, layout) in enumerate(made):
        row, column = divmod(place, COLUMNS)
        corner = LEFT_OF[column], tops[row]
        own = canvas.panel(figure, *corner, layout.frame.width, layout.height)
        curves.draw_on(own, groups, layout)
    return figure


def _panel(letter: str, part: Mapping, rows: tuple, curve: Mapping, by, conventions) -> tuple:
    """Return groups and layout of a panel, which is named by its letter and population."""
    narrow = {"width": "single", "title": f"{letter}   {part['population_label']}"}
    return curves.prepare(part, *rows, {**curve, **narrow}, by, conventions)


def _without_notes(layout):
    """Return a layout without the notes at its foot: they stand once under all panels."""
    return replace(layout, notes=[], height=layout.below.notes_top)
