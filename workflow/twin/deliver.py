"""The raw files: a workbook, a Chinese csv export and an SPSS file, the same bytes every time."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from twin.mess import Delivery
from twin.people import fits
from twin.spell import Percent

FIXED = (2000, 1, 1, 0, 0, 0)  # of all parts of a workbook
CLOCK = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
NOTE_SHEET = "README"
SAV_TIME, SAV_TIME_AT = b"01 Jan 0000:00:00", 92  # creation date and time in the header of a .sav


def write_sources(folder: Path, delivery: Delivery, sources: Mapping, note: str) -> list[str]:
    """Write the files of all sources and return their names."""
    files: dict[str, list[str]] = {}
    for name, spec in sources.items():
        files.setdefault(spec["file"], []).append(name)
    for file, names in files.items():
        path, spec = folder / file, sources[names[0]]
        rows, columns = delivery.tables[names[0]], spec["columns"]
        if path.suffix == ".xlsx":
            write_workbook(path, {name: sources[name] for name in names}, delivery, note)
        elif path.suffix == ".sav":
            write_statfile(path, columns, rows, spec["delivery"]["label"])
        else:
            write_export(path, columns, rows, spec["delivery"])
    return list(files)


def write_workbook(path: Path, sources: Mapping, delivery: Delivery, note: str) -> None:
    """Write a workbook: a note on its first sheet, then each source below merged title rows."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = NOTE_SHEET
    book.active["A1"] = note
    for name, spec in sources.items():
        titles, columns = spec["delivery"]["title"], spec["columns"]
        sheet = book.create_sheet(spec["delivery"]["sheet"])
        for place, text in enumerate(titles, start=1):
            sheet.append([text])
            sheet.merge_cells(
                start_row=place, end_row=place, start_column=1, end_column=len(columns)
            )
        sheet.append([column["header"] for column in columns])
        for row in delivery.tables[name]:
            sheet.append([None if cell == "" else cell for cell in row])
        for row, record in enumerate(delivery.records[name], start=len(titles) + 2):
            _colour(sheet[row], record, spec)
            for cell in sheet[row]:
                if isinstance(cell.value, Percent):
                    cell.number_format = "0%"
    content = io.BytesIO()
    book.save(content)
    path.write_bytes(_without_clock(content.getvalue()))


def _colour(cells: Sequence, record: Mapping, spec: Mapping) -> None:
    """Colour cells as the hospital does for its own use; nothing stands in a colour alone."""
    from openpyxl.styles import PatternFill

    for colour, asked in spec["delivery"].get("colours", {}).items():
        for cell, column in zip(cells, spec["columns"], strict=True):
            if column["of"] in asked["cells"] and fits(record, asked):
                cell.fill = PatternFill("solid", start_color=colour, end_color=colour)


def _without_clock(content: bytes) -> bytes:
    """Return a workbook with fixed times, not compressed: zlib differs between machines."""
    fixed = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(fixed, "w", ZIP_STORED) as new:
        for name in old.namelist():
            data = CLOCK.sub(rb"\g<1>2000-01-01T00:00:00Z", old.read(name))
            new.writestr(ZipInfo(name, FIXED), data)
    return fixed.getvalue()


def write_export(path: Path, columns: Sequence[Mapping], rows: Sequence, spec: Mapping) -> None:
    """Write a csv export with title rows and a footer, in the encoding of `spec`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([line] for line in spec["title"])
    writer.writerow(column["header"] for column in columns)
    writer.writerows(["" if cell is None else str(cell) for cell in row] for row in rows)
    writer.writerow(line.format(rows=len(rows)) for line in spec["footer"])
    path.write_bytes(text.getvalue().encode(spec["encoding"]))


def write_statfile(path: Path, columns: Sequence[Mapping], rows: Sequence[Sequence], label: str):
    """Write a .sav file: value labels of coded columns, user-missing codes, dates as dates."""
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame(list(rows), columns=[column["header"] for column in columns])
    for column in columns:
        if _is_numeric(column):
            frame[column["header"]] = pd.to_numeric(frame[column["header"]])
    labels = {
        column["header"]: {code: level for level, code in column["codes"].items()}
        for column in columns
        if "codes" in column
    }
    missing = {c["header"]: [c["missing"]] for c in columns if "missing" in c}
    with TemporaryDirectory() as folder:
        made = Path(folder) / "made.sav"
        pyreadstat.write_sav(
            frame, made, file_label=label, variable_value_labels=labels, missing_ranges=missing
        )
        content = made.read_bytes()
    end = SAV_TIME_AT + len(SAV_TIME)
    path.write_bytes(content[:SAV_TIME_AT] + SAV_TIME + content[end:])


def _is_numeric(column: Mapping) -> bool:
    """Say whether a column holds numbers."""
    return "codes" in column or column.get("numeric", False)
