"""What the chain made of a cohort against what is true of it: recovered, reported, silently wrong.

A cell is recovered when its clean text is what it means, reported when it is missing instead and
problems.csv says so, and silently wrong otherwise. So is whatever else is compared: who the rows
are of, the value of each patient, exclusions, endpoints.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.simulation.expected import ENDPOINTS, OUTSIDE, Expected
from tests.simulation.found import Found
from tests.simulation.mess import STRANGERS, TOO_EARLY, Delivery

RECOVERED, REPORTED, WRONG = "recovered", "reported", "silently wrong"


class Wrong(NamedTuple):
    """Something silently wrong: of what kind, where, what it must say and what it says."""

    kind: str
    where: tuple
    expected: object
    found: object


class Verdict(NamedTuple):
    """How many cells by (fate, verdict), how much else by (kind, verdict), and what is wrong."""

    cells: Counter
    others: Counter
    wrong: list[Wrong]


def compare(people: Sequence[Mapping], delivery: Delivery, found: Found) -> Verdict:
    """Return the verdict on one delivery."""
    verdict = Verdict(Counter(), Counter(), [])
    for fate, judged, at, means, says in judged_cells(delivery, found):
        verdict.cells[fate, judged] += 1
        if judged == WRONG:
            verdict.wrong.append(Wrong("cell", at, means, says))
    expected = Expected(delivery)
    records = records_of(delivery, found.record)
    for kind, where, must, says, is_told in (
        *linkage(people, records, found),
        *patients(people, records, expected, found),
    ):
        judged = judge(must, says, is_told and says == "")
        verdict.others[kind, judged] += 1
        if judged == WRONG:
            verdict.wrong.append(Wrong(kind, where, must, says))
    return verdict


def judge(must, says, is_refused: bool) -> str:
    """Return the verdict; what is refused is a problem and was set to missing."""
    return RECOVERED if must == says else REPORTED if is_refused else WRONG


def judged_cells(delivery: Delivery, found: Found) -> Iterator[tuple]:
    """Give fate, verdict, place, meaning and clean text of each cell but for the case numbers."""
    for at, meant in delivery.meant.items():
        source, row, variable = at
        if variable == "case_number":
            continue
        says = found.cells.get(at)
        if meant.fate == TOO_EARLY:  # the cell may stand, what is computed from it may not
            record = found.record.get((source, row))
            is_told = (record, "follow_up") in found.told_of
            left = found.values.get(record, {}).get("follow_up")
        else:
            is_told, left = at in found.told, says
        judged = judge(meant.value, says, is_told and left == "")
        yield meant.fate, judged, at, meant.value, says


def records_of(delivery: Delivery, record: Mapping) -> dict[str, set]:
    """Return the records that the rows of each patient became, given that of each row."""
    records = defaultdict(set)
    for (source, row, variable), meant in delivery.meant.items():
        if variable == "case_number":
            records[meant.patient].add(record.get((source, row)))
    return records


def linkage(people: Sequence[Mapping], records: Mapping, found: Found) -> Iterator[tuple]:
    """Give what must be and what is: a patient is one record, and a record one patient."""
    for patient, own in records.items():
        yield "linkage", (patient,), 1, len(own), False
    yield "linkage", ("records",), len(records), len(set().union(*records.values())), False
    yield "linkage", ("rows of nobody",), len(STRANGERS), found.of_nobody, False
    yield "linkage", ("patients",), len(people), len(found.values), False


def patients(
    people: Sequence[Mapping], records: Mapping, expected: Expected, found: Found
) -> Iterator[tuple]:
    """Give what must be and what is of each patient: values, exclusion and endpoints."""
    for person in people:
        patient = person["case_number"]
        record = next(iter(records[patient]))
        says = found.values.get(record, {})
        values = expected.values(person)
        for name, must in values.items():
            is_told = (record, name) in found.told_of
            yield "value", (patient, name), must, says.get(name), is_told
        failed = expected.criteria(values)
        must = (failed[0], failed) if failed else None
        yield "exclusion", (patient,), must, found.excluded.get(record), False
        for name in ENDPOINTS:
            must = OUTSIDE if failed else expected.endpoint(person, name)
            if must is not None:
                yield "endpoint", (patient, name), must, found.endpoint(record, name), False
