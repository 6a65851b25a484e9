"""Effects in subgroups against R: subgroups.R made subgroups.csv."""

import pytest
from tests.reference import cohorts, expected

from retrocohort.models.samples import at_risk
from retrocohort.models.subgroups import POPULATIONS, subgroup_tables

ORACLE = expected.read("subgroups.csv", ("case", "ties"), ("split", "item", "quantity"))
CASES = {  # case -> endpoint, exposure, splits, covariates, as in the R code
    "crude": ("os", "hormone", ["menopause", "size", "grade"], []),
    "adjusted": ("rfs", "hormone", ["menopause", "size", "chemo"], ["age", "nodes", "size"]),
    "levels": ("os", "size", ["menopause", "hormone"], ["age"]),
}


def tables(case, ties, **more):
    endpoint, by, across, covariates = CASES[case]
    frame = cohorts.rotterdam()
    entry = {"by": by, "across": across, "subgroups": [], "covariates": covariates} | more
    rules = cohorts.CONVENTIONS | {"ties": ties}
    sample = at_risk(frame, endpoint, "full")
    return subgroup_tables(frame, sample, entry, cohorts.ROTTERDAM, rules, "further.x")


@pytest.mark.parametrize("block", ORACLE, ids="-".join)
def test_subgroups_equal_r(block):
    tests, effects = tables(*block)
    found = {(row["split"], "test", key): value for row in tests for key, value in row.items()}
    for row in effects:
        item = f"{row['subgroup']} {row['level']}".strip()
        found |= {(row["split"], item, key): value for key, value in row.items()}
    assert expected.differences(expected.with_wald(ORACLE[block]), found) == []


def test_populations_are_a_split_like_a_variable():
    both = tables("crude", "efron", subgroups=["premenopausal", "postmenopausal"])
    (first, second) = (
        [row for row in both[0] if row["split"] == s] for s in (POPULATIONS, "menopause")
    )
    for key in ("statistic", "df", "p", "n", "events"):
        assert first[0][key] == pytest.approx(second[0][key], rel=1e-12)
