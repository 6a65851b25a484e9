"""What is known of the nafld records: from R (reference/records_nafld.R) and the raw files."""

import csv

import pandas as pd
import pytest
from tests.workflow.built_records import build_records, records_of
from tests.workflow.replay import read_csv

from retrocohort.config.study import load_study

with open("tests/reference/records_nafld.csv", encoding="utf-8", newline="") as file:
    EXPECTED = [(r["variable"], r["statistic"], float(r["value"])) for r in csv.DictReader(file)]


def cleaned():
    return pd.read_parquet(records_of("nafld") / "cleaned.parquet")


@pytest.mark.parametrize(("variable", "statistic", "expected"), EXPECTED)
def test_derived_variables_equal_those_of_r(variable, statistic, expected):
    values = cleaned()[variable]
    found = {
        "n": lambda: values.notna().sum(),
        "sum": lambda: values.sum(),
        "sum_of_squares": lambda: (values**2).sum(),
        "max": lambda: values.max(),
        "yes": lambda: (values == "yes").sum(),
        "no": lambda: (values == "no").sum(),
        "missing": lambda: values.isna().sum(),
    }[statistic]()
    assert found == pytest.approx(expected, rel=1e-12)


def test_the_patients_are_those_of_the_people_file_in_its_order():
    frame = cleaned()
    people = read_csv("data/nafld/nafld1.csv")
    assert frame["age"].tolist() == [float(row["age"]) for row in people]
    assert frame["record_id"].is_unique


def test_rows_that_share_person_day_and_test_are_kept_in_the_records():
    records = pd.read_parquet(records_of("nafld") / "records.parquet")
    rows = records[records["source"] == "measurements"]
    assert len(rows) == 400_123
    assert rows.duplicated(["record_id", "days", "test"]).sum() == 3_817


def test_values_out_of_range_are_problems_and_missing():
    raw = {
        ("nafld1.csv", number): row["bmi"]
        for number, row in enumerate(read_csv("data/nafld/nafld1.csv"), start=2)
        if row["bmi"] != "NA" and not 10 <= float(row["bmi"]) <= 100
    } | {
        ("nafld2.csv.gz", number): row["value"]
        for number, row in enumerate(read_csv("data/nafld/nafld2.csv.gz"), start=2)
        if not 0 <= float(row["value"]) <= 400
    }
    problems = read_csv(records_of("nafld") / "problems.csv")
    found = {(row["source_file"], int(row["source_row"])): row["raw_value"] for row in problems}
    assert len(problems) == 7
    assert found == raw
    assert {row["action"] for row in problems} == {"set to missing"}


def test_linkage_counts():
    rows = {row["source"]: row for row in read_csv(records_of("nafld") / "linkage.csv")}
    assert rows["people"]["rows"] == rows["people"]["keys"] == "17549"
    for source, file in (("measurements", "nafld2.csv.gz"), ("diagnoses", "nafld3.csv")):
        ids = [row["id"] for row in read_csv(f"data/nafld/{file}")]
        assert rows[source]["rows"] == str(len(ids))
        assert rows[source]["keys"] == str(len(set(ids)))
        assert rows[source]["unmatched_keys"] == "0"


def test_nothing_that_leaves_the_records_carries_a_delivered_number_of_a_person():
    """In the tables no person or match number stands as delivered, only hashes of one width."""
    frame = cleaned()
    for name in ("record_id", "person_id", "match_id"):
        assert frame[name].dropna().str.fullmatch("[0-9a-f]{16}").all()
    assert (frame["record_id"] == frame["person_id"]).all()
    records = pd.read_parquet(records_of("nafld") / "records.parquet")
    assert records["id"].astype(str).str.fullmatch("[0-9a-f]{16}").all()
    assert set(records["case.id"].dropna().astype(str).str.len()) == {2, 16}  # "NA" or a hash


def test_csv_and_parquet_say_the_same():
    frame = cleaned()
    rows = read_csv(records_of("nafld") / "cleaned.csv")
    assert list(rows[0]) == list(frame.columns)
    for name in ("bmi", "hdl_mean", "age"):
        texts = [row[name] for row in rows]
        assert [text == "" for text in texts] == frame[name].isna().tolist()
        known = [float(text) for text in texts if text]
        assert known == frame[name].dropna().tolist()


def test_the_same_records_give_the_same_bytes(tmp_path):
    build_records(load_study("config/studies/rotterdam", "data/rotterdam"), tmp_path)
    for path in sorted(records_of("rotterdam").iterdir()):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name
