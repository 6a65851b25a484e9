"""Workbooks (xlsx): sheets, header and rows as text."""

import re
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from itertools import islice
from string import ascii_letters
from zipfile import ZipFile

from retrocohort.faults import Fault, FaultsFound
from retrocohort.records.packed import check_workbook_file

SHOWN = 12  # cells that are named one by one
LAST_ROW = 1_048_576  # of a sheet; a row that says it is behind would fill memory with empty ones
PLACES = re.compile(rb"<(?:\w+:)?(row|c)\b(?:[^<>]*?\sr=[\"']([A-Z]*)(\d+))?")  # of rows and cells
MOST_CELLS = 100_000_000  # of a table: rows times columns in use


def open_workbook(path: str):
    """Open a workbook for reading its values (a formula is its stored result)."""
    import openpyxl  # here, because a study without a workbook need not pay for it

    check_workbook_file(path)
    return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)


def sheets_of(book, spec: dict) -> list:
    """Return the worksheets that a source takes: the named one, or all that hold a cell."""
    wanted = spec.get("sheet") or "all"
    sheets = book.worksheets if wanted == "all" else [book[wanted]]
    for sheet in sheets:
        sheet.reset_dimensions()  # the size that some programs write into the file is wrong
    return [sheet for sheet in sheets if any(any(row) for row in first_rows(sheet, 50))]


def sheet_name(sheet) -> str:
    """Return how a fault names a sheet: by its place, as some carry the name of a person."""
    return f"sheet {sheet.parent.sheetnames.index(sheet.title) + 1}"


def first_rows(sheet, count: int) -> list[tuple]:
    """Return the first rows of a sheet as values."""
    return list(islice(sheet.iter_rows(values_only=True), count))


def sheet_faults(path: str, sheets: list, header_row: int) -> list[Fault]:
    """Return a fault for each sheet of which openpyxl would leave out cells without a word.

    Some programs write formulas without computing them; such a cell would be read as empty, as
    would one out of its order. The file itself is searched, as openpyxl does not tell of either.
    """
    faults = []
    with ZipFile(path) as archive:
        for sheet in sheets:
            content = archive.read(sheet._worksheet_path)  # openpyxl has no public name for it
            cells, at = _without_result(content, header_row), _out_of_order(content)
            if cells:
                more = f" and {len(cells) - SHOWN} more" if len(cells) > SHOWN else ""
                place = f"{sheet_name(sheet)}, {', '.join(cells[:SHOWN])}{more}"
                problem = f"formula without a stored result ({len(cells)} in all)."
                remedy = "Open and save the file in a spreadsheet program, or deliver values."
                faults.append(Fault(path, place, problem, remedy))
            if at:
                problem = "stands twice, after what follows it, or beyond the last row of a sheet."
                remedy = "Open and save the file in a spreadsheet program."
                faults.append(Fault(path, f"{sheet_name(sheet)}, {at}", problem, remedy))
    return faults


def _out_of_order(content: bytes) -> str:
    """Return the first row or cell that does not stand behind those before it, as "row 7", "B7".

    Only what says where it stands can; the rest follows what is before it.
    """
    row, column = 0, (0, b"")
    for found in PLACES.finditer(content):
        element, letters, digits = found.groups()
        if element == b"row":
            number = int(digits) if digits else row + 1
            if not row < number <= LAST_ROW:
                return f"row {number}"
            row, column = number, (0, b"")
        elif letters:
            place = (len(letters), letters)
            if int(digits) != row or place <= column:
                return (letters + digits).decode()
            column = place
    return ""


def _without_result(content: bytes, header_row: int) -> list[str]:
    """Return the addresses of formulas without result, from the row of the header on."""
    if b"<f" not in content and b":f" not in content:
        return []
    from defusedxml import ElementTree  # here, because few workbooks hold formulas

    found = []
    for _, element in ElementTree.iterparse(BytesIO(content)):
        kind = element.tag.rpartition("}")[2]
        if kind == "c" and element.find("{*}f") is not None:
            value = element.findtext("{*}v")
            if value is None or (value == "" and element.get("t") != "str"):  # "" may be a result
                found.append(element.get("r", "?"))
        elif kind == "row":
            element.clear()  # a large sheet need not stand in memory as a whole
    return [at for at in found if int(at.strip(ascii_letters + "?") or header_row) >= header_row]


def formats_of(book) -> set[str]:
    """Return the number formats of the cells of a workbook."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

    own = dict(enumerate(book._number_formats, start=BUILTIN_FORMATS_MAX_SIZE))
    known = BUILTIN_FORMATS | own
    return {known.get(style.numFmtId, "") for style in book._cell_styles}


def _shown(cell) -> str:
    """Return a cell as text, a number that is shown in percent with its sign: 0.25 is 25%."""
    from retrocohort.records.cells import cell_text

    is_number = isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool)
    if is_number and "%" in cell.number_format:
        return f"{Decimal(repr(cell.value)).scaleb(2).normalize():f}%"
    return cell_text(cell.value)


def read_workbook(spec: dict) -> list[tuple]:
    """Read the sheets of a workbook.

    Returns
    -------
    list of (sheet, first_row, frame)
        One part a sheet, cells as text; a date cell is written as ISO, one that is shown in percent
        with the sign. The index says how many rows a row stands below the first: blank ones are
        left out.

    Raises
    ------
    FaultsFound
        If cells of the file would be left out, or a table is larger than memory.
    """
    import pandas as pd

    from retrocohort.records.cells import text_column

    header_row = spec.get("header_row", 1)
    parts = []
    book = open_workbook(spec["path"])
    sheets = sheets_of(book, spec)
    faults = sheet_faults(spec["path"], sheets, header_row)
    if faults:
        raise FaultsFound(faults)
    shows_percents = any("%" in number_format for number_format in formats_of(book))
    for sheet in sheets:
        shown = _shown_rows(sheet) if shows_percents else _rows(sheet)
        rows = {row: cells for row, cells in enumerate(shown, start=1) if cells}
        names = rows.get(header_row, {})
        body = {row - header_row - 1: cells for row, cells in rows.items() if row > header_row}
        used = sorted({place for cells in (names, *body.values()) for place in cells})
        if len(used) * len(body) > MOST_CELLS:
            problem = f"has {len(body):,} rows and {len(used):,} columns in use."
            remedy = "Is something far below or beside the records? Take it away."
            raise FaultsFound([Fault(spec["path"], sheet_name(sheet), problem, remedy)])
        columns = [text_column([row.get(at, "") for row in body.values()]) for at in used]
        frame = pd.DataFrame(dict(enumerate(columns)), index=list(body))
        frame.columns = [names.get(place, "") for place in used]
        parts.append((sheet.title, header_row + 1, frame))
    book.close()
    return parts


def _rows(sheet) -> Iterator[dict[int, str]]:
    """Yield place -> text of the cells of each row that are not empty; most of a sheet may be."""
    from retrocohort.records.cells import cell_text

    for row in sheet.iter_rows(max_row=LAST_ROW, values_only=True):
        filled = {place: cell_text(value) for place, value in enumerate(row) if value is not None}
        yield {place: text for place, text in filled.items() if text}


def _shown_rows(sheet) -> Iterator[dict[int, str]]:
    """Yield the same, several times slower, with the sign of numbers that are shown in percent."""
    for row in sheet.iter_rows(max_row=LAST_ROW):
        texts = {place: _shown(cell) for place, cell in enumerate(row) if cell.value is not None}
        yield {place: text for place, text in texts.items() if text}
