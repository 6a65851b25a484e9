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
    assert len(ids(page)) == len(set(ids(page))) == 5  # a mark and a clip path each, one letter
    assert references(page) == set(ids(page))


def test_each_drawing_refers_to_its_own_parts_and_to_the_shared_letters():
    drawings = Drawings()
    first, second = references(drawings.add(SVG, "one")), references(drawings.add(SVG, "two"))
    assert first & second == set(ids(drawings.letters()))
    assert len(first & second) == 1


def test_another_letter_of_the_same_name_keeps_its_shape():
    drawings = Drawings()
    drawings.add(SVG, "one")
    drawings.add(SVG.replace("M 2034 4250", "M 1 1"), "two")
    letters = drawings.letters()
    assert len(ids(letters)) == 2
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
    assert "translate(111.99 267.33) scale(0.0833333 -0.0833333)" in html
    assert 'x="63.62"' in html  # a shift along the line is the same as an x
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
