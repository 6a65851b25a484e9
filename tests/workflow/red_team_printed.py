"""What a release prints beside its tables of counts: is any number of it not one of those?

Written without the code that draws and sets. The attack reads the tables of counts alone; what is
found here must therefore be in them, or be computed from them.
"""

import csv
import html
import json
import re
import zipfile
from itertools import pairwise
from pathlib import Path

CAPTION = re.compile(r"^\W*Table S?\d+\.")
RAISED = re.compile(r"<w:r>(?:(?!</w:r>).)*superscript.*?</w:r>", re.S)
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*[A-Za-z])")
NEAR, DIGITS = 1e-9, 9
POINT = re.compile(r"[ML] (\S+) (\S+)")


def rows_of(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Released:
    """The numbers of the tables of counts of a packet."""

    def __init__(self, packet):
        self.packet = Path(packet)
        self.files = {
            path.relative_to(packet / "counts").as_posix(): rows_of(path)
            for path in sorted((self.packet / "counts").rglob("*.csv"))
        }
        cells = [v for rows in self.files.values() for row in rows for v in row.values()]
        self.numbers = {float(v) for v in cells if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", v or "")}
        counted = sorted({n for n in self.numbers if n == int(n) and n >= 0})
        percents = {a / b for b in counted if b for a in counted if a <= b}
        self.one_decimal = {f"{100 * each:.1f}" for each in percents}
        self.near = {round(each, DIGITS) for each in self.numbers | percents}
        self.printed = json.loads((self.packet / "numbers.json").read_text())["numbers"]
        self.shown = {s for n in self.printed.values() for s in NUMBER.findall(str(n["shown"]))}

    def is_one(self, number):
        """Return whether a number of full precision is released, or a percentage of what is."""
        return bool({round(number, DIGITS), round(number / 100, DIGITS)} & self.near)

    def prints_percent(self, text):
        """Return whether a text is a percentage of released counts."""
        return text in self.one_decimal


def unlike(released):
    """Give each number of numbers.json that is not in the cell that it names."""
    for name, number in released.printed.items():
        cell = released.files[number["file"]][number["row"] - 2][number["column"]]
        if number["value"] is None:
            same = cell in ("", "[c]")
        else:
            value, cell = number["value"], float(cell)
            same = min(abs(value - cell), abs(value - 100 * cell)) < NEAR * max(abs(value), 1)
        if not same:
            yield name, number, cell


def curves_of(svg):
    """Give the corners (time, survival) of each curve of a figure, from its path."""
    text = Path(svg).read_text()
    found = re.search(r'<g id="plot_([\d.]+)_([\d.]+)_([\d.]+)">\s*<path d="([^"]*)"', text)
    if not found:
        return
    start, end, top = map(float, found.groups()[:3])
    xs, ys = zip(*[(float(x), float(y)) for x, y in POINT.findall(found[4])], strict=True)
    across, up = (end - start) / (max(xs) - min(xs)), top / (max(ys) - min(ys))
    for path in re.findall(r'<g id="curve-\d+">\s*<path d="([^"]*)"', text):
        points = [(float(x), float(y)) for x, y in POINT.findall(path)]
        yield [(start + (x - min(xs)) * across, (max(ys) - y) * up) for x, y in points]


def steps(corners):
    """Return the times at which a curve falls, with the survival after each."""
    return [(t, s) for (_, before), (t, s) in pairwise(corners) if before - s > 1e-4]


def at_risk_of(svg):
    """Return the numbers at risk that a figure prints."""
    found = re.findall(r'<g id="risk-\d+">\s*<!-- (\d+) -->', Path(svg).read_text())
    return [int(n) for n in found]


def stored_in(packet):
    """Return file -> the numbers that it holds at full precision: page and workbook."""
    page = re.findall(r'data-value="([^"]+)"', (packet / "report.html").read_text())
    cells = []
    with zipfile.ZipFile(packet / "tables.xlsx") as book:
        for name in book.namelist():
            if "worksheets/sheet" in name:
                cells += re.findall(r"<c (?![^>]*t=)[^>]*><v>([^<]*)<", book.read(name).decode())
    found = {"report.html": page, "tables.xlsx": cells}
    return {file: [float(n) for n in numbers if "Inf" not in n] for file, numbers in found.items()}


def printed_in(packet):
    """Return file -> the numbers that its tables print, as they are written."""
    found = {}
    with zipfile.ZipFile(packet / "tables.docx") as packed:
        text = packed.read("word/document.xml").decode()
    cells = re.findall(r"<w:tc>(.*?)</w:tc>", text, flags=re.S)
    found["tables.docx"] = " | ".join(
        "".join(re.findall(r"<w:t[^>]*>([^<]*)", re.sub(RAISED, "", cell))) for cell in cells
    )
    tex = re.sub(r"\\textsuperscript\{[^}]*\}", "", (packet / "tables.tex").read_text())
    lines = [line for line in tex.splitlines() if line.endswith(r"\\") and "&" in line]
    found["tables.tex"] = " | ".join(lines)
    for path in sorted((packet / "tables").glob("*.csv")):
        found[f"tables/{path.name}"] = CAPTION.sub("", path.read_text())
    return {file: set(NUMBER.findall(html.unescape(text))) for file, text in found.items()}
