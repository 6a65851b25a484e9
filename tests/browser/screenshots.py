"""Take pictures of the report of a study, a screen of each section: `make screenshots STUDY=x`."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, DESKTOP, PHONE

VIEWPORTS = {"desktop": DESKTOP, "phone": PHONE}
MODES = ("light", "dark")


def main(study: str) -> None:
    """Save report/screenshots/<desktop|phone>_<light|dark>_<place>_<section>.png of a study."""
    report = Path(f"results/{study}/report/report.html")
    if not report.is_file():
        sys.exit(f"{report} is missing. Run `make report`.")
    if not CHROMIUM:
        sys.exit("No Chromium was found. On Debian: apt-get install chromium")
    folder = report.parent / "screenshots"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, viewport in VIEWPORTS.items():
            for mode in MODES:
                page = browser.new_page(viewport=viewport, color_scheme=mode)
                page.goto(report.resolve().as_uri())
                take(page, folder, f"{name}_{mode}")
                page.close()
        browser.close()
    print(f"{study}: {len(list(folder.glob('*.png')))} pictures in {folder}")


def take(page, folder: Path, look: str) -> None:
    """Save a picture of the head of the page and of each section, as one sees it there."""
    page.screenshot(path=folder / f"{look}_00_top.png")
    for place, heading in enumerate(page.locator("main h2[id]").all(), start=1):
        heading.evaluate("heading => heading.scrollIntoView()")
        page.screenshot(path=folder / f"{look}_{place:02}_{heading.get_attribute('id')}.png")


if __name__ == "__main__":
    main(sys.argv[1])
