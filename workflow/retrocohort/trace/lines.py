"""Plain text for a terminal: at most 100 columns, Chinese signs counted as the two they take."""

from collections.abc import Iterable, Sequence
from unicodedata import east_asian_width

WIDTH = 100
WIDEST = 30  # columns of a table but for the last
STEP = 2  # columns of an indent and between columns


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def printable(text: str) -> str:
    """Return a text with control signs and unusual blanks spelled out: no cell moves a cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def quoted(text: str) -> str:
    """Return a delivered text between quotation marks, blanks at its ends to be seen."""
    return f"'{printable(text)}'"


def wrapped(text: str, indent: int = 0, first: str = "") -> list[str]:
    """Return a text in lines after `indent` blanks, the first one after `first` instead."""
    lines, line = [], first + " " * max(indent - width(first), 0)
    start = width(line)
    used = start
    for word in printable(text).split(" "):
        if used > start and used + 1 + width(word) > WIDTH:
            lines.append(line.rstrip())
            line, start = " " * indent, indent
            used = start
        line += word if used == start else f" {word}"
        used = width(line)
    return [*lines, line.rstrip()]


def table(rows: Iterable[Sequence[str]], indent: int = STEP) -> list[str]:
    """Return rows of texts in columns; the last one is wrapped."""
    rows = [[printable(cell) for cell in row] for row in rows]
    columns = [*zip(*(row[:-1] for row in rows), strict=True)]
    widths = [min(max(map(width, column)), WIDEST) + STEP for column in columns]
    lines = []
    for *cells, last in rows:
        head = " " * indent
        for cell, most in zip(cells, widths, strict=True):
            head += cell + " " * max(most - width(cell), 1)
        lines += wrapped(last, min(indent + sum(widths), WIDTH // 2), head)
    return lines


def section(title: str, lines: Iterable[str], source: str = "") -> list[str]:
    """Return a titled part of a text, with the files that it was read from."""
    return ["", title, *(wrapped(f"from {source}", STEP) if source else []), *lines]
