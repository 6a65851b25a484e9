"""A finished page read back: its tables, the numbers in its words, what stands on its curves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from retrocohort.audit.rendered.numerals import LINK

INLINE = {"a", "b", "em", "i", "span", "sup", "data", "strong", "input"}
UNSEEN = {"style", "script", "svg", "title", "code", "head"}
APART = {"links", "hint", "table-notes"}  # classes of what operates the page; notes of tables


@dataclass
class Grid:
    """A table as it is printed, in any format.

    Attributes
    ----------
    title, heads, notes : the words around the rows.
    rows : header and cells of each row, without the letters of footnotes.
    """

    title: str
    heads: list[str]
    rows: list[tuple[str, list[str]]]
    notes: str = ""


@dataclass
class Words:
    """A piece of text of the page.

    Attributes
    ----------
    section : id of the section, or "page" for what is outside of all.
    text : as it is read, with `LINK` for each number that carries the id of a cell.
    cited : (id, exact value, text) of those numbers.
    """

    section: str
    text: str
    cited: list[tuple[str, str, str]] = field(default_factory=list)


class Page:
    """The elements of a page, by what the gate asks of it."""

    def __init__(self, text: str):
        """Parse the page."""
        self.root = etree.fromstring(text.encode(), etree.HTMLParser(encoding="utf-8"))
        self.ids = {element.get("id"): element for element in self.root.iterfind(".//*[@id]")}

    def grid(self, place: str) -> Grid | None:
        """Return the table with an id, None where there is none."""
        table = self.ids.get(place)
        if table is None or table.tag != "table":
            return None
        rows = [
            (_text(row[0]), [_text(cell) for cell in row[1:]]) for row in table.iterfind("tbody/tr")
        ]
        heads = [" ".join(cell.itertext()).strip() for cell in table.iterfind("thead/tr/*")]
        around = table.getparent().getnext()
        notes = _text(around) if around is not None and around.get("class") == "table-notes" else ""
        return Grid("", heads, rows, notes)  # its title is among the words

    def words(self, linked: set[str]) -> Iterator[Words]:
        """Yield every piece of text but for the contents, and heads, cells and notes of tables.

        Parameters
        ----------
        linked : ids of the tables, whose numbers have links.
        """
        for part in ("header", "main", "footer"):
            for element in self.root.iterfind(f"./body/{part}"):
                yield from _walk(element, "page", linked)

    def headings(self) -> dict[str, str]:
        """Return id -> text of what the contents list."""
        found = (e for e in self.ids.values() if e.tag in ("h2", "h3"))
        return {element.get("id"): _text(element) for element in found}

    def listed(self) -> list[tuple[str, str]]:
        """Return (id, text) of the entries of the contents."""
        return [(a.get("href")[1:], _text(a)) for a in self.root.iterfind(".//nav//li/a")]

    def figure_numbers(self) -> list[str]:
        """Return what the figures are called: "Figure S3"."""
        return [_text(b).rstrip(".。") for b in self.root.iterfind(".//figcaption/b")]

    def curves(self) -> Iterator[tuple[str, list[dict]]]:
        """Yield the id of each figure that can be read, and its curves."""
        for figure in self.root.iterfind(".//figure"):
            for sheet in figure.iterfind(".//*[@data-curves]"):
                yield figure.get("id"), json.loads(sheet.get("data-curves"))["curves"]

    def figures(self) -> dict:
        """Return the id of each figure and its element."""
        return {figure.get("id"): figure for figure in self.root.iterfind(".//figure")}

    def compared(self) -> Iterator[tuple[str, list[str]]]:
        """Yield id and cells of each row of the comparison with a printed paper."""
        for row in self.root.iterfind(".//tr[@data-match]"):
            yield row.get("id").removeprefix("printed-"), [_text(cell) for cell in row]


def _text(element) -> str:
    """Return the text of an element, without the letters of footnotes."""
    parts = [element.text or ""]
    for child in element:
        parts += ["" if child.tag == "sup" else _text(child), child.tail or ""]
    return "".join(parts).strip()


def _walk(element, section: str, linked: set[str]) -> Iterator[Words]:
    """Yield the words of an element and, one by one, of the blocks in it."""
    section = element.get("aria-labelledby", section) if element.tag == "section" else section
    words = Words(section, element.text or "")
    for child in element:
        if (
            _is_linked_cell(child, linked)
            or not isinstance(child.tag, str)
            or APART & set(child.get("class", "").split())
            or child.tag in UNSEEN
        ):
            words.text += " "
        elif child.tag in INLINE:
            _take(child, words)
        else:
            yield from _walk(child, section, linked)
            words.text += " "
        words.text += child.tail or ""
    if words.text.strip():
        yield words


def _take(element, words: Words) -> None:
    """Add an element within a line to the words of the line."""
    if element.tag == "data":
        words.cited.append((element.get("title", ""), element.get("value", ""), _text(element)))
        words.text += LINK
        return
    words.text += element.text or ""
    for child in element:
        _take(child, words)
        words.text += child.tail or ""


def _is_linked_cell(element, linked: set[str]) -> bool:
    """Return whether an element is a cell that is compared by its table, row and column."""
    if element.tag not in ("td", "th"):
        return False
    row = element.getparent()
    return bool(row.get("data-match")) or row.getparent().getparent().get("id") in linked
