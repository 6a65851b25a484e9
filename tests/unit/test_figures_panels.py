"""Figures of several panels, and the notice under a figure."""

import numpy as np
import pytest
from figure_geometry import by_gid, check_texts, texts_of
from figure_rows import CONVENTIONS, STYLE, curve_case
from test_figures_curves import CURVE, PART, PATIENTS, split

from retrocohort.figures import canvas, curves, panels

NOTICE = "Invented records, not patient data. " * 6
ENTRY = {"title": "Survival by nodes", "remark": "Layout ours"}


def case(n, keep=None):
    """Return parts, rows and the variable of a figure of n panels."""
    groups = split(PATIENTS, 3, keep)
    parts = [PART | {"population_label": f"Population {i}"} for i in range(n)]
    by = {"label": "Nodes", "unit": "", "levels": {code: f"Arm {code[-1]}" for code in groups}}
    rows = [
        curve_case({code: own[i:] for code, own in groups.items()}, "0.0314", CURVE["by"])
        for i in range(n)
    ]
    return parts, rows, by


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("keep", [None, 6])
def test_panels_do_not_overlap_and_stay_on_the_page(n, keep):
    parts, rows, by = case(n, keep)
    with canvas.styled(STYLE):
        figure = panels.draw(parts, rows, ENTRY, CURVE, by, CONVENTIONS)
        canvas.sign(figure, NOTICE)
        check_texts(figure)
    titles = [text for text in texts_of(figure) if "Population" in text and "n =" not in text]
    assert [title.split() for title in titles] == [
        [letter, "Population", str(i)] for i, letter in zip(range(n), "ABCD", strict=False)
    ]
    assert len(by_gid(figure, "curve-")) == 3 * n
    assert texts_of(figure).count("Number at risk") == n
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(175)
    assert sum(text.startswith("Shaded: 95%") for text in texts_of(figure)) == 1


def test_a_panel_shows_what_its_figure_shows():
    parts, rows, by = case(2)
    with canvas.styled(STYLE):
        figure = panels.draw(parts, rows, ENTRY, CURVE, by, CONVENTIONS)
        alone = [
            curves.draw(part, *own, CURVE, by, CONVENTIONS)
            for part, own in zip(parts, rows, strict=True)
        ]
    shown = [line.get_xydata() for line in by_gid(figure, "curve-")]
    wanted = [line.get_xydata() for one in alone for line in by_gid(one, "curve-")]
    assert len(shown) == len(wanted) == 6
    for a, b in zip(shown, wanted, strict=True):
        assert np.array_equal(a, b)


def test_a_notice_stands_under_the_figure_and_moves_nothing_else():
    parts, rows, by = case(1)

    def drawn(notice):
        with canvas.styled(STYLE):
            figure = curves.draw(parts[0], *rows[0], CURVE, by, CONVENTIONS)
            canvas.sign(figure, notice)
            return figure, check_texts(figure)

    plain, before = drawn("")
    signed, after = drawn(NOTICE)
    foot = signed.bbox.y1 - plain.bbox.y1
    assert foot > 0
    moved = [(text.get_text(), box.x0, box.y0) for _, text, box in after]
    for _, text, box in before:
        place = [(x, y) for said, x, y in moved if said == text.get_text()]
        assert any(np.allclose((box.x0, box.y0 + foot), at, atol=0.6) for at in place)
    told = " ".join(text.get_text() for axes, text, _ in after if axes.get_label() == "notice")
    assert told == NOTICE.strip()
    lowest = min(box.y0 for axes, _, box in after if axes.get_label() != "notice")
    assert all(box.y1 < lowest for axes, _, box in after if axes.get_label() == "notice")


def test_panels_of_a_single_column_stand_one_below_the_other():
    parts, rows, by = case(3)
    with canvas.styled(STYLE):
        figure = panels.draw(parts, rows, {**ENTRY, "width": "single"}, CURVE, by, CONVENTIONS)
        check_texts(figure)
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(85)
    assert len({round(axes.get_position().x0, 6) for axes in figure.axes[2::2]}) == 1


def test_a_remark_of_some_panels_names_them():
    parts, rows, by = case(3)
    short = [[row for row in part[0] if float(row["time"]) < 90] for part in rows]
    rows = [rows[0], *((own, *part[1:]) for own, part in zip(short[1:], rows[1:], strict=True))]
    with canvas.styled(STYLE):
        figure = panels.draw(parts, rows, ENTRY, {**CURVE, "max_time": 100}, by, CONVENTIONS)
    assert "A: Follow-up goes on to 231.4 months." in " ".join(texts_of(figure))
