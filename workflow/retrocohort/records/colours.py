"""Coloured cells of workbooks: a note that no reader of values sees."""

from retrocohort.records.delimited import ending_of
from retrocohort.records.workbook import LAST_ROW, open_workbook, sheets_of


def coloured_cells(spec: dict) -> int:
    """Return how many cells with a value are coloured, from the row of the header on."""
    if ending_of(spec["path"]) != ".xlsx":
        return 0
    book = open_workbook(spec["path"])
    found = 0
    for sheet in sheets_of(book, spec):
        for row in sheet.iter_rows(min_row=spec.get("header_row", 1), max_row=LAST_ROW):
            found += sum(cell.value is not None and _is_coloured(cell) for cell in row)
    book.close()
    return found


def _is_coloured(cell) -> bool:
    """Say whether a cell has a fill of its own."""
    return bool(cell.has_style and cell.fill.fill_type)
