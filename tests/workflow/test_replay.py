"""Replaying the logs over the raw records gives the cleaned table, for every study."""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
import yaml
from tests.workflow.built_records import records_of
from tests.workflow.replay import Replay, read_csv

STUDIES = ("xu2025", "rotterdam", "nafld")


@cache
def replay_of(name):
    key = Path(f"config/studies/{name}/hash_key.txt").read_text().strip().encode()
    return Replay(Path(f"config/studies/{name}"), Path(f"data/{name}"), key, Path(records_of(name)))


@pytest.mark.parametrize("name", STUDIES)
def test_raw_files_logs_and_declared_derivations_give_the_cleaned_table(name):
    header, rows = replay_of(name).table()
    with open(records_of(name) / "cleaned.csv", encoding="utf-8", newline="") as file:
        cleaned = list(csv.reader(file))
    assert cleaned[0] == header
    assert len(cleaned) == len(rows) + 1
    different = [(a, b) for a, b in zip(cleaned[1:], rows, strict=True) if a != b]
    assert different == []


@pytest.mark.parametrize("name", STUDIES)
def test_the_cleaning_log_quotes_the_delivered_cells_and_changes_each_once(name):
    assert replay_of(name).mismatched == []


@pytest.mark.parametrize("name", STUDIES)
def test_no_cell_is_changed_without_a_reason(name):
    rows = read_csv(records_of(name) / "cleaning_log.csv")
    assert rows
    assert all(row["rule"] for row in rows)


def test_the_law_would_notice_a_cell_that_is_not_logged():
    replay = replay_of("rotterdam")
    patient = next(iter(replay.places))
    lost = Replay.__new__(Replay)
    lost.__dict__ = replay.__dict__ | {"memo": {}, "changed": {}}
    assert lost.value(patient, "menopause") == "1" != replay.value(patient, "menopause")


REDUCTIONS = [
    (study, variable)
    for study in STUDIES
    for variable, step in yaml.safe_load(
        Path(f"config/studies/{study}/study.yaml").read_text(encoding="utf-8")
    )["derive"].items()
    if "reduce" in step
]


@pytest.mark.parametrize(("study", "variable"), REDUCTIONS)
def test_each_reduction_used_the_rows_that_its_declaration_selects(study, variable):
    replay = replay_of(study)
    logged = defaultdict(set)
    for (patient, name), rows in replay.chosen.items():
        if name == variable:
            logged[patient] = {row for _, row, _ in rows}
    assert len(logged) > (100 if study == "nafld" else 10)
    assert {p: rows for p, rows in logged.items() if rows} == replay.selected(variable)
