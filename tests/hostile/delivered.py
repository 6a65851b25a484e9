"""Hostile deliveries: tables, workbooks and files of statistics programs that want more than rows.

CASES: as in `decisions`.
"""

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import pyreadstat

from tests.bad_input.cases import apply
from tests.hostile.decisions import DATA, Case, delivered_as, linked, pipe
from tests.hostile.workbooks import (
    bomb,
    encrypted,
    repacked,
    with_entities,
    with_rows,
    with_sheet,
    workbook,
)

TABLE = DATA / "patients.csv"
OUTSIDE = "is a link out of data/."
HEADER = "pid,sex,age,operated,last_seen,died,arm,stage,size,implant"
ROW = "P999,f,50,2015-01-01,2016-01-01,no,S,2,{},no\n"
EXTERNAL = '<!ENTITY x SYSTEM "file:///etc/passwd">'
LAUGHS = '<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
)


def table(change: Callable[[bytes], bytes]) -> Callable:
    """Return what changes the bytes of the patients' table."""

    def make(project):
        path = project / TABLE
        path.write_bytes(change(path.read_bytes()))

    return make


def with_size(cell: str) -> Callable:
    """Return what adds a patient with this text as size."""
    return table(lambda data: data + ROW.format(cell).encode())


def book(tamper: Callable = lambda path: None, change: Callable = lambda book: None) -> Callable:
    """Return what delivers a workbook that was tampered with."""
    return lambda project: tamper(workbook(project, change))


def sheet(change: Callable[[str], str]) -> Callable:
    """Return what delivers a workbook with another sheet."""
    return book(lambda path: with_sheet(path, change))


def gzipped(content: Callable[[bytes], bytes]) -> Callable:
    """Return what delivers a gzipped table."""

    def make(project):
        path = project / TABLE
        path.with_suffix(".csv.gz").write_bytes(content(path.read_bytes()))
        delivered_as("patients.csv.gz")(project)

    return make


def statfile(ending: str, spoil: Callable[[bytes], bytes]) -> Callable:
    """Return what delivers a spoilt file of SPSS or Stata."""

    def make(project):
        import pandas as pd

        frame = pd.read_csv(project / TABLE, dtype=str)
        path = project / TABLE.with_suffix(ending)
        write = {".sav": pyreadstat.write_sav, ".dta": pyreadstat.write_dta}[ending]
        write(frame, str(path))
        path.write_bytes(spoil(path.read_bytes()))
        delivered_as(f"patients{ending}")(project)

    return make


def declaring_rows(data: bytes) -> bytes:
    """Return a file of SPSS that declares two thousand million cases (int32 at byte 80)."""
    return data[:80] + struct.pack("<i", 2_000_000_000) + data[84:]


def encoded(encoding: str) -> Callable:
    """Return what saves the patients in another encoding, with a Chinese text."""
    return table(lambda data: data.decode().replace("P003", "患者三").encode(encoding))


def wide(project) -> None:
    """Give the table a hundred thousand columns."""
    names = ",".join(f"x{n}" for n in range(100_000))
    (project / TABLE).write_text(f"{HEADER.replace('size', 'sise')},{names}\n" + "a,b\n" * 5)


def wide_and_right(project) -> None:
    """Give the table a thousand columns more."""
    lines = (project / TABLE).read_text().splitlines()
    more = ["".join(f",x{n}" for n in range(1_000)), *[",0" * 1_000] * (len(lines) - 1)]
    text = "".join(f"{line}{end}\n" for line, end in zip(lines, more, strict=True))
    (project / TABLE).write_text(text)


def wide_and_long(book) -> None:
    """Name as many columns as a sheet can have, and put a cell into rows far below."""
    for column in range(11, 16_385):
        book.active.cell(1, column, f"x{column}")
    for row in range(100, 8_000):
        book.active.cell(row, 1, "x")


def laughing_names(parts: dict) -> None:
    """Name the sheet by an entity of entities."""
    text = parts["xl/workbook.xml"].decode("utf-8").replace('name="Sheet"', 'name="&a9;"')
    assert "&a9;" in text
    text = text.replace("<workbook ", f"<!DOCTYPE workbook [{LAUGHS}]><workbook ", 1)
    parts["xl/workbook.xml"] = text.encode("utf-8")


def linked_folder(project) -> None:
    """Put a link to a folder elsewhere into data/, and name a file in it."""
    (project / DATA / "ward").symlink_to("/etc")
    delivered_as("ward/passwd")(project)


def odd_name(project) -> None:
    """Name a file by a text of escape signs."""
    delivered_as("\\e[2Jx.csv")(project)


def of_everyone(told: dict) -> bool:
    """Return whether the sixty patients were read, and nothing beside."""
    return told["patients"] == 60 and not told["problems"]


def refused(told: dict) -> bool:
    """Return whether the one cell more is a problem of its variable."""
    return told["patients"] == 61 and [name for name, _ in told["problems"]] == ["size"]


CELLS = {  # of a number: all are a problem of the cell
    "number_formula": "=1+1",
    "number_command": "\"=cmd|'/c calc'!A0\"",
    "number_of_digits": "9" * 100_000,
    "number_of_blanks": f"1{' ' * 100_000}x",
    "number_of_commas": f'"{"1,234" * 1_000}"',
    "number_of_dots": "1." * 50_000,
    "number_of_times": "1*" * 50_000,
    "number_of_exponent": "1e999999999999999999999",
    "number_of_large_exponent": "9e999999 cm",
    "number_negative_exponent": "1e-99999999999999999999 mm",
    "number_of_other_digits": "١٢٣",
    "number_of_combining": "1" + "\u0301" * 50_000,
    "number_bidi": "\u202e003",
    "number_nan": "nan",
    "number_inf": "Infinity",
    "number_underscored": "1_000",
    "number_hexadecimal": "0x1F",
    "number_escape": "\x1b[31m7",
}

CASES: dict[str, Case] = {
    name: Case(with_size(text), reads=refused) for name, text in CELLS.items()
}
CASES |= {
    # places
    "table_linked": Case(linked(TABLE, "/etc/passwd"), (OUTSIDE,)),
    "table_linked_above": Case(linked(TABLE, "../../config/config.yaml"), (OUTSIDE,)),
    "folder_linked": Case(linked(DATA, "/etc"), (OUTSIDE,)),
    "folder_in_it_linked": Case(linked_folder, (OUTSIDE,)),
    "table_of_zeros": Case(linked(TABLE, "/dev/zero"), (OUTSIDE,)),
    "table_pipe": Case(pipe(TABLE), ("is no plain file",)),
    "table_is_folder": Case(
        lambda project: ((project / TABLE).unlink(), (project / TABLE).mkdir()),
        ("is no plain file",),
    ),
    "table_of_escapes": Case(odd_name, ("is not allowed",)),
    "table_round": Case(linked(TABLE, "patients.csv"), (OUTSIDE,)),
    # delimited text
    "cell_of_10_mb": Case(with_size("x" * 10_000_000), ("a cell is longer than 131,072",)),
    "cell_of_10_mb_first": Case(
        table(lambda data: data.replace(b"P001", b"P" * 10_000_000)), ("a cell is longer",)
    ),
    "quote_over_all": Case(
        table(lambda data: b'"' + data + data * 99), ("patients.csv", "Is a quote left open?")
    ),
    "nul": Case(table(lambda data: data.replace(b"P003", b"P\x003")), ("holds NUL characters",)),
    "mixed_line_ends": Case(
        table(lambda data: data.replace(b"\n", b"\r\n", 7).replace(b"\nP02", b"\rP02", 5)),
        reads=of_everyone,
    ),
    "two_marks": Case(table(lambda data: b"\xef\xbb\xbf" * 2 + data), ("'pid' is missing",)),
    "invalid_utf8": Case(
        table(lambda data: data.replace(b"P003", b"\xc3\x28\xff")), ("is not utf-8", "row 4")
    ),
    "utf16_without_mark": Case(
        table(lambda data: data.decode().encode("utf-16-le")), ("Set encoding: utf-16-le",)
    ),
    "utf32": Case(table(lambda data: data.decode().encode("utf-32")), ("is not utf-8",)),
    "gb18030": Case(encoded("gb18030"), ("Set encoding: gb18030",)),
    "columns_100000": Case(wide, ("has 100,010 columns",)),
    "columns_1000": Case(wide_and_right, reads=of_everyone),
    "column_5000_times": Case(
        table(lambda data: data.replace(b"pid,", b"pid," + b"sex," * 5_000, 1)),
        ("stands 5001 times",),
    ),
    "header_of_escapes": Case(
        table(lambda data: data.replace(b"size,", b"\x1b]0;x\x07\x1b[2J,\x1b]0;x\x07\x1b[2J,", 1)),
        ("a column name stands 2 times",),
    ),
    "codec_that_runs": Case(
        lambda project: apply(
            project,
            {
                "file": "study.yaml",
                "find": "id: pid",
                "put": "id: pid\n    encoding: unicode_escape",
            },
        ),
        reads=of_everyone,
    ),
    "codec_of_archives": Case(
        lambda project: apply(
            project, {"file": "study.yaml", "find": "id: pid", "put": "id: pid\n    encoding: zip"}
        ),
        ("the encoding 'zip' is not known",),
    ),
    "gzip_bomb": Case(
        gzipped(lambda data: gzip.compress(data) + gzip.compress(b"\n" * 10_000_000) * 60),
        ("unpacks to more than",),
    ),
    "gzip_cut": Case(gzipped(lambda data: gzip.compress(data)[:-20]), ("cannot be opened",)),
    "gzip_of_gzip": Case(
        gzipped(lambda data: gzip.compress(gzip.compress(data))), ("is not utf-8",)
    ),
    # workbooks
    "book_bomb": Case(book(lambda path: bomb(path, 300)), ("unpacks to more than",)),
    "book_external_entity": Case(
        sheet(lambda text: with_entities(text, EXTERNAL, "&x;")), ("cannot be opened",)
    ),
    "book_external_dtd": Case(
        sheet(
            lambda text: text.replace(
                "<worksheet", '<!DOCTYPE worksheet SYSTEM "http://127.0.0.1/x.dtd"><worksheet', 1
            )
        ),
        reads=of_everyone,
    ),
    "book_laughs": Case(
        sheet(lambda text: with_entities(text, LAUGHS, "&a9;")), ("cannot be opened",)
    ),
    "book_laughs_in_names": Case(
        book(lambda path: repacked(path, laughing_names)), ("cannot be opened",)
    ),
    "book_encrypted": Case(book(encrypted), ("is encrypted",)),
    "book_old_or_encrypted": Case(
        book(
            lambda path: Path(path).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000)
        ),
        ("is encrypted, or an old .xls",),
    ),
    "book_cut": Case(
        book(lambda path: Path(path).write_bytes(Path(path).read_bytes()[:3000])),
        ("cannot be opened",),
    ),
    "book_of_paths": Case(
        book(
            lambda path: repacked(
                path, lambda parts: parts.update({"../../../owned": b"x", "/tmp/owned": b"x"})
            )
        ),
        reads=of_everyone,
    ),
    "book_of_macros": Case(
        book(lambda path: repacked(path, lambda p: p.update({"xl/vbaProject.bin": b"\xd0\xcf"}))),
        reads=of_everyone,
    ),
    "book_named_xlsm": Case(
        lambda project: (
            Path(workbook(project)).rename(project / DATA / "patients.xlsm"),
            apply(project, {"file": "study.yaml", "find": ".xlsx", "put": ".xlsm"}),
        ),
        ("of a kind that cannot be read",),
    ),
    "book_of_formulas": Case(
        book(change=lambda b: b.active.__setitem__("I5", '=WEBSERVICE("http://127.0.0.1")')),
        ("formula without a stored result", "I5"),
    ),
    "book_linked": Case(
        book(change=lambda b: b.active.__setitem__("I5", "='[/etc/passwd]x'!A1")),
        ("formula without a stored result",),
    ),
    "book_row_far_below": Case(
        book(lambda path: with_rows(path, '<row r="1048576"><c r="A1048576"><v>1</v></c></row>')),
        reads=lambda told: told["patients"] == 61,
    ),
    "book_row_beyond": Case(
        book(lambda path: with_rows(path, '<row r="99999999999"><c><v>1</v></c></row>')),
        ("sheet 1, row 99999999999",),
    ),
    "book_row_twice": Case(
        book(lambda path: with_rows(path, '<row r="7"><c r="A7"><v>1</v></c></row>')),
        ("sheet 1, row 7", "stands twice"),
    ),
    "book_cell_of_another_row": Case(
        book(lambda path: with_rows(path, '<row r="99"><c r="A7"><v>1</v></c></row>')),
        ("sheet 1, A7",),
    ),
    "book_cells_out_of_order": Case(
        book(
            lambda path: with_rows(
                path, '<row r="99"><c r="AA99"><v>1</v></c><c r="B99"><v>1</v></c></row>'
            )
        ),
        ("sheet 1, B99",),
    ),
    "book_without_places": Case(
        book(lambda path: with_rows(path, "<row><c><v>1</v></c><c><v>1</v></c></row>")),
        reads=lambda told: told["patients"] == 61,
    ),
    "book_corner": Case(
        book(lambda path: with_rows(path, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        reads=lambda told: told["patients"] == 61,
    ),
    "book_wide_and_long": Case(book(change=wide_and_long), ("sheet 1", "columns in use")),
    "book_column_beyond": Case(
        book(lambda path: with_rows(path, '<row r="99"><c r="ZZZZ99"><v>1</v></c></row>')),
        ("cannot be opened",),
    ),
    "book_string_beyond": Case(
        book(lambda path: with_rows(path, '<row r="99"><c r="A99" t="s"><v>9999999</v></c></row>')),
        ("cannot be opened",),
    ),
    "book_long_string": Case(
        book(
            lambda path: with_rows(
                path,
                f'<row r="62"><c r="I62" t="inlineStr"><is><t>{"7" * 5_000_000}</t></is></c></row>',
            )
        ),
        reads=lambda told: told["problems"][0][0] == "size",
    ),
    "book_date_beyond": Case(
        book(change=lambda b: b.active.__setitem__("D5", 10**15)),
        reads=lambda told: [name for name, _ in told["problems"]] == ["operated"],
    ),
    # files of statistics programs
    "sav_cut": Case(statfile(".sav", lambda data: data[: len(data) // 2]), ("cannot be opened",)),
    "sav_of_rows": Case(
        statfile(".sav", declaring_rows), reads=lambda told: told["patients"] == 60
    ),
    "sav_of_zeros": Case(
        statfile(".sav", lambda data: data[:176] + bytes(len(data) - 176)), ("cannot be opened",)
    ),
    "dta_cut": Case(statfile(".dta", lambda data: data[:600]), ("cannot be opened",)),
    "dta_of_noise": Case(
        statfile(".dta", lambda data: data[:200] + bytes(range(256)) * 20), ("cannot be opened",)
    ),
    # texts of patients that are no more than texts
    "formula_as_answer": Case(
        table(lambda data: data.replace(b",m,54,", b",=HYPERLINK(1),54,", 1)),
        reads=lambda told: [name for name, _ in told["problems"]] == ["sex"],
    ),
    "markup_as_patient": Case(
        table(lambda data: data.replace(b"P003,", b"<script>P003</script>,")), reads=of_everyone
    ),
}
