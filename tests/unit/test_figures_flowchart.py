"""The flowchart: every count of the rows in its box, no box over another, all text inside."""

import pytest
from figure_geometry import by_gid, check_texts, overlap, overlapping, texts_of
from figure_rows import STYLE
from matplotlib import rcParams

from retrocohort.figures import canvas, flowchart

LONG = "A criterion that takes many words, as the protocol of a study has them, number {}"


def flow_rows(excluded, label="Criterion {}", start=1000, unknown=0):
    rows = [{"label": "Delivered records", "n_excluded": "0", "n_after": str(start)}]
    for i, n in enumerate(excluded):
        start -= n
        rows.append({"label": label.format(i), "n_excluded": str(n), "n_after": str(start)})
        rows[-1]["n_unknown"] = str(unknown)
    return rows


def population(name, label, n, parent="raw_full"):
    return {"population": name, "label": label, "n": str(n), "parent": parent}


def arm_rows(populations, arms, label="Arm {}", arm="raw_arm"):
    rows = []
    for p in populations:
        n = int(p["n"])
        shares = [n // arms + (1 if i < n % arms else 0) for i in range(arms)]
        rows += [
            {"arm": arm, "label": label.format(i), "population": p["population"], "n": str(share)}
            for i, share in enumerate(shares)
        ]
    return rows


def figure_of(flow, populations, arms, title="A study", chart=None):
    with canvas.styled(STYLE):
        figure = flowchart.draw(flow, populations, arms, title, chart or {})
        return figure, check_texts(figure)


@pytest.mark.parametrize("label", ["No {}", LONG], ids=["short", "long"])
@pytest.mark.parametrize(
    ("criteria", "arms", "others"), [(0, 1, 0), (1, 2, 3), (5, 2, 4), (12, 6, 9), (3, 4, 1)]
)
def test_gallery_without_overlap(criteria, arms, others, label):
    flow = flow_rows([7] * criteria, label)
    n = int(flow[-1]["n_after"])
    populations = [population("raw_full", "Full cohort", n, "")]
    populations += [population(f"raw_{i}", label.format(i), 100 + i) for i in range(others)]
    arm_counts = arm_rows(populations, arms, label)
    figure, found = figure_of(flow, populations, arm_counts, label.format(1) * 2)
    boxes = [box.get_window_extent() for box in by_gid(figure, "box")]
    assert len(boxes) == 1 + max(2 * criteria, 1) + arms + others
    assert overlapping(boxes) == []
    for _, text, place in found:
        holders = [b for b in boxes if overlap(b, place)]
        for b in holders:
            assert b.x0 < place.x0 and place.x1 < b.x1 and b.y0 < place.y0 and place.y1 < b.y1
        assert holders or "n = " not in text.get_text()
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(175)


def test_every_count_is_shown_zero_too():
    flow = flow_rows([31, 0, 1436], start=17549)
    populations = [population("raw_full", "Full cohort", 16082, "")]
    populations.append(population("raw_men", "Men", 8000))
    figure, _ = figure_of(flow, populations, arm_rows(populations, 2))
    shown = texts_of(figure)
    for text in ("n = 17,549", "n = 31", "n = 0", "n = 1,436", "n = 16,082", "n = 8,041"):
        assert text in shown
    assert shown.count("Remaining: n = 17,518") == 2
    assert shown.count("Arm 0: 4,000") == 1


def test_patients_without_an_arm_are_counted():
    populations = [population("raw_full", "Full cohort", 1000, "")]
    arms = arm_rows([population("raw_full", "", 990)], 2)
    figure, _ = figure_of(flow_rows([]), populations, arms)
    assert "Not recorded" in texts_of(figure)
    assert "n = 10" in texts_of(figure)


def test_patients_that_a_criterion_could_not_judge_are_counted():
    populations = [population("raw_full", "Full cohort", 990, "")]
    figure, _ = figure_of(flow_rows([10], unknown=4), populations, arm_rows(populations, 2))
    assert "(not known, kept: n = 4)" in texts_of(figure)


def test_a_population_within_another_says_so():
    populations = [population("raw_full", "Full cohort", 1000, "")]
    populations.append(population("raw_men", "Men", 500))
    populations.append(population("raw_obese", "Obese men", 80, "raw_men"))
    figure, _ = figure_of(flow_rows([]), populations, arm_rows(populations, 2))
    assert "of Men" in texts_of(figure)


def test_a_population_can_be_left_out_and_a_remark_stands_below():
    populations = [population("raw_full", "Full cohort", 1000, "")]
    populations += [population("raw_men", "Men", 500), population("raw_lost", "Lost", 9)]
    remark = ("Boxes below the cohort: layout ours. " * 5).strip()
    chart = {"without": ["raw_lost"], "remark": remark}
    figure, _ = figure_of(flow_rows([]), populations, arm_rows(populations, 2), chart=chart)
    shown = texts_of(figure)
    assert "Men" in shown and "Lost" not in shown
    assert " ".join(shown).endswith(remark)
    assert "Lost" in texts_of(figure_of(flow_rows([]), populations, [])[0])


@pytest.mark.parametrize("size", [6, 9, 14])
def test_text_stays_in_its_box_at_any_size(size):
    populations = [population("raw_full", LONG, 1000, "")]
    populations += [population(f"raw_{i}", LONG.format(i), 100) for i in range(4)]
    flow, arms = flow_rows([7, 8], LONG), arm_rows(populations, 4, LONG)
    with canvas.styled(STYLE):
        rcParams["font.size"] = size
        figure = flowchart.draw(flow, populations, arms, "A study", {})
        found = check_texts(figure)
    boxes = [box.get_window_extent() for box in by_gid(figure, "box")]
    assert overlapping(boxes) == []
    for _, _, place in found:
        for b in (b for b in boxes if overlap(b, place)):
            assert b.x0 < place.x0 and place.x1 < b.x1 and b.y0 < place.y0 and place.y1 < b.y1
