"""The subgroup forest plot: every number is that of the rows, P stands at its own split."""

import pytest
from figure_geometry import by_gid, check_texts, lines_of, texts_of
from figure_rows import CONVENTIONS, STYLE
from test_figures_forest import LONG

from retrocohort import format as fmt
from retrocohort.figures import canvas, subgroups

PART = {"population_label": "Full cohort", "endpoint_label": "Overall survival"}
ENTRY = {"label": "Treatment by subgroup", "by": "raw_arm", "covariates": ["raw_age"]}
REASON = "not estimable: no event in the reference level"


def variables(arms, label="Split {}"):
    levels = {f"raw_{i}": f"Arm {i}" for i in range(arms)}
    found = {"raw_arm": {"label": "Treatment", "levels": levels}}
    found["raw_age"] = {"label": "Age", "levels": {}}
    for i in range(3):
        own = {f"raw_{k}": f"{label.format(i)}, level {k}" for k in range(2)}
        found[f"raw_split_{i}"] = {"label": label.format(i), "levels": own}
    return found


def cells(split, subgroup, arms, hr=0.8):
    """Return the rows of one subgroup, the first level the reference."""
    rows = []
    for i in range(arms):
        row = {"split": split, "subgroup": subgroup, "variable": "raw_arm", "level": f"raw_{i}"}
        row |= {"reference": "raw_0", "n": str(100 + i), "events": str(40 + i), "note": ""}
        ratio = (hr + i / 10, hr / 2, hr * 2) if i else ("", "", "")
        rows.append(
            row | {k: str(v) for k, v in zip(("hr", "hr_low", "hr_high"), ratio, strict=True)}
        )
    return rows


def case(arms):
    effects = cells("", "", arms, 0.7)
    tests = []
    for i in range(3):
        for k in range(2):
            effects += cells(f"raw_split_{i}", f"raw_{k}", arms, 0.5 + i / 10 + k / 3)
        tests.append({"split": f"raw_split_{i}", "p": str(0.0123 * (i + 1)), "note": ""})
    return tests, effects


def figure_of(tests, effects, arms, label="Split {}", entry=ENTRY, populations=None):
    with canvas.styled(STYLE):
        about = (entry, variables(arms, label), populations or {}, CONVENTIONS)
        figure = subgroups.draw(PART, tests, effects, *about)
        check_texts(figure)
    return figure


@pytest.mark.parametrize("label", ["Split {}", LONG, "按手术方式分组的亚组分析" * 3 + "（{}）"])
@pytest.mark.parametrize("arms", [2, 3, 6])
def test_gallery_without_overlap(arms, label):
    figure = figure_of(*case(arms), arms, label)
    assert len(by_gid(figure, "ratio")) == 7 * (arms - 1)


def test_every_ratio_and_p_is_that_of_the_rows():
    tests, effects = case(2)
    figure = figure_of(tests, effects, 2)
    drawn = [square.get_xdata()[0] for square in by_gid(figure, "ratio")]
    assert drawn == [float(row["hr"]) for row in effects if row["hr"]]
    shown = texts_of(figure)
    assert {fmt.p_value(float(row["p"])) for row in tests} <= set(shown)
    assert lines_of(figure)[3:8] == [
        ["n", "Events", "HR (95% CI)", "interaction"],
        ["Full cohort", "201", "81", "0.80 (0.35–1.40)"],  # 100 and 101, 40 and 41 in the arms
        ["Split 0", "0.012"],
        ["Split 0, level 0", "201", "81", "0.60 (0.25–1.00)"],
        ["Split 0, level 1", "201", "81", "0.93 (0.42–1.67)"],
    ]
    assert any(
        text.startswith("Treatment: Arm 1 against Arm 0. Adjusted for age.") for text in shown
    )


def test_what_cannot_be_estimated_says_why():
    tests, effects = case(2)
    effects[-1] |= {"hr": "", "hr_low": "", "hr_high": "", "note": REASON}
    tests[-1] |= {"p": "", "note": "not estimable"}
    shown = texts_of(figure_of(tests, effects, 2))
    assert REASON[0].upper() + REASON[1:] in shown
    assert "Not estimable" in shown


def test_populations_are_named_by_their_labels():
    effects = cells("", "", 2) + cells("populations", "pop_men", 2)
    tests = [{"split": "populations", "p": "0.2", "note": ""}]
    shown = texts_of(figure_of(tests, effects, 2, populations={"pop_men": "Men"}))
    assert "Men" in shown and "Population" in shown
