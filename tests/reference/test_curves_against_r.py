"""Kaplan-Meier curves against R, point by point: curves.R made curves.csv."""

import pytest
from tests.reference import cohorts, expected

from retrocohort.models import survival
from retrocohort.models.samples import at_risk

ORACLE = expected.read("curves.csv", ("study", "endpoint"), ("level", "place", "quantity"))
STUDIES = {
    "rotterdam": (cohorts.rotterdam, cohorts.ROTTERDAM, "hormone"),
    "nafld": (cohorts.nafld, cohorts.NAFLD, "group"),
}


def points(rows):
    """Return the points of each level by their place among its times of exit, from 1, as R's."""
    found, place = {}, {}
    for row in rows:
        # ours has a row at late entries too
        if float(row["n_event"]) + float(row["n_censor"]):
            level = row["level"]
            place[level] = place.get(level, 0) + 1
            for name in survival.CURVE_COLUMNS[1:]:
                found[level, str(place[level]), name] = row[name]
    return found, place


@pytest.mark.parametrize("block", ORACLE, ids="-".join)
def test_curve_equals_r(block):
    study, endpoint = block
    make, variables, by = STUDIES[study]
    frame = make()
    sample = at_risk(frame, endpoint, "full")
    rows = survival.curve_rows(frame, sample, by, variables, cohorts.CONVENTIONS)
    found, n_points = points(rows)
    oracle = ORACLE[block]
    assert expected.differences(oracle, found) == []
    ends = {level: max(int(key[1]) for key in oracle if key[0] == level) for level in n_points}
    assert ends == n_points  # as many times as R's curve
    assert len(oracle) > 7 * 20
