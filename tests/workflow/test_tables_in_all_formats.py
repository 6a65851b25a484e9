"""Word, Excel, LaTeX and CSV hold the cells of the page, cited numbers those of the results."""

import csv
import json
import math
import re
from functools import cache
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import html
from tests.unit.table_files import csv_rows, excel_sheets, latex_tables, word_tables

STUDIES = sorted(path.parts[1] for path in Path("results").glob("*/report/tables.json"))
NUMBER = re.compile(r"^[<>]?−?[\d,]*\d(?:\.\d+)?$")
TOKEN = re.compile(r"[<>]?−?[\d,]*\d(?:\.\d+)?|[^\W\d_]+")


def report(study, name):
    return Path("results") / study / "report" / name


def text_of(element):
    """Return the text of a cell of the page, the mark of a footnote in brackets."""
    parts = [element.text or ""]
    for child in element:
        inner = text_of(child)
        parts += [f"[{inner}]" if child.tag == "sup" else inner, child.tail or ""]
    return "".join(parts).strip()


@cache
def page(study):
    """Return number of a table -> its caption and the rows of its body, as the page has them."""
    root = html.parse(str(report(study, "report.html")), html.HTMLParser(encoding="utf-8"))
    found = {}
    for table in root.iterfind(".//table"):
        caption = table.find("caption")
        numbered = caption is not None and re.match(r"(Table S?\d+)\. ", caption.text_content())
        if numbered:
            rows = [[text_of(cell) for cell in row] for row in table.iterfind("tbody/tr")]
            found[numbered[1]] = caption.text_content(), rows
    return found


def test_the_studies_are_there():
    assert {"nafld", "rotterdam", "xu2025"} <= set(STUDIES)


@pytest.mark.parametrize("study", STUDIES)
def test_word(study):
    data = report(study, "tables.docx").read_bytes()
    body = Document(report(study, "tables.docx")).element.body
    titles = [
        "".join(t.text for t in p.iter(qn("w:t")))
        for p in body.iterchildren(qn("w:p"))
        if p.find(f".//{qn('w:pStyle')}") is not None
        and p.find(f".//{qn('w:pStyle')}").get(qn("w:val")) == "TableTitle"
    ]
    assert sorted(titles) == sorted(caption for caption, _ in page(study).values())
    for title, table in zip(titles, word_tables(data), strict=True):
        _, rows = page(study)[title.partition(".")[0]]
        assert table[-len(rows) :] == rows, title


@pytest.mark.parametrize("study", STUDIES)
def test_checklists_link_to_places_of_the_page(study):
    body = Document(report(study, "checklists.docx")).element.body
    links = [field.get(qn("w:instr")) for field in body.iter(qn("w:fldSimple"))]
    asked = {re.fullmatch(r' HYPERLINK "report.html" \\l "(.+)" ', link)[1] for link in links}
    root = html.parse(str(report(study, "report.html")), html.HTMLParser(encoding="utf-8"))
    assert len(asked) > 5 and asked <= set(root.xpath("//@id"))


@pytest.mark.parametrize("study", STUDIES)
def test_latex(study):
    text = report(study, "tables.tex").read_text(encoding="utf-8")
    names = re.findall(r"^% begin (.*)$", text, re.MULTILINE)
    assert sorted(names) == sorted(page(study))
    for name, table in zip(names, latex_tables(text), strict=True):
        assert table == [[mu(cell) for cell in row] for row in page(study)[name][1]], name


def mu(text):
    """Return a text with the one sign for micro that LaTeX prints."""
    return text.replace("μ", "µ")


@pytest.mark.parametrize("study", STUDIES)
def test_csv(study):
    for name, (caption, rows) in page(study).items():
        path = report(study, "tables") / f"{name.lower().replace(' ', '_')}.csv"
        found = csv_rows(path.read_text(encoding="utf-8"))
        plain = [
            [found_cell.strip().removeprefix("'").replace(" [", "[") for found_cell in row]
            for row in found
        ]
        assert found[0] == [caption]
        start = next(i for i, row in enumerate(plain) if row == [*map(spaced, rows[0])])
        assert plain[start : start + len(rows)] == [[*map(spaced, row)] for row in rows], name


def spaced(text):
    return text.replace(" [", "[")


@pytest.mark.parametrize("study", STUDIES)
def test_excel(study):
    sheets = excel_sheets(report(study, "tables.xlsx").read_bytes())
    assert list(sheets)[0] == "About" and sorted(list(sheets)[1:]) == sorted(page(study))
    typed = 0
    for name, (caption, rows) in page(study).items():
        sheet = sheets[name]
        assert sheet[0][0][0] == caption
        own = [cell for row in sheet for cell in row[1:]]
        assert not [text for value, text, kind in own if kind == "s" and NUMBER.match(value)]
        typed += sum(kind == "n" and value is not None for value, _, kind in own)
        shown = [[text for _, text, _ in row] for row in sheet]
        start = next(i for i, row in enumerate(shown) if same(row, rows[0]))
        for row, expected in zip(shown[start : start + len(rows)], rows, strict=True):
            assert same(row, expected), (name, row, expected)
    assert typed > 1000


def same(row, expected):
    """Return whether a row of a sheet shows what a row of the page does: header, numbers, words."""
    return row[0] == expected[0] and tokens(row[1:]) == tokens(expected[1:])


def tokens(cells):
    return [token for cell in cells for token in TOKEN.findall(cell) if token != "to"]


@pytest.mark.parametrize("study", STUDIES)
def test_every_cited_number_is_that_of_its_cell(study):
    numbers = json.loads(report(study, "numbers.json").read_text(encoding="utf-8"))["numbers"]
    assert len(numbers) > 1000
    for name, number in numbers.items():
        row = lines(Path("results") / study / number["file"])[number["row"] - 2]
        cell = row[number["column"]]
        assert number["shown"], name
        if number["value"] is None:
            assert cell in ("", "inf", "-inf"), name
            continue
        found = float(cell)
        possible = (found, abs(found), 100 * found)  # SMD without sign; shares in percent
        assert any(math.isclose(number["value"], x, rel_tol=1e-12) for x in possible), name


@cache
def lines(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("study", STUDIES)
def test_the_numbers_of_the_sentences_can_be_cited(study):
    numbers = json.loads(report(study, "numbers.json").read_text(encoding="utf-8"))["numbers"]
    root = html.parse(str(report(study, "report.html")), html.HTMLParser(encoding="utf-8"))
    found = [(e.get("title"), e.text_content()) for e in root.xpath(".//ul/li/data")]
    assert len(found) > 20
    assert [(name, numbers[name]["shown"]) for name, _ in found] == found
    told = {e.get("title") for e in root.iterfind(".//data")}
    assert {name for name in told if not name.startswith("audit/")} <= set(numbers)
