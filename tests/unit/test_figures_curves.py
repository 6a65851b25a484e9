"""The Kaplan-Meier figures: what is drawn is what the rows say, and nothing is in the way."""

import numpy as np
import pytest
from figure_geometry import by_gid, check_texts, texts_of
from figure_rows import CONVENTIONS, STYLE, curve_case, on_age_scale, rotterdam

from retrocohort import format as fmt
from retrocohort.figures import canvas, curves
from retrocohort.figures.curve_data import (
    FINEST_STEP,
    Group,
    at_risk,
    censored_before,
    tick_steps,
    time_ticks,
)

PATIENTS = rotterdam()
PART = {
    "population": "raw_population",
    "population_label": "Full cohort",
    "endpoint": "raw_endpoint",
    "endpoint_label": "Overall survival",
    "unit": "months",
    "note": "",
}
LONG = "Treated within twelve weeks of the diagnosis, in a centre of the network, group {}"
CURVE = {"by": "raw_variable"}


def split(patients, parts: int, keep: int | None = None) -> dict[str, list]:
    """Return patients in groups of unlike survival: by positive nodes."""
    ordered = sorted(patients, key=lambda p: p["nodes"])
    groups = [list(chunk) for chunk in np.array_split(np.array(ordered, dtype=object), parts)]
    return {f"raw_{i}": group[:keep] for i, group in enumerate(groups)}


def figure_of(groups, label="Group {}", curve=CURVE, part=PART, p="0.0314"):
    km, quantiles, logrank = curve_case(groups, p, "raw_variable")
    by = {
        "label": "Nodes",
        "unit": "mm",
        "levels": {code: label.format(i) for i, code in enumerate(groups)},
    }
    if list(groups) == [""]:
        curve, by = {key: value for key, value in curve.items() if key != "by"}, None
    with canvas.styled(STYLE):
        figure = curves.draw(part, km, quantiles, logrank, curve, by, CONVENTIONS)
        return figure, km, check_texts(figure)


@pytest.mark.parametrize(
    ("label", "keep", "width"),
    [
        ("Arm {}", None, "double"),
        ("Arm {}", 2, "single"),
        (LONG, 2, "double"),
        (LONG, None, "single"),
    ],
    ids=["short-large-double", "short-tiny-single", "long-tiny-double", "long-large-single"],
)
@pytest.mark.parametrize("parts", range(1, 7))
def test_gallery_without_overlap(parts, keep, label, width):
    groups = {"": PATIENTS[:keep]} if parts == 1 else split(PATIENTS, parts, keep)
    figure, km, found = figure_of(groups, label, {**CURVE, "width": width})
    check_against_rows(figure, km, list(groups))
    check_key_clear_of_curves(figure, found)
    check_numbers_under_ticks(figure, found)


def check_against_rows(figure, km, levels):
    """Every step, limit and censor tick is that of the rows, up to the finest step drawn."""
    for position, level in enumerate(levels):
        rows = [row for row in km if row["level"] == level]
        times = np.array([float(row["time"]) for row in rows])
        survival = np.array([float(row["survival"]) for row in rows])
        (line,) = by_gid(figure, f"curve-{position}")
        x, y = line.get_data()
        drawn = y[np.searchsorted(x, times, side="right") - 1]
        every_step = float(rows[0]["n_risk"]) < 1 / FINEST_STEP  # each death moves it further
        assert np.abs(drawn - survival).max() <= (1e-12 if every_step else FINEST_STEP)
        assert (x[0], y[0], x[-1], y[-1]) == (0, 1, times[-1], survival[-1])
        (marks,) = by_gid(figure, f"censored-{position}")
        censored = {
            (float(row["time"]), float(row["survival"])) for row in rows if row["n_censor"] != "0"
        }
        assert set(zip(*marks.get_data(), strict=True)) <= censored
        assert bool(censored) == bool(marks.get_xdata().size)


def check_key_clear_of_curves(figure, found):
    layer, axes = figure.axes
    frame = axes.bbox
    lines = [axes.transData.transform(a.get_xydata()) for a in by_gid(figure, "curve-")]
    for owner, text, box in found:
        if owner is layer and frame.x0 < box.x0 < frame.x1 and frame.y0 < box.y0 < frame.y1:
            for corners in lines:
                steps = [np.linspace(a, b, 50) for a, b in zip(corners, corners[1:], strict=False)]
                x, y = np.concatenate(steps).T
                inside = (x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)
                assert not inside.any(), f"a curve runs through {text.get_text()!r}"


def check_numbers_under_ticks(figure, found):
    axes = figure.axes[1]
    ticks = axes.get_xticks()
    boxes = {id(text): box for _, text, box in found}
    labels = axes.get_xticklabels()
    places = axes.transData.transform([(tick, 0) for tick in ticks])[:, 0]
    for line in {a.get_gid() for a in by_gid(figure, "risk-")}:
        own = [text for text in by_gid(figure, line) if text.get_gid() == line]
        assert len(own) == len(ticks)
        for text, label, place in zip(own, labels, places, strict=True):
            box, above = boxes[id(text)], boxes[id(label)]
            assert abs((box.x0 + box.x1) / 2 - place) < 2  # of 300 pixels an inch
            assert abs((above.x0 + above.x1) / 2 - place) < 2
            assert box.y1 < above.y0


def at_risk_shown(figure, position):
    return [a.get_text() for a in by_gid(figure, f"risk-{position}")]


def test_number_at_risk_counts_patients():
    groups = split(PATIENTS, 3)
    figure, _, _ = figure_of(groups)
    for position, patients in enumerate(groups.values()):
        ticks = figure.axes[1].get_xticks()
        expected = [fmt.count(sum(p["time"] >= tick for p in patients)) for tick in ticks]
        assert at_risk_shown(figure, position) == expected
    assert len(figure.axes[1].get_xticks()) > 5
    assert "Nodes (mm)" in texts_of(figure)


def test_delayed_entry_starts_at_the_youngest_and_counts_who_is_there():
    groups = split(on_age_scale(PATIENTS), 2)
    part = {**PART, "unit": "years of age", "endpoint_label": "Death"}
    figure, _, _ = figure_of(groups, part=part)
    axes = figure.axes[1]
    assert axes.get_xlim()[0] == min(p["age"] for p in PATIENTS)
    for position, patients in enumerate(groups.values()):
        expected = [
            fmt.count(sum(p["entry"] < tick <= p["time"] for p in patients))
            for tick in axes.get_xticks()
        ]
        assert at_risk_shown(figure, position) == expected
    counts = [int(n.replace(",", "")) for n in at_risk_shown(figure, 0)]
    assert counts[0] < max(counts) > counts[-1]
    assert "Age (years)" in texts_of(figure)


def test_the_time_axis_says_from_when_it_counts():
    groups = split(PATIENTS, 2)
    assert "Time (months)" in texts_of(figure_of(groups)[0])
    late = figure_of(groups, curve={**CURVE, "from": "landmark"})[0]
    assert "Time from the landmark (months)" in texts_of(late)


@pytest.mark.parametrize("p", ["0.0314", "2e-17", "0.9999", "0.05"])
def test_p_is_that_of_the_log_rank_row(p):
    figure, _, _ = figure_of(split(PATIENTS, 2), p=p)
    assert f"Log-rank {fmt.p_statement(float(p))}" in texts_of(figure)


def test_stratified_and_pairwise_tests_are_not_taken():
    km, quantiles, logrank = curve_case(split(PATIENTS, 3), "0.2", "raw_variable")
    other = {**logrank[0], "strata": "raw_sex", "p": "0.5"}
    pair = {**logrank[0], "contrast": "raw_0|raw_1", "p": "0.6"}
    levels = {f"raw_{i}": f"Arm {i}" for i in range(3)}
    by = {"label": "Nodes", "levels": levels}
    rows = [other, pair, *logrank]
    with canvas.styled(STYLE):
        figure = curves.draw(PART, km, quantiles, rows, CURVE, by, CONVENTIONS)
    assert [t for t in texts_of(figure) if "Log-rank" in t] == ["Log-rank P = 0.200"]


def test_test_that_cannot_be_estimated_says_why():
    figure, _, _ = figure_of(split(PATIENTS, 2), p="")
    assert any("Log-rank test not estimable" in text for text in texts_of(figure))


def test_medians_are_those_of_the_quantiles():
    groups = split(PATIENTS, 2)
    _, quantiles, _ = curve_case(groups)
    figure, _, _ = figure_of(groups)
    for row in quantiles:
        low, high = (float(row[c]) if row[c] else None for c in ("median_low", "median_high"))
        known = fmt.number(float(row["median"]), 1) if row["median"] else "Not reached"
        limits = f" ({fmt.interval(low, high, 1)})" if low else ""
        assert known + limits in texts_of(figure)


def test_median_not_reached_and_level_without_patients():
    alive = [{**p, "event": 0.0} for p in PATIENTS[:30]]
    figure, _, _ = figure_of({"raw_a": alive, "raw_b": PATIENTS[30:90], "raw_c": []})
    assert "Not reached" in texts_of(figure)
    assert "No patient" in texts_of(figure)
    assert set(at_risk_shown(figure, 2)) == {"0"}


def test_a_median_that_nobody_estimated_is_not_called_not_reached():
    km, _, logrank = curve_case(split(PATIENTS, 2, 30), "0.2", "raw_variable")
    by = {"label": "Nodes", "levels": {"raw_0": "Arm 0", "raw_1": "Arm 1"}}
    with canvas.styled(STYLE):
        shown = texts_of(curves.draw(PART, km, [], logrank, CURVE, by, CONVENTIONS))
    assert shown.count("Not estimated") == 2 and "Not reached" not in shown


@pytest.mark.parametrize("label", ["Arm {}", "$\\frac{{1}}{{2}}$ <b> & {}", LONG])
@pytest.mark.parametrize("width", ["single", "double"])
def test_population_of_nobody_is_a_figure_that_says_so(width, label):
    groups, curve = {"raw_a": [], "raw_b": []}, {**CURVE, "width": width}
    figure, _, _ = figure_of(groups, label, curve, p="")
    assert "No patient at risk" in texts_of(figure)


def test_a_long_heading_of_the_numbers_at_risk_stands_above_that_of_the_medians():
    groups = {
        code: [{**p, "time": 30.4375 * 24 * p["time"]} for p in own]
        for code, own in split(PATIENTS, 5, 60).items()
    }
    curve = {**CURVE, "width": "single", "look": "lancet"}
    _, _, found = figure_of(groups, LONG, curve, {**PART, "unit": "hours"})
    tops = {text.get_text(): box.y1 for _, text, box in found}
    above, below = "Number at risk (number censored)", "Median (95% CI), hours"
    assert tops[above] > tops[below] + 10


def test_cause_specific_endpoint_never_reads_as_survival():
    part = {**PART, "endpoint_label": "Infarction", "note": "other deaths censored"}
    figure, _, _ = figure_of(split(PATIENTS, 2), part=part)
    assert "Event-free, cause-specific (%)" in texts_of(figure)
    assert any(text.startswith("Other deaths censored.") for text in texts_of(figure))


def test_axis_ends_at_the_time_asked_for():
    figure, km, _ = figure_of(split(PATIENTS, 2), curve={**CURVE, "max_time": 60.5, "ticks": 12})
    axes = figure.axes[1]
    assert axes.get_xlim() == (0, 60.5)
    assert axes.get_xticks().tolist() == [0, 12, 24, 36, 48, 60]
    before = [row for row in km if row["level"] == "raw_0" and float(row["time"]) <= 60.5]
    x, y = by_gid(figure, "curve-0")[0].get_data()
    assert (x[-1], y[-1]) == (60.5, float(before[-1]["survival"]))


def test_band_is_that_of_the_rows():
    groups = {"": PATIENTS[::15]}
    figure, km, _ = figure_of(groups)
    (band,) = by_gid(figure, "band-0")
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices}
    event_rows = [row for row in km if row["n_event"] != "0" and row["ci_low"]]
    assert len(event_rows) > 50
    for row in event_rows:
        assert (float(row["time"]), float(row["ci_low"])) in corners
        assert (float(row["time"]), float(row["ci_high"])) in corners


@pytest.mark.parametrize(
    ("end", "unit", "most", "expected"),
    [
        (231.0, "months", 11, 24),
        (231.0, "months", 6, 60),
        (30.0, "months", 11, 3),
        (19.9, "years", 11, 2),
        (3650.0, "days", 11, 365),
        (1.9e6, "months", 11, 240_000),
        (60_000.0, "days", 11, 7300),
    ],
)
def test_ticks_stand_at_sensible_distances(end, unit, most, expected):
    ticks = time_ticks(0, end, unit, most)
    assert np.diff(ticks) == pytest.approx(expected)
    assert len(ticks) <= most and ticks[0] == 0
    assert expected in tick_steps(unit, end)


def test_ticks_stand_where_the_study_asks_for_them():
    assert time_ticks(0, 60, "months", 11, 25).tolist() == [0, 25, 50]


def test_a_tick_that_differs_from_a_time_by_rounding_is_that_time():
    rows = {"time": np.array([0.3, 0.9]), "n_risk": np.array([7, 4]), "n_censor": np.array([3, 4])}
    group = Group(0, "", rows, (0, 0, 0), "")
    ticks = np.array([0.1 * 3, 0.31])
    assert ticks[0] > 0.3
    assert at_risk(group, ticks).tolist() == [7, 4]
    assert censored_before(group, ticks).tolist() == [0, 3]


def test_large_groups_stay_light():
    thousands = [
        {**p, "time": p["time"] + i / 1000} for i in range(20) for p in PATIENTS
    ]  # 59,640 patients, nearly as many times
    figure, km, _ = figure_of({"": thousands})
    assert len(km) > 40000
    (line,) = by_gid(figure, "curve-0")
    assert line.get_xdata().size < 2 * (1 / FINEST_STEP + 3)
    (marks,) = by_gid(figure, "censored-0")
    assert 50 < marks.get_xdata().size < 150
    check_against_rows(figure, km, [""])
