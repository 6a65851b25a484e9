"""Survival curves that are not drawn as their rows say are seen by the gate of printed numbers."""

import re
from functools import cache
from pathlib import Path

import pytest

from retrocohort.audit.rendered.check import check
from retrocohort.audit.rendered.paths import Line, Plot, departs, points_of, tolerance
from retrocohort.config.study import load_studies
from retrocohort.io import read_rows
from retrocohort.plan.entries import Plan
from retrocohort.plan.rendered import printed_pages

STUDY = "xu2025"
RESULTS = Path("results") / STUDY
HTML, CURVE = "report/report.html", "figures/full/os/km_by_surgery.svg"


@pytest.fixture(scope="module")
def plan():
    return Plan(STUDY, load_studies([STUDY], lambda *_: [])[STUDY])


@cache
def rows(path):
    return read_rows(f"{RESULTS}/{path}")


@cache
def content(path):
    return Path(path).read_bytes()


def gate(plan, load):
    """Return the broken rows of the study."""
    return check(printed_pages(plan), rows, load, "report/words.yaml").faults


def flat(line):
    """Return a line of a file whose corners all stand as high as the first."""
    moves = re.findall(r"([ML]) (\S+) (\S+)", line)
    return "\n".join(f"{letter} {x} {moves[0][2]}" for letter, x, _ in moves)


def drawn_flat(svg, name="curve-0"):
    line = re.search(rf'id="{name}">\s*<path d="([^"]*)"', svg)[1]
    return svg.replace(line, flat(line), 1)


def ids_exchanged(svg):
    return svg.replace("curve-0", "x").replace("curve-1", "curve-0").replace('"x"', '"curve-1"')


def in_figure(page, pattern, instead):
    """Return a page in which a part of one figure of curves is another."""
    start = page.index('<figure id="km-by_surgery-full-os"')
    end = page.index("</figure>", start)
    own, n = re.subn(pattern, instead, page[start:end], count=1)
    assert n == 1
    return page[:start] + own + page[end:]


LINE = r'<path d="M([\d.]+) ([\d.]+)h[^"]*" clip-path'  # of a curve in a page
DRAWN = {  # what is done to the drawing of a curve -> the file, the change, the place
    "flat in the file": (CURVE, drawn_flat, "curves"),
    "curves exchanged in the file": (CURVE, ids_exchanged, "curves"),
    "one step elsewhere in the file": (
        CURVE,
        lambda t: re.sub(r'(id="curve-2">\s*<path d="M.*\nL.*\nL \S+ )', r"\g<1>1", t, count=1),
        "curves",
    ),
    "flat in the page": (
        HTML,
        lambda t: in_figure(t, LINE, r'<path d="M\1 \2h400" clip-path'),
        "curves of km-by_surgery-full-os",
    ),
    "another colour in the page": (
        HTML,
        lambda t: in_figure(t, r'("colour": ")#0072b2', r"\1#bf5000"),
        None,
    ),
    "a point elsewhere in the page": (
        HTML,
        lambda t: in_figure(t, r'("points": \["\d+\.\d\|)(\d)', r"\g<1>1\2"),
        "curves of km-by_surgery-full-os",
    ),
}


@pytest.mark.parametrize("what", DRAWN)
def test_a_curve_that_is_not_that_of_its_rows_is_broken(plan, what):
    file, change, place = DRAWN[what]

    def load(path):
        if not path.endswith(file):
            return content(path)
        data = change(content(path).decode()).encode()
        assert data != content(path)
        return data

    found = gate(plan, load)
    assert found and {row["place"] for row in found} <= {place, "curves"}
    assert {row["artefact"] for row in found} == {file if place else CURVE}
    assert all(row["row"] in ("NR", "PR", "PHR") for row in found)


PLOT = Plot(0, 10, 1, left=0, right=100, bottom=100, upper=0)
STEPS = [(1.0, 1.0), (2.0, 0.8), (4.0, 0.8), (5.0, 0.4), (12.0, 0.1)]  # (time, survival)
WAY = "M0 0h20v20h30v40h50"


@pytest.mark.parametrize(
    ("moves", "time"),
    [
        (WAY, None),
        ("M 0 0 \nL 20 0 \nL 20 20 \nL 50 20 \nL 50 60 \nL 100 60 ", None),
        ("M0 0H20V20H50V60H100", None),
        ("M5 0h15v20h30v40h50", None),  # delayed entry
        ("M0 .3h20.4v19.5h29.8v39.9h49.5", None),
        ("M0 0h20v22h30v38h50", 2),  # another height
        ("M0 0h20v20h33v40h47", 5),  # later
        ("M0 0h20v20h30v40h20", 10),  # cut off
        ("M0 0h20v20h30v40h50v20", 10),  # too long
        ("M0 0l100 60", 2),
        ("", 2),
    ],
)
def test_where_a_line_leaves_its_curve(moves, time):
    assert departs(Line("", points_of(moves)), PLOT.corners(STEPS), PLOT.left) == time


def test_a_thinned_line_may_be_as_far_as_half_its_step():
    assert tolerance(Line("", [(10.0, 35.0), (15.0, 35.0)])) == pytest.approx(2.56)
    assert tolerance(Line("", [(10.1, 35.0), (15.0, 35.0)])) == 0.5
