"""The files of the figures: the same bytes each time, embedded fonts, cheap scripts, one style."""

import subprocess
import sys

import numpy as np
import pytest
from figure_rows import CONVENTIONS, ROOT, STYLE, curve_case, rotterdam
from matplotlib import rcParams

from retrocohort import io
from retrocohort.figures import canvas, curves
from retrocohort.figures.placing import clearance, free_place, occupied

PART = {"population_label": "Full cohort", "endpoint_label": "Survival ≥ ½", "unit": "months"}


def save(folder):
    rows = curve_case({"": rotterdam()[::20]})
    with canvas.styled(STYLE):
        figure = curves.draw(PART, *rows, {}, None, CONVENTIONS)
        paths = [str(folder / f"figure.{ending}") for ending in ("svg", "pdf", "png")]
        io.save_figure(figure, paths)
    return [(folder / f"figure.{ending}").read_bytes() for ending in ("svg", "pdf", "png")]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return save(tmp_path_factory.mktemp("first"))


def test_two_runs_give_the_same_bytes(saved, tmp_path):
    assert save(tmp_path) == saved


def test_png_has_300_dots_an_inch(saved):
    width = int.from_bytes(saved[2][16:20], "big")
    assert width == int(175 / 25.4 * 300)


def test_fonts_of_the_pdf_are_embedded_as_true_type(saved):
    assert b"CohortSans" in saved[1]
    assert b"/FontFile2" in saved[1]
    assert b"/Type3" not in saved[1]


def test_svg_needs_no_font(saved):
    assert b"<text" not in saved[0]


def test_scripts_import_neither_pandas_nor_pyplot_nor_lifelines():
    code = (
        "import sys; sys.path[:0] = ['workflow', 'workflow/scripts'];"
        "import draw_curves, draw_forest, draw_flowchart;"
        "print({'pandas', 'scipy', 'lifelines', 'matplotlib.pyplot'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_style_gives_six_groups_apart_in_colour_and_in_grey():
    with canvas.styled(STYLE):
        styles = list(rcParams["axes.prop_cycle"])
    assert len(styles) >= 6
    assert len({str(style["linestyle"]) for style in styles}) == len(styles)
    assert len({style["color"] for style in styles}) == len(styles)
    for style in styles:
        assert contrast_on_white(style["color"]) > 4.5  # WCAG 2.1, level AA, for text


def contrast_on_white(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 1.05 / (np.dot(linear, (0.2126, 0.7152, 0.0722)) + 0.05)


@pytest.mark.parametrize("width", [1, 20, 60, 300])
def test_wrapped_lines_fit_and_lose_no_letter(width):
    text = "Oestrogen receptors ≥ 10 fmol/l, Donaudampfschifffahrtsgesellschaft"
    with canvas.styled(STYLE):
        lines = canvas.wrap(text, width)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(canvas.width_of(line) <= width or len(line) == 1 for line in lines)


DROP = (np.array([0.0, 50, 50, 200]), np.array([100.0, 100, 20, 20]))  # falls early


def test_emptiest_corner_is_chosen():
    assert free_place((60, 30), (200, 100), [DROP]) == (200 - 60 - 6, 100 - 30 - 6)
    flat = (np.array([0.0, 200]), np.array([95.0, 95]))
    assert free_place((60, 30), (200, 100), [flat])[1] == 6


def test_no_place_where_curves_leave_none():
    fan = [(np.array([0.0, 200]), np.full(2, y)) for y in np.linspace(0, 100, 8)]
    assert free_place((60, 30), (200, 100), fan) is None
    assert free_place((300, 30), (200, 100), []) is None


def test_clearance_sees_a_vertical_step():
    reach = occupied([DROP], 200)
    assert clearance((30, 40, 40, 20), reach, 200) < 0
    assert clearance((100, 40, 40, 20), reach, 200) == pytest.approx(20)
