"""Texts of data and study file stay texts, also in a browser: no markup, script, style, formula."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))  # the invented study of the unit tests
import report_study as rs  # noqa: E402

from retrocohort.report import page as report_page  # noqa: E402
from retrocohort.report.blocks import Sheet  # noqa: E402
from tests.browser.conftest import CATCH, unfold  # noqa: E402

HOSTILE = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked=2'>",
    "</style><script>window.hacked=3</script>",
    '"></main><h1 id=evil>',
    "' onmouseover='window.hacked=4",
    "{{ 7 * 7 }}",
    "=cmd|'/c calc'!A0",
    "</script><svg onload=window.hacked=5>",
    "\\27 ; } body { display: none } /*",
]
EVIL = " ".join(HOSTILE)


@pytest.fixture(scope="module")
def hostile(visit, tmp_path_factory):
    """Return the page of a study all of whose labels are attacks."""
    levels = {"arm_a": f"A {HOSTILE[6]}", "arm_b": EVIL}
    variables = rs.VARIABLES | {"arm_x": rs.VARIABLES["arm_x"] | {"label": EVIL, "levels": levels}}
    study = rs.STUDY | {"title": EVIL, "notice": EVIL, "variables": variables}
    study["report"] = rs.STUDY["report"] | {"authors": EVIL, "notes": [EVIL]}
    rows = rs.ROWS | {"populations": [r | {"label": EVIL} for r in rs.ROWS["populations"]]}
    sheet = Sheet.of(study)
    sections = report_page.assemble(sheet, rs.contents(), rows, rs.TEXTS, rs.templates())
    html = report_page.render(sheet, sections, rs.templates())
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    path.write_text(html, encoding="utf-8")
    page = visit(path)
    yield page
    page.context.close()


def test_nothing_runs_and_nothing_is_asked_for(hostile):
    unfold(hostile)
    hostile.locator("h1").hover()
    assert hostile.evaluate("window.hacked === undefined") and hostile.wrong == []
    assert hostile.locator("#evil").count() == 0 and hostile.locator("script").count() == 1
    assert hostile.locator("body").is_visible()


def test_it_is_shown_as_it_is_written(hostile):
    assert hostile.title() == EVIL
    assert hostile.locator("h1").inner_text() == EVIL
    assert hostile.locator(".masthead .notice").inner_text() == EVIL
    drawn = hostile.evaluate("getComputedStyle(document.querySelector('h1')).display")
    assert drawn == "block"  # the notice in the style sheet ended no rule


def test_a_curve_tells_hostile_labels_as_text(hostile):
    hostile.locator(".handle").nth(1).focus()
    assert hostile.locator(".tip:not([hidden]) b").inner_text() == EVIL
    assert hostile.evaluate("window.hacked === undefined")


@pytest.mark.parametrize("formula", ["=1+1", "+1+1", "-1+1", "@SUM(A1)"])
def test_a_copied_table_holds_no_formula_and_no_markup(hostile, formula):
    hostile.evaluate(CATCH)
    hostile.locator("#findings-survival tbody th").first.evaluate(
        "(cell, text) => { cell.textContent = text; }", formula
    )
    hostile.locator(".table-scroll:has(#findings-survival)").evaluate(
        "e => e.previousElementSibling.click()"
    )
    got = hostile.evaluate("window.got")
    assert f"\n'{formula}\t" in got["text/plain"] and f"\n{formula}" not in got["text/plain"]
    assert "<script" not in got["text/html"] and "<img" not in got["text/html"]
    assert "mso-number-format" in got["text/html"]


def test_the_search_lists_hostile_texts_as_text(hostile):
    hostile.locator("#search").fill("onerror")
    assert hostile.locator("#hits button").count() > 0
    assert hostile.locator("#hits img").count() == 0
    assert hostile.evaluate("window.hacked === undefined") and hostile.wrong == []
