"""One raw cell changed: its patient changes where it counts, and nobody else anywhere."""

import shutil

import pandas as pd
import pytest
from tests.twin.delivered import COMMITTED, CONFIG, STUDY, cleaned
from tests.workflow.built_records import build_records

from retrocohort.cohort import build
from retrocohort.config.study import load_study
from retrocohort.plan.entries import Plan

FILE = "zhongshan_export.csv"
CHANGES = [  # column, what it says instead, the variables of the patient that follow
    ("年龄", lambda age: str(119 - int(age)), {"age", "age_group"}),  # across the cut at 60
    ("肝转移灶最大径(cm)", lambda size: "4" if float(size) > 4 else "4.1", {"hm_mm", "hm_size"}),
    ("生存状态", lambda state: "2", {"file_state", "died"}),
]


def rebuilt(folder, number, column, change):
    """Change one cell of the csv export and clean the study anew."""
    data, records = folder / "data", folder / "records"
    shutil.copytree(f"data/{STUDY}", data)
    records.mkdir()
    lines = (data / FILE).read_bytes().decode("gb18030").split("\r\n")
    place = lines[1].split(",").index(column)
    cells = lines[number - 1].split(",")
    cells[place] = change(cells[place].strip())
    lines[number - 1] = ",".join(cells)
    (data / FILE).write_bytes("\r\n".join(lines).encode("gb18030"))
    study = load_study(str(CONFIG), str(data))
    build_records(study, records)
    frame = pd.read_parquet(records / "cleaned.parquet")
    return frame, build.cohort(frame, Plan(STUDY, study).cohort_decisions()).frame


def row_to_change(column):
    """Return the first row of a patient of the cohort, in one hospital, with a plain cell there."""
    lines = (cleaned(COMMITTED).data / FILE).read_bytes().decode("gb18030").split("\r\n")
    place = lines[1].split(",").index(column)
    truth = pd.DataFrame(cleaned(COMMITTED).truth)
    hospitals = truth.groupby("patient")["source"].nunique()
    for row in truth[(truth["source"] == "zhongshan")].drop_duplicates("row").itertuples():
        cell = lines[int(row.row) - 1].split(",")[place].strip()
        is_plain = cell.isascii() and cell.replace(".", "").isdigit()
        if int(row.patient) <= 163 and hospitals[row.patient] == 1 and is_plain and cell != "2":
            return int(row.row)
    raise AssertionError(column)


@pytest.mark.parametrize(("column", "change", "followers"), CHANGES)
def test_one_cell_changes_its_patient_alone(tmp_path, column, change, followers):
    before = pd.read_parquet(cleaned(COMMITTED).records / "cleaned.parquet")
    after, cohort = rebuilt(tmp_path, row_to_change(column), column, change)
    pairs = zip(before.to_dict("records"), after.to_dict("records"), strict=True)
    changed = [
        {
            name
            for name in old
            if old[name] != new[name] and not (pd.isna(old[name]) and pd.isna(new[name]))
        }
        for old, new in pairs
    ]
    assert [names for names in changed if names] == [followers]
    assert len(cohort) == 163
    assert cohort["os_event"].sum() == 63 + ("died" in followers)
