"""A laid-out table as plain data, so that one step lays it out and others set it."""

from collections.abc import Mapping
from dataclasses import asdict

from retrocohort.source import Number, Source, Tally, numbers_of, shown
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row


def as_data(layout: Layout) -> dict:
    """Return a table as dictionaries, lists, texts and numbers, fit for JSON."""
    return {
        "id": layout.id,
        "number": layout.number,
        "caption": text_data(layout.caption),
        "stub": layout.stub,
        "columns": [
            {"head": c.head, "detail": text_data(c.detail), "group": c.group, "anchor": c.anchor}
            for c in layout.columns
        ],
        "blocks": [[_row_data(row) for row in block] for block in layout.blocks],
        "notes": layout.notes,
        "footnotes": layout.footnotes.texts,
    }


def from_data(data: Mapping) -> Layout:
    """Return the table of which `as_data` made the data."""
    columns = [
        Column(c["head"], text_from_data(c["detail"]), c["group"], c["anchor"])
        for c in data["columns"]
    ]
    blocks = [[_row(row) for row in block] for block in data["blocks"]]
    footnotes = Footnotes(list(data["footnotes"]))
    notes, head = list(data["notes"]), (data["id"], text_from_data(data["caption"]), data["stub"])
    return Layout(*head, columns, blocks, notes, footnotes, data["number"])


def text_data(text: str) -> str | dict:
    """Return a text, with the numbers that it shows if it shows any."""
    numbers = numbers_of(text)
    return {"text": str(text), "numbers": [asdict(n) for n in numbers]} if numbers else str(text)


def text_from_data(data: str | Mapping) -> str:
    """Return the text of which `text_data` made the data."""
    if isinstance(data, str):
        return data
    return shown(data["text"], *(_number(each) for each in data["numbers"]))


def _number(data: Mapping) -> Number:
    source = data["source"]
    if source:
        source = Tally(**source) if "where" in source else Source(**source)
    return Number(data["value"], data["shown"], source)


def _row_data(row: Row) -> dict:
    return {
        "header": row.header,
        "cells": [[text_data(cell.text), cell.mark, cell.anchor] for cell in row.cells],
        "detail": row.detail,
        "indent": row.indent,
        "anchor": row.anchor,
    }


def _row(data: Mapping) -> Row:
    cells = [Cell(text_from_data(text), mark, anchor) for text, mark, anchor in data["cells"]]
    return Row(data["header"], cells, data["detail"], data["indent"], data["anchor"])
