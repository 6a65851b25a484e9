"""The tables as an Excel workbook: a sheet that explains, then one a table, numbers as numbers.

A cell such as "0.88 (0.76–1.02)" is spread over columns, one a number. Each holds the value at full
precision and a number format that shows it as the report does.
"""

import io
import re
import textwrap
from collections.abc import Mapping

import xlsxwriter

from retrocohort.export.archive import MADE
from retrocohort.export.words import head_rows, notes_of, places, plain, widths
from retrocohort.format import MINUS
from retrocohort.language import say, template
from retrocohort.report.tableset import TableSet
from retrocohort.source import Number, numbers_of
from retrocohort.tables.layout import Cell, Layout

ABOUT = template("About")
SHOWN = re.compile(rf"^([<>]?)({MINUS}?)(\d[\d,\u2009]*)?((?:[.·]\d+)?)$")
LONGEST_HEADER = 250  # of a printed page; Excel takes 255 characters
EXPLAINED = (
    template("Each table of the report is a sheet of its number."),
    template(
        "A number is typed: it holds the value at full precision, and its format shows it rounded"
        " as in the report. The decimal mark and the thousands mark are those of your Excel."
    ),
    template(
        "An estimate with its limits, or a count with its percentage, is spread over columns under"
        " one head; the small heads name the columns of the results that they come from."
    ),
    template(
        "A P value below the smallest that is printed shows as such and holds its exact value."
    ),
    template("Letters in square brackets refer to the footnotes under the table."),
)
COLUMNS = {  # of the results, as small heads call them
    "n": template("n"),
    "percent": template("percent"),
    "mean": template("mean"),
    "sd": template("sd"),
    "median": template("median"),
    "median low": template("median low"),
    "median high": template("median high"),
    "q1": template("q1"),
    "q3": template("q3"),
    "min": template("min"),
    "max": template("max"),
    "survival": template("survival"),
    "ci low": template("ci low"),
    "ci high": template("ci high"),
    "hr": template("hr"),
    "hr low": template("hr low"),
    "hr high": template("hr high"),
    "estimate": template("estimate"),
    "missing": template("missing"),
}
LOOKS: Mapping[str, Mapping] = {
    "title": {"bold": True},
    "notice": {"bold": True, "font_color": "#9C0006", "text_wrap": True, "valign": "top"},
    "text": {"text_wrap": True, "valign": "top"},
    "head": {"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "bottom": 1},
    "stub_head": {"bold": True, "valign": "vcenter", "text_wrap": True, "bottom": 1},
    "column": {"font_color": "#595959", "align": "center", "font_size": 9, "bottom": 1},
    "header": {"text_wrap": True, "valign": "top"},
    "level": {"text_wrap": True, "valign": "top", "indent": 1},
    "cell": {"align": "center", "valign": "top"},
    "number": {"align": "right", "valign": "top"},
}


def workbook(tables: TableSet) -> bytes:
    """Return the workbook; no text of it is taken for a formula or a link."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties(
            {"title": plain(tables.title), "comments": plain(tables.notice), "created": MADE}
        )
        looks = _Looks(book)
        _about(book.add_worksheet(say(ABOUT)), tables, looks)
        for layout in tables.tables:
            _Page(book.add_worksheet(layout.number), layout, looks).write(tables.notice)
    return target.getvalue()


class _Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook):
        self.book, self.made = book, {}

    def get(self, name: str, number_format: str = ""):
        key = name, number_format
        if key not in self.made:
            look = LOOKS[name] | ({"num_format": number_format} if number_format else {})
            self.made[key] = self.book.add_format(look)
        return self.made[key]


def _about(sheet, tables: TableSet, looks: _Looks) -> None:
    """Write the sheet that explains."""
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 110)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, plain(tables.title), looks.get("title"))
    line = 2
    for name, lines in (("notice", filter(None, [tables.notice])), ("text", map(say, EXPLAINED))):
        for text in lines:
            sheet.merge_range(line, 0, line, 1, "")
            sheet.write_string(line, 0, plain(text), looks.get(name))
            sheet.set_row(line, 15 * (1 + len(text) // 105))
            line += 1
    style = say("Numbers are written in the style “{style}”.", style=tables.style)
    sheet.write_string(line, 0, style)
    line += 2
    for layout in tables.tables:
        link = f"internal:'{layout.number}'!A1"
        sheet.write_url(line, 0, link, string=layout.number)
        sheet.write_string(line, 1, plain(layout.caption))
        line += 1


class _Page:
    """The sheet of one table."""

    def __init__(self, sheet, layout: Layout, looks: _Looks):
        self.sheet, self.layout, self.looks = sheet, layout, looks
        self.room = places(layout)
        self.starts = [1 + sum(self.room[:i]) for i in range(len(self.room))]
        self.last = sum(self.room)

    def write(self, notice: str) -> None:
        """Write title, heads, rows and notes."""
        self.sheet.write_string(0, 0, plain(self.layout.title), self.looks.get("title"))
        line = self._heads(1)
        self.sheet.freeze_panes(line, 1)
        self.sheet.repeat_rows(1, line - 1)
        for row in self.layout.rows():
            look = self.looks.get("level" if row.indent else "header")
            self.sheet.write_string(line, 0, plain(row.title), look)
            for i, cell in enumerate(row.cells):
                self._cell(line, i, cell)
            line += 1
        for mark, text in notes_of(self.layout, notice):
            line += 1
            self.sheet.write_string(line, 0, plain(f"[{mark}] {text}" if mark else text))
        self._page(notice)

    def _page(self, notice: str) -> None:
        """Set the widths, and how the sheet prints."""
        stub, *columns = widths(self.layout)
        self.sheet.set_column(0, 0, stub)
        for i, width in enumerate(columns):
            each = max(8, -(-width // self.room[i]) + 1)
            self.sheet.set_column(self.starts[i], self.starts[i] + self.room[i] - 1, each)
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        if self.last > 8:
            self.sheet.set_landscape()
        short = textwrap.shorten(plain(notice), LONGEST_HEADER // 2, placeholder=" …")
        self.sheet.set_header(f"&L{short.replace('&', '&&')}" if notice else "")

    def _heads(self, line: int) -> int:
        """Write the heads, and under those of several columns what each holds; return the next."""
        rows = head_rows(self.layout)
        names = [[self._name(i, k) for k in range(n)] for i, n in enumerate(self.room)]
        named = any(any(each) for each in names)
        below = line + len(rows) + named
        self._span(line, 0, below - 1, 0, plain(self.layout.stub), "stub_head")
        for heads in rows:
            self.sheet.set_row(line, 30)
            column = 0
            for head in heads:
                first = self.starts[column]
                column += head.span
                last = self.starts[column - 1] + self.room[column - 1] - 1
                text = plain(f"{head.text} {head.detail}".strip())
                self._span(line, first, line, last, text, "head")
            line += 1
        for i, each in enumerate(names if named else []):
            for k, name in enumerate(each):
                self.sheet.write_string(line, self.starts[i] + k, name, self.looks.get("column"))
        return below

    def _span(self, top: int, left: int, bottom: int, right: int, text: str, look: str) -> None:
        if (top, left) != (bottom, right):
            self.sheet.merge_range(top, left, bottom, right, "", self.looks.get(look))
        self.sheet.write_string(top, left, text, self.looks.get(look))

    def _name(self, i: int, k: int) -> str:
        """Return the column of the results that a column of the sheet shows, if it is only one."""
        if self.room[i] == 1:
            return ""
        found = set()
        for row in self.layout.rows():
            numbers = numbers_of(row.cells[i].text)[k : k + 1]
            found |= {number.source.id.rpartition(".")[2] for number in numbers if number.source}
        name = found.pop().replace("_", " ") if len(found) == 1 else ""
        return say(COLUMNS[name]) if name in COLUMNS else name

    def _cell(self, line: int, i: int, cell: Cell) -> None:
        """Write the numbers of a cell, or its text where it shows none."""
        numbers, first = numbers_of(cell.text), self.starts[i]
        if not numbers and cell.text:
            text = plain(cell.text) + (f" [{cell.mark}]" if cell.mark else "")
            self.sheet.write_string(line, first, text, self.looks.get("cell"))
        for k, number in enumerate(numbers):
            before, after = _around(cell.text, number) if len(numbers) == 1 else ("", "")
            after += f" [{cell.mark}]" if cell.mark and k == len(numbers) - 1 else ""
            code = number_format(number, before, after)
            if code:
                look = self.looks.get("number", code)
                self.sheet.write_number(line, first + k, number.value, look)
            elif number.shown or after:
                text = plain(f"{before}{number.shown}{after}")
                self.sheet.write_string(line, first + k, text, self.looks.get("cell"))


def _around(text: str, number: Number) -> tuple[str, str]:
    before, _, after = text.partition(number.shown)
    return before, after


def number_format(number: Number, before: str = "", after: str = "") -> str:
    """Return the format in which Excel shows a number as it is shown, empty where there is none.

    Parameters
    ----------
    number : Number
        Its text may have a sign ("<0.001"), which becomes a condition on the value.
    before, after : str
        Text around it that belongs to the cell.
    """
    found = SHOWN.match(number.shown)
    if number.value is None or not found or not (found[3] or found[4]):
        return ""
    sign, minus, whole, rest = found.groups()
    digits = "" if not whole else ("#,##0" if not whole.isdigit() else "0")
    digits += f".{'0' * (len(rest) - 1)}" if rest else ""
    left, right = _literal(before), _literal(after)
    code = f"{left}{digits}{right}"
    if sign:
        limit = f"{re.sub('[^0-9]', '', whole or '0')}{rest}".replace("·", ".")
        return f"[{sign}{limit}]{_literal(before + number.shown + after)};{code}"
    negative = f"{left}{_literal(MINUS) if minus else ''}{digits}{right}"
    return f"{code};{negative}" if number.value < 0 else code


def _literal(text: str) -> str:
    """Return a text as a literal of a number format."""
    text = plain(text).replace('"', "'")
    return f'"{text}"' if text else ""
