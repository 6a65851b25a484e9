"""Lines and marks of a drawing: few bytes for what is seen, fewer steps only where they must be."""

import re

from retrocohort.report.thinning import fitted

ENOUGH = 10**6
ZIGZAG = " ".join(f"L {i}.00 {i % 2}.00" for i in range(1, 30))  # a line that is long enough
MOVES = "M0 0" + "".join("l1 1" if i % 2 else "l1-1" for i in range(1, 30))
TICK = '<path id="t" d="M 0 2.25 L 0 -2.25 " style="stroke:#0072b2;stroke-width:0.7"/>'
SQUARE = '<path id="s" d="M -2 2 L 2 2 L 2 -2 z " style="stroke:#0072b2"/>'


def thinned(points: str) -> str:
    """Return what is drawn of a long line, without its first corners."""
    found = re.search('d="([^"]*)"', fitted(f'<path d="M 0 0 {ZIGZAG} {points}"/>', ENOUGH))[1]
    assert found.startswith(MOVES)
    return found.removeprefix(MOVES)


def marks(name: str, places, style="fill:#0072b2;stroke:#0072b2") -> str:
    return "".join(f'<use href="#{name}" x="{x}" y="{y}" style="{style}"/>' for x, y in places)


def test_a_long_line_is_drawn_to_tenths_of_a_point_by_its_moves():
    assert thinned("L 40.00 1.00 L 40.00 21.26") == "h11v20.3"
    assert thinned("L 40.00 1.00 L 40.04 1.00 L 40.04 1.04 L 40.04 20.00") == "h11v19"
    assert thinned("L 50.00 1.00 L 40.00 1.00") == "h21h-10"  # turns back: both are kept
    assert thinned("L 29.00 7.50 z") == "v6.5z"
    assert thinned("L 29.40 0.70 L 29.40 0.30") == "l.4-.3v-.4"


def test_a_line_is_thinned_no_more_than_it_takes():
    stairs = "".join(f"L {i}.00 {i}.00 L {i}.40 {i}.00 L {i}.40 {i}.40 " for i in range(99))
    body = f'<path d="M 0 0 {stairs}" style="fill:none"/>'
    fine, coarse = (len(fitted(body, most)) for most in (ENOUGH, 1000))
    assert len(fitted(body, 1)) < coarse <= 1000 < fine == len(fitted(body, fine))


def test_a_run_of_ticks_is_one_line():
    drawn = fitted(TICK + marks("t", [(10, 50), (13, 50.2), (9.5, 61)]), ENOUGH)
    look = 'style="stroke:#0072b2;stroke-width:0.7"'
    assert drawn.endswith(f'<path d="M10 52.2v-4.4m3 4.6v-4.4m-3.5 15.2v-4.4" {look}/>')


def test_other_marks_stay_marks_that_say_once_how_they_look():
    drawn = fitted(SQUARE + marks("s", [(10, 50), (13, 50.2)]), ENOUGH)
    both = '<use href="#s" x="10" y="50"/><use href="#s" x="13" y="50.2"/>'
    assert drawn == f'{SQUARE}<g style="fill:#0072b2;">{both}</g>'
    alone = fitted(SQUARE + marks("s", [(10, 50)]) + "<text/>", ENOUGH)
    assert '<use href="#s" x="10" y="50" style="fill:#0072b2"/>' in alone
    assert fitted(TICK + marks("t", [(10, 50)]), ENOUGH).endswith('<use href="#t" x="10" y="50"/>')


def test_marks_at_one_place_are_one_mark():
    close = [(10 + i / 10, 50) for i in range(50) for _ in range(3)]
    assert fitted(TICK + marks("t", close), ENOUGH).count("v-4") == 50
    assert fitted(TICK + marks("t", close), len(TICK) + 200).count("v-4") == 11  # half a point


def test_lines_that_look_alike_are_one_and_what_draws_nothing_is_none():
    grey = 'style="fill:none;stroke:#c9c9c9"/>'
    first, second, blue = "M 1 0 L 1 9 ", "M 1 9 L 1 20 ", 'style="fill:none;stroke:#0072b2"/>'
    body = f'<path d="{first}" {grey}<path d="{second}" {grey}<path d="M 3 3 " {blue}'
    assert fitted(body, ENOUGH) == f'<path d="{first}{second}" {grey}'
    apart = f'<path d="{first}" {grey}<path d="{second}" {blue}'
    assert fitted(apart, ENOUGH) == apart


def test_texts_are_never_left_out():
    text = '<use href="#w0" x="10" y="50"/>' * 9
    assert fitted(text, 1) == text
