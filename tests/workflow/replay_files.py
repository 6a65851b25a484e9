"""Delivered files as rows of texts, read without the package: csv, gzipped csv, xlsx, sav."""

import csv
import datetime
import gzip


def number(value):
    """Return a number in its shortest text, whole ones without a point."""
    return str(int(value)) if value == int(value) else repr(value)


def text(cell):
    """Return a cell of a program as text: dates as ISO, empty for missing."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, (datetime.date, datetime.datetime)):
        return cell.isoformat()[:10]
    return number(cell) if isinstance(cell, (int, float)) else cell


def read_rows(path, source):
    """Return (row number, column -> text) of the records of a source; blank rows are none."""
    if str(path).endswith(".sav"):
        table, first = _statfile(path), 1
    else:
        lines = _workbook(path, source) if str(path).endswith(".xlsx") else _delimited(path, source)
        at = source.get("header_row", 1)
        header, first = lines[at - 1], at + 1
        table = [dict(zip(header, line, strict=False)) for line in lines[at:]]
    rows = []
    for place, row in enumerate(table, start=first):
        cells = list(row.values())
        if "footer" in source and cells and cells[0].startswith(source["footer"]):
            break
        if any(cell.strip() for cell in cells):
            rows.append((place, row))
    return rows


def _delimited(path, source):
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt", encoding=source.get("encoding", "utf-8"), newline="") as file:
        return list(csv.reader(file))


def _workbook(path, source):
    import openpyxl

    sheet = openpyxl.load_workbook(path, data_only=True)[source["sheet"]]
    return [[_shown(cell) for cell in row] for row in sheet.iter_rows()]


def _shown(cell):
    if isinstance(cell.value, (int, float)) and cell.number_format == "0%":
        return f"{round(100 * cell.value)}%"
    return text(cell.value)


def _statfile(path):
    import pyreadstat

    columns, _ = pyreadstat.read_sav(str(path), user_missing=True, output_format="dict")
    return [
        dict(zip(columns, map(text, cells), strict=True))
        for cells in zip(*columns.values(), strict=True)
    ]
