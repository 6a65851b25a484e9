"""The page of what has changed: everybody can read it, at desk and on the phone, and in print."""

import sys
from pathlib import Path

import pytest

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_accessible import RULES
from tests.browser.test_whole_page import PER_MM, PRINTED_WIDTH

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))  # the invented runs of the unit tests
import history_runs as hr  # noqa: E402

from retrocohort.history import written  # noqa: E402
from retrocohort.history.comparison import Comparison  # noqa: E402


@pytest.fixture(scope="module")
def opened(visit, tmp_path_factory):
    """Return the page of a run in which everything changed, unfolded; its labels are hostile."""
    before, folder = hr.run(), tmp_path_factory.mktemp("changes")
    tables = hr.other(hr.COX, "0.6065,0.3716,0.99,-2,0.0455", "0.7,0.4,1.2,-1.3,0.19")
    after = hr.later(before, hr.RAW, hr.CLEANED, hr.COHORT, hr.PICTURE, hr.LOCK, tables=tables)
    after["records"] = hr.kept(hr.RECORDS | {f"record-{i}": "arm_a" for i in range(200)})
    (folder / "report").symlink_to(Path("report").resolve())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        path = Path(written.write_changes(Comparison(before, after), "changes")).resolve()
    page = visit(path)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    yield page
    page.context.close()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everybody_can_read_it(opened, viewport):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    opened.set_viewport_size(viewport)
    for mode in ("light", "dark"):
        opened.emulate_media(color_scheme=mode)
        rules = {"runOnly": RULES, "resultTypes": ["violations"]}
        found = axe.run(opened, options=rules).response["violations"]
        assert [(v["id"], n["target"]) for v in found for n in v["nodes"]] == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_nothing_runs_and_nothing_is_asked_for(opened):
    assert opened.wrong == [] and opened.locator("main h2").count() == 8
    assert opened.locator("script").count() == 1


def test_no_table_is_cut_in_print(opened):
    opened.emulate_media(media="print")
    opened.set_viewport_size({"width": int(PRINTED_WIDTH["upright"] * PER_MM), "height": 900})
    cut = """() => [...document.querySelectorAll("table")].filter((table) =>
      table.getBoundingClientRect().right > innerWidth + 1).map((table) => table.id)"""
    assert opened.evaluate(cut) == []
