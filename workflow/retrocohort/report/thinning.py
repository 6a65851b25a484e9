"""Lines and marks of a drawing in few bytes, and fewer of them where there are too many.

Lines are drawn to tenths of a point, a seventh of a pixel of the page: a step that is finer than
that is left out. A drawing that is too large all the same is thinned more, as little as it takes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

Point = tuple[int, int]  # tenths of a point from the left and from the top

STEPS = (1, 2, 5, 10, 20, 50)  # tenths of a point; a curve is 12.5 wide
COARSEST_TICK = 10  # of them, so that a tick of 4.5 points stays one
NOTHING = re.compile(r'<path d="M \S+ \S+ "[^>]*/>')  # of a mark without a line: it draws nothing
ALIKE = re.compile(r'<path d="[^"]*"([^>]*fill:none[^>]*)/>(?:<path d="[^"]*"\1/>)+')
LINE = re.compile(r'<path d="([^"]*)"')
LONG = re.compile(r'd="(M [-\d.LMz ]{200,})"')  # straight lines of many corners
SHAPE = re.compile(r'<path id="([^"]+)" d="([^"]*)"(?: style="([^"]*)")?/>')
STRAIGHT = re.compile(r"(?:[ML] \S+ \S+ )+")  # lines that enclose nothing
MARK = re.compile(r'<use href="(#[^"]+)" x="([\d.]+)" y="([\d.]+)" style="([^"]*)"/>')
MARKS = re.compile(rf"(?:{MARK.pattern}){{2,}}".replace("(#", "(?:#").replace("([", "(?:["))


def fitted(body: str, most: int) -> str:
    """Return a drawing with its lines and marks thinned as little as it takes to fit.

    Parameters
    ----------
    body : str
        Elements of an SVG drawing of this pipeline, lengths in points.
    most : int
        Bytes. Texts are never left out: what is larger by its texts alone stays so.
    """
    body = ALIKE.sub(_merged, NOTHING.sub("", body))
    shapes = {f"#{name}": (shape, look) for name, shape, look in SHAPE.findall(body)}
    for step in STEPS:
        thin = MARKS.sub(partial(_grouped, step, shapes), body)
        thin = MARK.sub(partial(_alone, shapes), LONG.sub(partial(_thinned, step), thin))
        if len(thin.encode()) <= most:
            break
    return thin


def _merged(lines: re.Match) -> str:
    """Return lines that look alike, one after the other, as one."""
    return f'<path d="{"".join(LINE.findall(lines[0]))}"{lines[1]}/>'


def _thinned(step: int, line: re.Match) -> str:
    """Return a line of many corners by its moves, none of them finer than a step."""
    pieces = _pieces(line[1], step)
    return f'd="{"".join(_drawn(_corners(points), closed) for points, closed in pieces)}"'


def _pieces(line: str, step: int) -> Iterator[tuple[list[Point], bool]]:
    """Yield the pieces of a line, their points in whole steps, and whether they are closed."""
    for piece in line.split("M")[1:]:
        lengths = piece.replace("L", "").rstrip(" z").split()
        tenths = [_stepped(length, step) for length in lengths]
        yield list(zip(tenths[::2], tenths[1::2], strict=True)), piece.rstrip().endswith("z")


def _stepped(length: str, step: int) -> int:
    """Return a length, given in points, in tenths of a point and in whole steps."""
    return step * round(10 * float(length) / step)


def _corners(points: Sequence[Point]) -> list[Point]:
    """Return the points at which an upright or level line turns; others all."""
    kept = [points[0]]
    for x, y in points[1:]:
        if (x, y) == kept[-1]:
            continue
        if len(kept) > 1:
            (x0, y0), (x1, y1) = kept[-2:]
            level, upright = y0 == y1 == y, x0 == x1 == x
            if (level and (x1 - x0) * (x - x1) > 0) or (upright and (y1 - y0) * (y - y1) > 0):
                kept.pop()
        kept.append((x, y))
    return kept


def _drawn(corners: Sequence[Point], closed: bool = False, after: Point | None = None) -> str:
    """Return a line by its moves; its start is told from the end of the line before, if given."""
    (x, y), (left, top) = corners[0], after or (0, 0)
    moves = "".join(_move(a, b) for a, b in zip(corners, corners[1:], strict=False))
    return f"{'m' if after else 'M'}{_pair(x - left, y - top)}{moves}{'z' if closed else ''}"


def _move(start: Point, end: Point) -> str:
    across, down = end[0] - start[0], end[1] - start[1]
    if not down:
        return f"h{_tenths(across)}"
    return f"l{_pair(across, down)}" if across else f"v{_tenths(down)}"


def _pair(x: int, y: int) -> str:
    """Return two lengths; a minus sign parts them as a blank would."""
    return f"{_tenths(x)}{'' if y < 0 else ' '}{_tenths(y)}"


def _tenths(n: int) -> str:
    """Return "1.2" of 12, "3" of 30, ".4" of 4."""
    text = f"{n / 10:g}"
    return text.replace("0.", ".") if 0 < abs(n) < 10 else text


def _grouped(step: int, shapes: Mapping[str, tuple[str, str]], marks: re.Match) -> str:
    """Return a row of marks, one at a place, with what is common to a run of them said once.

    Parameters
    ----------
    step : int
        In tenths of a point.
    shapes : mapping
        Line and look of what stands at the places of marks.
    marks : match of `MARKS`
    """
    found = [mark.groups() for mark in MARK.finditer(marks[0])]
    runs = []
    for (name, style), own in groupby(found, key=lambda mark: (mark[0], mark[3])):
        shape, look = shapes[name]
        places = dict.fromkeys((_stepped(x, step), _stepped(y, step)) for _, x, y, _ in own)
        if STRAIGHT.fullmatch(shape):
            lines = [points for points, _ in _pieces(shape, min(step, COARSEST_TICK))]
            drawn = _ticks(lines, places)
            runs.append(f'<path d="{drawn}" style="{_beside(look, style, "fill")}{look}"/>')
        else:
            uses = (f'<use href="{name}" x="{_tenths(x)}" y="{_tenths(y)}"/>' for x, y in places)
            runs.append(f'<g style="{_beside(look, style)}">{"".join(uses)}</g>')
    return "".join(runs)


def _ticks(lines: Sequence[Sequence[Point]], places: Iterable[Point]) -> str:
    """Return a mark of straight lines, drawn at each of some places."""
    drawn, end = [], None
    for x, y in places:
        for points in lines:
            corners = [(x + across, y + down) for across, down in points]
            drawn.append(_drawn(corners, after=end))
            end = corners[-1]
    return "".join(drawn)


def _alone(shapes: Mapping[str, tuple[str, str]], mark: re.Match) -> str:
    """Return a mark without what its shape says itself."""
    name, x, y, style = mark.groups()
    shape, look = shapes[name]
    own = _beside(look, style, "fill" if STRAIGHT.fullmatch(shape) else "").rstrip(";")
    style = f' style="{own}"' if own else ""
    return f'<use href="{name}" x="{x}" y="{y}"{style}/>'


def _beside(look: str, style: str, needless: str = "") -> str:
    """Return what a style says beside a look, which comes before it, and beside one more word."""
    said = {part.partition(":")[0] for part in look.split(";")} | {needless}
    return "".join(f"{part};" for part in style.split(";") if part.partition(":")[0] not in said)
