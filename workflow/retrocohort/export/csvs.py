"""The tables as CSV files, every cell as it is shown.

They are for pasting: UTF-8 with the mark by which spreadsheets know it. The numbers at full
precision are in the results, and typed in the workbook.
"""

import csv
import io
from itertools import chain

from retrocohort.export.words import head_rows, notes_of, plain
from retrocohort.report.tableset import TableSet, number_of
from retrocohort.tables.layout import Layout

BYTE_ORDER_MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would compute


def files(tables: TableSet) -> dict[str, str]:
    """Return file name -> content: one file a table, and the notice of synthetic data."""
    found = {file_name(t): BYTE_ORDER_MARK + _content(t, tables.notice) for t in tables.tables}
    return found | ({"NOTICE.txt": f"{tables.notice}\n"} if tables.notice else {})


def file_name(layout: Layout) -> str:
    """Return "table_s2.csv"."""
    return f"table_{number_of(layout).lower()}.csv"


def _content(layout: Layout, notice: str) -> str:
    lines = [[layout.title]]
    for i, heads in enumerate(head_rows(layout)):
        spread = [[f"{h.text} {h.detail}".strip(), *[""] * (h.span - 1)] for h in heads]
        lines.append(["" if i else layout.stub, *chain(*spread)])
    if len(lines) == 3:  # the stub stands beside the lower heads
        lines[1][0], lines[2][0] = "", layout.stub
    for row in layout.rows():
        header = f"{'  ' * row.indent}{row.title}"
        lines.append([header, *(_marked(cell.text, cell.mark) for cell in row.cells)])
    lines += [[f"{mark} {text}".strip()] for mark, text in notes_of(layout, notice)]
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerows([[inert(text) for text in line] for line in lines])
    return target.getvalue()


def _marked(text: str, mark: str) -> str:
    return f"{text} [{mark}]" if mark else text


def inert(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe stands before it."""
    text = plain(text)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text
