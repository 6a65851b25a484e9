"""SVG drawings of this pipeline, made fit to stand in one page together.

The drawings of one page name their parts alike (`axes_1`, `DejaVuSans-41`): ids are numbered anew,
and letters and lines of text, the same in many drawings, are kept once. Drawings are rewritten as
text: parsing the XML of a hundred of them would take longer than the rest of the page.

Lines and marks are thinned (`retrocohort.report.thinning`); the files beside the page hold all.
"""

import re

from markupsafe import Markup, escape

from retrocohort.report.thinning import fitted

MOST_BYTES = 60_000  # of a drawing
PIXELS = 1.5  # of the page for a point of a figure: letters of 8 points read as 12 pixels
NAME = r"[A-Z][\w-]*-[0-9a-f]+"  # id of a letter: font and number, "DejaVuSans-41"
OPENING = re.compile(r"<svg\b[^>]*?viewBox=\"\S+ \S+ (\S+) (\S+)\"[^>]*>(.*)</svg>\s*$", re.DOTALL)
UNUSED = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", re.DOTALL)
ACTIVE = re.compile(r'<(?:script|foreignObject|image|a)\b| on\w+="')
LETTER = re.compile(rf'<path id="({NAME})" ([^>]*?)/>')
ID = re.compile(r' id="([^"]+)"')
REFERENCE = re.compile(r'(href="|url\()#([^")]+)')
BEYOND = re.compile(r"(?<=\d\d\.\d\d)\d+")  # digits of ten points and more: of no scale
SHIFT = re.compile(r'transform="translate\((\d+)\S* 0\)"')  # of a letter along its line, in 1/100
INK = "#1a1a1a"  # the colour of most texts
LINE = re.compile(  # of text: colour, place, turn and size, letters
    r'<g(?: style="fill:(#\w+)")? transform="translate\((\S+) (\S+)\) ([^"]*)">'
    r'((?:<use href="#a\d+"(?: x="\d+")?/>)+)</g>'
)
BARE = re.compile(r"<g>|<g [^>]*>|</g>")
BLANKS = ((": ", ":"), ("; ", ";"), ("\n", " "), (' "', '"'))
EMPTY = re.compile(r"<defs>\s*</defs>")


class Drawings:
    """The drawings of a page; the letters are drawn once and shared."""

    def __init__(self):
        """Start without a drawing."""
        self._letters: dict[str, str] = {}
        self._lines: dict[tuple[str, str], str] = {}
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
        head = (
            f'<svg role="img" aria-label="{escape(title)}" fill="{INK}"'
            f' width="{width * PIXELS:.0f}" viewBox="0 0 {width:.2f} {height:.2f}">'
        )
        room = MOST_BYTES - len(f"{head}</svg>".encode())
        return Markup(f"{head}{fitted(body, room)}</svg>")

    def _take(self, letter: re.Match, own: dict[str, str]) -> str:
        """Keep a letter once, by its shape, and note its id in the page."""
        shape = " ".join(letter[2].split()).replace(' "', '"')
        own[letter[1]] = self._letters.setdefault(shape, f"a{len(self._letters)}")
        return ""

    def _line(self, line: re.Match) -> str:
        """Keep a line of text of one size once; return where it stands, to tenths of a point."""
        colour, x, y, size, letters = line.groups()
        name = self._lines.setdefault((size, letters), f"w{len(self._lines)}")
        fill = f' fill="{colour}"' if colour and colour != INK else ""
        return f'<use href="#{name}" x="{float(x):.1f}" y="{float(y):.1f}"{fill}/>'

    def letters(self) -> Markup:
        """Return the element that holds letters and lines of text, to stand once in the page."""
        shapes = "".join(f'<path id="{name}" {shape}/>' for shape, name in self._letters.items())
        shapes += "".join(
            f'<g id="{name}" transform="{size}">{letters}</g>'
            for (size, letters), name in self._lines.items()
        )
        return Markup(
            '<svg class="letters" width="0" height="0" aria-hidden="true">'
            f"<defs>{shapes}</defs></svg>"
        )


def _shortened(body: str) -> str:
    """Return the same drawing in fewer bytes: lengths to a hundredth of a point, no blanks."""
    body = SHIFT.sub(r'x="\1"', BEYOND.sub("", body))
    for blank, instead in BLANKS:
        body = body.replace(blank, instead)
    body = " ".join(body.split()).replace("> <", "><")
    return _without_bare_groups(body)


def _without_bare_groups(body: str) -> str:
    """Return a drawing without groups that say nothing."""
    bare: list[bool] = []

    def kept(tag: re.Match) -> str:
        if tag[0] == "</g>":
            return "" if bare.pop() else tag[0]
        bare.append(tag[0] == "<g>")
        return "" if bare[-1] else tag[0]

    return BARE.sub(kept, body)
