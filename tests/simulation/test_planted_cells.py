"""Cohorts of known truth through the chain: each planted cell comes back, or is told as a problem.

No rate is tested here: `make simulate` does, with 10,000 cohorts.
"""

from collections import Counter
from copy import deepcopy
from dataclasses import replace

import pytest

from retrocohort.records.headers import check_source_files
from tests.simulation.compare import RECOVERED, REPORTED, WRONG, compare
from tests.simulation.expected import CRITERIA, ENDPOINTS, NOT_AT_RISK, OUTSIDE, Expected
from tests.simulation.found import found_in
from tests.simulation.mess import MISSING, SPOILT, TOO_EARLY, VALUE
from tests.simulation.people import PATIENTS
from tests.simulation.simulate import Simulator

SEED = 20250711
TOGETHER = (5,) * 9 + (1,) * 5  # cohorts of each delivery: 50 in all
RULES = [  # of the cleaning that the mess must have called for
    *("code", "missing code", "blank", "trimmed", "yes/no", "decimal comma", "date excel"),
    *("unit cm", "unit mm", "unit yrs", "unit mg/dl", "dimensions largest", "letter o as 0"),
    *("date ISO", "date %d.%m.%Y", "date %m/%d/%Y", "date %Y%m%d"),
]
PROBLEMS = [  # likewise
    *("not a number", "not a whole number", "above the maximum", "below the minimum"),
    *("its unit is not declared", "no unit, but other cells", "thousands or decimal comma?"),
    *("not a possible date", "neither a level", "neither yes nor no", "is after 'last_seen'"),
    "rows of the same patient differ",
]


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    return Simulator(tmp_path_factory.mktemp("simulated"), SEED)


@pytest.fixture(scope="module")
def simulated(simulator):
    """Return the deliveries with the verdict on each."""
    made = [simulator.simulate(number, cohorts) for number, cohorts in enumerate(TOGETHER)]
    return [(each, simulator.verdict(each)) for each in made]


@pytest.fixture(scope="module")
def first(simulator, simulated):
    """Return the people, the delivery and what was found of one cohort, to be altered."""
    people, delivery, *made = simulated[-1][0]
    return people, delivery, found_in(*made, simulator.hospitals, simulator.plan.study["sources"])


def test_nothing_is_silently_wrong(simulated):
    assert sum(len(each.cohorts) for each, _ in simulated) == 50
    assert [wrong for _, verdict in simulated for wrong in verdict.wrong] == []


def test_what_can_be_read_is_recovered_and_what_cannot_is_reported(simulated):
    cells = sum((verdict.cells for _, verdict in simulated), Counter())
    assert set(cells) == {
        (VALUE, RECOVERED),
        (MISSING, RECOVERED),
        (SPOILT, REPORTED),
        (TOO_EARLY, REPORTED),
    }
    assert cells[VALUE, RECOVERED] > 100_000 and cells[MISSING, RECOVERED] > 10_000
    assert cells[SPOILT, REPORTED] > 1_000 and cells[TOO_EARLY, REPORTED] > 40


def test_the_mess_is_a_mess(simulated):
    def said(log, column):
        return {text for each, _ in simulated for text in each.cleaned.logs.columns(log)[column]}

    rules, problems = said("cleaning", "rule"), said("problems", "problem")
    assert [name for name in RULES if not any(name in rule for rule in rules)] == []
    assert any("０" <= char <= "９" for raw in said("cleaning", "raw_value") for char in raw)
    assert [name for name in PROBLEMS if not any(name in problem for problem in problems)] == []


def test_each_patient_is_compared_as_a_whole(simulated):
    """Every row is linked, every exclusion judged, and nearly every endpoint is known."""
    others = sum((verdict.others for _, verdict in simulated), Counter())
    people = 50 * PATIENTS
    assert others["exclusion", RECOVERED] == people
    assert others["endpoint", RECOVERED] > 0.95 * len(ENDPOINTS) * people
    assert others["linkage", RECOVERED] > people
    assert others["value", RECOVERED] > 18 * people and others["value", REPORTED] > 10


def test_each_criterion_and_each_fate_of_an_endpoint_is_met(simulated):
    criteria, fates = Counter(), Counter()
    for each, _ in simulated:
        expected = Expected(each.delivery)
        for person in each.people:
            failed = expected.criteria(expected.values(person))
            criteria[tuple(failed)] += 1
            fates[OUTSIDE if failed else expected.endpoint(person, "os")] += 1
    assert all(criteria[name,] > 10 for name in CRITERIA)
    assert any(len(failed) > 1 for failed in criteria)
    assert fates[OUTSIDE] > 500 and fates[NOT_AT_RISK] > 100


def test_the_files_have_the_columns_that_the_study_names(simulator, simulated):
    study = simulator.plan.study
    assert check_source_files(study["sources"], study["variables"]) == []


def test_each_cohort_is_analysed(simulator, simulated):
    for cohort in simulated[0][0].cohorts:
        outcome = simulator.outcome(cohort)
        assert 90 < outcome.n < PATIENTS and 50 < outcome.events < outcome.n
        assert len(outcome.covers) == 5 and None not in outcome.covers.values()
        assert outcome.rejects is not None
        assert -1 < outcome.coef < 2 and 0.1 < outcome.se < 0.5


def test_the_number_of_a_delivery_decides_it(simulator, simulated):
    cohorts = simulator.simulate(len(TOGETHER) - 1, 1).cohorts
    before = simulated[-1][0].cohorts
    assert [simulator.outcome(c) for c in cohorts] == [simulator.outcome(c) for c in before]
    other = simulator.simulate(len(TOGETHER), 1).cohorts
    assert simulator.outcome(other[0]) != simulator.outcome(before[0])


# the comparison can fail


def wrong_of(people, delivery, found):
    """Return what is silently wrong."""
    return compare(people, delivery, found).wrong


@pytest.mark.parametrize("fate", [VALUE, MISSING, SPOILT, TOO_EARLY])
def test_a_changed_clean_cell_is_caught(first, fate):
    people, delivery, found = first
    meant = delivery.meant.items()
    at = next(at for at, cell in meant if cell.fate == fate and at[2] != "case_number")
    changed = replace(found, cells=found.cells | {at: "something else"})
    if fate == TOO_EARLY:  # this cell may say anything if nothing is computed from it
        told = {(record, name) for record, name in found.told_of if record != found.record[at[:2]]}
        changed = replace(changed, told_of=told)
    (wrong,) = wrong_of(people, delivery, changed)
    assert (wrong.kind, wrong.where, wrong.found) == ("cell", at, "something else")


@pytest.mark.parametrize("fate", [VALUE, SPOILT])
def test_a_cell_that_is_lost_without_a_word_is_caught(first, fate):
    people, delivery, found = first
    at = next(at for at, cell in delivery.meant.items() if cell.fate == fate and at[2] == "size")
    changed = replace(found, cells=found.cells | {at: ""}, told=found.told - {at})
    (wrong,) = wrong_of(people, delivery, changed)
    assert (wrong.kind, wrong.where, wrong.found) == ("cell", at, "")


def test_a_changed_value_exclusion_or_endpoint_of_a_patient_is_caught(first):
    people, delivery, found = first
    record = next(iter(found.times["os"]))
    days, event = found.times["os"][record]
    for change in (
        {"values": found.values | {record: found.values[record] | {"crp": "61"}}},
        {"excluded": found.excluded | {record: ("minor", ["minor"])}},
        {"times": found.times | {"os": found.times["os"] | {record: (days + 1, event)}}},
        {"times": found.times | {"os": found.times["os"] | {record: (days, 1 - event)}}},
        {"times": found.times | {"rfs": found.times["rfs"] | {record: NOT_AT_RISK}}},
    ):
        (kind,) = change
        (wrong,) = wrong_of(people, delivery, replace(found, **change))
        assert wrong.kind == {"values": "value", "excluded": "exclusion"}.get(kind, "endpoint")


def test_rows_of_one_patient_that_are_taken_for_two_are_caught(first):
    people, delivery, found = first
    rows = Counter(m.patient for (_, _, name), m in delivery.meant.items() if name == "case_number")
    (patient, _), *_ = rows.most_common(1)
    at = next(at for at, m in delivery.meant.items() if m.patient == patient)
    changed = replace(found, record=found.record | {at[:2]: "nobody"})
    assert {wrong.kind for wrong in wrong_of(people, delivery, changed)} >= {"linkage"}


def test_a_wrong_code_of_the_study_is_caught(simulator):
    """What a study says wrongly is silently wrong in the cells that it is said of, and no other."""
    careless = Simulator(simulator.folder, SEED)
    careless.plan.study["codes"] = deepcopy(careless.plan.study["codes"])
    (code,) = (
        code
        for code in careless.plan.study["codes"]
        if (code["source"], code["variable"], code["raw"]) == ("east", "grade", "2")
    )
    code["clean"] = "low"
    verdict = careless.verdict(careless.simulate(len(TOGETHER) - 1, 1))
    cells = [wrong for wrong in verdict.wrong if wrong.kind == "cell"]
    assert len(cells) > 3 and verdict.cells[VALUE, WRONG] == len(cells)
    assert {(wrong.where[0], wrong.where[2]) for wrong in cells} == {("east", "grade")}
    assert {(wrong.expected, wrong.found) for wrong in cells} == {("high", "low")}
