"""The tables of the documents beside a page, read back: Word, Excel, LaTeX, CSV."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache

from lxml import etree

from retrocohort.audit.rendered.page import Grid

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
VALUE = f"{S}v"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
RUN, RAISED, TEXT, BREAK = (f"{W}{name}" for name in ("r", "vertAlign", "t", "br"))
ROW, BOX = f"{W}tr", f"{W}tc"
EXCEL = Context(prec=15)  # the digits that it looks at
BUILT_IN = {"0": "General", "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00"}
SECTION = re.compile(r'((?:"[^"]*"|[^;"])+)')
CONDITION = re.compile(r"\[([<>])([\d.]+)\]")
DIGITS = re.compile(r"[#,0]*0(?:\.0+)?|\.0+")
LETTER = re.compile(r' \[[a-z]+\]"')  # of a footnote, at the end of a literal
MARK = re.compile(r"\s*\[[a-z]+\]$")
OPENED, CLOSED = "\ue000", "\ue001"  # stand for braces of a text, while those of LaTeX go
LATEX = [
    (re.compile(r"\\\{"), OPENED),
    (re.compile(r"\\\}"), CLOSED),
    (re.compile(r"\\textsuperscript\{[a-z]+\}|\\hspace\*\{1em\}"), ""),
    (re.compile(r"\\textsuperscript\{2\}"), "²"),
    (re.compile(r"\\textsuperscript\{3\}"), "³"),
    (re.compile(r"\\ensuremath\{-\}"), "−"),
    (re.compile(r"\\ensuremath\{\\cdot\}"), "·"),
    (re.compile(r"\\ensuremath\{\\ge\}"), "≥"),
    (re.compile(r"\\ensuremath\{\\le\}"), "≤"),
    (re.compile(r"\\textless\{\}"), "<"),
    (re.compile(r"\\textgreater\{\}"), ">"),
    (re.compile(r"\\text(?:endash|emdash)\{\}"), "–"),
    (re.compile(r"\\,"), "\u2009"),
    (re.compile(r"\\ensuremath\{\\surd\}"), "√"),
    (re.compile(r"\\ensuremath\{\\times\}"), "×"),
    (re.compile(r"\\ensuremath\{\\\w+\}"), ""),
    (re.compile(r"\\text(?:bf|it|superscript)?\w*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\raggedright"), ""),
    (re.compile(r"[{}]"), ""),
    (re.compile(r"\\(.)"), r"\1"),
    (re.compile(OPENED), "{"),
    (re.compile(CLOSED), "}"),
]


def word_grids(data: bytes) -> Iterator[Grid]:
    """Yield the tables of a Word document; the paragraph before each is its title."""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        body = etree.fromstring(made.read("word/document.xml"))[0]
    title, grid = "", None
    for element in body:
        if element.tag == f"{W}tbl":
            heads, rows = _word_rows(element)
            texts = [text for row in heads for text in row]
            grid = Grid(title, texts, [(row[0], row[1:]) for row in rows])
        elif element.tag == f"{W}p":
            style = element.find(f"{W}pPr/{W}pStyle")
            if style is not None and style.get(f"{W}val") == "TableTitle":
                if grid:
                    yield grid
                title, grid = "".join(_word_texts(element)), None
            elif grid:
                grid.notes += f" {''.join(_word_texts(element))}"
    if grid:
        yield grid


def _word_rows(table) -> tuple[list[list[str]], list[list[str]]]:
    """Return the texts of the rows of heads and of the other rows."""
    heads, rows = [], []
    for row in table.iterchildren(ROW):
        is_head = row.find(f"{W}trPr/{W}tblHeader") is not None
        texts = ["".join(_word_texts(cell)) for cell in row.iterchildren(BOX)]
        (heads if is_head else rows).append(texts)
    return heads, rows


def _word_texts(element) -> Iterator[str]:
    """Yield the texts of a paragraph or cell, without the letters of footnotes."""
    is_letter = False
    for part in element.iter(RUN, RAISED, TEXT, BREAK):
        if part.tag == TEXT and not is_letter:
            yield part.text or ""
        elif part.tag == BREAK:
            yield " "
        else:
            is_letter = part.tag == RAISED


def csv_grid(text: str, rows: int) -> Grid:
    """Return the table of a CSV file, which has so many rows below its heads."""
    read = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    lines = [[cell.removeprefix("'") for cell in line] for line in read]
    width = max(map(len, lines))
    inside = [i for i, line in enumerate(lines) if len(line) == width > 1]
    table = [lines[i] for i in inside]
    body = table[max(0, len(table) - rows) :]
    notes = lines[inside[-1] + 1 :] if inside else []
    cells = [(line[0].strip(), [_unmarked(cell) for cell in line[1:]]) for line in body]
    heads = [cell for line in table[: len(table) - len(body)] for cell in line]
    return Grid(lines[0][0], heads, cells, " ".join(n[0] for n in notes))


def _unmarked(text: str) -> str:
    """Return a text without the letter of a footnote in brackets."""
    return MARK.sub("", text) if text.endswith("]") else text


def latex_grids(text: str) -> Iterator[Grid]:
    """Yield the tables of a LaTeX document."""
    for part in re.split(r"^% begin .*$", text, flags=re.MULTILINE)[1:]:
        top, _, rest = part.partition(r"\endfirsthead")
        _, _, rest = rest.partition(r"\endlastfoot")
        body, _, below = rest.partition(r"\end{longtable}")
        title, _, heads = top.partition(r"\toprule")
        title = re.sub(r"^.*?\\multicolumn\{\d+\}\{@\{\}p\{[\d.]+cm\}@\{\}\}", "", title, flags=16)
        title = title.partition(r"\\[4pt]")[0]
        heads = re.sub(r"\\cmidrule\(lr\)\{[\d-]+\}|\\multicolumn\{\d+\}\{c\}|\\midrule", "", heads)
        lines = [line[:-3].split(" & ") for line in body.split("\n") if line.endswith(r" \\")]
        rows = [(seen(line[0]), [seen(cell) for cell in line[1:]]) for line in lines]
        notes = seen(below.partition(r"\endgroup")[0].replace(r"\par", ""))
        yield Grid(seen(title), [seen(heads.replace(r"\\", ""))], rows, notes)


def seen(latex: str) -> str:
    """Return what is read of a LaTeX text, as far as numerals go."""
    for pattern, instead in LATEX if "\\" in latex else ():
        latex = pattern.sub(instead, latex)
    return latex.strip()


@dataclass
class Shown:
    """A cell of a sheet: what Excel shows of it, and the number that it holds, empty for a text."""

    text: str
    value: str = ""


class Sheet:
    """A sheet of a workbook."""

    def __init__(self, name: str, cells: dict[tuple[int, int], Shown], first: int):
        """Keep the cells by row and column from 0; `first` is the first row below the heads."""
        self.name, self.cells, self.first = name, cells, first
        self.last = max((row for row, _ in cells), default=0)

    def text(self, row: int, columns: range) -> str:
        """Return what some cells of a row show."""
        found = [self.cells[row, c].text for c in columns if (row, c) in self.cells]
        return " ".join(filter(None, found))

    def below(self, row: int) -> str:
        """Return what stands in the first column from a row on."""
        return " ".join(self.text(i, range(1)) for i in range(row, self.last + 1))


def excel_sheets(data: bytes) -> Iterator[Sheet]:
    """Yield the sheets of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        book = etree.fromstring(made.read("xl/workbook.xml"))
        places = etree.fromstring(made.read("xl/_rels/workbook.xml.rels"))
        files = {place.get("Id"): place.get("Target") for place in places}
        shared = etree.fromstring(made.read("xl/sharedStrings.xml"))
        texts = [_unmarked("".join(t.text or "" for t in si.iter(f"{S}t"))) for si in shared]
        formats = _formats(etree.fromstring(made.read("xl/styles.xml")))
        for sheet in book.iter(f"{S}sheet"):
            root = etree.fromstring(made.read(f"xl/{files[sheet.get(R)]}"))
            pane = root.find(f".//{S}pane")
            first = 0 if pane is None else int(pane.get("ySplit", 0))
            cells = {_place(c.get("r")): _shown(c, texts, formats) for c in root.iter(f"{S}c")}
            yield Sheet(sheet.get("name"), cells, first)


def _formats(styles) -> list[Callable[[str], str]]:
    """Return what shows the number of a cell, for each style of cells."""
    own = {f.get("numFmtId"): f.get("formatCode") for f in styles.iter(f"{S}numFmt")}
    known = BUILT_IN | own
    codes = [known.get(xf.get("numFmtId"), "General") for xf in styles.find(f"{S}cellXfs")]
    return [excel_format(code) for code in codes]


@cache
def _place(name: str) -> tuple[int, int]:
    letters = name.rstrip("0123456789")
    return int(name[len(letters) :]) - 1, _column(letters)


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - ord("A") + 1
    return column - 1


def _shown(cell, texts: list[str], formats: list) -> Shown:
    value = cell[0].text if len(cell) and cell[0].tag == VALUE else None
    if value is None:
        return Shown("".join(t.text or "" for t in cell.iter(f"{S}t")))
    if cell.get("t") == "s":
        return Shown(texts[int(value)])
    return Shown(formats[int(cell.get("s", 0))](value), value)


def excel_format(code: str) -> Callable[[str], str]:
    """Return what Excel shows of a number in a format: condition, literals, decimals, thousands."""
    if code == "General":
        return str
    sections = SECTION.findall(LETTER.sub('"', code))
    condition = CONDITION.match(sections[0])
    parts = [re.split(r'("[^"]*")', CONDITION.sub("", section)) for section in sections]

    def show(value: str) -> str:
        number = Decimal(value)
        if condition:
            limit = Decimal(condition[2])
            holds = number < limit if condition[1] == "<" else number > limit
            own, sign = parts[0 if holds else 1], "−" if number < 0 else ""
        else:
            second = number < 0 and len(parts) > 1
            own, sign = parts[int(second)], "−" if number < 0 and not second else ""
        return sign + "".join(_part(part, abs(number)) for part in own)

    return show


def _part(part: str, number: Decimal) -> str:
    """Return a literal of a format, or the digits that it asks for."""
    if part.startswith('"'):
        return part[1:-1]
    places = DIGITS.search(part)
    if not places:
        return part
    whole, _, rest = places[0].partition(".")
    near = EXCEL.plus(number).quantize(Decimal(1).scaleb(-len(rest)), ROUND_HALF_UP)
    text = f"{near:,f}" if "," in whole else f"{near:f}"
    return text if whole else text.removeprefix("0")
