"""Interactions, landmark analyses and restricted means against R: further.R made further.csv."""

import numpy as np
import pytest
from tests.reference import cohorts, expected

from retrocohort.models.interaction import RATIO_COLUMNS, interaction_tables, subgroups_of
from retrocohort.models.landmark import landmark_tables
from retrocohort.models.rmst import rmst_rows
from retrocohort.models.samples import at_risk

ORACLE = expected.read("further.csv", ("part", "case", "ties"), ("item", "quantity"))
SEX = cohorts.coded("Sex", men="Men", women="Women")
AGE = cohorts.coded("Age", young="Young", old="Old")
VARIABLES = cohorts.ROTTERDAM | cohorts.LUNG | {"sex_group": SEX, "age_group": AGE}


def cohort(name):
    frame = getattr(cohorts, name)()
    group = np.select([frame["age"] < 50, frame["age"] >= 62], ["young", "old"], None)
    frame = frame.assign(age_group=group, in_young=group == "young", in_old=group == "old")
    if name == "lung":
        frame["sex_group"] = frame["sex"].map({1.0: "men", 2.0: "women"})
    return frame


def blocks(part):
    return [block for block in ORACLE if block[0] == part]


def conventions(block):
    return cohorts.CONVENTIONS | {"ties": block[2]}


INTERACTIONS = {  # case -> cohort, endpoint, exposure, subgroups, covariates, left out
    "hormone": ("rotterdam", "os", "hormone", "menopause", [], []),
    "adjusted": (
        "rotterdam",
        "rfs",
        "hormone",
        ["premenopausal", "postmenopausal"],
        ["age", "nodes", "grade"],
        [],
    ),
    "determined": (
        "rotterdam",
        "rfs",
        "hormone",
        ["premenopausal", "postmenopausal"],
        ["age", "menopause"],
        [],
    ),
    "outside": ("rotterdam", "os", "size", ["young", "old"], [], []),
    "without": ("rotterdam", "rfs", "hormone", "size", [], ["gt50"]),
    "three": ("rotterdam", "rfs", "hormone", "size", [], []),
    "empty": ("lung", "os", "ph.ecog", "sex_group", [], []),
    "eventless": ("lung", "os60", "ph.ecog", "sex_group", ["age"], []),
    "lung_outside": ("lung", "os", "sex_group", "age_group", [], []),
}
NAMES = {"premenopausal": "pre", "postmenopausal": "post"}  # populations -> the levels of R


@pytest.mark.parametrize("block", blocks("interaction"), ids="-".join)
def test_interaction_equals_r(block):
    name, endpoint, exposure, asked, covariates, without = INTERACTIONS[block[1]]
    frame = cohort(name)
    sample = at_risk(frame, endpoint, "full")
    entry = {"by": exposure, "covariates": covariates, "without": without}
    groups = subgroups_of(frame, sample, asked, VARIABLES, "further.x")
    tests, ratios = interaction_tables(frame, sample, entry, groups, VARIABLES, conventions(block))
    assert len(tests) == 1 + bool(without)
    found = {("", key): value for key, value in tests[-1].items()}
    for row in ratios:
        item = f"{NAMES.get(row['subgroup'], row['subgroup'])} {row['level']}"
        found |= {(item, key): row.get(key) for key in RATIO_COLUMNS}
    oracle = expected.with_wald(ORACLE[block])
    if without:  # the ratios are those of all subgroups, as of the case `three`
        oracle = {key: value for key, value in oracle.items() if not key[0]}
    assert expected.differences(oracle, found) == []


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_what_has_no_estimate_in_a_subgroup_says_why(ties):
    frame = cohort("lung")
    entry = {"by": "ph.ecog", "covariates": [], "without": []}
    reasons = {}
    for endpoint in ("os", "os60"):
        sample = at_risk(frame, endpoint, "full")
        groups = subgroups_of(frame, sample, "sex_group", VARIABLES, "")
        rule = cohorts.CONVENTIONS | {"ties": ties}
        tests, ratios = interaction_tables(frame, sample, entry, groups, VARIABLES, rule)
        for row in ratios:
            assert bool(row.get("note")) == ("hr" not in row and row["level"] != "0")
            reasons[endpoint, row["subgroup"], row["level"]] = row.get("note", "")
        assert tests[0]["terms"] == 3 and tests[0]["df"] == 2
        assert tests[0]["note"] == "1 of 3 interaction terms left out: no estimate"
    assert reasons["os", "women", "3"] == "not estimable: no patient"
    assert reasons["os60", "men", "3"].startswith("not estimable: no event")


LANDMARKS = {
    "hormone": ("rotterdam", "os", "hormone", 12),
    "size": ("rotterdam", "rfs", "size", 24),
    "ecog": ("lung", "os", "ph.ecog", 100),
    "tie": ("lung", "os", "sex_group", 163),
}


@pytest.mark.parametrize("block", blocks("landmark"), ids="-".join)
def test_landmark_equals_r(block):
    name, endpoint, by, at = LANDMARKS[block[1]]
    frame = cohort(name)
    sample = at_risk(frame, endpoint, "full")
    entry = {"by": by, "at": at}
    tables = landmark_tables(frame, sample, entry, VARIABLES, conventions(block))
    found = {
        (row["reason"], key): row[key] for row in tables["excluded"] for key in ("n", "events")
    }
    for row in tables["quantiles"]:
        found |= {(row["level"], key): value for key, value in row.items()}
    for row in tables["cox"]:
        found |= {(f"{row['level']} cox", key): value for key, value in row.items()}
    found |= {("logrank", key): value for key, value in tables["logrank"][0].items()}
    oracle = ORACLE[block]
    for item in {item for item, _ in oracle if item.endswith(" curve")}:
        (row,) = [
            row
            for row in tables["km"]
            if row["level"] == item.split()[0]
            and abs(row["time"] - oracle[item, "time"]) < 1e-9 * oracle[item, "time"]
        ]
        found |= {(item, key): value for key, value in row.items()}
    assert expected.differences(oracle, found) == []
    before, *parts = [row["n"] for row in tables["excluded"]]
    assert before == sum(parts)


MEANS = {
    "hormone": ("rotterdam", "os", "hormone", None),
    "size": ("rotterdam", "rfs", "size", 60),
    "ecog": ("lung", "os", "ph.ecog", None),
    "sex": ("lung", "os", "sex_group", 365),
}


@pytest.mark.parametrize("block", blocks("rmst"), ids="-".join)
def test_restricted_mean_equals_r(block):
    name, endpoint, by, tau = MEANS[block[1]]
    frame = cohort(name)
    rows = rmst_rows(frame, at_risk(frame, endpoint, "full"), by, VARIABLES, tau, 0.95)
    found = {}
    for row in rows:
        item = " ".join(filter(None, (row["level"], row["reference"])))
        found |= {(item, key): value for key, value in row.items()}
    assert expected.differences(ORACLE[block], found) == []
    assert len(rows) == len({item for item, _ in ORACLE[block]})
