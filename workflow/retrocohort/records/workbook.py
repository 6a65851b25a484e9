"""Workbooks (xlsx): sheets, header and rows as text."""

from itertools import islice


def open_workbook(path: str):
    """Open a workbook for reading its values (a formula is its stored result)."""
    import openpyxl  # here, because a study without a workbook need not pay for it

    return openpyxl.load_workbook(path, read_only=True, data_only=True)


def sheets_of(book, spec: dict) -> list:
    """Return the worksheets that a source takes: the named one, or all that hold a cell."""
    wanted = spec.get("sheet") or "all"
    sheets = book.worksheets if wanted == "all" else [book[wanted]]
    for sheet in sheets:
        sheet.reset_dimensions()  # the size that some programs write into the file is wrong
    return [sheet for sheet in sheets if any(any(row) for row in first_rows(sheet, 50))]


def first_rows(sheet, count: int) -> list[tuple]:
    """Return the first rows of a sheet as values."""
    return list(islice(sheet.iter_rows(values_only=True), count))


def read_workbook(spec: dict) -> list[tuple]:
    """Read the sheets of a workbook.

    Returns
    -------
    list of (sheet, first_row, frame)
        One part a sheet, cells as text; a date cell is written as ISO.
    """
    import pandas as pd

    from retrocohort.records.cells import cell_text, text_column

    header_row = spec.get("header_row", 1)
    parts = []
    book = open_workbook(spec["path"])
    for sheet in sheets_of(book, spec):
        rows = [[cell_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        names = rows[header_row - 1]
        width = max(map(len, rows[header_row - 1 :]))
        names = names + [""] * (width - len(names))
        body = [row + [""] * (width - len(row)) for row in rows[header_row:]]
        columns = [text_column([row[place] for row in body]) for place in range(width)]
        frame = pd.DataFrame(dict(enumerate(columns)), index=range(len(body)))
        used = [place for place in frame if names[place] or (frame[place] != "").any()]
        frame = frame[used]
        frame.columns = [names[place] for place in used]
        parts.append((sheet.title, header_row + 1, frame))
    book.close()
    return parts
