"""Take the picture of the README: the page of a study, as it opens. Run by `make picture`."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM

PAGE = Path("results/rotterdam/report/report.html")
PICTURE = Path("report/example.png")
FIGURE = "#km-by_size-full-rfs"


def main() -> None:
    """Open the page at a figure, point at a curve, and save what is seen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1240, "height": 700}, device_scale_factor=1.5)
        page.goto(PAGE.resolve().as_uri())
        page.locator(FIGURE).evaluate("figure => { figure.scrollIntoView(); scrollBy(0, -20); }")
        handle = page.locator(f"{FIGURE} .handle").nth(1)
        handle.focus()
        for _ in range(7):
            page.keyboard.press("PageUp")  # ten steps on
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
