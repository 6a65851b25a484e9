"""The row of every patient in the finished records is what the hospitals together meant."""

import csv
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest

STUDY = "xu2025"
RECORDS = Path(f"results/{STUDY}/records")
CALLS = "pumch_calls"
HOSPITALS = ("pumch", "zhongshan", "puth")  # in the order of the study file
STATES = ("alive", "lost", "dead")  # what a file says of a patient; the later one counts
# of several different answers; all others are the same wherever they are known
CHOSEN = {
    "hospital": lambda known: min(known, key=HOSPITALS.index),
    "file_last_date": max,
    "file_state": lambda known: max(known, key=STATES.index),
}


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text(value):
    """Return a value as the truth writes it: whole numbers without a point."""
    try:
        return f"{float(value):.10g}"
    except ValueError:
        return value


@pytest.fixture(scope="module")
def truth():
    return rows_of(f"tests/twin/{STUDY}/truth.csv")


@pytest.fixture(scope="module")
def finished(truth):
    """Return patient -> the finished row."""
    records = pd.read_parquet(
        RECORDS / "records.parquet", columns=["record_id", "source", "source_row"]
    )
    ids = {(r.source, str(r.source_row)): r.record_id for r in records.itertuples()}
    rows = {row["record_id"]: row for row in rows_of(RECORDS / "cleaned.csv")}
    patients = {t["patient"]: rows[ids[t["source"], t["row"]]] for t in truth}
    assert len(patients) == len(rows) == 228
    return patients


def known_values(truth):
    """Return (patient, variable) -> the different values that the sources know, in words."""
    known = defaultdict(set)
    for t in truth:
        if t["source"] != CALLS:
            known[t["patient"], t["variable"]] |= {t["value"]} if t["fate"] == "value" else set()
    return known


def test_each_value_of_each_patient(truth, finished):
    known = known_values(truth)
    assert len({variable for _, variable in known}) == 31
    several = {at[1] for at, values in known.items() if len(values) > 1}
    assert several <= set(CHOSEN)
    wrong = []
    for (patient, variable), values in known.items():
        meant = CHOSEN.get(variable, max)(values) if values else ""
        found = finished[patient][variable]
        if text(found) != text(meant):
            wrong.append((patient, variable, meant, found))
    assert wrong == []


def test_a_value_that_one_hospital_lost_is_that_of_the_other(truth, finished):
    """Cells of a patient of two hospitals that one of them does not know, or has spoilt."""
    fates = defaultdict(set)
    for t in truth:
        if t["source"] != CALLS:
            fates[t["patient"], t["variable"]].add(t["fate"])
    for lost in ("missing", "problem"):
        mended = [at for at, found in fates.items() if {"value", lost} <= found]
        assert mended
        assert all(finished[patient][variable] for patient, variable in mended)


def test_the_calls_of_each_patient(truth, finished):
    calls = defaultdict(dict)
    for t in truth:
        if t["source"] == CALLS and t["fate"] == "value":
            calls[t["patient"], t["row"]][t["variable"]] = t["value"]
    dates, died = defaultdict(list), set()
    for (patient, _), call in calls.items():
        if call.get("call_state") in ("alive", "dead"):
            dates[patient].append(call["call_date"])
        if call.get("call_state") == "dead":
            died.add(patient)
    assert len(dates) > 80 and len(died) > 20
    for patient, row in finished.items():
        assert row["call_last_date"] == max(dates[patient], default="")
        assert (row["call_died"] == "yes") == (patient in died)
