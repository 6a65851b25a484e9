"""The finished pages in a real browser: Chromium, driven by playwright (envs/browser.lock).

`make test` installs the driver; `.ci/run` installs Chromium where it is missing. Where there is no
browser these tests are skipped, and say so.
"""

import shutil
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]
REPORTS = sorted(Path("results").glob("*/report/report.html"))
INDEX = Path("results/index.html")
PATIENCE = 120_000  # ms: other jobs may share the machine
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# Keeps what a page puts on the clipboard in window.got, by kind.
CATCH = """() => { window.got = {}; const set = DataTransfer.prototype.setData;
  DataTransfer.prototype.setData = function (kind, text) {
    window.got[kind] = text; return set.call(this, kind, text); }; }"""


def unfold(page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")


@pytest.fixture(scope="session")
def browser():
    """Return one browser for all tests."""
    driver = pytest.importorskip(
        "playwright.sync_api", reason="NOT TESTED IN A BROWSER: no playwright, `make test` has it"
    )
    if not CHROMIUM:
        pytest.skip("NOT TESTED IN A BROWSER: no Chromium; on Debian: apt-get install chromium")
    with driver.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def visit(browser):
    """Return a function that opens a file and returns the page, which notes what goes wrong."""

    def opened(path: Path, viewport=DESKTOP, **options):
        context = browser.new_context(viewport=viewport, **options)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.wrong = []
        page.on("console", lambda said: page.wrong.append(said.text))
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on("dialog", lambda dialog: (page.wrong.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: page.wrong.append(request.url))
        page.goto(path.resolve().as_uri())
        page.wrong.remove(path.resolve().as_uri())
        return page

    return opened


@pytest.fixture(scope="module")
def report(visit):
    """Return the report with the most curves, open for all tests of a module."""
    page = visit(Path("results/rotterdam/report/report.html"))
    yield page
    page.context.close()
