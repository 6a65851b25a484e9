"""Facts of a population that leave a number without meaning, and the rules of choice."""

import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tableone import TableOne

from retrocohort import io
from retrocohort.tables import baseline, summary_rule
from retrocohort.tables.comparison import choose_test, compare, standardised_difference
from retrocohort.tables.groups import Groups
from scripts import describe_baseline

CONVENTIONS = {"alpha": 0.05, "contingency": "yates", "t_test": "student", "rank_test": "plain"}
VARIABLES = {
    "arm": {"type": "category", "levels": {"a": "Arm A", "b": "Arm B", "c": "Arm C"}},
    # names that tableone uses itself
    "value": {"type": "number", "levels": {}},
    "Missing": {"type": "yesno", "levels": {"no": "No", "yes": "Yes"}},
}
TABLE = {"by": "arm", "variables": ["value", "Missing"]}


def frame(*patients) -> pd.DataFrame:
    """Return patients given as (arm, value, Missing)."""
    columns = ["arm", "value", "Missing"]
    return pd.DataFrame(patients, columns=columns).astype({"value": float, "Missing": object})


def describe(cohort: pd.DataFrame, table: dict = TABLE, variables: dict = VARIABLES):
    """Describe a cohort with every warning an error; return both files as look-ups."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        summaries = baseline.choose_summaries(cohort, table, variables, CONVENTIONS)
        values, tests = baseline.describe(cohort, table, variables, CONVENTIONS, summaries)
    numbers = {(r["variable"], r["level"], r["arm"], r["statistic"]): r["value"] for r in values}
    return numbers, {(r["variable"], r.get("contrast", "")): r for r in tests}


def groups(categorical: bool, **values) -> Groups:
    arrays = {arm: np.array(v, dtype=int if categorical else float) for arm, v in values.items()}
    return Groups(arrays, {arm: f"Arm {arm.upper()}" for arm in arrays}, categorical)


def test_a_population_of_nobody():
    numbers, tests = describe(frame())
    assert numbers["", "", "", "n"] == 0
    assert numbers["value", "", "a", "n"] == 0
    assert np.isnan(numbers["value", "", "", "mean"])
    assert numbers["Missing", "yes", "", "n"] == 0
    assert np.isnan(numbers["Missing", "yes", "", "percent"])
    assert tests["value", ""]["note"] == "not estimable: no value in Arm A, Arm B, Arm C"


def test_a_population_of_one_patient_has_a_mean_and_no_standard_deviation():
    numbers, tests = describe(frame(("b", 7, "yes")))
    assert numbers["value", "", "b", "mean"] == 7
    assert numbers["value", "", "", "mean"] == 7
    assert np.isnan(numbers["value", "", "b", "sd"])
    assert numbers["Missing", "yes", "b", "percent"] == 100
    assert tests["Missing", ""]["note"] == "not estimable: no value in Arm A, Arm C"
    assert np.isnan(tests["value", ""]["p"])


def test_an_empty_arm_leaves_the_other_pair_comparable():
    rows = [("a", x, "yes") for x in (1, 2, 4)] + [("b", x, "no") for x in (3, 5, 9)]
    numbers, tests = describe(frame(*rows, ("b", 9, "yes")))
    assert numbers["value", "", "c", "n"] == 0
    assert tests["value", ""]["note"] == "without Arm C, which has no patient"
    p = 0.0823741137128338  # R 4.5: t.test(c(1, 2, 4), c(3, 5, 9, 9), var.equal = TRUE)$p.value
    assert tests["value", ""]["p"] == pytest.approx(p, rel=1e-6)
    a, b = np.array([1, 2, 4.0]), np.array([3, 5, 9, 9.0])
    expected = (b.mean() - a.mean()) / np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
    assert tests["value", "a|b"]["smd"] == pytest.approx(expected, rel=1e-12)
    assert tests["value", "a|c"]["note"] == "not estimable: no value in Arm C"
    assert np.isnan(tests["value", "a|c"]["smd"])


def test_missing_values_are_counted_and_left_out_of_percentages():
    rows = [("a", np.nan, "yes"), ("a", 2, None), ("a", 3, "no"), ("b", 4, None), (None, 5, "yes")]
    numbers, _ = describe(frame(*rows))
    assert numbers["", "", "", "n"] == 5  # a patient without arm counts in the overall column
    assert [numbers["value", "", arm, "missing"] for arm in ("", "a", "b", "c")] == [1, 1, 0, 0]
    assert [numbers["Missing", "", arm, "missing"] for arm in ("", "a", "b")] == [2, 1, 1]
    assert numbers["Missing", "yes", "a", "percent"] == 50
    assert numbers["Missing", "yes", "", "percent"] == pytest.approx(200 / 3)
    assert np.isnan(numbers["Missing", "yes", "b", "percent"])


def test_a_variable_without_any_value():
    numbers, tests = describe(frame(("a", np.nan, None), ("b", np.nan, None), ("c", np.nan, None)))
    assert numbers["value", "", "a", "missing"] == 1
    assert np.isnan(numbers["value", "", "", "median"])
    assert tests["value", ""]["note"].startswith("not estimable: no value")


def test_counts_of_levels_that_nobody_has_are_zero():
    numbers, tests = describe(frame(*[(arm, x, "no") for arm in "abc" for x in (1, 2, 3)]))
    assert numbers["Missing", "yes", "a", "n"] == 0
    assert numbers["Missing", "yes", "a", "percent"] == 0
    assert tests["Missing", ""]["note"] == "not estimable: the same value in all patients"


def test_a_variable_of_another_type_is_refused():
    variables = VARIABLES | {"day": {"type": "date", "levels": {}}}
    table = {"by": "arm", "variables": ["day"]}
    cohort = frame(("a", 1, "no")).assign(day="2001-02-03")
    with pytest.raises(ValueError, match="cannot summarise day"):
        baseline.describe(cohort, table, variables, CONVENTIONS, {"day": "mean_sd"})


@pytest.mark.parametrize(
    "given, summary, expected",
    [
        (groups(True, a=[20, 30], b=[25, 25]), "", "yates"),
        (groups(True, a=[1, 9], b=[4, 6]), "", "fisher"),
        (groups(True, a=[1, 9, 3], b=[4, 6, 3]), "", "pearson"),
        (groups(True, a=[20, 0, 30], b=[25, 0, 25]), "", "yates"),  # 2 x 2 without the empty level
        (groups(False, a=[1, 2], b=[1, 2]), "mean_sd", "student"),
        (groups(False, a=[1, 2], b=[1, 2], c=[3]), "mean_sd", "anova"),
        (groups(False, a=[1, 2], b=[1, 2]), "median_iqr", "mann_whitney"),
        (groups(False, a=[1, 2], b=[1, 2], c=[3]), "median_iqr", "kruskal"),
    ],
)
def test_the_test_follows_the_rule(given, summary, expected):
    assert choose_test(given, summary, CONVENTIONS) == expected


@pytest.mark.parametrize(
    "given, test, note",
    [
        (groups(False, a=[1], b=[2, 3]), "welch", "fewer than two values in Arm A"),
        (groups(False, a=[1, 1], b=[2, 2]), "student", "no spread within the arms"),
        (groups(False, a=[1, 2], b=[2, 3], c=[1, 5]), "welch", "welch compares two arms"),
        (groups(False, a=[1, 2], b=[2, 3]), "pearson", "pearson is not a test of a continuous"),
        (groups(True, a=[1, 2], b=[2, 3]), "kruskal", "kruskal is not a test of a categorical"),
        (groups(True, a=[1, 2, 3], b=[2, 3, 3]), "fisher", "fisher is for 2 x 2 tables"),
        (groups(False, a=[1, 2]), "mann_whitney", "only one arm"),
        (groups(False, a=[4, 4], b=[4]), "mann_whitney", "the same value in all patients"),
    ],
)
def test_what_cannot_be_tested_says_why(given, test, note):
    found = compare(given, "mean_sd", CONVENTIONS, test)
    assert found.note.startswith(f"not estimable: {note}")
    assert np.isnan(found.p)
    assert np.isnan(found.statistic)


def test_a_sparse_table_is_told():
    found = compare(groups(True, a=[1, 9, 3], b=[4, 6, 3]), "", CONVENTIONS)
    assert found.test == "pearson"
    assert found.note == "expected count below 5 in 67% of the cells"


def test_a_study_can_name_summary_and_test():
    rng = np.random.default_rng(1)
    rows = [(arm, x, "no") for arm in "ab" for x in rng.exponential(size=40)]
    variables = VARIABLES | {"arm": {"type": "category", "levels": {"a": "Arm A", "b": "Arm B"}}}
    _, tests = describe(frame(*rows), variables=variables)
    assert tests["value", ""]["summary"] == "median_iqr"
    assert tests["value", ""]["test"] == "mann_whitney"
    named = TABLE | {"summary": {"value": "mean_sd"}, "tests": {"value": "welch"}}
    _, tests = describe(frame(*rows), named, variables)
    assert tests["value", ""]["summary"] == "mean_sd"
    assert tests["value", ""]["test"] == "welch"


def test_arms_that_share_no_level_have_no_difference():
    smd, note = standardised_difference(groups(True, a=[5, 0], b=[0, 5]))
    assert np.isnan(smd)
    assert note == "not estimable: no spread within the arms"


def test_differences_and_p_are_tableones_own_where_it_has_them():
    rng = np.random.default_rng(2)
    rows = [
        (arm, x, y)
        for arm in "abc"
        for x, y in zip(rng.normal(size=50), ["no", "yes"] * 25, strict=True)
    ]
    cohort = frame(*rows[:-7], ("c", 1, "yes"), ("c", 3, "yes"))
    _, tests = describe(cohort)
    own = TableOne(
        cohort.rename(columns={"value": "x", "Missing": "y"}),
        columns=["x", "y"],
        categorical=["y"],
        nonnormal=["x"],
        groupby="arm",
        include_null=False,
        smd=True,
        pval=True,
    )
    for ours, theirs in (("value", "x"), ("Missing", "y")):
        for pair in ("a,b", "a,c", "b,c"):
            smd = own.smd_table.loc[theirs, f"SMD ({pair})"]
            assert tests[ours, pair.replace(",", "|")]["smd"] == pytest.approx(smd, rel=1e-9)
    assert tests["Missing", ""]["p"] == pytest.approx(own.htest_table.loc["y", "P-Value"], rel=1e-9)
    kruskal = compare(
        groups(False, **{a: cohort.loc[cohort["arm"] == a, "value"] for a in "abc"}),
        "median_iqr",
        CONVENTIONS,
    )
    assert kruskal.p == pytest.approx(own.htest_table.loc["x", "P-Value"], rel=1e-9)


def test_the_summary_rule():
    rng = np.random.default_rng(3)
    normal, skewed = rng.normal(size=200), rng.exponential(size=200)
    assert summary_rule.choose_summary([normal, normal + 1], 0.05) == "mean_sd"
    assert summary_rule.choose_summary([normal, skewed], 0.05) == "median_iqr"
    assert summary_rule.choose_summary([normal, np.array([1.0, 2.0])], 0.05) == "median_iqr"
    assert summary_rule.choose_summary([normal, np.full(9, 3.0)], 0.05) == "median_iqr"
    assert summary_rule.choose_summary([], 0.05) == "median_iqr"
    # uniform values are not normal to Shapiro-Wilk, and symmetric to the skewness of large arms
    flat = np.linspace(0, 1, 5001)
    assert summary_rule.choose_summary([flat[:-1]], 0.05) == "median_iqr"
    assert summary_rule.choose_summary([flat], 0.05) == "mean_sd"
    assert summary_rule.choose_summary([flat, flat[:300] ** 9], 0.05) == "median_iqr"


def test_the_whole_cohort_decides_the_summary_of_every_population(tmp_path):
    rng = np.random.default_rng(4)
    rows = [(arm, x, "no") for arm in "abc" for x in rng.exponential(size=60)]
    cohort = frame(*rows).assign(in_full=True)
    cohort["in_few"] = cohort.index % 20 == 0  # 3 an arm: too few for Shapiro-Wilk to object
    cohort.loc[cohort["in_few"], "value"] = [1.0, 2.0, 3.0] * 3
    cohort.to_parquet(tmp_path / "cohort.parquet")
    populations = ("few", "full")
    paths = {
        kind: [str(tmp_path / f"{population}_{kind}.csv") for population in populations]
        for kind in ("values", "tests")
    }
    given = SimpleNamespace(
        table=TABLE,
        parts=[{"population": population} for population in populations],
        variables=VARIABLES,
        conventions=CONVENTIONS,
    )
    job = SimpleNamespace(
        input=SimpleNamespace(cohort=str(tmp_path / "cohort.parquet")),
        params=given,
        output=SimpleNamespace(**paths),
    )
    describe_baseline.main(job)
    few, full = ([row for row in io.read_rows(path) if row["summary"]] for path in paths["tests"])
    assert [row["summary"] for row in few] == ["median_iqr", "count_percent"]
    assert [row["summary"] for row in full] == ["median_iqr", "count_percent"]
    alone = summary_rule.choose_summary(
        [
            cohort.loc[cohort["in_few"] & (cohort["arm"] == arm), "value"].to_numpy()
            for arm in "abc"
        ],
        0.05,
    )
    assert alone == "mean_sd"  # what the few would have said themselves
    sizes = [row["value"] for row in io.read_rows(paths["values"][0]) if not row["variable"]]
    assert sizes == ["9", "3", "3", "3"]
