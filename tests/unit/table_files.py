"""Readers of the written tables: heads, rows with header and cells, notes, as they are seen."""

import csv
import io
import re
import unicodedata

import openpyxl
from docx import Document
from docx.oxml.ns import qn

MARK = re.compile(r" \[([a-z]+)\]$")
LATEX = [
    (r"\\textsuperscript\{([23])\}", lambda m: "²³"[int(m[1]) - 2]),
    (r"\\textsuperscript\{([a-z]+)\}", r"[\1]"),
    (r"\\hspace\*\{1em\}", ""),
    (r"\\ensuremath\{\\(ge|le|infty|surd|times|cdot)\}",
     lambda m: {"ge": "≥", "le": "≤", "infty": "∞", "surd": "√", "times": "×", "cdot": "·"}[m[1]]),
    (r"\\ensuremath\{\\([a-z]+)\}",
     lambda m: unicodedata.lookup(f"GREEK SMALL LETTER {m[1].upper()}")),
    (r"\\ensuremath\{-\}", "−"),
    (r"\\,", "\u2009"),
    (r"\{([*\[\]])\}", r"\1"),
    *(
        (rf"\\text{name}\{{\}}", sign.replace("\\", r"\\"))
        for name, sign in {
            "endash": "–", "emdash": "—", "less": "<", "greater": ">", "bar": "|", "mu": "µ",
            "backslash": "\\", "asciitilde": "~", "asciicircum": "^", "quotedbl": '"',
            "quotedblleft": "“", "quotedblright": "”", "quoteright": "’",
        }.items()
    ),
    (r"\\ldots\{\}", "…"),
    (r"\\([{}$&#%_])", r"\1"),
    (r"(?<!\\)\{\}", ""),
]  # fmt: skip


def seen(latex: str) -> str:
    """Return what LaTeX prints of an escaped text."""
    for pattern, instead in LATEX:
        latex = re.sub(pattern, instead, latex)
    return latex


def word_tables(data: bytes) -> list[list[list[str]]]:
    """Return the tables of a Word document: rows of cells, the mark of a footnote in brackets."""
    document = Document(io.BytesIO(data))
    return [[_word_row(row) for row in table.iter(qn("w:tr"))] for table in _tables(document)]


def _tables(document):
    return document.element.body.iterchildren(qn("w:tbl"))


def _word_row(row) -> list[str]:
    return ["".join(map(_word_run, cell.iter(qn("w:r")))) for cell in row.iter(qn("w:tc"))]


def _word_run(run) -> str:
    text = "".join(
        " " if part.tag == qn("w:br") else part.text or ""
        for part in run
        if part.tag in (qn("w:t"), qn("w:br"))
    )
    return f"[{text}]" if run.find(f".//{qn('w:vertAlign')}") is not None else text


def word_notes(data: bytes) -> list[str]:
    """Return the notes under the tables."""
    document = Document(io.BytesIO(data))
    notes = [p for p in document.element.body if p.tag == qn("w:p")]
    return ["".join(map(_word_run, p.iter(qn("w:r")))) for p in notes if _style(p) == "TableNote"]


def _style(paragraph) -> str:
    style = paragraph.find(f".//{qn('w:pStyle')}")
    return "" if style is None else style.get(qn("w:val"))


def csv_rows(text: str) -> list[list[str]]:
    """Return the rows of a CSV file."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def latex_tables(text: str) -> list[list[list[str]]]:
    """Return the tables of a LaTeX document: rows of cells below the heads."""
    found = []
    for body in re.findall(r"\\endlastfoot\n(.*?)\\end\{longtable\}", text, re.DOTALL):
        lines = [line for line in body.split("\n") if line.endswith(r" \\")]
        found.append([list(map(seen, line[:-3].split(" & "))) for line in lines])
    return found


def excel_sheets(data: bytes) -> dict[str, list[list]]:
    """Return the sheets of a workbook: rows of (value, what Excel shows of it, its type)."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {
        sheet.title: [[_excel_cell(cell) for cell in row] for row in sheet.iter_rows()]
        for sheet in book
    }


def _excel_cell(cell) -> tuple:
    shown = str(cell.value or "")
    if cell.data_type == "n" and cell.value is not None:
        shown = excel_text(cell.value, cell.number_format)
    return cell.value, shown, cell.data_type


def excel_text(value: float, code: str) -> str:
    """Return what Excel shows of a number: conditions, literals, decimals, thousands.

    Written from the documentation of number formats alone, as the second opinion of the tests.
    """
    from decimal import ROUND_HALF_UP, Decimal

    sections = re.findall(r'((?:"[^"]*"|[^;"])+)', code)
    condition = re.match(r"\[([<>])([\d.]+)\]", sections[0])
    if condition:
        holds = value < float(condition[2]) if condition[1] == "<" else value > float(condition[2])
        section = sections[0][condition.end() :] if holds else sections[1]
        sign = "-" if value < 0 else ""
    else:
        section = sections[1] if value < 0 and len(sections) > 1 else sections[0]
        sign = "-" if value < 0 and len(sections) == 1 else ""

    def digits(found: re.Match) -> str:
        whole, _, rest = found[0].partition(".")
        step = Decimal(1).scaleb(-len(rest))
        near = abs(Decimal(repr(float(value)))).quantize(step, ROUND_HALF_UP)
        text = f"{near:,f}" if "," in whole else f"{near:f}"
        return text if whole else text.removeprefix("0")

    parts = re.split(r'("[^"]*")', section)
    shown = [p[1:-1] if p.startswith('"') else re.sub(r"[#,0]*(?:\.0+)?(?<=0)", digits, p, count=1)
             for p in parts]  # fmt: skip
    return sign + "".join(shown)
