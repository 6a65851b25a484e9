"""What a reader does: search, save, read curves, all of it also by the keyboard."""

import csv
import re
import xml.etree.ElementTree as ET
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

CURVES = "#km-by_treatment-full-os"
ROWS = Path("results/rotterdam/models/full/os/km_by_treatment.csv")


def rounded(value: str, times: int = 1) -> Decimal:
    """Return a number of the CSV with one decimal, rounded half up, without `format`."""
    return (Decimal(value) * times).quantize(Decimal("0.1"), ROUND_HALF_UP)


def printed(row: dict[str, str]) -> list[str]:
    """Return what a reader is to find on the curve at one row of the CSV."""
    time = rounded(row["time"])
    survival, low, high = (rounded(row[key], 100) for key in ("survival", "ci_low", "ci_high"))
    return [
        f"Time {time.to_integral_value() if time == int(time) else time} months",
        f"Survival {survival}% ({low}–{high})",
        f"At risk {int(row['n_risk']):,}",
    ]


@pytest.fixture(scope="module")
def rows():
    with open(ROWS, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tip(page) -> list[str]:
    """Return the lines of the text at the pointer, none when there is none."""
    return page.locator(f"{CURVES} .tip:not([hidden]) > *").all_inner_texts()


def handles(page):
    return page.locator(f"{CURVES} .handle")


def test_pointing_at_a_curve_shows_a_row_of_the_csv(report, rows):
    figure = report.locator(f"{CURVES} .sheet")
    figure.scroll_into_view_if_needed()
    box = report.locator(f"{CURVES} svg[role=img]").bounding_box()
    scale = report.evaluate(
        f"(() => {{ const s = document.querySelector('{CURVES} svg[role=img]');"
        " return s.getBoundingClientRect().width / s.viewBox.baseVal.width; })()"
    )
    curves = report.evaluate(
        f"JSON.parse(document.querySelector('{CURVES} .sheet').dataset.curves).curves"
    )
    assert [curve["label"] for curve in curves] == ["No hormonal treatment", "Hormonal treatment"]
    for curve, level in zip(curves, ("no", "yes"), strict=True):
        own = [row for row in rows if row["level"] == level]
        known = [printed(row) for row in own]
        for point in curve["points"][5:-1:40]:
            x, y = (float(n) * scale for n in point.split("|")[:2])
            report.mouse.move(box["x"] + x + 0.3, box["y"] + y)
            head, *said = tip(report)
            assert head == curve["label"] and said in known
    report.mouse.move(5, 5)
    assert tip(report) == []


def test_a_curve_stands_where_its_axes_say(report, rows):
    """The point of a row lies between the ticks of the drawing that enclose its time."""
    place = report.evaluate(
        f"JSON.parse(document.querySelector('{CURVES} .sheet').dataset.curves)"
        ".curves.map((c) => c.points.map((p) => p.split('|').slice(0, 3).map(Number)))"
    )
    for points in place:
        (x0, _, t0), (x1, _, t1) = points[0], points[-1]
        for x, _, time in points[::25]:
            assert x == pytest.approx(x0 + (time - t0) * (x1 - x0) / (t1 - t0), abs=0.4)


def test_the_keyboard_reads_a_curve(report, rows):
    own = [printed(row) for row in rows if row["level"] == "yes"]
    handle = handles(report).nth(1)
    handle.focus()
    first = tip(report)[1:]
    assert first in own
    report.keyboard.press("ArrowRight")
    second = tip(report)[1:]
    assert second in own and own.index(second) > own.index(first)
    assert handle.get_attribute("aria-valuetext") == ", ".join(second)
    report.keyboard.press("End")
    assert tip(report)[1:] == own[-1]
    report.keyboard.press("Home")
    assert tip(report)[1:] == own[0]
    report.keyboard.press("Escape")
    assert tip(report) == []


def test_the_search_finds_what_is_folded_and_leads_there(report):
    report.locator("#search").fill("Schoenfeld")
    report.wait_for_function("document.querySelectorAll('#hits button').length > 0")
    said = report.locator("#count").inner_text()
    found = report.locator("#hits button")
    assert said == f"Places found: {found.count()}"
    assert all("schoenfeld" in text.lower() for text in found.all_inner_texts())
    report.locator("#search").fill("zzzz")  # nowhere
    assert report.locator("#count").inner_text() == "Places found: 0"
    report.locator("#search").fill("pyarrow")  # among the folded packages
    report.keyboard.press("Enter")
    focused = report.evaluate("document.activeElement.textContent")
    assert "pyarrow" in focused and report.locator(".found").is_visible()
    report.locator("#search").fill("")


def save(page, kind: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.locator(f"{CURVES} .links button", has_text=kind).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_a_figure_is_saved_as_svg_and_png(report):
    name, svg = save(report, "SVG")
    assert re.fullmatch(r"Figure_\d+_km-by_treatment-full-os\.svg", name)
    root = ET.fromstring(svg)
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    wanted = {e.get("href")[1:] for e in root.iter() if e.tag.endswith("}use")}
    assert wanted and wanted <= ids  # its letters came along
    name, png = save(report, "PNG")
    picture = Image.open(BytesIO(png))
    width = float(root.get("viewBox").split()[2])
    assert name.endswith(".png") and picture.width == round(width * 300 / 72)
    assert len(picture.convert("RGB").resize((200, 150)).getcolors(30_000)) > 20


def test_the_keyboard_reaches_everything(report):
    report.evaluate("document.querySelectorAll('main details').forEach((d) => { d.open = false; })")
    selector = "a[href], button, input, summary, [tabindex='0']"
    wanted = report.evaluate(
        f"""() => {{ const seen = [...document.querySelectorAll("{selector}")].filter((e) =>
          e.getClientRects().length && e.checkVisibility());
          seen.forEach((e) => {{ e.dataset.wanted = 1; }});
          document.activeElement.blur(); window.scrollTo(0, 0); return seen.length; }}"""
    )
    assert wanted > 100
    report.evaluate(
        "addEventListener('focusin', (event) => { delete event.target.dataset.wanted; })"
    )
    for _ in range(wanted + 5):
        report.keyboard.press("Tab")
    left = "all => all.map((e) => e.outerHTML.slice(0, 90))"
    assert report.eval_on_selector_all("[data-wanted]", left) == []
