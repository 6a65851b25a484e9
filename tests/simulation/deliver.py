"""The files that hospitals send: text in three dialects and a workbook."""

import csv
from collections.abc import Mapping
from pathlib import Path

import openpyxl

from tests.simulation.mess import Delivery
from twin.spell import Cell


def write_files(folder: Path, delivery: Delivery, hospitals: Mapping, sources: Mapping) -> None:
    """Write the rows of each source as the study says that its file is."""
    for name, rows in delivery.tables.items():
        spec = hospitals[name]
        head = [[spec["title"]]] if "title" in spec else []
        head += [[]] * (spec["header_row"] - 1 - len(head))
        lines = [*head, [column["header"] for column in spec["columns"]], *rows]
        if "footer" in spec:
            lines.append([spec["footer"].format(rows=len(rows))])
        write = write_workbook if sources[name]["file"].endswith(".xlsx") else write_text
        write(folder / sources[name]["file"], lines, sources[name])


def write_text(path: Path, lines: list[list[Cell]], source: Mapping) -> None:
    """Write delimited text."""
    delimiter = source.get("delimiter", "\t")
    with open(path, "w", encoding=source["encoding"], newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)


def write_workbook(path: Path, lines: list[list[Cell]], source: Mapping) -> None:
    """Write a workbook, dates as dates."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(source["sheet"])
    for line in lines:
        sheet.append(line)
    book.save(path)
