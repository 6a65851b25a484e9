"""What is printed on the figures, read from their letters, against the results.

A drawing holds letters as outlines. Which outline is which letter is learned from the texts that
the drawing program notes beside them, by majority over all figures; then each line is read as it is
drawn. So a line whose letters were changed is seen, although the note beside it still tells the old
text; and the drawings within a page, which have no such notes, can be read too.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import groupby

from lxml import etree

from retrocohort.audit.rendered.ledger import Ledger, Place
from retrocohort.audit.rendered.numerals import NUMERAL, numerals
from retrocohort.audit.rendered.page import Page
from retrocohort.audit.rendered.results import Expected, Results

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
P_ALONE = re.compile(r"[<>]?\d?[.·]\d+")
RATIO = re.compile(rf"{NUMERAL.pattern} [(\[]")
TICKS = ("xtick_", "ytick_")
UNKNOWN = "\ufffd"
Rows = Sequence[Mapping[str, str]]


@dataclass
class Line:
    """A line of text: outlines of its letters, what is noted beside, is it a mark of an axis."""

    shapes: tuple[str, ...]
    noted: str
    tick: bool


def lines_of(root) -> list[Line]:
    """Return the lines of text of a drawing, parsed, in the order in which they are drawn."""
    shapes = {p.get("id"): _shape(p) for p in root.iter(f"{SVG}path") if p.get("id")}
    found = []
    for note in root.iter(etree.Comment):
        group = note.getnext()
        if group is not None:
            uses = [use.get(HREF, "#")[1:] for use in group.iter(f"{SVG}use")]
            letters = tuple(shapes.get(name, "") for name in uses)
            tick = any(g.get("id", "").startswith(TICKS) for g in note.iterancestors())
            found.append(Line(letters, unescape(note.text.strip()), tick))
    return found


def _shape(path) -> str:
    return " ".join(path.get("d", "").split())


class Alphabet:
    """Which outline is which letter."""

    def __init__(self, lines: Iterable[Line]):
        """Learn from lines whose letters and notes have the same length."""
        seen: dict[str, Counter] = defaultdict(Counter)
        for line in lines:
            if len(line.shapes) == len(line.noted):
                for shape, letter in zip(line.shapes, line.noted, strict=True):
                    seen[shape][letter] += 1
        self.letters = {shape: count.most_common(1)[0][0] for shape, count in seen.items()}

    def read(self, shapes: Iterable[str]) -> str:
        """Return the text that outlines draw."""
        return "".join(self.letters.get(shape, UNKNOWN) for shape in shapes)


def drawn_in(page: Page, alphabet: Alphabet) -> Iterator[tuple[str, list[str]]]:
    """Yield the id of each figure of a page and the lines of text that are drawn in it."""
    outlines = page.root.iterfind(".//svg[@class='letters']//path")
    letters = {path.get("id"): _shape(path) for path in outlines}
    shared = page.root.iterfind(".//svg[@class='letters']//g[@id]")
    lines = {group.get("id"): [_used(use) for use in group] for group in shared}
    for figure in page.root.iterfind(".//figure"):
        texts = []
        for _, uses in groupby(figure.iterfind(".//svg//use"), key=lambda use: use.getparent()):
            names, own = [_used(use) for use in uses], []
            for name in names:
                if name in lines:
                    texts.append(alphabet.read(letters[letter] for letter in lines[name]))
                elif name in letters:
                    own.append(letters[name])
            texts += [alphabet.read(own)] if own else []
        yield figure.get("id"), texts


def _spaced(text: str) -> str:
    """Return a text with plain blanks: those of all widths have the same outline, none."""
    return " ".join(text.split())


def _used(use) -> str:
    return use.get("href", "#")[1:]


class Drawn:
    """Compares what is drawn with the results."""

    def __init__(self, ledger: Ledger, results: Results, labels: Iterable[str]):
        """Keep where to write, the results in the style of the figures, labels of levels."""
        self.ledger, self.results, self.labels = ledger, results, frozenset(labels)

    def notes(self, file: str, lines: Sequence[Line], alphabet: Alphabet) -> list[str]:
        """Return the lines of a drawing as they are drawn; their numerals must be those noted."""
        texts = []
        for line in lines:
            text = alphabet.read(line.shapes)
            same = UNKNOWN in text or _spaced(text) == _spaced(line.noted)
            texts.append(line.noted if same else text)
            if numerals(texts[-1]) != numerals(line.noted):
                at = Place(file, "letters", line.noted)
                self.ledger.broken(at, "other letters are drawn", text, line.noted)
        return texts

    def same_in_page(self, at: Place, drawn: Sequence[str], file: Sequence[str]) -> None:
        """Check that the drawing within a page has the numerals of the file, line by line."""
        for text, wanted in zip(drawn, file, strict=False):
            if numerals(_spaced(text)) != numerals(_spaced(wanted)):
                self.ledger.broken(at.of(wanted), "not as in its file", text, wanted)
        if len(drawn) != len(file):
            told = f"{len(drawn)} lines of text, {len(file)} in its file"
            self.ledger.broken(at, told)

    def statements(self, file: str, texts: Sequence[str], links: Sequence[Mapping]) -> None:
        """Compare each "P = 0.034" of a figure of curves with its test, in their order."""
        word = re.escape(self.results.rounding.signs.p_word)
        said = re.findall(rf"\b{word}\s?([=<>])\s?({NUMERAL.pattern})", " ".join(texts))
        found = [number if sign == "=" else f"{sign}{number}" for sign, number in said]
        self._sequence(Place(file, "P"), found, links)

    def forest(self, file: str, lines: Sequence[Line], texts: Sequence[str], links) -> None:
        """Compare each ratio with its limits and each P of a forest plot, row by row."""
        found = []
        for line, text in zip(lines, texts, strict=True):
            printed = P_ALONE.fullmatch(text) or RATIO.match(text)
            if printed and not line.tick and text not in self.labels:
                found += numerals(text)
        self._sequence(Place(file, "ratios and P"), found, links)

    def _sequence(self, at: Place, found: Sequence[str], links: Sequence[Mapping]) -> None:
        expected = [self.results.expected(link) for link in links]
        wanted = [each for each in expected if each.texts]
        for fault in (each for each in expected if each.fault):
            self.ledger.broken(at, fault.fault, source=fault.at)
        if len(found) != len(wanted):
            told = f"{len(found)} numbers are printed, {len(wanted)} are in the results"
            self.ledger.broken(at, told, " ".join(found), " ".join(e.texts[0] for e in wanted))
            return
        for numeral, each in zip(found, wanted, strict=True):
            self._one(at, numeral, each)

    def _one(self, at: Place, numeral: str, expected: Expected) -> None:
        if numeral in expected.texts:
            self.ledger.agree(at)
        else:
            told = "another number"
            self.ledger.broken(at, told, numeral, expected.texts[0], expected.at)


def test_links(file: str, rows: Rows, variable: str | None = None) -> list[Mapping]:
    """Return the link of P of the test of all groups of a variable, of any where none is asked."""
    for line, row in enumerate(rows, start=2):
        is_all = not row["strata"] and not row["contrast"]
        if is_all and variable in (None, row["variable"]):
            return [{"file": file, "row": line, "column": "p"}]
    return []


def model_links(file: str, rows: Rows, beside: tuple[str, Rows] | None) -> list[Mapping]:
    """Return the links of the ratios and P of a forest plot, in the order of its rows."""
    if beside is None:
        return [link for line in _estimated(rows) for link in _ratio(file, line, p=True)]
    places = {key: line for line in _estimated(rows) for key in [_key(rows, line)]}
    other = {key: line for line in _estimated(beside[1]) for key in [_key(beside[1], line)]}
    variables = dict.fromkeys(row["variable"] for row in (*beside[1], *rows))
    keys = dict.fromkeys((row["variable"], row["level"]) for row in (*rows, *beside[1]))
    found = []
    for variable in variables:
        for key in (key for key in keys if key[0] == variable):
            found += _ratio(beside[0], other[key]) if key in other else []
            found += _ratio(file, places[key], p=True) if key in places else []
    return found


def subgroup_links(files: tuple[str, str], tests: Rows, effects: Rows) -> list[Mapping]:
    """Return the links of P of each split and of the ratios below it, in the order of the plot."""
    p_of = {row["split"]: line for line, row in enumerate(tests, start=2)}
    found, last = [], ""
    for line in range(2, len(effects) + 2):
        split = effects[line - 2]["split"]
        if split != last:
            found.append({"file": files[0], "row": p_of[split], "column": "p"})
        last = split
        if line in _estimated(effects):
            found += _ratio(files[1], line)
    return found


def _estimated(rows: Rows) -> list[int]:
    """Return the lines of a file whose ratio is printed: no reference, nothing without estimate."""
    shown = enumerate(rows, start=2)
    return [n for n, r in shown if not r["note"] and not r["level"] == r["reference"] != ""]


def _key(rows: Rows, line: int) -> tuple[str, str]:
    return rows[line - 2]["variable"], rows[line - 2]["level"]


def _ratio(file: str, line: int, p: bool = False) -> list[Mapping]:
    columns = ("hr", "hr_low", "hr_high", *(["p"] if p else []))
    return [{"file": file, "row": line, "column": column} for column in columns]
