"""Several Kaplan-Meier figures in one: a letter, the population and the number at risk a panel."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import ascii_uppercase

from matplotlib.figure import Figure

from retrocohort.figures import canvas, curves
from retrocohort.figures.curve_data import Rows
from retrocohort.language import listed, say, sentences

COLUMNS = {"single": 1, "double": 2}  # panels side by side, each as wide as a single column
BETWEEN = 10.0  # white between two rows


def draw(
    parts: Sequence[Mapping[str, str]],
    rows: Sequence[tuple[Rows, Rows, Rows]],
    panels: Mapping,
    curve: Mapping,
    by: Mapping | None,
    conventions: Mapping,
) -> Figure:
    """Return the figure, two panels a row, or one in a figure of the width of a single column.

    Parameters
    ----------
    parts : sequence of mapping
        Of each panel, as `curves.draw` wants it.
    rows : sequence of tuple
        Rows of km_<curve>.csv, quantiles.csv and logrank.csv of each panel.
    panels : mapping
        The entry of the study file: "title", and if given "remark" and "width".
    curve, by, conventions : mapping
        As for `curves.draw`; every panel has the width of a single column.
    """
    column = panels.get("width", "double")
    width, columns = canvas.WIDTHS[column], COLUMNS[column]
    made = [
        _panel(letter, part, own, curve, by, conventions)
        for letter, part, own in zip(ascii_uppercase, parts, rows, strict=False)
    ]
    notes = sentences(_remarks([layout.remarks for _, layout in made]))
    lines = canvas.wrap(notes, width - 2 * canvas.MARGIN, canvas.small())
    made = [(groups, _without_notes(layout)) for groups, layout in made]
    heading = canvas.heading(panels["title"], panels.get("remark", ""), width - 2 * canvas.MARGIN)
    tops = [canvas.heading_height(heading)]
    for first in range(0, len(made), columns):
        tallest = max(layout.height for _, layout in made[first : first + columns])
        tops.append(tops[-1] + tallest + BETWEEN)
    height = tops[-1] + canvas.height_of(lines, canvas.small()) + canvas.MARGIN
    figure, layer = canvas.page(width, height)
    canvas.write_heading(layer, heading)
    canvas.write(layer, canvas.MARGIN, tops[-1], lines, size=canvas.small())
    for place, (groups, layout) in enumerate(made):
        row, right = divmod(place, columns)
        corner = right * (width - canvas.WIDTHS["single"]), tops[row]
        own = canvas.panel(figure, *corner, layout.frame.width, layout.height)
        curves.draw_on(own, groups, layout)
    return figure


def _panel(letter: str, part: Mapping, rows: tuple, curve: Mapping, by, conventions) -> tuple:
    """Return groups and layout of a panel, which is named by its letter and population."""
    narrow = {"width": "single", "title": f"{letter}   {part['population_label']}"}
    return curves.prepare(part, *rows, {**curve, **narrow}, by, conventions)


def _without_notes(layout):
    """Return a layout without the notes at its foot: they stand once under all panels."""
    return replace(layout, remarks=[], height=layout.below.notes_top)


def _remarks(of_panels: Sequence[Sequence[str]]) -> list[str]:
    """Return the remarks of all panels, each once; those of some panels with their letters."""
    said = []
    for remark in dict.fromkeys(remark for remarks in of_panels for remark in remarks):
        letters = [a for a, own in zip(ascii_uppercase, of_panels, strict=False) if remark in own]
        everywhere = len(letters) == len(of_panels)
        about = say("{label}: {n}", label=listed(letters), n=remark)
        said.append(remark if everywhere else about)
    return said
