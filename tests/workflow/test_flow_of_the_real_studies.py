"""The boxes of the flowcharts, as others count them in the delivered files (or invented them)."""

import csv

import pytest

FLOW = {
    "xu2025": {"metachronous": 51, "unknown_stage": 12, "liver_only": 1, "perioperative_death": 1},
    "rotterdam": {"node_negative": 1436},
    "nafld": {
        "no_match": 31,
        "match_not_in_file": 21,
        "control_with_nafld": 15,
        "minor": 0,
        "no_followup": 0,
    },
}
DELIVERED = {"xu2025": 228, "rotterdam": 2982, "nafld": 17549}


def rows(study, name):
    with open(f"results/{study}/cohort/{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("study", FLOW)
def test_each_box_and_the_list_behind_it(study):
    flow = rows(study, "flow")
    assert int(flow[0]["n_after"]) == DELIVERED[study]
    assert {r["criterion"]: int(r["n_excluded"]) for r in flow[1:]} == FLOW[study]
    listed = [r["criterion"] for r in rows(study, "exclusions")]
    assert {name: listed.count(name) for name in FLOW[study]} == FLOW[study]
    final = DELIVERED[study] - sum(FLOW[study].values())
    assert int(flow[-1]["n_after"]) == final == len(rows(study, "cohort"))


@pytest.mark.parametrize("study", FLOW)
def test_nobody_is_in_two_boxes(study):
    excluded = [r["record_id"] for r in rows(study, "exclusions")]
    kept = [r["record_id"] for r in rows(study, "cohort")]
    assert len(set(excluded + kept)) == len(excluded + kept) == DELIVERED[study]


def test_the_events_of_the_model_of_royston_and_altman():
    events = {r["endpoint"]: int(r["events"]) for r in rows("rotterdam", "endpoints")}
    assert events["rfs84"] == 965
