"""The written tables: inert text, typed numbers, notices, heads that repeat, the same bytes."""

import io
import math
import re
import zipfile

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from table_files import csv_rows, excel_sheets, excel_text, latex_tables, word_notes, word_tables

from retrocohort import format as fmt
from retrocohort.export import checklist, csvs, latex, numbers, word, workbook
from retrocohort.report.tableset import TableSet
from retrocohort.source import Number, Source, joined, shown, value_of
from retrocohort.styles import STYLES, styled
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row

HOSTILE = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    '\\input{/etc/passwd} $x^2$ 100% #1 a_b & ~c {d} "e" --f `g\' [h] *i',
    "\x00\x07\x1b[31m tab\there",
    "</w:t></w:r><w:br/>]]>",
    "_x000D_ &amp; é 肝 β ≥5 µm²",
    "http://example.org/x",
    "mailto:a@b.c",
]
NOTICE = "Invented <b> & =made up="


def made(notice=NOTICE, style="plain") -> TableSet:
    return TableSet(f"Title {HOSTILE[0]}", notice, style, [hostile(), numeric()], [])


def hostile() -> Layout:
    footnotes = Footnotes()
    rows = [Row(text, [Cell(text, footnotes.mark(text)), Cell(text)]) for text in HOSTILE]
    columns = [Column(HOSTILE[0], HOSTILE[1]), Column(HOSTILE[5], "", HOSTILE[1])]
    return Layout("h", HOSTILE[5], HOSTILE[1], columns, [rows], HOSTILE, footnotes, "Table 1")


def sourced(value, name="os.full.arm.a.p", column="p"):
    return value_of(value, Source(name, "models/full/os/x.csv", 2, column))


def numeric() -> Layout:
    footnotes = Footnotes()
    mark = footnotes.mark("A test")
    cells = [
        [Cell(fmt.count(17549.0)), Cell(fmt.ratio_interval(0.8812, 0.7604, 1.0249), mark)],
        [Cell(fmt.p_value(sourced(0.00035)), mark), Cell("1 (reference)")],
        [Cell(fmt.number(-0.3277, 4)), Cell(fmt.quantiles(72.44, 33.0, None))],
        [Cell(fmt.p_value(0.995)), Cell(fmt.survival_time(None))],
        [Cell(), Cell(fmt.number(None))],
    ]
    rows = [Row(f"Row {i}", each, indent=i > 0) for i, each in enumerate(cells)]
    columns = [Column("n", "", "Group"), Column("HR", "(95% CI)", "Group")]
    return Layout("n", "Numbers", "Item", columns, [rows], [], footnotes, "Table S1")


def clean(text: str) -> str:
    return text.replace("\x00\x07\x1b[31m tab\there", "\ufffd\ufffd\ufffd[31m tab here")


def test_hostile_text_is_text_in_word():
    data = word.document(made())
    table = word_tables(data)[0]
    assert [row[0] for row in table[2:]] == list(map(clean, HOSTILE))
    assert [re.sub(r"\[[a-z]\]$", "", row[1]) for row in table[2:]] == list(map(clean, HOSTILE))
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert "<script" not in xml and "<w:hyperlink" not in xml and "w:instrText" not in xml


def test_hostile_text_is_text_in_excel():
    data = workbook.workbook(made())
    cells = [cell for row in excel_sheets(data)["Table 1"] for cell in row if cell[0] is not None]
    assert {kind for _, _, kind in cells} == {"s"}  # no formula, no number
    found = [value for value, _, _ in cells]
    for text in HOSTILE:
        assert clean(text) in found
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert not [name for name in names if "externalLink" in name or "vba" in name]
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Table 1"]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]


def test_hostile_text_is_text_in_csv():
    rows = csv_rows(csvs.files(made())["table_1.csv"])
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(csvs.FORMULA)]
    assert [row[0].removeprefix("'") for row in rows[3:14]] == list(map(clean, HOSTILE))


def test_hostile_text_is_text_in_latex():
    text = latex.document(made())
    assert [row[0] for row in latex_tables(text)[0]] == [
        clean(t).replace("\ufffd", "?") for t in HOSTILE
    ]
    assert "\\input" not in text and "\x1b" not in text
    body = text[text.index(r"\begin{document}") :]
    for sign in "$#":
        assert not re.search(rf"(?<!\\){re.escape(sign)}", body)
    assert "^" not in body and "--" not in body
    assert r"\ensuremath{\beta}" in body and "肝" in body
    assert r"\DeclareUnicodeCharacter{809D}{?}" in text  # pdfLaTeX would stop


def test_a_star_or_bracket_after_a_line_is_no_argument_of_it():
    rows = [Row("*a", [Cell("1")]), Row("[b]", [Cell("2")])]
    layout = Layout("s", "c", "S", [Column("n")], [rows], [], Footnotes(), "Table 1")
    text = latex.document(TableSet("", "", "plain", [layout], []))
    assert "\n{*}a & 1 \\\\" in text and "\n{[}b{]} & 2 \\\\" in text


def test_numbers_are_typed_and_shown_as_in_the_report():
    rows = excel_sheets(workbook.workbook(made()))["Table S1"]
    start = next(i for i, row in enumerate(rows) if row[0][0] == "Row 0")
    found = [[(value, text) for value, text, _ in row[1:]] for row in rows[start : start + 5]]
    none = (None, "")
    assert found == [
        [(17549, "17,549"), (0.8812, "0.88"), (0.7604, "0.76"), (1.0249, "1.02 [a]")],
        [(0.00035, "<0.001 [a]"), ("1 (reference)", "1 (reference)"), none, none],
        [(-0.3277, "−0.3277"), (72.44, "72.4"), (33, "33.0"), none],
        [(0.995, ">0.99"), ("not reached", "not reached"), none, none],
        [none, ("–", "–"), none, none],
    ]


def test_a_csv_file_has_title_heads_rows_and_notes_as_shown():
    assert csv_rows(csvs.files(made())["table_s1.csv"]) == [
        ["Table S1. Numbers"],
        ["", "Group", ""],
        ["Item", "n", "HR (95% CI)"],
        ["Row 0", "17,549", "0.88 (0.76–1.02) [a]"],
        ["  Row 1", "<0.001 [a]", "1 (reference)"],
        ["  Row 2", "−0.3277", "72.4 (33.0–)"],
        ["  Row 3", ">0.99", "not reached"],
        ["  Row 4", "", "–"],
        [NOTICE],
        ["a A test"],
    ]


def test_a_sheet_names_the_numbers_of_a_cell_and_keeps_words_and_indents():
    values = zip((0.8812, 0.7604, 1.0249), ("hr", "hr_low", "hr_high"), strict=True)
    ratio = fmt.ratio_interval(*(sourced(x, f"os.full.{name}", name) for x, name in values))
    follow = joined(fmt.number(89.04), " months")
    rows = [Row("Age", [Cell(ratio), Cell(follow)], "years"), Row("Old", [Cell()] * 2, "", True)]
    columns = [Column("HR"), Column("Follow-up")]
    layout = Layout("x", "About it", "Item", columns, [rows], [], Footnotes(), "Table 7")
    data = workbook.workbook(TableSet("", "", "plain", [layout], []))
    shown = [[text for _, text, _ in row] for row in excel_sheets(data)["Table 7"]]
    assert shown[2:5] == [
        ["", "hr", "hr low", "hr high", ""],
        ["Age, years", "0.88", "0.76", "1.02", "89.0 months"],
        ["Old", "", "", "", ""],
    ]
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert [book["Table 7"][f"A{i}"].alignment.indent for i in (4, 5)] == [0, 1]
    links = {c.value: c.hyperlink.location for r in book["About"] for c in r if c.hyperlink}
    assert links == {"Table 7": "'Table 7'!A1"}


def test_heads_details_and_indents_in_word_and_latex():
    rows = [
        Row("Age", [Cell("1"), Cell("2")], "years"),
        Row("Old", [Cell("3"), Cell("4")], "", True),
    ]
    columns = [Column("n", "", "Group"), Column("HR", "(95% CI)", "Group")]
    layout = Layout("x", "c", "Item", columns, [rows], [], Footnotes(), "Table 7")
    tables = TableSet("", "", "plain", [layout], [])
    body = [["Age, years", "1", "2"], ["Old", "3", "4"]]
    data, text = word.document(tables), latex.document(tables)
    assert word_tables(data) == [[["Item", "Group"], ["", "n", "HR (95% CI)"], *body]]
    lines = Document(io.BytesIO(data)).tables[0].rows[2:]
    left, further = (row.cells[0].paragraphs[0].paragraph_format.left_indent for row in lines)
    assert left < further
    assert latex_tables(text) == [body]
    assert text.count("\nItem & n & HR (95\\% CI) \\\\") == 2  # on the first page and the next
    assert "\n & \\multicolumn{2}{c}{Group} \\\\ \\cmidrule(lr){2-3}" in text
    assert "\n\\hspace*{1em}Old & 3" in text and "\nAge, years & 1" in text


@pytest.mark.parametrize("style", STYLES)
def test_number_formats_of_each_style_show_what_the_report_shows(style):
    with styled(style):
        texts = [fmt.p_value(p) for p in (0.00003, 0.0004, 0.0042, 0.0449, 0.0492, 0.58, 0.995)]
        texts += [fmt.count(n) for n in (0, 999, 1207, 17549)] + [fmt.difference(-0.1234)]
        texts += [fmt.number(x, d) for x in (-0.04, -1.25, 2.675, 0.125) for d in (0, 1, 2)]
        texts += [fmt.hazard_ratio(hr) for hr in (123.4, 9_999_999.0, 1e7 + 1, 1e26)]
    for text in texts:
        code = workbook.number_format(text.numbers[0])
        plain, shown = (
            found.replace("·", ".").replace("\u2009", ",")
            for found in (text, excel_text(text.numbers[0].value, code))
        )
        assert shown == plain


def test_a_number_in_words_keeps_them_in_its_format():
    number = Number(89.04, "89.0")
    code = workbook.number_format(number, "", ' months "long"')
    assert excel_text(89.04, code) == "89.0 months 'long'"
    assert workbook.number_format(Number(None, "not reached")) == ""
    assert workbook.number_format(Number(None, "∞")) == ""


def test_the_notice_stands_everywhere():
    tables = made()
    document = Document(io.BytesIO(word.document(tables)))
    assert all(NOTICE in section.header.paragraphs[0].text for section in document.sections)
    assert document.core_properties.comments == NOTICE
    book = openpyxl.load_workbook(io.BytesIO(workbook.workbook(tables)))
    assert book.sheetnames[0] == "About" and book.properties.description == NOTICE
    assert NOTICE in [cell.value for row in book["About"].iter_rows() for cell in row]
    assert all("Invented" in sheet.oddHeader.left.text for sheet in book.worksheets[1:])
    assert latex.escape(NOTICE) in latex.document(tables).partition(r"\begin{document}")[0]
    assert csvs.files(tables)["NOTICE.txt"] == f"{NOTICE}\n"
    assert all(NOTICE in text for text in csvs.files(tables).values())
    assert numbers.citable(tables)["notice"] == NOTICE
    assert "NOTICE.txt" not in csvs.files(made(notice=""))


def test_heads_repeat_and_wide_tables_lie_on_their_side():
    columns, rows = [Column(f"Column{i}") for i in range(30)], [[Row("r", [Cell("1 (12.3)")] * 30)]]
    wide = Layout("w", "c", "s", columns, rows, [], Footnotes(), "Table 2")
    tables = TableSet("", "", "plain", [numeric(), wide], [])
    document = Document(io.BytesIO(word.document(tables)))
    heads = [table._tbl.findall(f".//{qn('w:tblHeader')}") for table in document.tables]
    assert [len(rows) for rows in heads] == [2, 1]  # the first has groups of columns
    assert [s.page_width > s.page_height for s in document.sections] == [False, True]
    for table, section in zip(document.tables, document.sections, strict=True):
        width = int(table._tbl.tblPr.find(qn("w:tblW")).get(qn("w:w")))
        assert width * 635 <= section.page_width - section.left_margin - section.right_margin
    assert latex.document(tables).count(r"\begin{landscape}") == 1
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.workbook(tables)))["Table S1"]
    assert sheet.print_title_rows == "$2:$3" and sheet.freeze_panes == "B4"


def test_footnotes_stand_under_their_table():
    notes = word_notes(word.document(made()))
    assert notes[0] == " ".join(map(clean, HOSTILE)) and notes[-1] == "[a] A test"


def checklists() -> list[dict]:
    items = [
        {"number": "1a", "topic": text, "asks": text, "places": [("x-1", text)], "author": text}
        for text in HOSTILE
    ]
    return [
        {"title": "Checklist A", "source": "Source A", "items": items},
        {"title": "Checklist B", "source": "Source B", "items": [items[0] | {"places": []}]},
    ]


def test_checklists_have_a_row_an_item_and_links_to_the_report():
    tables = TableSet("", NOTICE, "plain", [], [], checklists())
    data = checklist.document(tables)
    first, second = Document(io.BytesIO(data)).tables
    rows = [[cell.text for cell in row.cells] for row in first.rows]
    assert rows[0] == [
        "Item",
        "Recommendation",
        "Where in the report",
        "For the author to write",
        "Page",
    ]
    told = [["1a", f"{clean(text)}. {clean(text)}", clean(text), ""] for text in HOSTILE]
    assert [[a, b, d, e] for a, b, _, d, e in rows[1:]] == told
    links = [
        (field.get(qn("w:instr")).strip(), "".join(t.text for t in field.iter(qn("w:t"))))
        for field in first._tbl.iter(qn("w:fldSimple"))
    ]
    assert links == [('HYPERLINK "report.html" \\l "x-1"', clean(text)) for text in HOSTILE]
    assert len(second.rows) == 2 and not list(second._tbl.iter(qn("w:fldSimple")))
    assert len(first._tbl.findall(f".//{qn('w:tblHeader')}")) == 1
    assert word_notes(data) == ["Source A", "Source B"]
    assert data == checklist.document(tables)


def test_the_same_tables_give_the_same_bytes():
    for build in (word.document, workbook.workbook, latex.document, csvs.files):
        assert build(made()) == build(made())
    for build in (word.document, workbook.workbook):
        entries = zipfile.ZipFile(io.BytesIO(build(made()))).infolist()
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_numbers_to_cite():
    cited = numbers.citable(made())
    assert (cited["title"], cited["style"]) == (f"Title {HOSTILE[0]}", "plain")
    found = cited["numbers"]
    assert found["os.full.arm.a.p"] == {
        "value": 0.00035, "shown": "<0.001", "file": "models/full/os/x.csv", "row": 2,
        "column": "p", "table": "Table S1",
    }  # fmt: skip
    assert found["os.full.arm.a.p.stated"]["shown"] == "P < 0.001"
    assert len(found) == 2  # what was computed on the way has no cell


def test_a_limit_that_was_not_reached_is_cited_as_such():
    limits = fmt.interval(33.0, sourced(math.nan, "os.full.all.q3", "q3"))
    found = numbers.citable(TableSet("", "", "plain", [], [limits]))["numbers"]
    assert (found["os.full.all.q3"]["value"], found["os.full.all.q3"]["shown"]) == (
        None,
        "not reached",
    )


def test_sentences_come_before_tables():
    source = Source("os.full.all.median", "f.csv", 2, "median")
    cell = Cell(shown("122.0", Number(122.0, "122.0", source)))
    layout = Layout("t", "c", "s", [Column("n")], [[Row("r", [cell])]], [], Footnotes(), "Table 3")
    cited = [fmt.count(7), shown("122", Number(122.0, "122", source))]
    found = numbers.citable(TableSet("", "", "plain", [layout], cited))["numbers"]
    assert found["os.full.all.median"]["shown"] == "122"
    assert found["os.full.all.median"]["table"] == "Table 3"
