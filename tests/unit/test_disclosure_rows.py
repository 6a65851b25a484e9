"""What of rows of results is told: blanks, changed levels, and figures of which nothing is left."""

import csv

import pandas as pd
import pytest
from figure_rows import STYLE
from tests.workflow.red_team_blanks import events_told_by_blanks, means_of_few

from retrocohort.disclosure import fits
from retrocohort.disclosure.changes import Changes, checksums_of
from retrocohort.disclosure.earlier import Release, coded
from retrocohort.disclosure.keys import Facts, Key
from retrocohort.disclosure.rows import close_statistics
from retrocohort.figures import baseline, canvas, curve_data, curves, forest_rows
from retrocohort.format import WITHHELD_NOTE

MARK = "[c]"


@pytest.fixture(autouse=True)
def style():
    with canvas.styled(STYLE):
        yield


QUANTILES = ("variable", "level", "n", "events", "q1", "median", "q3", "note")


def closed(**row):
    close_statistics(row)
    return row


def written(folder, rows):
    with (folder / "quantiles.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, QUANTILES)
        writer.writeheader()
        writer.writerows(rows)
    return folder


def group(level, n, *quartiles):
    return dict(zip(QUANTILES, ("arm", level, n, MARK, *quartiles, WITHHELD_NOTE), strict=True))


def test_blanks_would_tell_the_events_of_a_group(tmp_path):
    """The attack bites where a withheld row keeps its blanks, and a closed row withstands it."""
    rows = [
        group("a", "8", "", "", ""),
        group("b", "6", MARK, "", ""),
        group("c", "9", *[MARK] * 3),
    ]
    found = {row["level"]: n for _, row, n in events_told_by_blanks(written(tmp_path, rows))}
    assert (found["a"], found["b"]) == ([1], [2])
    again = written(tmp_path, [closed(**row) for row in rows])
    assert list(events_told_by_blanks(again)) == []


def test_a_withheld_row_has_no_blank_but_those_of_its_kind():
    cox = {
        "variable": "arm",
        "reference": "a",
        "n": "9",
        "events": MARK,
        "hr": "",
        "p": "",
        "note": "",
    }
    assert closed(level="b", **cox)["hr"] == closed(level="b", **cox)["p"] == MARK
    assert closed(level="a", **cox)["hr"] == ""
    mean = {"tau": "12", "level": "b", "estimate": "", "z": "", "note": ""}
    assert [closed(reference=r, **mean)["z"] for r in ("", "a")] == ["", MARK]
    test = {"contrast": "", "statistic": "", "df": "", "p": "", "p_holm": "", "note": ""}
    assert closed(**test) == test | {
        "statistic": MARK, "df": MARK, "p": MARK, "note": WITHHELD_NOTE,
    }  # fmt: skip
    assert closed(**test | {"contrast": "a|b"})["p_holm"] == MARK


def test_a_fit_that_is_withheld_is_so_whether_or_not_it_converged():
    names = ("n", "lr", "aic", "converged", "not_estimable")
    fit = [
        {"model": "", "statistic": name, "value": value, "df": "", "p": "", "note": "why"}
        for name, value in zip(names, ("40", "", "", "0", "2"), strict=True)
    ]
    fit.append(
        {"model": "age", "statistic": "entered", "value": 1, "df": "", "p": "0.02", "note": ""}
    )
    fits.settle_fit(fit, {""}, {"age"}, False)
    told = {row["statistic"]: row for row in fit}
    assert [told[name]["value"] for name in names] == ["40", MARK, MARK, "0", MARK]
    assert [told["lr"][c] for c in ("df", "p", "note")] == [MARK, MARK, ""]
    assert told["aic"]["p"] == "" and told["entered"]["p"] == MARK


LEVELS = {"arm": ["a", "b"], "grade": ["1", "2"], "age": []}
STUDY = {
    "populations": {"full": {}, "old": {}},
    "endpoints": {"os": {}},
    "variables": {name: {"levels": levels} for name, levels in LEVELS.items()},
}


def cohort(**changes):
    """Return a cohort of 40 patients; `changes`: column -> {patient: value}."""
    frame = pd.DataFrame(
        {
            "record_id": [f"p{i}" for i in range(40)],
            "in_full": True,
            "in_old": [i < 20 for i in range(40)],
            "arm": ["a" if i % 2 else "b" for i in range(40)],
            "grade": ["1" if i < 25 else "2" for i in range(40)],
            "age": [40.0 + i for i in range(40)],
            "os_time": [1.0 + i for i in range(40)],
            "os_exact": [1.25 + i for i in range(40)],
            "os_event": [i % 2 for i in range(40)],
        }
    )
    for column, own in changes.items():
        for i, value in own.items():
            frame.loc[i, column] = value
    return frame


def changes_since(before, now):
    told = Release(
        {}, frozenset(), Facts({}, {}), coded(before, STUDY), checksums_of(before, STUDY)
    )
    return Changes([told], coded(now, STUDY), checksums_of(now, STUDY), 5)


@pytest.mark.parametrize(
    "changed, asked, is_few",
    [
        ({"arm": {0: "a", 1: "b"}}, ("arm", "age"), True),  # exchanged: all counts stay
        ({"arm": {0: "a", 1: "b"}}, ("age", "os"), False),
        ({"grade": {3: "2"}}, ("grade",), True),
        ({"grade": {3: None}}, ("grade",), True),
        ({"grade": dict.fromkeys(range(8), "2")}, ("grade",), False),
        ({"in_old": {3: False}}, ("in_old",), True),
        ({"os_exact": {3: 4.5}}, ("os_exact",), True),
        ({"os_exact": {3: 4.5}}, ("os",), False),
    ],
)
def test_few_patients_of_other_levels_are_seen(changed, asked, is_few):
    found = changes_since(cohort(), cohort(**changed))
    assert found.are_few(Key("full"), *asked) == is_few


def test_a_patient_of_another_level_is_seen_though_the_levels_have_other_names():
    renamed = cohort(grade={3: "2"}).replace({"grade": {"1": "low", "2": "high"}})
    assert changes_since(cohort(), renamed).are_few(Key("full"), "grade")
    same = cohort().replace({"grade": {"1": "low", "2": "high"}})
    assert not changes_since(cohort(), same).are_few(Key("full"), "grade")


def test_the_attack_on_restricted_means_finds_few_events(tmp_path):
    head = "level,reference,tau,n,events,estimate,se\n"
    (tmp_path / "rmst_x.csv").write_text(
        f"{head}a,,1,100,30,0.995585,0.004393\nb,,1,97,30,1,0\nc,,1,97,0,1,0\nd,,12,80,40,9.5,0.4\n"
    )
    assert [row["level"] for _, row, _ in means_of_few(tmp_path)] == ["a", "b"]


def test_a_figure_of_which_nothing_is_left_has_no_axes():
    rows = [forest_rows.Row("x", note="w", is_withheld=True), forest_rows.Row("y", note="no event")]
    assert forest_rows.all_withheld(rows) and not forest_rows.all_withheld(rows[1:])
    variables = {
        "arm": {"label": "Arm", "levels": {"a": "A", "b": "B"}},
        "age": {"label": "Age", "levels": {}},
    }
    table = {"by": "arm", "variables": ["age"]}
    part = {"population_label": "All patients"}
    tests = [{"variable": "age", "contrast": "a|b", "smd": MARK}]
    (layer,) = baseline.draw("balance", part, [], tests, table, variables).axes
    assert any("disclosure control" in text.get_text() for text in layer.texts)
    drawn = baseline.draw("balance", part, [], [tests[0] | {"smd": "0.2"}], table, variables)
    assert len(drawn.axes) == 2


def test_a_withheld_difference_is_told_from_one_that_is_not_estimable():
    variables = {
        "arm": {"label": "Arm", "levels": {"a": "A", "b": "B"}},
        **{name: {"label": name, "levels": {}} for name in ("x", "y", "z")},
    }
    smd = {"x": "0.2", "y": MARK, "z": ""}
    tests = [{"variable": v, "contrast": "a|b", "smd": text} for v, text in smd.items()]
    table = {"by": "arm", "variables": list(smd)}
    figure = baseline.draw("balance", {"population_label": "All"}, [], tests, table, variables)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts.count(MARK) == 1 and texts.count("–") == 1


PART = {
    "population_label": "All",
    "endpoint_label": "Survival",
    "unit": "months",
    "days_per_unit": 30,
}


@pytest.mark.parametrize("all_closed", [True, False])
def test_the_heading_tells_the_released_size_of_a_figure_with_a_withheld_curve(all_closed):
    curve = {"level": "a", "time": "5", "n_risk": "30", "n_event": "30", "n_censor": "0"}
    curve |= {"survival": "0", "ci_low": "", "ci_high": ""}
    quantiles = [
        {"variable": "arm", "level": "a", "n": "30", "events": "30", "median": "5", "note": ""},
        {"variable": "arm", "level": "b", "n": MARK, "events": MARK, "note": WITHHELD_NOTE},
    ]
    quantiles[0]["note"] = WITHHELD_NOTE if all_closed else ""
    logrank = [
        {"variable": "arm", "strata": "", "contrast": "", "p": MARK, "n": "36", "events": "32"}
    ]
    by = {"label": "Arm", "unit": "", "levels": {"a": "A", "b": "B"}}
    conventions = {"confidence": 0.95, "interval": "log"}
    rows = [] if all_closed else [curve]
    figure = curves.draw(PART, rows, quantiles, logrank, {"by": "arm"}, by, conventions)
    assert any("n = 36, 32 events" in text.get_text() for text in figure.axes[0].texts)
    assert len(figure.axes) == (1 if all_closed else 2)
    groups = curve_data.read_groups(rows, quantiles, "arm", by["levels"])
    assert all(n != n for n in curve_data.totals(groups, None)), "of the parts one is not told"
