"""The STROBE flowchart: records delivered, exclusions in their order, cohort, arms, populations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from retrocohort import format as fmt
from retrocohort.figures import canvas
from retrocohort.io import as_number
from retrocohort.language import say, sentences
from retrocohort.wording import sentence

Rows = Sequence[Mapping[str, str]]
WIDTH = canvas.WIDTHS["double"]
GUTTER = 12.0  # left of all boxes, for the line to the rows of boxes below the cohort
MAIN_WIDTH = 200.0  # of the boxes of those who stay
BRANCH = 34.0  # from those boxes to the boxes of the excluded
INSIDE = 5.0  # white between the frame of a box and its text
DROP = 14.0  # length of an arrow downwards
BETWEEN = 10.0  # between boxes side by side
MOST_COLUMNS = 4
LEFT = canvas.MARGIN + GUTTER
RIGHT = WIDTH - canvas.MARGIN


@dataclass(frozen=True)
class Box:
    """A box of text: place of its upper left end and size in points, wrapped lines and weights."""

    x: float
    y: float
    width: float
    height: float
    lines: Sequence[tuple[str, str]]

    @property
    def centre(self) -> float:
        """Return the middle between left and right."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """Return the lower end."""
        return self.y + self.height


def draw(flow: Rows, populations: Rows, arms: Rows, title: str, chart: Mapping) -> Figure:
    """Return the flowchart.

    Parameters
    ----------
    flow : rows of flow.csv
        The first is the records delivered, each further one a criterion.
    populations : rows of populations.csv
        The first without a parent is the whole cohort.
    arms : rows of arms.csv
    title : str
        Title of the study.
    chart : mapping
        If given "remark", a line at the foot, and "without", populations that are not shown.
    """
    heading = canvas.heading(title, say("Flow of patients"), WIDTH - 2 * canvas.MARGIN)
    cohort = next(row for row in populations if not row["parent"])
    main, side = _column(flow, cohort, canvas.heading_height(heading))
    shown = [p for p in populations if p["population"] not in chart.get("without", [])]
    rows = _below(shown, populations, arms, cohort, main[-1].bottom)
    bottom = rows[-1][0].bottom if rows else main[-1].bottom
    notes = _notes(shown, chart.get("remark", ""))
    height = bottom + 8 + canvas.height_of(notes, canvas.small()) + canvas.MARGIN
    figure, layer = canvas.page(WIDTH, height)
    canvas.write_heading(layer, heading)
    for box in [*main, *side, *(box for row in rows for box in row)]:
        _draw_box(layer, box)
    for above, under in zip(main, main[1:], strict=False):
        _arrow(layer, above.centre, above.bottom, above.centre, under.y)
    for box in side:
        middle = box.y + box.height / 2
        _arrow(layer, main[0].centre, middle, box.x, middle)
    _draw_branches(layer, main[-1], rows)
    canvas.write(layer, canvas.MARGIN, bottom + 8, notes, size=canvas.small())
    return figure


def make_box(x: float, y: float, width: float, texts: Sequence[tuple[str, str]]) -> Box:
    """Return a box at a place; texts (and their weights) are wrapped, the height follows."""
    room = width - 2 * INSIDE
    lines = [
        (line, weight) for text, weight in texts for line in canvas.wrap(text, room, weight=weight)
    ]
    return Box(x, y, width, len(lines) * canvas.line_height() + 2 * INSIDE - 2, lines)


def _column(flow: Rows, cohort: Mapping, top: float) -> tuple[list[Box], list[Box]]:
    """Return the boxes of those who stay, one below the other, and of the excluded beside them."""
    first = [(flow[0]["label"], "bold"), (_n(flow[0]["n_after"]), "normal")]
    main, side = [make_box(LEFT, top, MAIN_WIDTH, first)], []
    x = LEFT + MAIN_WIDTH + BRANCH
    for row in flow[1:]:
        texts = [
            (say("Excluded: {label}", label=row["label"]), "normal"),
            (_n(row["n_excluded"]), "normal"),
        ]
        if row.get("n_unknown", "0") != "0":
            texts.append(
                (say("(not known, kept: {n_unknown})", n_unknown=_n(row["n_unknown"])), "normal")
            )
        box = make_box(x, main[-1].bottom + DROP / 2, RIGHT - x, texts)
        side.append(box)
        if row is not flow[-1]:
            remaining = [(say("Remaining: {n_after}", n_after=_n(row["n_after"])), "normal")]
            main.append(make_box(LEFT, box.bottom + DROP / 2, MAIN_WIDTH, remaining))
    last = [(cohort["label"], "bold"), (_n(cohort["n"]), "normal")]
    below = side[-1].bottom + DROP / 2 if side else main[-1].bottom + DROP
    return [*main, make_box(LEFT, below, MAIN_WIDTH, last)], side


def _below(shown: Rows, populations: Rows, arms: Rows, cohort: Mapping, top: float):
    """Return the rows of boxes under the cohort: its arms, then the populations with theirs."""
    groups = []
    for arm in dict.fromkeys(row["arm"] for row in arms):
        counts = _arm_counts(arms, arm, cohort)
        groups.append([[(label, "bold"), (f"n = {n}", "normal")] for label, n in counts])
    labels = {row["population"]: row["label"] for row in populations}
    others = [row for row in shown if row is not cohort]
    groups.append([list(_population_texts(row, arms, labels, cohort)) for row in others])
    rows = []
    for texts in groups:
        for part in _split(texts):
            rows.append(_row_of_boxes(part, (rows[-1][0].bottom if rows else top) + 2 * DROP))
    return rows


def _arm_counts(arms: Rows, arm: str, population: Mapping) -> list[tuple[str, str]]:
    """Return label and count of each level of an arm in a population, and of who has no level."""
    own = [r for r in arms if (r["arm"], r["population"]) == (arm, population["population"])]
    counts = [(row["label"], as_number(row["n"])) for row in own]
    unknown = as_number(population["n"]) - sum(n for _, n in counts)
    counts += [(say("Not recorded"), unknown)] if unknown > 0 else []
    return [(label, fmt.count(n)) for label, n in counts]


def _population_texts(row, arms, labels, cohort) -> Iterator[tuple[str, str]]:
    """Yield the texts of the box of a population: label, n, and n of each arm."""
    yield row["label"], "bold"
    if row["parent"] != cohort["population"]:
        yield say("of {parent}", parent=labels[row["parent"]]), "normal"
    yield _n(row["n"]), "normal"
    for arm in dict.fromkeys(arm["arm"] for arm in arms):
        for label, n in _arm_counts(arms, arm, row):
            yield say("{label}: {n}", label=label, n=n), "normal"


def _split(items: Sequence) -> list[Sequence]:
    """Return the items in as few rows as hold them, the rows as even as can be."""
    rows = -(-len(items) // MOST_COLUMNS)
    columns = -(-len(items) // rows) if rows else 1
    return [items[i : i + columns] for i in range(0, len(items), columns)]


def _row_of_boxes(texts: Sequence, top: float) -> list[Box]:
    """Return boxes side by side over the width of the page."""
    width = (RIGHT - LEFT - (len(texts) - 1) * BETWEEN) / len(texts)
    row = [make_box(LEFT + i * (width + BETWEEN), top, width, t) for i, t in enumerate(texts)]
    tallest = max(box.height for box in row)
    return [replace(box, height=tallest) for box in row]


def _notes(shown: Rows, remark: str) -> list[str]:
    """Return the wrapped notes at the foot."""
    several = say("A patient can belong to several populations.") if len(shown) > 2 else ""
    said = sentences(filter(None, [several, sentence(remark)]))
    return canvas.wrap(said, WIDTH - 2 * canvas.MARGIN, canvas.small()) if said else []


def _n(text: str) -> str:
    """Return "n = 1,546"."""
    return f"n = {fmt.count(as_number(text))}"


def _draw_box(layer: Axes, box: Box) -> None:
    """Draw the frame and the text of a box."""
    style = {"edgecolor": rcParams["axes.edgecolor"], "linewidth": rcParams["patch.linewidth"]}
    frame = Rectangle((box.x, box.y), box.width, box.height, fill=False, gid="box", **style)
    layer.add_patch(frame)
    for i, (line, weight) in enumerate(box.lines):
        top = box.y + INSIDE - 1 + i * canvas.line_height()
        canvas.write(layer, box.x + INSIDE, top, [line], weight=weight)


def _arrow(layer: Axes, x: float, y: float, end_x: float, end_y: float) -> None:
    """Draw a straight arrow."""
    style = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 7}
    style |= {"linewidth": rcParams["patch.linewidth"], "color": rcParams["axes.edgecolor"]}
    layer.annotate("", (end_x, end_y), (x, y), arrowprops=style)


def _line(layer: Axes, x: Sequence[float], y: Sequence[float]) -> None:
    """Draw a line without an arrow."""
    layer.plot(x, y, "-", color=rcParams["axes.edgecolor"], lw=rcParams["patch.linewidth"])


def _draw_branches(layer: Axes, cohort: Box, rows: Sequence[Sequence[Box]]) -> None:
    """Draw the line from the cohort that branches to every box of the rows below.

    It runs down to the first row, and to the further rows in the gutter left of all boxes.
    """
    if not rows:
        return
    gutter = canvas.MARGIN + GUTTER / 3
    heights = [row[0].y - DROP for row in rows]
    _line(layer, [cohort.centre] * 2, [cohort.bottom, heights[0]])
    if len(rows) > 1:
        _line(layer, [gutter] * 2, [heights[0], heights[-1]])
    for row, y in zip(rows, heights, strict=True):
        ends = [box.centre for box in row] + [cohort.centre if row is rows[0] else gutter]
        ends += [gutter] if len(rows) > 1 else []
        _line(layer, [min(ends), max(ends)], [y, y])
        for box in row:
            _arrow(layer, box.centre, y, box.centre, box.y)
