"""Tables sort by their exact numbers in every house style, and copy into Word and Excel whole."""

import csv
import io
import re
from pathlib import Path

import pytest
from lxml import html as markup

from retrocohort import format as fmt
from retrocohort.export.csvs import BYTE_ORDER_MARK
from retrocohort.report import page as report_page
from retrocohort.report.blocks import Sheet
from retrocohort.styles import STYLES, styled
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row
from tests.browser.conftest import CATCH, unfold
from tests.unit import report_study as rs

CSVS = Path("results/rotterdam/report/tables")
MARKUP = ('HR <br style="mso-data-placement:same-cell">(95% CI)', "<sup>a</sup>", ' rowspan="2"')
MARK = re.compile(r"^\[(\w+)\] ")


def column(page, table: str, place: int) -> list[str]:
    return page.eval_on_selector_all(
        f"#{table} tbody tr", f"rows => rows.map((r) => r.cells[{place}].textContent.trim())"
    )


def test_tables_sort_within_their_blocks(report):
    table = "cox-crude-full-os"
    report.locator(f"#{table}").evaluate("t => t.closest('details').open = true")
    head = report.locator(f"#{table} thead th").nth(7)
    before = column(report, table, 0)
    firsts = f"#{table} tbody tr:first-child"
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert report.locator(firsts).count() > 5
    values = [float(p.replace("<", "")) for p in column(report, table, 7) if p not in ("", "–")]
    assert values and sorted(column(report, table, 0)) == sorted(before)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").click()
    assert column(report, table, 0) == before and not head.get_attribute("aria-sort")


def test_a_plain_table_sorts_by_number_and_not_by_letter(report):
    table = "warning-list"
    report.locator(f"#{table}").evaluate("t => t.closest('details').open = true")
    sort = report.locator(f"#{table} thead th").nth(1).locator("button")
    sort.click()
    bodies = report.eval_on_selector_all(
        f"#{table} tbody",
        "all => all.map((b) => [...b.rows].slice(1).map((r) =>"
        " Number(r.cells[1].textContent.replace(/,/g, ''))))",
    )
    assert any(len(body) > 3 for body in bodies)
    assert all(body == sorted(body) for body in bodies)
    sort.click(click_count=2)  # as it was


# name of the row, and its numbers; None is not reached in the third column, missing in the others
ROWS = [
    ("c", 9_876, 0.0412, 7.25, 1.004),
    ("b", 12_345, 0.3001, 7.5, 0.9996),
    ("g", None, None, None, None),
    ("d", 104_000, 0.00004, 38.0, 112.6),
    ("a", 87, 0.0007, 100.1, 0.0871),
    ("f", 10_001, 0.9951, 12.0, 2.5),
    ("e", 1_002, 0.6, 9.9, 12.5),
]
HEADS = ["Patients", "P", "Median", "HR", "Difference"]


def numeric() -> Layout:
    """Return a table of all kinds of numbers, written in the style in force."""
    rows = [
        [
            Cell(fmt.count(n)),
            Cell(fmt.p_value(p)) if p else Cell(fmt.missing(), "a"),
            Cell(fmt.with_limits(fmt.survival_time(time), (time or 39) - 1, None)),
            Cell(fmt.ratio_interval(hr, hr and hr / 2, hr and hr * 2)),
            Cell(fmt.number(hr and 1.0 - hr, 2)),
        ]
        for _, n, p, time, hr in ROWS
    ]
    body = [Row(name, cells) for (name, *_), cells in zip(ROWS, rows, strict=True)]
    columns = [Column(head, "", "Numbers") for head in HEADS]
    return Layout("numeric", "Numbers", "Row", columns, [body], [], Footnotes(["Why"]))


@pytest.fixture(scope="module", params=STYLES)
def styled_page(visit, tmp_path_factory, request):
    """Return a page with the numbers in a house style."""
    sheet = Sheet.of(rs.STUDY)
    with styled(request.param):
        blocks = sheet.table(numeric())
        sections = [{"id": "only", "title": "Only", "blocks": blocks}]
        html = report_page.render(sheet, sections, rs.templates())
    path = tmp_path_factory.mktemp(request.param) / "report.html"
    path.write_text(html, encoding="utf-8")
    page = visit(path)
    yield page
    page.context.close()


def test_every_column_sorts_by_its_exact_numbers_in_every_style(styled_page):
    click = "button => button.click()"
    for place, head in enumerate(HEADS, start=1):
        key = {5: 4}.get(place, place)  # the difference falls as the ratio grows
        known = sorted((row[key], row[0]) for row in ROWS if row[key] is not None)
        names = [name for _, name in known]
        up = names[::-1] if head == "Difference" else names
        button = styled_page.locator("#numeric .sort").nth(place)
        button.evaluate(click)
        assert column(styled_page, "numeric", 0) == [*up, "g"], head
        button.evaluate(click)
        # a time that was not reached is the longest; what is missing stays last
        down = ["g", *up[::-1]] if head == "Median" else [*up[::-1], "g"]
        assert column(styled_page, "numeric", 0) == down, head
        button.evaluate(click)
    assert column(styled_page, "numeric", 0) == [row[0] for row in ROWS]


COPY_ALL = """() => [...document.querySelectorAll(".copy")].flatMap((button) => {
  const table = button.nextElementSibling.querySelector("table");
  if (!table.caption) return [];
  button.click();
  return [[table.caption.textContent, window.got["text/plain"], window.got["text/html"]]]; })"""


@pytest.fixture(scope="module")
def copied(report) -> dict[str, tuple[str, str]]:
    """Return what the buttons of all tables put on the clipboard: caption -> text and HTML."""
    unfold(report)
    report.evaluate(CATCH)
    return {caption: (text, html) for caption, text, html in report.evaluate(COPY_ALL)}


def written() -> list[list[list[str]]]:
    """Return the CSV files that the report comes with: of each its rows of cells."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(CSVS.glob("*.csv"))]
    return [list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK)))) for text in texts]


def test_copied_text_has_the_cells_of_the_csv_files(copied):
    """Heads and details apart, none shifted where heads span rows, letters of footnotes apart."""
    shapes = set()
    for (title,), *rows in written():
        lines = [line.split("\t") for line in copied[title][0].split("\n")]
        end = 1 + sum(len(row) > 1 for row in rows)
        assert lines[0] == [title] and lines[1:end] == rows[: end - 1]
        notes = [line for (line,) in lines[end:]]
        assert [MARK.sub(r"\1 ", note) for note in notes] == [line for (line,) in rows[end - 1 :]]
        shapes.add((not rows[0][0], any(map(MARK.match, notes))))
    assert shapes == {(spans, marks) for spans in (True, False) for marks in (True, False)}


def test_copied_html_keeps_lines_and_letters_of_heads_and_cells(copied):
    for text, html in copied.values():
        lines = [line.split("\t") for line in text.split("\n")]
        rows = markup.fromstring(f"<div>{html}</div>").findall(".//tr")
        assert len(rows) == sum(len(line) > 1 for line in lines) and "button" not in html
        for tr, line in zip(rows[1:], lines[2:], strict=False):
            if tr.find("td[@rowspan]") is None and tr.find("td[@colspan]") is None:
                cells = [as_text(td) for td in tr.findall("td")]
                assert cells == [c.strip().removeprefix("'") for c in line][-len(cells) :]
    assert all(any(part in html for _, html in copied.values()) for part in MARKUP)


def as_text(cell) -> str:
    """Return what a cell of Word shows, a new line as a space, raised letters in brackets."""
    for mark in cell.iter("sup"):
        mark.text = f" [{mark.text}]"
    for line in cell.iter("br"):
        line.tail = f" {line.tail or ''}"
    return " ".join(cell.text_content().split())
