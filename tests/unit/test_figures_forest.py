"""The forest plots: ratios, texts and reasons are those of the rows, and nothing overlaps."""

import pytest
from figure_geometry import by_gid, check_texts, lines_of, texts_of
from figure_rows import CONVENTIONS, STYLE

from retrocohort import format as fmt
from retrocohort.figures import canvas, forest
from retrocohort.figures.forest_rows import axis_limits, axis_ticks, read_rows
from retrocohort.figures.looks import LOOKS

PART = {"population_label": "Full cohort", "endpoint_label": "Overall survival"}
MODEL = {"label": "Adjusted", "kind": "multivariable", "strata": []}
LONG = "Time from the diagnosis to the start of treatment in the hospital that refers, number {}"
REASON = "not estimable: no event among the patients of this level"
VARIABLES = {
    "raw_arm": {"label": "Treatment", "unit": "", "levels": {"raw_a": "None", "raw_b": "Any"}},
    "raw_age": {"label": "Age", "unit": "years", "levels": {}},
    "raw_size": {
        "label": "Tumour size",
        "unit": "mm",
        "levels": {"raw_s": "≤ 20", "raw_m": "20–50", "raw_l": "> 50"},
    },
}


def row(variable, level="", reference="", hr="", low="", high="", p="", note=""):
    numbers = {"hr": hr, "hr_low": low, "hr_high": high, "p": p, "n": 1200, "events": 345}
    texts = {"variable": variable, "level": level, "reference": reference, "note": note}
    return texts | {name: str(value) for name, value in numbers.items()}


ROWS = [
    row("raw_arm", "raw_a", "raw_a"),
    row("raw_arm", "raw_b", "raw_a", 0.7205, 0.6019, 0.8625, 0.00035),
    row("raw_age", hr=1.0109, low=1.0017, high=1.0203, p=0.0207),
    row("raw_size", "raw_s", "raw_s"),
    row("raw_size", "raw_m", "raw_s", 2.04, 1.66, 2.5, 1e-11),
    row("raw_size", "raw_l", "raw_s", note=REASON),
]


def figure_of(rows, variables=VARIABLES, model=MODEL, fit=()):
    with canvas.styled(STYLE):
        figure = forest.draw(PART, rows, fit, model, variables, CONVENTIONS)
        check_texts(figure)
    return figure


@pytest.mark.parametrize("label", ["Factor {}", LONG], ids=["short", "long"])
@pytest.mark.parametrize("count", [0, 1, 2, 30])
def test_gallery_without_overlap(count, label):
    variables, rows = {}, []
    for i in range(count):
        name, text = f"raw_{i}", label.format(i)
        variables[name] = {"label": text, "unit": "", "levels": {"raw_0": "No", "raw_1": text}}
        rows += [row(name, "raw_0", "raw_0"), row(name, "raw_1", "raw_0", 1.2, 0.2, 40.0, 0.6)]
        if i % 3 == 0:
            rows[-1] = row(name, "raw_1", "raw_0", note=REASON + ", and a reason that is long" * 3)
    figure = figure_of(rows, variables)
    assert len(by_gid(figure, "ratio")) == sum(r["hr"] != "" for r in rows)


def test_squares_and_intervals_are_those_of_the_rows():
    figure = figure_of(ROWS)
    drawn = [r for r in ROWS if r["hr"]]
    squares, bars = by_gid(figure, "ratio"), by_gid(figure, "interval")
    assert [s.get_xdata()[0] for s in squares] == [float(r["hr"]) for r in drawn]
    limits = [(float(r["hr_low"]), float(r["hr_high"])) for r in drawn]
    assert [tuple(bar.get_xdata()) for bar in bars] == limits
    assert not by_gid(figure, "beyond")


def test_squares_stand_in_the_line_of_their_text():
    figure = figure_of(ROWS)
    figure.set_dpi(72)
    layer, axes = figure.axes
    texts = [t for t in layer.texts if t.get_text().startswith(("0.72", "1.011", "2.04"))]
    for text, square in zip(texts, by_gid(figure, "ratio"), strict=True):
        middle = axes.transData.transform((1, square.get_ydata()[0]))[1]
        box = text.get_window_extent()
        assert box.y0 < middle < box.y1


def test_texts_are_those_of_the_rows():
    shown = texts_of(figure_of(ROWS))
    for r in ROWS:
        if r["hr"]:
            numbers = [float(r[c]) for c in ("hr", "hr_low", "hr_high")]
            assert fmt.ratio_interval(*numbers) in shown
            assert fmt.p_value(float(r["p"])) in shown
    assert shown.count("Reference") == 2
    lancet = texts_of(figure_of(ROWS, model={**MODEL, "look": "lancet"}))
    assert {"0·72 (0·60–0·86)", "0·00035", "0·021"} <= set(lancet)
    assert REASON[0].upper() + REASON[1:] in shown
    assert {"Treatment", "Any", "Age (per year)", "Tumour size (mm)", "20–50"} <= set(shown)


def test_each_line_has_the_counts_the_ratio_and_the_p_of_its_row():
    assert lines_of(figure_of(ROWS))[2:10] == [
        ["n", "Events", "HR (95% CI)", "P"],
        ["Treatment"],
        ["None", "1,200", "345", "Reference"],
        ["Any", "1,200", "345", "0.72 (0.60–0.86)", "<0.001"],
        ["Age (per year)", "1,200", "345", "1.011 (1.002–1.020)", "0.021"],
        ["Tumour size (mm)"],
        ["≤ 20", "1,200", "345", "Reference"],
        ["20–50", "1,200", "345", "2.04 (1.66–2.50)", "<0.001"],
    ]
    unsound = [{**ROWS[1], "note": REASON}]  # a reason stands in the place of the ratio
    assert not by_gid(figure_of(unsound), "ratio")


def test_heading_has_the_counts_of_the_fit():
    fit = [{"statistic": s, "value": v} for s, v in (("n", "1510"), ("events", "845"))]
    fit.append({"statistic": "n_missing", "value": "36"})
    shown = texts_of(figure_of(ROWS, fit=fit))
    assert "Full cohort, n = 1,510, 845 events, 36 left out for missing values" in shown
    shown = texts_of(figure_of(ROWS, fit=fit * 2))  # univariable: one fit for each covariate
    assert "Full cohort" in shown


def test_a_penalty_is_named():
    shown = " ".join(texts_of(figure_of(ROWS, model={**MODEL, "penalty": "firth"})))
    assert "All covariates in one model. Firth's penalised likelihood and its profile." in shown


def test_strata_are_named_by_their_label():
    model = {**MODEL, "strata": ["raw_arm"]}
    shown = " ".join(texts_of(figure_of(ROWS[2:], model=model)))
    assert "Stratified by Treatment." in shown


def beside_figure(others, rows=ROWS):
    with canvas.styled(STYLE):
        figure = forest.draw(PART, rows, (), MODEL, VARIABLES, CONVENTIONS, ("Crude", others))
        check_texts(figure)
    return figure


def test_crude_stands_beside_adjusted():
    others = [{**r, "hr": "1.5", "hr_low": "1.2", "hr_high": "1.9"} if r["hr"] else r for r in ROWS]
    figure = beside_figure(others)
    shown, ratios = texts_of(figure), by_gid(figure, "ratio")
    filled = [s.get_xdata()[0] for s in ratios if s.get_markerfacecolor() != "white"]
    hollow = [s.get_xdata()[0] for s in ratios if s.get_markerfacecolor() == "white"]
    assert filled == [float(r["hr"]) for r in ROWS if r["hr"]]
    assert hollow == [1.5] * 3
    assert shown.count("1.50 (1.20–1.90)") == 3
    assert shown.count("Not estimable") == 2  # its reason has no room
    assert {"Crude", "Adjusted"} <= set(shown)
    assert "Overall survival – Crude and adjusted" in shown


def test_what_one_of_two_models_lacks_is_a_dash():
    figure = beside_figure(ROWS[:2] + ROWS[3:], ROWS[:3])
    shown = texts_of(figure)
    assert shown.count(fmt.MISSING) == 1 + 3  # age in the one, three sizes in the other
    lines = lines_of(figure)
    assert ["Age (per year)", "1,200", "345", "–", "1.011 (1.002–1.020)", "0.021"] in lines
    assert ["20–50", "1,200", "345", "2.04 (1.66–2.50)", "–"] in lines


def test_crude_beside_adjusted_of_many_long_names():
    names = {f"raw_{i}": LONG.format(i) for i in range(12)}
    levels = {"raw_0": "No", "raw_1": LONG.format("of levels")}
    variables = {n: {"label": label, "unit": "", "levels": levels} for n, label in names.items()}
    rows = []
    for name in names:
        rows += [row(name, "raw_0", "raw_0"), row(name, "raw_1", "raw_0", 112.2, 0.2, 4000, 0.6)]
    with canvas.styled(STYLE):
        args = (PART, rows, (), MODEL, variables, CONVENTIONS, ("Crude", rows))
        check_texts(forest.draw(*args))


def test_limits_beyond_the_axis_are_arrows():
    rows = [
        row("raw_arm", "raw_b", "raw_a", 2.0, 0.5, 400.0, 0.4),
        row("raw_age", hr=0.5, low=0.001, high=1.5, p=0.2),
        row("raw_size", "raw_m", "raw_s", 9000.0, 52.0, 1e6, 1e-4),
    ]
    figure = figure_of(rows)
    arrows = [a.get_marker() for a in by_gid(figure, "beyond")]
    assert arrows == [">", "<", ">"]
    assert len(by_gid(figure, "ratio")) == 2
    low, high = figure.axes[1].get_xlim()
    assert low < 0.5 and 2 < high < 100


@pytest.mark.parametrize("look", LOOKS)
def test_ratios_beyond_all_sense_leave_room_for_the_axis(look):
    huge = [(1e9, 1e8, 1e26), (1e7, 0.001, 1e9), (2.0, 1e-12, 1e20)]
    rows = [row("raw_arm", "raw_a", "raw_a")]
    rows += [row("raw_arm", f"raw_{i}", "raw_a", *each, 0.01) for i, each in enumerate(huge)]
    model = {**MODEL, "look": look, "label": "Adjusted for all that was measured"}
    levels = {"raw_a": "None"} | {f"raw_{i}": LONG.format(i) for i in range(3)}
    variables = VARIABLES | {"raw_arm": {"label": LONG, "unit": "", "levels": levels}}
    with canvas.styled(STYLE):
        args = (PART, rows, (), model, variables, CONVENTIONS, ("Each in a model of its own", rows))
        figure = forest.draw(*args)
        check_texts(figure)
    (axes,) = (axes for axes in figure.axes if axes.get_label() == "ratios")
    assert axes.get_position().width * figure.get_size_inches()[0] * 72 > 50
    assert [a.get_marker() for a in by_gid(figure, "beyond")].count(">") == 2 * 3


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.42, 3.9, [0.5, 0.7, 1, 1.5, 2, 3]),
        (0.09, 70, [0.1, 0.3, 1, 3, 10, 30]),
        (0.997, 1.021, [1, 1.005, 1.01, 1.015, 1.02]),
    ],
)
def test_ticks_are_round_ratios(low, high, expected):
    assert axis_ticks(low, high) == pytest.approx(expected)


def test_axis_holds_every_ratio_and_one():
    low, high = axis_limits(list(read_rows(ROWS, VARIABLES, LOOKS["plain"])))
    assert low < 0.6019 and high > 2.5
    assert axis_limits([]) == (0.5, 2)  # nothing estimable: an axis that claims no precision
