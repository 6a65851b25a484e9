"""SVG drawings of this pipeline, made fit to stand in one page together.

The drawings of one page name their parts alike (`axes_1`, `DejaVuSans-41`): ids are numbered anew,
and letters and lines of text, the same in many drawings, are kept once. Drawings are rewritten as
text: parsing the XML of a hundred of them would take longer than the rest of the page.

Long lines are thinned to tenths of a point, a seventh of a pixel of the page: a step that is finer
than that is left out. The files beside the page hold them all.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup, escape

PIXELS = 1.5  # of the page for a point of a figure: letters of 8 points read as 12 pixels
NAME = r"[A-Z][\w-]*-[0-9a-f]+"  # id of a letter: font and number, "DejaVuSans-41"
OPENING = re.compile(r"<svg\b[^>]*?viewBox=\"\S+ \S+ (\S+) (\S+)\"[^>]*>(.*)</svg>\s*$", re.DOTALL)
UNUSED = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", re.DOTALL)
ACTIVE = re.compile(r'<(?:script|foreignObject|image|a)\b| on\w+="')
LETTER = re.compile(rf'<path id="({NAME})" ([^>]*?)/>')
ID = re.compile(r' id="([^"]+)"')
REFERENCE = re.compile(r'(href="|url\()#([^")]+)')
LENGTH = re.compile(r"(\d\d\.\d\d)\d+")  # of ten points and more, which a scale never is
SHIFT = re.compile(r'transform="translate\((\d+)\S* 0\)"')  # of a letter along its line, in 1/100
INK = "#1a1a1a"  # the colour of most texts
PLACED = re.compile(  # a line of text; letters are drawn upside down
    r'<g (?:style="fill: (#\w+)" )?transform="translate\((\S+) (\S+)\) scale\((\S+) -\4\)">'
)
LINE = re.compile(
    r'<g((?: fill="#\w+")? transform="[^"]*")>((?:<use href="#a\d+"(?: x="\d+")?/>)+)</g>'
)
BARE = re.compile(r"<g>|<g [^>]*>|</g>")
BLANKS = ((": ", ":"), ("; ", ";"), ("\n", " "), (' "', '"'))
EMPTY = re.compile(r"<defs>\s*</defs>")
LONG = re.compile(r'd="(M [-\d.LMz ]{200,})"')  # straight lines of many corners
MARK = re.compile(r'<use href="(#[^"]+)" x="([\d.]+)" y="([\d.]+)" style="([^"]*)"/>')
MARKS = re.compile(rf"(?:{MARK.pattern}){{2,}}".replace("(#", "(?:#").replace("([", "(?:["))


class Drawings:
    """The drawings of a page; the letters are drawn once and shared."""

    def __init__(self):
        """Start without a drawing."""
        self._letters: dict[str, str] = {}
        self._lines: dict[str, str] = {}
        self._count = 0

    def add(self, text: str, title: str) -> Markup:
        """Return a drawing as an element of the page.

        Parameters
        ----------
        text : str
            An SVG file of this pipeline.
        title : str
            What it shows, read out instead of it.

        Raises
        ------
        ValueError
            When the text is no SVG drawing, or one that would do or load something.
        """
        found = OPENING.search(UNUSED.sub("", text))
        if not found or ACTIVE.search(found[3]):
            raise ValueError("not a plain SVG drawing with a view box")
        width, height = float(found[1]), float(found[2])
        body = found[3].replace("xlink:href", "href")
        self._count += 1
        own: dict[str, str] = {}
        body = EMPTY.sub("", LETTER.sub(lambda letter: self._take(letter, own), body))
        for _, name in REFERENCE.findall(body):
            own.setdefault(name, f"d{self._count}-{len(own)}")
        body = ID.sub(lambda it: f' id="{own[it[1]]}"' if it[1] in own else "", body)
        body = REFERENCE.sub(lambda it: f"{it[1]}#{own[it[2]]}", body)
        body = LINE.sub(self._line, _shortened(body))
        return Markup(
            f'<svg role="img" aria-label="{escape(title)}" fill="{INK}"'
            f' width="{width * PIXELS:.0f}"'
            f' viewBox="0 0 {width:.2f} {height:.2f}">{body}</svg>'
        )

    def _take(self, letter: re.Match, own: dict[str, str]) -> str:
        """Keep a letter once, by its shape, and note its id in the page."""
        shape = " ".join(letter[2].split()).replace(' "', '"')
        own[letter[1]] = self._letters.setdefault(shape, f"a{len(self._letters)}")
        return ""

    def _line(self, line: re.Match) -> str:
        """Keep a line of text once, and return where it stands."""
        name = self._lines.setdefault(line[2], f"w{len(self._lines)}")
        return f'<use href="#{name}"{line[1]}/>'

    def letters(self) -> Markup:
        """Return the element that holds letters and lines of text, to stand once in the page."""
        shapes = "".join(f'<path id="{name}" {shape}/>' for shape, name in self._letters.items())
        shapes += "".join(f'<g id="{name}">{line}</g>' for line, name in self._lines.items())
        return Markup(
            '<svg class="letters" width="0" height="0" aria-hidden="true">'
            f"<defs>{shapes}</defs></svg>"
        )


def _shortened(body: str) -> str:
    """Return the same drawing in fewer bytes: lengths to a hundredth of a point, no blanks."""
    body = PLACED.sub(_placed, SHIFT.sub(r'x="\1"', LENGTH.sub(r"\1", body)))
    for blank, instead in BLANKS:
        body = body.replace(blank, instead)
    body = " ".join(body.split()).replace("> <", "><")
    return _without_bare_groups(MARKS.sub(_grouped, LONG.sub(_thinned, body)))


def _placed(text: re.Match) -> str:
    """Return the place and colour of a line of text, in few letters."""
    fill = f' fill="{text[1]}"' if text[1] and text[1] != INK else ""
    return f'<g{fill} transform="matrix({text[4]} 0 0-{text[4]} {text[2]} {text[3]})">'


def _without_bare_groups(body: str) -> str:
    """Return a drawing without groups that say nothing."""
    bare: list[bool] = []

    def kept(tag: re.Match) -> str:
        if tag[0] == "</g>":
            return "" if bare.pop() else tag[0]
        bare.append(tag[0] == "<g>")
        return "" if bare[-1] else tag[0]

    return BARE.sub(kept, body)


def _thinned(line: re.Match) -> str:
    """Return a line of many corners by its moves, in tenths of a point."""
    pieces = []
    for piece in line[1].split("M")[1:]:
        tenths = [round(10 * float(n)) for n in piece.replace("L", "").rstrip(" z").split()]
        corners = _corners(list(zip(tenths[::2], tenths[1::2], strict=True)))
        moves = [_move(a, b) for a, b in zip(corners, corners[1:], strict=False)]
        closed = "z" if piece.rstrip().endswith("z") else ""
        pieces.append(f"M{_tenths(corners[0][0])} {_tenths(corners[0][1])}{''.join(moves)}{closed}")
    return f'd="{"".join(pieces)}"'


def _corners(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
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


def _move(start: tuple[int, int], end: tuple[int, int]) -> str:
    across, down = end[0] - start[0], end[1] - start[1]
    if not down:
        return f"h{_tenths(across)}"
    return f"l{_tenths(across)} {_tenths(down)}" if across else f"v{_tenths(down)}"


def _tenths(n: int) -> str:
    """Return "1.2" of 12, "3" of 30."""
    return f"{n / 10:g}"


def _grouped(marks: re.Match) -> str:
    """Return marks with what they have in common said once for each run of them."""
    found = [mark.groups() for mark in MARK.finditer(marks[0])]
    runs = []
    for (shape, style), own in groupby(found, key=lambda mark: (mark[0], mark[3])):
        uses = [
            f'<use href="{shape}" x="{float(x):.1f}" y="{float(y):.1f}"/>' for _, x, y, _ in own
        ]
        runs.append(f'<g style="{style}">{"".join(uses)}</g>')
    return "".join(runs)
