"""Pictures of the baseline table: every dot is a number of the rows, and nothing overlaps."""

from itertools import combinations

import pytest
from figure_geometry import by_gid, check_texts, lines_of, texts_of
from figure_rows import STYLE
from test_figures_forest import LONG

from retrocohort import format as fmt
from retrocohort.figures import baseline, canvas

PART = {"population_label": "Full cohort"}
CHINESE = "新辅助化疗后接受原发灶切除术的患者所占的比例" * 2 + "，变量{}"


def case(arms, n=12, label="Variable {}", size=1000):
    """Return values, tests, table and variables of a baseline table of n variables."""
    names = [f"raw_{i}" for i in range(n)]
    levels = {f"arm_{i}": label.format(f"arm {i}") for i in range(arms)}
    values = [{"variable": "", "arm": "", "statistic": "n", "value": str(size * arms)}]
    values += [{"variable": "", "arm": a, "statistic": "n", "value": str(size)} for a in levels]
    tests = []
    for i, name in enumerate(names):
        tests.append({"variable": name, "contrast": "", "smd": ""})
        for k, pair in enumerate(combinations(levels, 2)):
            smd = str((-1) ** k * (0.03 * i + 0.01 * k)) if i else ""
            tests.append({"variable": name, "contrast": "|".join(pair), "smd": smd})
        unknown = {arm: i * k for k, arm in enumerate(levels)}
        for arm, count in {"": sum(unknown.values()), **unknown}.items():
            row = {"variable": name, "arm": arm, "statistic": "missing", "value": str(count)}
            values.append(row)
    variables = {name: {"label": label.format(i), "levels": {}} for i, name in enumerate(names)}
    variables["raw_arm"] = {"label": "Treatment", "levels": levels}
    return values, tests, {"by": "raw_arm", "variables": names}, variables


def figure_of(kind, *about):
    with canvas.styled(STYLE):
        figure = baseline.draw(kind, PART, *about)
        check_texts(figure)
    return figure


@pytest.mark.parametrize("label", ["Variable {}", LONG, CHINESE], ids=["short", "long", "chinese"])
@pytest.mark.parametrize("arms", range(2, 7))
@pytest.mark.parametrize("kind", ["balance", "missing"])
def test_gallery_without_overlap(kind, arms, label):
    for n, size in ((1, 2), (25, 100000)):
        figure_of(kind, *case(arms, n, label, size))


def dots_of(figure, place):
    return [round(float(dot.get_xdata()[0]), 10) for dot in by_gid(figure, f"dot-{place}")]


def test_balance_shows_every_difference_the_largest_first():
    values, tests, table, variables = case(2)
    figure = figure_of("balance", values, tests, table, variables)
    sizes = [abs(float(row["smd"])) for row in tests if row["smd"]]
    assert dots_of(figure, 0) == [round(size, 10) for size in sorted(sizes, reverse=True)]
    assert by_gid(figure, "mark")[0].get_xdata()[0] == 0.1
    shown = texts_of(figure)
    assert "Full cohort: Variable arm 0 and Variable arm 1" in shown
    rows = [row for row in lines_of(figure) if row[0].startswith("Variable")]
    assert rows[:2] == [["Variable 11", "0.330"], ["Variable 10", "0.300"]]
    assert rows[-1] == ["Variable 0", fmt.MISSING]  # the one without a difference


def test_balance_of_three_arms_has_a_dot_for_each_pair():
    values, tests, table, variables = case(3)
    figure = figure_of("balance", values, tests, table, variables)
    for place, contrast in enumerate(("arm_0|arm_1", "arm_0|arm_2", "arm_1|arm_2")):
        sizes = [row["smd"] for row in tests if row["contrast"] == contrast and row["smd"]]
        assert sorted(dots_of(figure, place)) == sorted(round(abs(float(s)), 10) for s in sizes)
    assert "Variable arm 0 and Variable arm 2" in texts_of(figure)


def test_missing_shows_the_share_of_each_arm():
    values, tests, table, variables = case(3, 4, size=50)
    figure = figure_of("missing", values, tests, table, variables)
    assert dots_of(figure, 0) == [0, 2, 4, 6]  # percent of 150: 0, 3, 6, 9
    assert dots_of(figure, 3) == [0, 4, 8, 12]  # of 50 in the last arm: 0, 2, 4, 6
    assert [row[1:] for row in lines_of(figure)[4:8]] == [
        ["0 (0.0)"], ["3 (2.0)"], ["6 (4.0)"], ["9 (6.0)"],
    ]  # fmt: skip
    assert {"All", "Variable arm 2 (n = 50)"} <= set(texts_of(figure))


def test_an_arm_of_nobody_and_a_population_of_nobody():
    values, tests, table, variables = case(2, 3)
    for row in values:
        if row["arm"] == "arm_1":
            row["value"] = "0"
    assert "Variable arm 1 (n = 0)" not in texts_of(
        figure_of("missing", values, tests, table, variables)
    )
    nobody = [{**row, "value": "0"} for row in values]
    figure_of("missing", nobody, tests, table, variables)
    without = [{**row, "smd": ""} for row in tests if not row["contrast"]]
    figure_of("balance", nobody, without, table, variables)
