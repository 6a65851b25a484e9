"""Drawings that stand together in one page."""

import re

import pytest
from report_study import SVG

from retrocohort.report.inline import Drawings


def ids(html: str) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', html)


def references(html: str) -> set[str]:
    return set(re.findall(r'(?:href="|url\()#([^")]+)', html))


def test_ids_of_two_drawings_do_not_collide_and_every_reference_is_met():
    drawings = Drawings()
    page = drawings.add(SVG, "one") + drawings.add(SVG, "two") + drawings.letters()
    # a mark and a clip path each; one letter, one line of text
    assert len(ids(page)) == len(set(ids(page))) == 6
    assert references(page) == set(ids(page))


def test_each_drawing_refers_to_its_own_parts_and_to_the_shared_letters():
    drawings = Drawings()
    first, second = references(drawings.add(SVG, "one")), references(drawings.add(SVG, "two"))
    letters = drawings.letters()
    line = first & second
    assert len(line) == 1 and line | references(letters) == set(ids(letters))


def test_another_letter_of_the_same_name_keeps_its_shape():
    drawings = Drawings()
    drawings.add(SVG, "one")
    drawings.add(SVG.replace("M 2034 4250", "M 1 1"), "two")
    letters = drawings.letters()
    assert len(ids(letters)) == 4  # each with its line of text
    assert "M 2034 4250 Q" in letters and "M 1 1 Q" in letters


def test_a_drawing_has_a_text_alternative_and_nothing_of_the_file_around_it():
    html = Drawings().add(SVG, 'Survival of "a" & <b>')
    assert html.startswith('<svg role="img" aria-label="Survival of &#34;a&#34; &amp; &lt;b&gt;"')
    assert 'viewBox="0 0 496.06 332.68"' in html
    for unwanted in ("<?xml", "DOCTYPE", "xmlns", "http", "<metadata", "<style", "<!--", "script"):
        assert unwanted not in html


def test_lengths_are_cut_to_hundredths_and_scales_are_not():
    html = Drawings().add(SVG, "one")
    assert 'd="M 114.54 255.76 L 3.123456 3"' in html
    assert '<use href="#w0" x="112.0" y="267.3"/>' in html
    assert '<g id="w0" transform="scale(0.0833333 -0.0833333)">' in str(_letters())
    assert 'x="63"' in str(_letters())  # a shift along the line, in hundredths of a letter
    assert 'transform="scale(0.015625)"' in str(_letters())


def _letters():
    drawings = Drawings()
    drawings.add(SVG, "one")
    return drawings.letters()


@pytest.mark.parametrize(
    "svg",
    [
        "<p>no drawing</p>",
        SVG.replace("<g id=", "<script>1</script><g id="),
        SVG.replace('<g id="figure_1"', '<g onload="x()"'),
        SVG.replace("<g id=", '<image href="a.png"/><g id='),
        SVG.replace("viewBox", "viewbox"),
    ],
)
def test_what_is_no_plain_drawing_is_refused(svg):
    with pytest.raises(ValueError, match="not a plain SVG drawing"):
        Drawings().add(svg, "one")


def test_texts_of_one_size_are_kept_once_turned_ones_too():
    turned = SVG.replace("scale(0.0833333", "rotate(-90) scale(0.0833333")
    drawings = Drawings()
    html = drawings.add(SVG.replace("<g transform", '<g style="fill: #0072b2" transform'), "one")
    assert '<use href="#w0" x="112.0" y="267.3" fill="#0072b2"/>' in html
    first, again = (drawings.add(svg, "two") for svg in (turned, turned))
    assert '<use href="#w1" x="112.0" y="267.3"/>' in first and "#w1" in again
    assert drawings.letters().count("<g id=") == 2


def test_a_drawing_of_very_many_steps_takes_no_more_than_its_room():
    step = "".join(f"L {i / 50} {i / 40}\nL {(i + 1) / 50} {i / 40}\n" for i in range(9000))
    lines = f'<path d="M 0 0\n{step}" style="fill: none"/>'
    html = Drawings().add(SVG.replace('<g id="curve-0">', f'<g id="curve-0">{5 * lines}'), "one")
    assert 10_000 < len(html.encode()) <= 60_000
    assert '<use href="#w0"' in html
