"""Filling of a manuscript in Markdown."""

import re

from retrocohort.manuscript.filling import PLACEHOLDER, Filling

FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
MARK = "=="  # round what has changed and what has no number


def fill(text: str, filling: Filling, notice: str = "") -> str:
    """Return the manuscript with its numbers; a changed one and an unmatched id are ==marked==.

    Parameters
    ----------
    text : str
        The manuscript.
    filling : Filling
        The numbers; it keeps what has been met.
    notice : str
        What is said of synthetic data at the head of the text.
    """
    lines = [
        PLACEHOLDER.sub(lambda found, n=number: _marked(filling.piece(found, f"line {n}")), line)
        for number, line in enumerate(text.split("\n"), start=1)
    ]
    filled = "\n".join(lines)
    if not notice:
        return filled
    head = FRONT_MATTER.match(filled)
    end = head.end() if head else 0
    return f"{filled[:end]}> **{notice}**\n\n{filled[end:]}"


def _marked(piece) -> str:
    return piece.text if piece.known and not piece.changed else f"{MARK}{piece.text}{MARK}"
