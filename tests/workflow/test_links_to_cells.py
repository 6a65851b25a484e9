"""Every printed number of the report links to the very cell that shows the regenerated one."""

import csv
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import html as lxml_html

RESULTS = Path("results/xu2025")
NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?")
NOT_SHOWN = ("not reached", "N/A", "–", "reference")


class Cells(HTMLParser):
    """The text of each cell with an id, all ids, and the links of the printed numbers."""

    def __init__(self, html):
        super().__init__()
        self.cells, self.ids, self.links, self.cell, self.row = {}, set(), {}, None, ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            self.ids.add(given["id"])
        if tag in ("td", "th"):
            self.cell = given.get("id")
            self.cells.setdefault(self.cell, "")
        if tag == "tr":
            self.row = given.get("id", "")
        if tag == "a" and self.row.startswith("printed-"):
            self.links[self.row.removeprefix("printed-")] = unquote(given["href"][1:])

    def handle_data(self, text):
        if self.cell:
            self.cells[self.cell] += text

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.cell = None


@pytest.fixture(scope="module")
def page():
    return Cells((RESULTS / "report/report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def published():
    with open(RESULTS / "audit/published.csv", encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["file"]]


def value_of(row):
    """Return the number behind an address, None for an empty cell."""
    wanted = dict(part.split("=", 1) for part in row["row"].split(";"))
    with open(RESULTS / row["file"], encoding="utf-8", newline="") as file:
        (line,) = [r for r in csv.DictReader(file) if wanted.items() <= r.items()]
    return float(line[row["column"]]) if line[row["column"]] else None


def shows(text, value):
    """Return whether a cell has the number, to as many decimals as it prints."""
    if value is None:
        return not text or any(word in text for word in NOT_SHOWN)
    return (
        "<0.001" in text
        and value < 0.001
        or any(
            abs(float(found) - value) <= 0.5000001 * 10.0 ** -len(found.partition(".")[2])
            for found in (numeral.replace(",", "") for numeral in NUMERAL.findall(text))
        )
    )


def test_every_number_that_the_pipeline_makes_has_a_link_that_resolves(page, published):
    assert len(published) > 700
    assert {row["id"] for row in published} == set(page.links)
    assert set(page.links.values()) <= page.ids


def test_the_linked_cell_shows_the_number(page, published):
    single = [row for row in published if row["take"] != "count"]
    assert {r["id"]: r["file"] for r in single if page.links[r["id"]] not in page.cells} == {}
    wrong = {r["id"] for r in single if not shows(page.cells[page.links[r["id"]]], value_of(r))}
    assert wrong == set()


def test_a_number_of_rows_leads_to_the_table_that_lists_them(page, published):
    counted = {r["file"]: page.links[r["id"]] for r in published if r["take"] == "count"}
    assert counted == {"cohort/arms.csv": "arms", "records/centres.csv": "centres"}


@pytest.mark.parametrize("study", ["xu2025", "rotterdam", "nafld"])
def test_every_figure_says_where_its_numbers_stand(study):
    """A drawing is described by a text that is on the page and leads to a table or a figure."""
    page = lxml_html.parse(
        f"results/{study}/report/report.html", lxml_html.HTMLParser(encoding="utf-8")
    ).getroot()
    ids = set(page.xpath("//@id"))
    figures = list(page.iter("figure"))
    assert len(figures) > 20
    for figure in figures:
        (described,) = figure.xpath("./div/@aria-describedby")
        (text,) = figure.xpath(f".//*[@id='{described}']")
        links = text.xpath("./a/@href")
        behind = figure.xpath("./details//table")
        assert behind or (links and {unquote(link[1:]) for link in links} <= ids), described
