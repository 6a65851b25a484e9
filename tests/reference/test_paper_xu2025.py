"""The paper of Xu 2025 checked against itself, from its printed numbers alone.

Every row of the ledger that is called impossible is proven so here, and nothing else is. The
statistics are computed by scipy, not by this package.
"""

import csv
import math
from itertools import product
from pathlib import Path

import pytest
from scipy.stats import chi2_contingency, norm

STUDY = Path("config/studies/xu2025")


def read(name):
    with open(STUDY / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LEDGER, FINDINGS = read("published.csv"), read("findings.csv")
# of abstracts that are no part of the ledger: the paper's own in PubMed, and one that it cites
with open(Path(__file__).with_name("abstracts.csv"), encoding="utf-8", newline="") as abstracts:
    ABSTRACTS = list(csv.DictReader(abstracts))
PROVEN = {}  # row of the ledger -> the tests that prove it impossible
ARMS = ("NR", "PR", "PHR")
SMALL, LARGE = "≤40 mm", ">40 mm"
PRIMARY, METASTASES = "Diameter of primary tumor", "The maximum diameter of HM"
TIMED = ("concurrent PD and HR", "staged PD then HR")
GRADE, SURGERY = "Pathological grading", "Surgical treatment"

# what the study sets and nothing computes: years, windows, thresholds, cut points, the software
YEARS = "xu617 xu618 xu633 xu634 xu745 xu764 xu771 xu774"
WINDOWS = "xu619 xu620 xu735 xu769"
THRESHOLDS = "xu628 xu631 xu776 xu777 xu778 xu779 xu780 xu781 xu782"
CUT_POINTS = "xu625 xu672 xu715 xu755 xu770 xu775"
CONFIDENCE = "xu594 xu599 xu674 xu679 xu684 xu689 xu694 xu709 xu717 xu756"
DESIGN = "xu629 xu630 xu632 xu652 xu698 xu748"  # subgroups, version of SPSS, the one lobe
CONSTANTS = " ".join([YEARS, WINDOWS, THRESHOLDS, CUT_POINTS, CONFIDENCE, DESIGN]).split()


def proves(*names):
    """Register a test as the proof that rows of the ledger cannot hold."""

    def register(test):
        for name in names:
            PROVEN.setdefault(name, []).append(test.__name__)
        return test

    return register


def cell(location, item, level, statistic, arm="all", population=None):
    """Return the one printed number at a place, infinite for a time not reached."""
    wanted = {"location": location, "item": item, "level": level}
    wanted |= {"statistic": statistic, "arm": arm}
    wanted |= {"population": population} if population else {}
    (row,) = [row for row in LEDGER if all(row[key] == value for key, value in wanted.items())]
    return float(row["value"]) if row["value"] else math.inf


def by_arm(item, level):
    return [int(cell("Table 1", item, level, "n", arm)) for arm in ARMS]


def p_of(location, item, statistic, arm):
    return cell(location, item, "", statistic, arm)


def pearson(*rows):
    return chi2_contingency(rows, correction=False).pvalue


def one_changed(counts, by):
    """Give the counts with each arm's in turn changed."""
    for place in range(len(counts)):
        yield [n + by * (i == place) for i, n in enumerate(counts)]


def wald(hr, low, high):
    z = math.log(hr) / (math.log(high / low) / (2 * norm.ppf(0.975)))
    return 2 * norm.sf(abs(z))


def wald_range(*printed):
    """Return the smallest and largest Wald P of all numbers that round to the printed ones."""
    found = [
        wald(*(x + shift for x, shift in zip(printed, shifts, strict=True)))
        for shifts in product((-0.0005, 0.0005), repeat=3)
    ]
    return min(found), max(found)


@proves("xu223")
def test_small_primaries_are_86_and_not_87():
    small, large = by_arm(PRIMARY, SMALL), by_arm(PRIMARY, LARGE)
    p = p_of("Table 1", PRIMARY, "p_chi2", "NR/PR/PHR")
    assert sum(small) == 86
    assert cell("Table 2", PRIMARY, SMALL, "n") == 87
    assert cell("Table 2", PRIMARY, LARGE, "n") == sum(large)
    assert round(pearson(small, large), 3) == p
    sizes = [cell("Table 1", "arm size", "", "n", arm) for arm in ARMS]
    unknown = [n - a - b for n, a, b in zip(sizes, small, large, strict=True)]
    for place, more in enumerate(one_changed(small, 1)):
        if unknown[place]:  # the 87th is one of those without a value
            assert round(pearson(more, large), 3) != p
    assert unknown == [10, 1, 0]


@proves("xu091")
def test_small_metastases_in_pr_are_28_and_not_29():
    small, large = by_arm(METASTASES, SMALL), by_arm(METASTASES, LARGE)
    shares = [cell("Table 1", METASTASES, SMALL, "percent", arm) for arm in ARMS]
    p = p_of("Table 1", METASTASES, "p_chi2", "NR/PR/PHR")
    assert sum(small) == cell("Table 2", METASTASES, SMALL, "n") + 1
    assert sum(large) == cell("Table 2", METASTASES, LARGE, "n")
    assert round(pearson(small, large), 3) == 0.012 != p
    fitting = [
        fewer
        for fewer in one_changed(small, -1)
        if round(pearson(fewer, large), 3) == p
        and all(
            abs(100 * a / (a + b) - share) <= 0.5
            for a, b, share in zip(fewer, large, shares, strict=True)
        )
    ]
    assert fitting == [[44, 28, 48]]


@proves("xu302")
def test_four_patients_are_two_percent():
    n, none = (cell("Table 2", "MEN1 or VHL", level, "n") for level in ("Yes", "No"))
    everybody = cell("Table 1", "cohort size", "", "n")
    printed = cell("Table 2", "MEN1 or VHL", "Yes", "percent")
    for size in (everybody, n + none):
        assert abs(100 * n / size - printed) > 0.5


@proves("xu460", "xu461", "xu466", "xu467", "xu471", "xu472")
def test_the_grades_of_the_subgroup_do_not_add_up():
    grades = ("G1", "G2", "G3")
    subgroup = cell("text: Bt-pNET-sHM", "subgroup size", "", "n")
    counted = [cell("Table 3", GRADE, grade, "n") for grade in grades]
    shares = [cell("Table 3", GRADE, grade, "percent") for grade in grades]
    for arm in ARMS:  # nobody lacks a grade
        every = sum(cell("Table 1", GRADE, grade, "n", arm) for grade in (*grades, "NEC"))
        assert every == cell("Table 1", "arm size", "", "n", arm)
    assert not [r for r in LEDGER if r["location"] == "Table 3" and r["level"] == "NEC"]
    assert sum(counted) == subgroup - 2
    assert abs(sum(shares) - 100) > len(shares) * 0.5  # the most that rounding can do


@proves("xu700", "xu701", "xu702")
def test_the_median_of_the_subgroup_is_that_of_another_row():
    statistics = ("median_os", "q1_os", "q3_os")
    whole = ("Table 3", "Baseline extrahepatic metastasis", "No")
    subgroup = cell("text: Bt-pNET-sHM", "subgroup size", "", "n")
    assert cell(*whole, "n") == subgroup
    said = [cell("text: Bt-pNET-sHM", "OS", "", statistic) for statistic in statistics]
    tabled = [cell(*whole, statistic) for statistic in statistics]
    assert all(a != b for a, b in zip(said, tabled, strict=True))
    body_tail = ("Table 2", "Location of primary tumor", "Body/Tail of pancreas")
    assert said == [cell(*body_tail, statistic) for statistic in statistics]
    assert cell(*body_tail, "n") > subgroup


@proves("xu773")
def test_the_head_and_neck_has_14_with_phr():
    head = ("Table 1", "Location of primary tumor", "Head/neck of pancreas", "n", "PHR")
    assert cell(*head) == 14
    assert cell("Table 1", "Baseline extrahepatic metastasis", "Yes", "n", "PHR") == 0
    assert cell("Table 1", GRADE, "NEC", "n", "PHR") == 0
    said = [
        r for r in LEDGER if r["location"] == "text: Discussion" and r["population"] == "hn-pNET"
    ]
    timed = [float(r["value"]) for r in said if r["item"] in TIMED]
    assert sorted(timed) == [1, 13]
    subgroup = int(cell("text: Hn-pNET-sHM", "subgroup size", "", "n"))
    unilobar = int(cell("text: Hn-pNET-sHM", "HM distribution", "Unilobar", "n"))
    p = p_of("text: Hn-pNET-sHM", "HM distribution", "p_chi2", "NR/PR/PHR")
    limited = int(cell("text: Limitations", SURGERY, "PHR", "n", "PHR"))

    def p_with(phr):
        others = subgroup - phr
        splits = [(nr, others - nr) for nr in range(1, others)]
        found = {
            round(pearson((0, nr), (0, pr), (unilobar, phr - unilobar)), 3) for nr, pr in splits
        }
        return found

    assert p_with(14) == {p}
    assert p_with(limited) == {0.0}


@proves("xu516")
def test_the_p_on_the_row_of_the_reference_is_that_of_pr():
    (reference,) = [r for r in LEDGER if r["id"] == "xu515"]
    assert (reference["level"], reference["value_printed"]) == ("NR", "Ref")
    printed = cell("Table 3", SURGERY, "NR", "p_cox")
    ratio = [cell("Table 3", SURGERY, "PR", s) for s in ("hr", "hr_ci_low", "hr_ci_high")]
    assert printed == cell("text: Bt-pNET-sHM", SURGERY, "PR vs NR", "p_cox")
    least, most = wald_range(*ratio)
    assert least < printed < most
    other = [cell("Table 3", SURGERY, "PHR", s) for s in ("hr", "hr_ci_low", "hr_ci_high")]
    assert wald_range(*other)[1] < 0.05


def test_the_abstract_lacks_the_numbers_of_its_methods():
    keys = ("population", "item", "level", "statistic", "value")

    def numbers(rows):
        return {tuple(r[key] for key in keys) for r in rows if r["statistic"] != "ci_percent"}

    own = numbers(row for row in LEDGER if row["location"] == "Abstract")
    listed = numbers(row for row in ABSTRACTS if row["study"] == "xu2025_pubmed")
    assert len(own) == 8 and own < listed
    missing = {item: int(value) for _, item, _, _, value in listed - own}
    assert missing == {"cohort size": 163, "institutions": 3, "number of surgical groups": 3}
    assert missing["cohort size"] == cell("Table 1", "cohort size", "", "n")
    assert missing["number of surgical groups"] == len(ARMS)


def test_the_shares_of_a_cited_abstract_do_not_pool():
    cited = [row for row in ABSTRACTS if row["study"] == "mayo2011"]
    sizes = {row["arm"]: int(row["value"]) for row in cited if row["statistic"] == "n"}
    shares = {row["arm"]: float(row["value"]) for row in cited if row["statistic"] == "percent"}
    arms = ("surgery", "IAT")
    assert sum(sizes[arm] for arm in arms) == sizes["all"]
    pooled = sum(shares[arm] * sizes[arm] for arm in arms) / sizes["all"]
    assert round(pooled) == 39
    most = pooled + 0.5  # both shares rounded down
    assert most < shares["all"] - 0.5


def test_around_40_percent_is_38_7():
    deaths = cell("text: Discussion", "deaths", "", "n")
    everybody = cell("Table 1", "cohort size", "", "n")
    assert round(100 * deaths / everybody, 1) == 38.7


def test_the_cohort_is_not_of_pnet_alone():
    carcinomas = sum(cell("Table 1", GRADE, "NEC", "n", arm) for arm in ARMS)
    assert carcinomas == cell("text: pNECs-sHM", "subgroup size", "", "n") == 21
    assert cell("text: Discussion", "cohort size", "", "n") == 163


def test_no_p_stands_on_the_threshold_of_entry():
    (limit,) = {float(r["value"]) for r in LEDGER if "entry threshold" in r["item"]}
    univariate = [float(r["value"]) for r in LEDGER if r["statistic"] == "p_logrank"]
    assert len(univariate) > 30
    assert limit not in univariate


def test_the_pooled_median_is_below_both_groups():
    without, given = (cell("Table 3", "SSA", level, "median_os") for level in ("No", "Yes"))
    n = sum(cell("Table 3", "SSA", level, "n") for level in ("No", "Yes"))
    whole = ("Table 3", "Baseline extrahepatic metastasis", "No")
    assert n == cell(*whole, "n")
    assert cell(*whole, "median_os") < min(without, given)


def test_the_p_of_etable_2_agrees_by_rounding_alone():
    contrast = ("text: Bt-pNET-sHM", METASTASES, "≤40 mm vs >40 mm")
    hr, low, high, p = (cell(*contrast, s) for s in ("hr", "hr_ci_low", "hr_ci_high", "p_cox"))
    assert round(wald(hr, low, high), 3) != p
    least, most = wald_range(hr, low, high)
    assert least < p < most


def test_what_is_called_impossible_is_proven_once_and_nothing_else_is():
    called = {row["id"] for row in LEDGER if row["verdict"] == "impossible"}
    assert called == set(PROVEN)
    assert all(len(tests) == 1 for tests in PROVEN.values())


def test_only_constants_of_the_study_are_not_computable():
    called = [row["id"] for row in LEDGER if row["verdict"] == "not computable"]
    assert len(CONSTANTS) == len(set(CONSTANTS)) == len(called)
    assert set(CONSTANTS) == set(called)


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding["id"])
def test_a_fact_has_its_proof_and_an_inference_none(finding):
    if finding["kind"] == "inference":
        assert finding["proof"] == ""
        return
    assert callable(globals()[finding["proof"]])
    proven = {name for name, tests in PROVEN.items() if finding["proof"] in tests}
    assert proven <= set(finding["ledger"].split())


def test_every_proof_is_a_finding():
    assert {test for tests in PROVEN.values() for test in tests} <= {f["proof"] for f in FINDINGS}
