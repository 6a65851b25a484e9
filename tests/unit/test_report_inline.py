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
    assert 'transform="matrix(0.0833333 0 0-0.0833333 111.99 267.33)"' in html
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


def thinned(points: str) -> str:
    """Return the line that a page draws of a long one, without its first corner."""
    filler = " ".join(f"L {i}.00 {i % 2}.00" for i in range(1, 30))
    svg = SVG.replace('d="M 114.54375 39.413846\nL 200 60\n"', f'd="M 0 0 {filler} {points}"')
    path = re.search(r'd="(M0 0[^"]*)"', Drawings().add(svg, "one"))[1]
    return path.removeprefix(
        "M0 0" + "".join(f"l1 {-1 if i % 2 == 0 else 1}" for i in range(1, 30))
    )


def test_a_long_line_is_drawn_to_tenths_of_a_point_by_its_moves():
    assert thinned("L 40.00 1.00 L 40.00 21.26") == "h11v20.3"
    assert thinned("L 40.00 1.00 L 40.04 1.00 L 40.04 1.04 L 40.04 20.00") == "h11v19"
    assert thinned("L 50.00 1.00 L 40.00 1.00") == "h21h-10"  # turns back: both are kept
    assert thinned("L 29.00 7.50 z") == "v6.5z"


def test_marks_of_one_kind_say_once_how_they_look():
    mark = '   <use xlink:href="#m9c8deaa6d2" x="152.598776" y="255.76" style="stroke: #0072b2"/>\n'
    svg = SVG.replace('   <use xlink:href="#m9c8deaa6d2" x="152.598776" y="255.76"/>\n', 3 * mark)
    html = Drawings().add(svg, "one")
    assert html.count("stroke:#0072b2") == 2  # the curve, and the three marks together
    assert html.count('x="152.6" y="255.8"/>') == 3
