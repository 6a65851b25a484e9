"""Workbooks that no spreadsheet program writes: made from a good one, part by part."""

import csv
import zipfile

import openpyxl

SHEET = "xl/worksheets/sheet1.xml"


def workbook(project, change=lambda book: None, source="patients") -> str:
    """Deliver the patients as a workbook instead, after a change; return its path."""
    folder = next((project / "data").iterdir())
    table, path = folder / f"{source}.csv", folder / f"{source}.xlsx"
    book = openpyxl.Workbook()
    for row in csv.reader(table.read_text(encoding="utf-8").splitlines()):
        book.active.append(row)
    change(book)
    book.save(path)
    table.unlink()
    decisions = next((project / "config/studies").iterdir()) / "study.yaml"
    text = decisions.read_text(encoding="utf-8")
    decisions.write_text(text.replace(f"{source}.csv", f"{source}.xlsx"), encoding="utf-8")
    return str(path)


def repacked(path: str, change) -> None:
    """Change the parts of a workbook: `change` is given name -> bytes."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def with_sheet(path: str, change) -> None:
    """Change the text of the sheet."""

    def changed(parts):
        parts[SHEET] = change(parts[SHEET].decode("utf-8")).encode("utf-8")

    repacked(path, changed)


def with_rows(path: str, rows: str) -> None:
    """Add rows, as XML, behind the patients."""
    with_sheet(path, lambda text: text.replace("</sheetData>", f"{rows}</sheetData>"))


def bomb(path: str, megabytes: int) -> None:
    """Let the sheet unpack to so many million blanks, without ever holding them."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(content)
                for _ in range(megabytes if name == SHEET else 0):
                    part.write(b" " * 1_000_000)


def encrypted(path: str) -> None:
    """Set the flag of encryption on every part."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + at] |= 1
            start = data.find(mark, start + 1)
    with open(path, "wb") as file:
        file.write(data)


def with_entities(text: str, entities: str, used: str) -> str:
    """Put a document type with entities into a sheet, and use one in a cell."""
    head, _, rest = text.partition("<worksheet")
    cell = f'<row r="99"><c r="A99" t="inlineStr"><is><t>{used}</t></is></c></row></sheetData>'
    return f"{head}<!DOCTYPE worksheet [{entities}]><worksheet{rest}".replace("</sheetData>", cell)
