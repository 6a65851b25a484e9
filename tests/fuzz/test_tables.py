"""The law of the records holds for any table: raw files and both logs give cleaned.csv."""

import csv
import sys
from pathlib import Path

import pytest
from hypothesis import event, example, given, note
from hypothesis import strategies as st

from retrocohort import io
from retrocohort.config.study import load_studies
from retrocohort.faults import FaultsFound
from retrocohort.records.delivered import read_records
from retrocohort.records.headers import check_source_files
from retrocohort.records.patients import clean_records
from tests.bad_input.cases import STUDY

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.workflow.replay import Replay  # noqa: E402

KEY = b"not a secret"
PATIENTS = ["pid", "sex", "age", "operated", "last_seen", "died", "arm", "stage", "size", "implant"]
LABS = ["pid", "day", "test", "value"]
ODD = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)
CELLS = {  # column -> cells that are often right
    "pid": st.sampled_from(["P1", "P2", "P3", "p3", "Ｐ1", " P2 ", "李4"]),
    "sex": st.sampled_from(["f", "m", "female", " m", "ｆ", "x", ""]),
    "age": st.integers(-5, 130).map(str) | st.sampled_from(["NA", "4 7", "47.0", "１２"]),
    "operated": st.dates().map(str) | st.sampled_from(["31.12.2015", "1.1.2016", ""]),
    "last_seen": st.sampled_from(["2017-01-01", "02.03.2018", "2014-05-05", "31.02.2017", ""]),
    "died": st.sampled_from(["yes", "no", "Y", "0", "1", "?", ""]),
    "arm": st.sampled_from(["S", "D", "surgery", "drug", "Ｓ", ""]),
    "stage": st.sampled_from(["1", "2", "3", "4", " 2", ""]),
    "size": st.floats(-10, 400).map(repr) | st.sampled_from(["3 cm", "12", "1,5", "1.234", "NA"]),
    "implant": st.sampled_from(["yes", "no", "1", "", "－"]),
    "day": st.integers(-120, 60).map(str) | st.sampled_from(["", "x", "1e1"]),
    "test": st.sampled_from(["albumin", "crp", "Albumin", ""]),
    "value": st.floats(0, 500).map(repr) | st.sampled_from(["", "37,5", "<2", "1e2"]),
}


def rows_of(columns: list[str], least: int) -> st.SearchStrategy:
    """Return tables of some columns; no id is empty, as such rows are of nobody else."""
    cells = [CELLS[name] if name == "pid" else CELLS[name] | ODD for name in columns]
    return st.lists(st.tuples(*cells), min_size=least, max_size=8)


def write(path: str, columns: list[str], rows, quoting: int) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=quoting, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


@pytest.fixture(scope="module")
def study(project):
    return load_studies([STUDY])[STUDY]


@given(
    patients=rows_of(PATIENTS, 1),
    labs=rows_of(LABS, 1),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@example([("P1", "f", "5", "", "", "", "", "", '1"', "")], [("P1", "1", "a\nb", "")], csv.QUOTE_ALL)
def test_the_law_holds(study, patients, labs, quoting):
    data = Path("data") / STUDY
    write(f"{data}/patients.csv", PATIENTS, patients, quoting)
    write(f"{data}/labs.csv", LABS, labs, quoting)
    if faults := check_source_files(study["sources"], study["variables"]):
        note(str(faults))
        assert all(str(fault) for fault in faults)
        return
    folder = f"results/{STUDY}/records"
    records, _, _ = read_records(study["sources"], study["variables"], KEY)
    parts = (study["sources"], study["variables"], study["codes"], study["derive"])
    try:
        cleaned, logs = clean_records(records, *parts, study["checks"])
    except FaultsFound as found:
        note(str(found))
        return
    io.write_frame_csv(f"{folder}/cleaned.csv", cleaned)
    io.write_columns(f"{folder}/cleaning_log.csv", logs.columns("cleaning"))
    io.write_columns(f"{folder}/derivation_log.csv", logs.columns("derivation"))
    event("replayed")
    replay = Replay(Path("config/studies") / STUDY, data, KEY, Path(folder))
    header, rows = replay.table()
    with open(f"{folder}/cleaned.csv", encoding="utf-8", newline="") as file:
        made = list(csv.reader(file))
    assert made[0] == header
    assert made[1:] == rows
    assert replay.mismatched == []
    _every_cell_is_a_value_or_a_problem(patients, logs)


def _every_cell_is_a_value_or_a_problem(patients, logs):
    """A number that was delivered and is not there is told in the problems."""
    problems = logs.columns("problems")
    told = set(zip(problems["variable"], problems["raw_value"], strict=True))
    changes = logs.columns("cleaning")
    gone = [
        (variable, raw)
        for variable, raw, clean, rule in zip(
            *(changes[name] for name in ("variable", "raw_value", "clean_value", "rule")),
            strict=True,
        )
        if not clean and raw.strip() and rule not in ("missing code", "code", "blank")
    ]
    assert set(gone) <= told
