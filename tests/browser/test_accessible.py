"""axe-core finds no violation of WCAG 2.1 AA: by day and by night, at desk and on the phone."""

from itertools import cycle

import pytest

from tests.browser.conftest import DESKTOP, INDEX, PHONE, REPORTS

PAGES = [*REPORTS, INDEX]
MODES = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# Judging the contrast of 20,000 cells takes minutes: of tables of one shape two stay, with their
# first rows. What is inside a drawing is a picture with a text alternative.
SHORTENED = """() => {
  document.querySelectorAll("details").forEach((d) => { d.open = true; });
  const seen = {};
  for (const table of document.querySelectorAll("table")) {
    const shape = table.className + table.tHead.innerHTML.replace(/>[^<]*</g, "><");
    seen[shape] = (seen[shape] ?? 0) + 1;
    if (seen[shape] > 2) table.closest(".table-scroll").remove();
    else [...table.rows].slice(5).forEach((row) => row.remove());
  }
  document.querySelectorAll("svg[role=img]").forEach((svg) => svg.replaceChildren());
}"""


@pytest.fixture(scope="module", params=PAGES, ids=[page.parts[1] for page in PAGES])
def opened(visit, request):
    """Return a page, unfolded and with short tables."""
    page = visit(request.param)
    page.evaluate(SHORTENED)
    yield page
    page.context.close()


def views():
    """Yield page, screen and mode: all four of the index, one of each report in turn."""
    every = [(s, v, m) for s, v in (("desktop", DESKTOP), ("phone", PHONE)) for m in MODES]
    own = zip(REPORTS, cycle([every[0], every[3], every[1], every[2]]))
    for page, (screen, viewport, mode) in [*own, *((INDEX, view) for view in every)]:
        yield pytest.param(page, viewport, mode, id=f"{page.parts[1]}-{screen}-{mode}")


@pytest.mark.parametrize(("opened", "viewport", "mode"), [*views()], indirect=["opened"])
def test_everybody_can_read_it(opened, viewport, mode):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    opened.set_viewport_size(viewport)
    opened.emulate_media(color_scheme=mode)
    rules = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = axe.run(opened, options=rules).response["violations"]
    assert [(v["id"], n["target"], n["failureSummary"]) for v in found for n in v["nodes"]] == []


def test_the_rules_are_those_of_the_lock_file(opened):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assert axe.run(opened, options={"runOnly": ["html-has-lang"]}).response["testEngine"] == {
        "name": "axe-core",
        "version": "4.12.1",
    }


def test_a_fault_would_be_found(opened):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    opened.evaluate("document.querySelector('h1').style.color = '#ccc'")
    opened.emulate_media(color_scheme="light")
    found = axe.run(opened, context="h1", options={"runOnly": RULES}).response["violations"]
    assert [fault["id"] for fault in found] == ["color-contrast"]
