"""The looks: P as each journal writes it, and curves that show what the study asks for."""

import numpy as np
import pytest
from figure_geometry import by_gid, check_texts, texts_of
from figure_rows import CONVENTIONS, STYLE, curve_case
from test_figures_curves import CURVE, PART, PATIENTS, split

from retrocohort import format as fmt
from retrocohort.figures import canvas, curves
from retrocohort.figures.curve_data import MEDIAN, last_time_with
from retrocohort.figures.looks import LOOKS

BY = {"label": "Nodes", "unit": "", "levels": {f"raw_{i}": f"Arm {i}" for i in range(3)}}
P_OF = {  # by hand, from the instructions of each journal
    "plain": ["P = 0.034", "P = 0.046", "P = 0.005", "P < 0.001", "P < 0.001", "P = 0.340"],
    "jama": ["P = .03", "P = .046", "P = .005", "P < .001", "P < .001", "P = .34"],
    "nejm": ["P=0.03", "P=0.05", "P=0.005", "P<0.001", "P<0.001", "P=0.34"],
    "lancet": ["p=0·034", "p=0·046", "p=0·0052", "p=0·00034", "p<0·0001", "p=0·34"],
}


def drawn(keep=None, **curve):
    rows = curve_case(split(PATIENTS, 3, keep), "0.0344", CURVE["by"])
    part = PART | {"days_per_unit": 30.4375}
    with canvas.styled(STYLE):
        figure = curves.draw(part, *rows, CURVE | curve, BY, CONVENTIONS)
        check_texts(figure)
    return figure


@pytest.mark.parametrize("look", LOOKS)
def test_p_is_written_as_the_journal_writes_it(look):
    numbers = [0.0344, 0.0461, 0.00523, 0.000344, 0.0000344, 0.34]
    assert [LOOKS[look].written(fmt.p_statement, p) for p in numbers] == P_OF[look]
    assert (
        LOOKS[look]
        .written(fmt.p_statement, 0.999)
        .replace("·", ".")
        .replace(" ", "")
        .endswith(".99")
    )
    assert LOOKS[look].written(fmt.p_statement, None) == ""
    assert any(P_OF[look][0] in text for text in texts_of(drawn(look=look)))


@pytest.mark.parametrize("keep", [None, 3])
@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("look", LOOKS)
def test_every_look_draws_the_same_curves(look, width, keep):
    plain, figure = drawn(keep, width=width), drawn(keep, look=look, width=width)
    for a, b in zip(by_gid(plain, "curve-"), by_gid(figure, "curve-"), strict=True):
        assert np.array_equal(a.get_xydata(), b.get_xydata())
    assert bool(by_gid(figure, "band-")) == LOOKS[look].bands
    assert bool(by_gid(figure, "censored-")) == LOOKS[look].censor_marks
    shaded = any(text.startswith("Shaded") for text in texts_of(figure))
    assert shaded == LOOKS[look].bands


def test_a_study_can_overrule_its_look():
    figure = drawn(look="jama", bands=True, censor_marks=True, median_lines=True)
    assert by_gid(figure, "band-") and by_gid(figure, "censored-") and by_gid(figure, "median-")
    bare = drawn(bands=False, censor_marks=False)
    assert not by_gid(bare, "band-") and not by_gid(bare, "censored-")
    assert not any("Shaded" in text or "Ticks" in text for text in texts_of(bare))


def test_lancet_counts_the_censored_beside_those_at_risk():
    figure = drawn(look="lancet")
    ticks = figure.axes[1].get_xticks()
    for position, patients in enumerate(split(PATIENTS, 3).values()):
        own = [text.get_text() for text in by_gid(figure, f"risk-{position}")]
        assert own == [
            f"{sum(p['time'] >= tick for p in patients):,}"
            f" ({sum(p['time'] < tick and not p['event'] for p in patients):,})"
            for tick in ticks
        ]


def test_median_lines_stand_at_the_medians():
    figure = drawn(median_lines=True)
    _, quantiles, _ = curve_case(split(PATIENTS, 3), variable=CURVE["by"])
    reached = [float(row["median"]) for row in quantiles if row["median"]]
    assert [line.get_xdata()[-1] for line in by_gid(figure, "median-")] == reached
    assert all(line.get_ydata().tolist() == [0.5, 0.5, 0] for line in by_gid(figure, "median-"))


def test_months_are_shown_as_years():
    months, years = drawn(), drawn(axis="years", max_time=10, ticks=2)
    assert years.axes[1].get_xticks().tolist() == [0, 2, 4, 6, 8, 10]
    assert "Time (years)" in texts_of(years)
    assert "Median (95% CI), years" in texts_of(years)
    for row in curve_case(split(PATIENTS, 3), variable=CURVE["by"])[1]:
        scaled = [float(row[c] or "nan") * 30.4375 / 365.25 for c in MEDIAN]
        if row["median"]:
            assert fmt.with_limits(fmt.number(scaled[0]), *scaled[1:]) in texts_of(years)
    a, b = (by_gid(figure, "curve-0")[0].get_xdata()[:20] for figure in (months, years))
    assert b == pytest.approx(a * 30.4375 / 365.25, rel=1e-12)
    for position, patients in enumerate(split(PATIENTS, 3).values()):
        own = [text.get_text() for text in by_gid(years, f"risk-{position}")]
        assert own == [f"{sum(p['time'] >= 12 * t for p in patients):,}" for t in range(0, 11, 2)]


def test_the_axis_ends_where_few_are_at_risk_and_says_so():
    figure = drawn(min_at_risk=100)
    end = figure.axes[1].get_xlim()[1]
    assert sum(p["time"] >= end for p in PATIENTS) >= 100
    assert sum(p["time"] > end for p in PATIENTS) < 100
    shown = " ".join(texts_of(figure))
    assert "The axis ends where fewer than 100 patients are at risk; follow-up goes on" in shown
    assert "The axis ends" not in " ".join(texts_of(drawn(min_at_risk=1)))
    assert last_time_with([], 5) == 0
