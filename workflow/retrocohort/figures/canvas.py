"""The page of a figure: a layer in points, and text that is measured before it is placed.

Every figure is laid out from measured text, so that labels of any length fit and no two texts
overlap. All lengths are in points (1/72 inch), y runs downwards from the top of the page.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from matplotlib import rc_context, rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from retrocohort.figures import fonts
from retrocohort.language import ENGLISH, language, say

POINTS_PER_MM = 72 / 25.4
WIDTHS = {"single": 85 * POINTS_PER_MM, "double": 175 * POINTS_PER_MM}
LINE_HEIGHT = 1.28  # of the font size
BASELINE = 0.78  # of the line height, from the top of a line
MARGIN = 4.0  # white on every side of a page
# a Chinese character with the marks that stay with it, or a run of other letters: a line can end
# between any two
PIECE = re.compile(
    "[（《「『【]*(?:[\u2e80-\u9fff\uf900-\ufaff\uff10-\uff19\uff21-\uffef]"
    "|[^\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|.)[，。、；：！？）》」』】％]*"
)
NOTICE_COLOUR = "#8a2500"


def styled(style: str):
    """Return a context in which matplotlib has its defaults and the settings of the style file.

    The fonts in the folder `fonts` beside the file are made known to matplotlib.
    """
    for font in sorted(Path(style).resolve().parent.glob("fonts/*.ttf")):
        fonts.add(str(font))
    return rc_context(fname=style)


def body() -> float:
    """Return the size of running text."""
    return rcParams["font.size"]


def small() -> float:
    """Return the size of notes."""
    return rcParams["legend.fontsize"]


def title_size() -> float:
    """Return the size of a title."""
    return rcParams["figure.titlesize"]


def page(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure and its text layer, whose coordinates are points from the top left."""
    figure = Figure(figsize=(width / 72, height / 72))
    return figure, panel(figure, 0, 0, width, height)


def panel(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Return a text layer on a part of the page, with its own points from its top left."""
    layer = _axes(figure, left, top, width, height, label=f"layer-{len(figure.axes)}", zorder=5)
    layer.set(xlim=(0, width), ylim=(height, 0))
    layer.axis("off")
    return layer


def axes_at(layer: Axes, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes at a place given in points from the top left of a layer."""
    page_width, page_height = (side * 72 for side in layer.figure.get_size_inches())
    place = layer.get_position(original=True)
    corner = place.x0 * page_width, (1 - place.y1) * page_height
    return _axes(layer.figure, corner[0] + left, corner[1] + top, width, height)


def _axes(figure: Figure, left: float, top: float, width: float, height: float, **how) -> Axes:
    page_width, page_height = (side * 72 for side in figure.get_size_inches())
    bottom = page_height - top - height
    where = (left / page_width, bottom / page_height, width / page_width, height / page_height)
    return figure.add_axes(where, **how)


def finish(figure: Figure, notice: str) -> None:
    """Write the notice under a figure, and check that the fonts have all its letters.

    Raises
    ------
    FaultsFound
        When a letter would be drawn as an empty box.
    """
    sign(figure, notice)
    fonts.check(figure)


def sign(figure: Figure, notice: str) -> None:
    """Write a notice under a finished figure, which grows by its lines; nothing for no notice."""
    if not notice:
        return
    width, height = (side * 72 for side in figure.get_size_inches())
    lines = wrap(notice, width - 4 * MARGIN, small(), "bold")
    foot = height_of(lines, small()) + MARGIN
    figure.set_size_inches(width / 72, (height + foot) / 72)
    for axes in figure.axes:
        place = axes.get_position(original=True)
        bottom, tall = place.y0 * height + foot, place.height * height
        share = height + foot
        axes.set_position((place.x0, bottom / share, place.width, tall / share))
    layer = figure.add_axes((0, 0, 1, foot / (height + foot)), label="notice")
    layer.set(xlim=(0, width), ylim=(foot, 0))
    layer.axis("off")
    write(layer, MARGIN, 0, lines, size=small(), weight="bold", color=NOTICE_COLOUR)


@lru_cache(maxsize=4096)
def _width(text: str, size: float, weight: str, style: str) -> float:
    font = FontProperties(size=size, weight=weight, style=style)
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]


def width_of(text: str, size: float | None = None, weight="normal", style="normal") -> float:
    """Return the width of one line of text."""
    fonts.supply(text)
    return _width(text, size or body(), _weight(weight), style) if text else 0.0


def _weight(weight: str) -> str:
    """Return the weight that is drawn: Chinese has one, and Latin beside it is not bolder."""
    return weight if language() == ENGLISH else "normal"


def line_height(size: float | None = None) -> float:
    """Return the distance between two lines of text."""
    return LINE_HEIGHT * (size or body())


def _pieces(word: str, width: float, size: float, weight: str) -> list[str]:
    """Cut a word that is wider than the line into pieces that fit."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size, weight) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def wrap(text: str, width: float, size: float | None = None, weight: str = "normal") -> list[str]:
    """Return the lines of a text, none wider than `width` (one letter a line at the least)."""
    size = size or body()
    lines = [""]
    for between, word in _words(text):
        joined = f"{lines[-1]}{between}{word}".strip()
        if width_of(joined, size, weight) <= width:
            lines[-1] = joined
        else:
            pieces = _pieces(word, width, size, weight)
            lines = (lines if lines[-1] else lines[:-1]) + pieces
    return lines


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Yield what is never cut at the end of a line, and the blank before it, if there is one."""
    for word in text.split():
        between = " "
        for piece in PIECE.findall(word):
            yield between, piece
            between = ""


def write(layer: Axes, x: float, top: float, lines: Sequence[str], **text) -> list[Text]:
    """Write lines of text, the first with its line box at `top`; return the text artists.

    Parameters
    ----------
    layer : Axes
        A layer in points, see `page`.
    x, top : float
        Place of the anchor (see `ha`) and top of the first line.
    lines : sequence of str
        The lines, already wrapped.
    **text
        `size`, `ha`, `color`, `weight`, `style` of matplotlib's text.
    """
    fonts.supply("".join(lines))
    size = text.setdefault("size", body())
    text["weight"] = _weight(text.get("weight", "normal"))
    step = line_height(size)
    return [
        layer.text(x, top + (i + BASELINE) * step, line, va="baseline", **text)
        for i, line in enumerate(lines)
        if line
    ]


def height_of(lines: Sequence[str], size: float | None = None) -> float:
    """Return the height of lines of text."""
    return len(lines) * line_height(size)


Heading = Sequence[tuple[list[str], float, str]]  # of each part: lines, size, weight


def heading(title: str, about: str, width: float) -> Heading:
    """Return the wrapped title and the line under it, for `write_heading`."""
    size = title_size()
    return [
        (wrap(title, width, size, "bold"), size, "bold"),
        (wrap(about, width), body(), "normal"),
    ]


def heading_height(parts: Heading) -> float:
    """Return the distance from the top of the page to what stands under the heading."""
    return MARGIN + sum(height_of(lines, size) for lines, size, _ in parts) + 6


def write_heading(layer: Axes, parts: Heading) -> None:
    """Write the heading at the top of the page."""
    top = MARGIN
    for lines, size, weight in parts:
        write(layer, MARGIN, top, lines, size=size, weight=weight)
        top += height_of(lines, size)


def withheld(heading: Heading, width: float) -> Figure:
    """Return a figure of which disclosure control leaves nothing to draw: it says so."""
    figure, layer = page(width, withheld_height(heading, width) + MARGIN)
    write_withheld(layer, heading, width)
    return figure


def withheld_height(heading: Heading, width: float) -> float:
    """Return the height of what `write_withheld` writes."""
    return heading_height(heading) + line_height() / 2 + height_of(_why_withheld(width))


def write_withheld(layer: Axes, heading: Heading, width: float) -> None:
    """Write the heading of a figure, or of a panel, and that nothing is left to draw."""
    write_heading(layer, heading)
    write(layer, MARGIN, heading_height(heading) + line_height() / 2, _why_withheld(width))


def _why_withheld(width: float) -> list[str]:
    why = say("Not drawn: disclosure control withholds every estimate that this figure would show.")
    return wrap(why, width - 2 * MARGIN)
