"""The follow-up picture: the reverse Kaplan-Meier curve of the rows, with its own median."""

import numpy as np
import pandas as pd
import pytest
from figure_geometry import by_gid, check_texts, texts_of
from figure_rows import CONVENTIONS, STYLE, curve_case
from test_figures_curves import CURVE, PART, PATIENTS, split

from retrocohort.figures import canvas, followup
from retrocohort.models.kaplan_meier import censoring, kaplan_meier
from retrocohort.models.samples import sample_of

BY = {"label": "Nodes", "unit": "", "levels": {f"raw_{i}": f"Arm {i}" for i in range(3)}}


def estimated(patients):
    """Return the reverse curve as the estimates of the pipeline have it (tested against R)."""
    frame = pd.DataFrame(patients)
    return kaplan_meier(censoring(sample_of(frame["time"], frame["event"])), "log", 0.95)


def test_the_curve_is_that_of_the_estimates():
    groups = split(PATIENTS, 3)
    rows = followup.reverse(curve_case(groups)[0])
    for level, patients in groups.items():
        wanted = estimated(patients)
        own = [row for row in rows if row["level"] == level]
        shown = dict(zip((float(r["time"]) for r in own), own, strict=True))
        for time, survival in zip(wanted.time, wanted.survival, strict=True):
            assert float(shown[float(time)]["survival"]) == pytest.approx(survival, rel=1e-9)


def test_the_picture_has_no_test_no_band_and_says_what_it_is():
    groups = split(PATIENTS, 3)
    km, quantiles, _ = curve_case(groups, variable=CURVE["by"])
    with canvas.styled(STYLE):
        figure = followup.draw(PART, km, quantiles, {**CURVE, "max_time": 60}, BY, CONVENTIONS)
        check_texts(figure)
    shown = texts_of(figure)
    censored = sum(not p["event"] for p in PATIENTS)
    assert f"Full cohort, n = 2,982, {censored:,} censored" in shown
    assert "In follow-up (%)" in shown and "Follow-up, overall survival" in shown
    assert any(text.startswith("Reverse Kaplan-Meier estimate") for text in shown)
    assert not [text for text in shown if "Log-rank" in text or "Shaded" in text]
    line = by_gid(figure, "curve-0")[0].get_ydata()
    assert line[0] == 1 and np.all(np.diff(line) <= 0)
