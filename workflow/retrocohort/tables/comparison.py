"""Tests between the arms of a baseline table, and standardised mean differences.

Which test a variable gets, unless the table names one:

- categorical: Fisher's exact test for a 2 x 2 table with an expected count below 5, else the
  chi-square test, for 2 x 2 tables with or without Yates' correction as the conventions say
  (`contingency`);
- continuous, shown as mean (SD): the t test of two arms, Welch's or Student's as the conventions
  say (`t_test`); one-way analysis of variance with equal variances for more arms;
- continuous, shown as median (IQR): the Mann-Whitney (Wilcoxon rank-sum) test of two arms, normal
  approximation with tie correction, and continuity correction as the conventions say
  (`rank_test`); the Kruskal-Wallis test for more arms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
from scipy import stats
from tableone.statistics import Statistics

from retrocohort.language import noted
from retrocohort.tables.groups import Groups
from retrocohort.tables.summary_rule import MEAN_SD

CATEGORICAL_TESTS = ("pearson", "yates", "fisher")
CONTINUOUS_TESTS = ("welch", "student", "anova", "mann_whitney", "kruskal")
TWO_ARM_TESTS = ("welch", "student", "mann_whitney")
MEAN_TESTS = ("welch", "student", "anova")
SMALL_EXPECTED = 5
TOLERATED_SMALL_SHARE = 0.2


@dataclass(frozen=True)
class Result:
    """A test: its name, statistic, degrees of freedom (`df2`: of the residuals), P and note."""

    test: str
    statistic: float = nan
    df: float = nan
    df2: float = nan
    p: float = nan
    note: str = ""


def choose_test(groups: Groups, summary: str, conventions: Mapping) -> str:
    """Return the name of the test of a variable, by the rule at the top of this module."""
    two_arms = len(groups.values) == 2
    if groups.categorical:
        table = groups.table()
        if table.shape != (2, 2):
            return "pearson"
        small = stats.contingency.expected_freq(table).min() < SMALL_EXPECTED
        return "fisher" if small else conventions["contingency"]
    if summary == MEAN_SD:
        return conventions["t_test"] if two_arms else "anova"
    return "mann_whitney" if two_arms else "kruskal"


def compare(groups: Groups, summary: str, conventions: Mapping, test: str = "") -> Result:
    """Test whether a variable differs between the arms.

    Parameters
    ----------
    groups : Groups
        The variable by arm.
    summary : str
        `mean_sd` or `median_iqr`; not used for a categorical variable.
    conventions : mapping
        `contingency`: pearson | yates, `t_test`: welch | student, `rank_test`: corrected | plain.
    test : str
        The test that the study names; empty for the rule's.

    Returns
    -------
    Result
        With a note that starts "not estimable" and no numbers where the data allow no test.
    """
    obstacle = groups.obstacle()
    name = test or ("" if obstacle else choose_test(groups, summary, conventions))
    obstacle = obstacle or _test_obstacle(groups, name)
    if obstacle:
        return Result(name, note=obstacle)
    if name == "mann_whitney":
        return _mann_whitney(groups, conventions["rank_test"] == "corrected")
    return TESTS[name](groups)


def _test_obstacle(groups: Groups, name: str) -> str:
    """Return why this test cannot be made of groups that differ, empty when it can."""
    if name not in (CATEGORICAL_TESTS if groups.categorical else CONTINUOUS_TESTS):
        if groups.categorical:
            return noted("not estimable: {name} is not a test of a categorical variable", name=name)
        return noted("not estimable: {name} is not a test of a continuous variable", name=name)
    if name in TWO_ARM_TESTS and len(groups.values) != 2:
        return noted("not estimable: {name} compares two arms", name=name)
    if name in ("fisher", "yates") and groups.table().shape != (2, 2):
        return noted("not estimable: {name} is for 2 x 2 tables", name=name)
    return groups.spread_obstacle() if name in MEAN_TESTS else ""


def _chi_square(groups: Groups, name: str) -> Result:
    table = groups.table()
    found = stats.chi2_contingency(table, correction=name == "yates")
    share = float((found.expected_freq < SMALL_EXPECTED).mean())
    note = ""
    if share > TOLERATED_SMALL_SHARE:
        note = noted(
            "expected count below {limit} in {share}% of the cells",
            limit=SMALL_EXPECTED,
            share=round(100 * share),
        )
    return Result(name, float(found.statistic), float(found.dof), p=float(found.pvalue), note=note)


def _fisher(groups: Groups) -> Result:
    return Result("fisher", p=float(stats.fisher_exact(groups.table()).pvalue))


def _t_test(groups: Groups, name: str) -> Result:
    found = stats.ttest_ind(*groups.values.values(), equal_var=name == "student")
    return Result(name, float(found.statistic), float(found.df), p=float(found.pvalue))


def _anova(groups: Groups) -> Result:
    values = list(groups.values.values())
    found = stats.f_oneway(*values)
    df = len(values) - 1
    df2 = sum(map(len, values)) - len(values)
    return Result("anova", float(found.statistic), df, df2, float(found.pvalue))


def _mann_whitney(groups: Groups, continuity: bool) -> Result:
    first, second = groups.values.values()
    found = stats.mannwhitneyu(first, second, method="asymptotic", use_continuity=continuity)
    return Result("mann_whitney", float(found.statistic), p=float(found.pvalue))


def _kruskal(groups: Groups) -> Result:
    found = stats.kruskal(*groups.values.values())
    df = len(groups.values) - 1
    return Result("kruskal", float(found.statistic), df, p=float(found.pvalue))


TESTS: dict[str, Callable[[Groups], Result]] = {
    "pearson": lambda groups: _chi_square(groups, "pearson"),
    "yates": lambda groups: _chi_square(groups, "yates"),
    "fisher": _fisher,
    "welch": lambda groups: _t_test(groups, "welch"),
    "student": lambda groups: _t_test(groups, "student"),
    "anova": _anova,
    "kruskal": _kruskal,
}


def standardised_difference(pair: Groups) -> tuple[float, str]:
    """Return the standardised mean difference of two arms, second minus first, and a note.

    Continuous: difference of means over the root of the mean of the two variances (Cohen's d).
    Categorical: the Mahalanobis distance of the vectors of proportions without one level, never
    negative (Yang and Dalton, SAS Global Forum 2012, paper 335). Both as tableone has them; called
    on its formulas because its SMD table stops at an arm without values.

    Returns
    -------
    tuple of float and str
        NaN and a note that starts "not estimable" where it does not exist.
    """
    note = pair.obstacle() or ("" if pair.categorical else pair.spread_obstacle())
    if note:
        return nan, note
    if pair.categorical:
        first, second = pair.table()
        smd, _ = Statistics()._cat_smd(
            first / first.sum(), second / second.sum(), int(first.sum()), int(second.sum())
        )
        undefined = noted("not estimable: no spread within the arms")
        return float(smd), "" if np.isfinite(smd) else undefined
    first, second = pair.values.values()
    smd, _ = Statistics()._cont_smd(
        mean1=first.mean(),
        mean2=second.mean(),
        sd1=first.std(ddof=1),
        sd2=second.std(ddof=1),
        n1=len(first),
        n2=len(second),
    )
    return float(smd), ""
