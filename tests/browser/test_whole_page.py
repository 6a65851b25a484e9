"""Of every page: quiet, small, complete, printable, never wider than the screen."""

import re
from collections import Counter
from urllib.parse import unquote

import pytest

from tests.browser.conftest import DESKTOP, INDEX, PHONE, REPORTS, unfold

PAGES = [*REPORTS, INDEX]
NAMES = [page.parts[1] for page in PAGES]
MOST_BYTES, MOST_BYTES_OF_A_FIGURE = 3_000_000, 60_000
PRINTED_WIDTH = {"upright": 178, "across": 265}  # mm of A4 between the margins
PER_MM = 96 / 25.4
# The heads and rows of each table say its number, in letters too small to move anything; figures
# keep their place but are not painted, as it takes long to read a PDF with them.
NUMBERED = """() => {
  const mark = (cell, text) => {
    const made = document.createElement("span");
    [made.className, made.style.fontSize, made.textContent] = ["numbered", "1px", text];
    (cell.querySelector(".sort") ?? cell).append(made);
  };
  return [...document.querySelectorAll("table")].map((table, i) => {
    const heads = [...table.querySelectorAll("thead tr:last-child th, thead th[rowspan]")];
    heads.forEach((head) => mark(head, `[H${i}]`));
    table.querySelectorAll("tbody tr").forEach((row) => mark(row.cells[0], `[R${i}]`));
    document.querySelectorAll(".sheet").forEach((sheet) => { sheet.style.visibility = "hidden"; });
    return heads.length;
  });
}"""
AS_BEFORE = """() => {
  document.querySelectorAll(".numbered").forEach((made) => made.remove());
  document.querySelectorAll(".sheet").forEach((sheet) => { sheet.style.visibility = ""; });
}"""

# The words of captions and heads of tables that the button above them touches.
COVERED = """() => [...document.querySelectorAll(".copy")].flatMap((button) => {
  const box = button.getBoundingClientRect();
  const words = button.nextElementSibling.querySelectorAll("caption, thead th");
  return [...words].flatMap((told) => {
    const range = document.createRange();
    range.selectNodeContents(told);
    return [...range.getClientRects()].filter((own) => own.width && own.left < box.right
      && own.right > box.left && own.top < box.bottom && own.bottom > box.top)
      .map(() => told.textContent);
  });
})"""


@pytest.fixture(scope="module", params=PAGES, ids=NAMES)
def opened(visit, request):
    """Return each page in its turn, and its file; the tests of this module run in their order."""
    page = visit(request.param)
    yield page, request.param
    page.context.close()


def test_nothing_is_said_asked_or_requested(opened):
    page, _ = opened
    page.wait_for_timeout(200)
    assert page.wrong == []


def test_the_file_is_small_and_so_is_every_figure(opened):
    _, path = opened
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) < MOST_BYTES
    drawings = re.findall(r'<svg role="img".*?</svg>', text, re.DOTALL)
    assert bool(drawings) == (path in REPORTS)
    assert max(map(len, drawings), default=0) <= MOST_BYTES_OF_A_FIGURE


def test_every_link_leads_somewhere(opened):
    page, path = opened
    links = page.eval_on_selector_all("a[href]", "all => all.map((a) => a.getAttribute('href'))")
    ids = page.eval_on_selector_all("[id]", "all => all.map((e) => e.id)")
    assert len(ids) == len(set(ids)) and links
    inner = {unquote(link[1:]) for link in links if link.startswith("#")}
    assert inner <= set(ids)
    outer = {link for link in links if not link.startswith("#")}
    assert [link for link in outer if not (path.parent / link).is_file()] == []


@pytest.fixture(scope="module")
def printed(opened, tmp_path_factory):
    """Return the sheets of a page on paper, and the number of heads of each of its tables."""
    pypdf = pytest.importorskip("pypdf")
    page, _ = opened
    file = tmp_path_factory.mktemp("printed") / "page.pdf"
    heads = page.evaluate(NUMBERED)
    page.pdf(path=file, prefer_css_page_size=True)
    page.evaluate(AS_BEFORE)
    return pypdf.PdfReader(file).pages, heads


def test_a_table_repeats_its_heads_on_every_sheet(opened, printed):
    (_, path), (sheets, heads) = opened, printed
    seen = Counter()
    for sheet in sheets:
        text = "".join(sheet.extract_text().split())
        found = Counter(re.findall(r"\[(.\d+)\]", text))
        for table in {int(name[1:]) for name in found if name[0] == "R"}:
            assert found[f"H{table}"] == heads[table]
            seen[table] += 1
    assert seen and (max(seen.values()) > 1) == (path in REPORTS)


def test_no_table_is_cut_in_print(opened, printed):
    page, _ = opened
    sizes = {tuple(round(s) for s in sheet.mediabox[2:]) for sheet in printed[0]}
    assert sizes <= {(595, 842), (842, 595)} and (595, 842) in sizes  # A4
    page.emulate_media(media="print")
    for how, width in PRINTED_WIDTH.items():
        page.set_viewport_size({"width": int(width * PER_MM), "height": 900})
        wide = "true" if how == "across" else "false"
        cut = page.evaluate(
            f"""() => [...document.querySelectorAll("table")].filter((table) =>
              Boolean(table.closest(".wide")) === {wide} && table.getClientRects().length &&
              table.getBoundingClientRect().right > innerWidth + 1).map((table) => table.id)"""
        )
        assert cut == []
    page.emulate_media(media="screen")


VIEWPORTS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


@VIEWPORTS
def test_no_button_of_a_table_covers_words(opened, viewport):
    page, path = opened
    page.set_viewport_size(viewport)
    unfold(page)
    assert page.locator(".copy").count() > 5 or path == INDEX
    assert page.evaluate(COVERED) == []


@VIEWPORTS
def test_the_page_is_never_wider_than_the_screen(opened, viewport):
    page, _ = opened
    page.set_viewport_size(viewport)
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_without_scripts_the_page_is_read_all_the_same(visit):
    page = visit(REPORTS[-1], java_script_enabled=False)
    assert page.locator("nav.contents a").count() > 10
    assert page.locator("#search").is_hidden() and page.locator("#unfold").is_hidden()
    page.locator("nav.contents a[href='#provenance']").click()
    assert page.url.endswith("#provenance")
    assert page.locator("#provenance").is_visible()
    page.context.close()
