"""What the formats share: the heads of a table as rows, its widths, texts without control codes."""

import re
from dataclasses import dataclass

from retrocohort.language import sentences
from retrocohort.source import numbers_of
from retrocohort.tables.layout import Layout

# what XML 1.0 and readers of Word, Excel and LaTeX cannot hold
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
BREAK = re.compile(r"[\t\r\n]+")
INSTEAD = "\ufffd"
LONGEST_STUB = 42  # characters after which a row header wraps
PADDING = 2


def plain(text: str) -> str:
    """Return a text in one line, its control codes replaced by the sign of an unknown letter."""
    return CONTROL.sub(INSTEAD, BREAK.sub(" ", text))


@dataclass(frozen=True)
class Head:
    """A head: its text, the lighter text after it, and the columns that it spans."""

    text: str
    detail: str = ""
    span: int = 1


def head_rows(layout: Layout) -> list[list[Head]]:
    """Return the heads of the columns, without the stub: one row, or two with groups above."""
    heads = [Head(column.head, column.detail) for column in layout.columns]
    groups = [Head(text, "", span) for text, span in layout.groups()]
    return [groups, heads] if groups else [heads]


def notes_of(layout: Layout, notice: str) -> list[tuple[str, str]]:
    """Return (mark, text) of what stands under a table; the mark is empty for plain notes."""
    notes = [("", text) for text in (notice, sentences(layout.notes)) if text]
    return notes + layout.footnotes.listed()


def widths(layout: Layout) -> list[int]:
    """Return the width of the stub and of each column in characters.

    Cells stay in one line; heads break between words.
    """
    rows = layout.rows()
    headers = [len(row.header) + 2 * row.indent + len(row.detail) for row in rows]
    stub = min(LONGEST_STUB, max([len(layout.stub), *headers])) + PADDING
    found = [stub]
    for i, column in enumerate(layout.columns):
        cells = [len(row.cells[i].text) + len(row.cells[i].mark) for row in rows]
        words = f"{column.head} {column.detail}".split(" ")
        found.append(max([*cells, *map(len, words)]) + PADDING)
    start = 1
    for text, span in layout.groups():  # a group's head needs room for its longest word
        longest = max((len(word) for word in text.split(" ")), default=0) + PADDING
        lacking = longest - sum(found[start : start + span])
        if lacking > 0:
            found[start] += lacking
        start += span
    return found


def places(layout: Layout) -> list[int]:
    """Return how many numbers the cells of each column hold at most, at least 1."""
    return [
        max([1, *(len(numbers_of(row.cells[i].text)) for row in layout.rows())])
        for i in range(len(layout.columns))
    ]
