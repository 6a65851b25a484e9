"""What is read on a curve: the rows of the estimates, where the figure draws them."""

import re

import pytest
import report_study as rs

from retrocohort.report.readout import STEPS, readout, thinned

LEVELS = {"arm_a": "Waiting", "arm_b": "Surgery"}
PART = {"unit": "months", "scale": 1.0, "word": "Survival"}


def shown(svg=rs.SVG, rows=rs.KM, name=""):
    return readout(svg, [(name, rows)], LEVELS, PART)


def test_a_point_says_time_survival_interval_and_number_at_risk():
    first, second = shown()["curves"]
    assert [point.split("|", 2)[2] for point in first["points"]] == [
        "1.5|99.9% (99.8–100.0)|1,207",
        "12|96.3% (95.2–97.3)|1,161",
    ]
    assert [point.split("|", 2)[2] for point in second["points"]] == [
        "12.5|97.3% (95.6–99.1)|329",
        "60|0.0% (–)|20",
    ]
    assert (first["label"], first["colour"], second["label"]) == ("Waiting", "#0072b2", "Surgery")


def test_a_point_lies_where_the_axes_of_the_drawing_put_it():
    # left 114.54 is 0, right 480.61 is 60 months; bottom 255.76 is 0, top 30.76 is 1.04
    (_, (_, last)) = (curve["points"] for curve in shown()["curves"])
    assert last.startswith("480.6|255.8|")
    x, y, *_ = shown()["curves"][0]["points"][1].split("|")
    assert float(x) == pytest.approx(114.54375 + 366.068 * 12 / 60, abs=0.06)
    assert float(y) == pytest.approx(255.76 - 225 * 0.96269189 / 1.04, abs=0.06)


def test_short_axes_have_times_with_two_decimals():
    svg = rs.SVG.replace("plot_0_60_", "plot_0_20_")
    assert shown(svg)["curves"][0]["points"][0].split("|")[2] == "1.48"


def test_rows_after_the_end_of_the_axis_are_left_out():
    (only,) = shown(rs.SVG.replace("plot_0_60_", "plot_0_12.2_"))["curves"]
    assert only["label"] == "Waiting"


def test_an_axis_in_another_unit_tells_the_time_in_that_unit():
    years = {"unit": "years", "scale": 30.4375 / 365.25, "word": "Survival"}
    svg = rs.SVG.replace("plot_0_60_", "plot_0_5_")
    found = readout(svg, [("", rs.KM)], LEVELS, years)
    points = [curve["points"][-1].split("|") for curve in found["curves"]]
    assert [point[2] for point in points] == ["1", "5"] and found["unit"] == "years"
    assert points[1][:2] == ["480.6", "255.8"]  # where 60 months are on an axis of months


def test_panels_are_read_one_after_the_other():
    found = readout(rs.SVG + rs.SVG, [("A", rs.KM), ("B", rs.KM)], LEVELS, PART)
    assert [c["label"] for c in found["curves"]] == [
        *("A: Waiting", "A: Surgery", "B: Waiting", "B: Surgery")
    ]


@pytest.mark.parametrize("has_axes", [True, False])
def test_a_panel_without_curves_is_passed_over(has_axes):
    """One without patients has axes, one that disclosure control withholds has none."""
    empty = re.search(r"<g id=\"plot.*?</g>", rs.SVG, re.DOTALL)[0] if has_axes else ""
    found = readout(empty + rs.SVG, [("A", []), ("B", rs.KM)], LEVELS, PART)
    assert [c["label"] for c in found["curves"]] == ["B: Waiting", "B: Surgery"]


def test_a_drawing_without_a_plot_cannot_be_read():
    assert shown("<svg/>") == {}


def row(time, events):
    return {"time": str(time), "n_event": str(events)}


def test_of_many_rows_the_last_event_of_each_part_of_the_axis_stays():
    rows = [row(0.1, 1), row(0.2, 2), row(0.3, 0), row(1.1, 0), row(1.2, 0), row(STEPS - 0.5, 0)]
    assert [r["time"] for r in thinned(rows, 0, STEPS)] == ["0.2", "1.2", str(STEPS - 0.5)]


def test_the_last_row_always_stays():
    rows = [row(0.1, 1), row(0.2, 0)]
    assert thinned(rows, 0, STEPS) == rows
