"""Three hospitals, three formats, shared patients: from the delivered files to the patients."""

import datetime

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from tests.workflow.built_records import build_records
from tests.workflow.replay import read_csv

from retrocohort.records.identifiers import keyed_hash

KEY = b"a key of this test"


def variable(kind, levels=(), protect="", **more):
    entry = {
        "label": "",
        "type": kind,
        "unit": "",
        "levels": dict.fromkeys(levels, ""),
        "min": None,
        "max": None,
        "missing": [],
        "columns": {},
        "formats": [],
        "convert": {},
        "reconcile": "all_equal",
        "protect": protect,
    }
    return entry | more


VARIABLES = {
    "patient": variable(
        "id",
        protect="hash",
        columns={"north": "No.", "south": "编号", "east": "pid", "visits": "pid"},
    ),
    "name": variable("text", protect="drop", columns={"south": "姓名"}),
    "sex": variable(
        "category", ("m", "f"), columns={"north": "sex", "south": "性别", "east": "sex"}
    ),
    "size": variable(
        "number",
        unit="mm",
        convert={"cm": 10.0},
        max=300.0,
        reconcile="max",
        columns={"north": "tumour", "south": "大小", "east": "size"},
    ),
    "surgery": variable(
        "date",
        formats=["%d/%m/%Y", "%Y年%m月%d日"],
        reconcile="min",
        columns={"north": "operated", "south": "手术", "east": "op"},
    ),
    "dead": variable(
        "yesno", ("no", "yes"), reconcile="any", columns={"north": "dead", "east": "d"}
    ),
    "last": variable("date", columns={"east": "last"}),
    "day": variable("integer", columns={"visits": "day"}),
    "cea": variable("number", columns={"visits": "cea"}),
    "time": variable("number", unit="months"),
    "cea_first": variable("number"),
}
DERIVE = {
    "time": {"duration": {"from": "surgery", "to": "last", "unit": "months"}},
    "cea_first": {
        "reduce": {"from": "visits", "window": {"of": "day"}, "take": "first", "value": "cea"}
    },
}
CODES = [
    {"source": "south", "variable": "sex", "raw": "男", "clean": "m"},
    {"source": "south", "variable": "sex", "raw": "女", "clean": "f"},
    {"source": "east", "variable": "sex", "raw": "1", "clean": "m"},
    {"source": "east", "variable": "sex", "raw": "2", "clean": "f"},
]
SOURCES = {
    "north": {"file": "north.xlsx", "id": "No.", "header_row": 2, "centre": "North"},
    "south": {"file": "south.csv", "id": "编号", "encoding": "gb18030", "centre": "South"},
    "east": {"file": "east.sav", "id": "pid", "centre": {"column": "site"}},
    "visits": {"file": "visits.tsv", "id": "pid", "rows": "many"},
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hospitals")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["North hospital, 2015 to 2020"])
    sheet.append(["No.", "sex", "tumour", "operated", "dead"])
    sheet.append([900001, "m", "3.5 cm", datetime.datetime(2015, 3, 1), 0])
    sheet.append([900002, "f", "42 mm", "01/04/2016", 0])
    sheet.append([900003, "x", "42 in", "31/02/2016", "maybe"])
    book.save(folder / "north.xlsx")
    south = "编号,姓名,性别,大小,手术\n900002,王芳,女,4.5cm,2016年3月28日\n900004,李明,男,45,\n"
    (folder / "south.csv").write_bytes(south.encode("gb18030"))
    east = pd.DataFrame(
        {
            "pid": ["900001", "900005", ""],
            "site": ["East A", "East B", "East B"],
            "sex": [2.0, 2.0, float("nan")],
            "size": [20.0, 301.0, 12.5],
            "op": [datetime.date(2015, 3, 2), datetime.date(2018, 1, 1), None],
            "d": [1.0, 0.0, 0.0],
            "last": [datetime.date(2016, 3, 1), datetime.date(2017, 12, 31), None],
        }
    )
    pyreadstat.write_sav(east, folder / "east.sav")
    visits = "pid\tday\tcea\n900001\t3\t7\n900001\t-2\t5.0\n900001\t-2\t6\n900099\t0\t1\n\t0\t2\n"
    (folder / "visits.tsv").write_text(visits)
    (folder / "key").write_bytes(KEY + b"\n")
    study = {
        "sources": {n: s | {"path": str(folder / s["file"])} for n, s in SOURCES.items()},
        "variables": VARIABLES,
        "codes": CODES,
        "derive": DERIVE,
        "key_file": str(folder / "key"),
    }
    return build_records(study, folder)


def rows(folder, name, **wanted):
    return [
        row
        for row in read_csv(folder / name)
        if all(row[key] == value for key, value in wanted.items())
    ]


def test_patients_once_each_in_the_order_of_first_appearance(built):
    patients = read_csv(built / "cleaned.csv")
    ids = [row["record_id"] for row in patients]
    known = [keyed_hash(f"90000{n}", KEY) for n in (1, 2, 3, 4, 5)]
    assert ids == [*known, keyed_hash("east.sav\n\n3", KEY)]
    assert [row["centre"] for row in patients] == [
        "North",
        "North",
        "North",
        "South",
        "East B",
        "East B",
    ]


def test_values_are_reconciled_over_hospitals(built):
    found = [
        [row[name] for name in ("sex", "size", "surgery", "dead", "last", "time", "cea_first")]
        for row in read_csv(built / "cleaned.csv")
    ]
    months = repr(366 / 30.4375)
    assert found == [
        ["", "35", "2015-03-01", "yes", "2016-03-01", months, "5.5"],  # m in North, f in East
        ["f", "45", "2016-03-28", "no", "", "", ""],
        ["", "", "", "", "", "", ""],
        ["m", "", "", "", "", "", ""],  # 45 without unit, beside 4.5cm
        ["f", "", "2018-01-01", "no", "2017-12-31", "", ""],  # last seen before surgery
        ["", "12.5", "", "no", "", "", ""],
    ]


def test_every_problem_is_listed_with_its_place(built):
    found = {
        (row["variable"], row["source_file"], row["source_row"], row["raw_value"], row["problem"])
        for row in read_csv(built / "problems.csv")
    }
    assert found == {
        ("sex", "north.xlsx", "5", "x", "neither a level of the dictionary nor in codes.csv"),
        ("size", "north.xlsx", "5", "42 in", "its unit is not declared in `convert`"),
        (
            "surgery",
            "north.xlsx",
            "5",
            "31/02/2016",
            "not a possible date in the formats allowed (ISO, %d/%m/%Y, %Y年%m月%d日)",
        ),
        ("dead", "north.xlsx", "5", "maybe", "neither yes nor no, and not in codes.csv"),
        ("size", "south.csv", "3", "45", "no unit, but other cells are in cm"),
        ("size", "east.sav", "2", "301", "above the maximum 300"),
        ("sex", "north.xlsx", "3", "m", "rows of the same patient differ"),
        ("sex", "east.sav", "1", "f", "rows of the same patient differ"),
        ("time", "east.sav", "2", "2018-01-01 to 2017-12-31", "'surgery' is after 'last'"),
    }
    assert len(read_csv(built / "problems.csv")) == len(found)


def test_the_derivation_log_names_the_rows_that_were_used(built):
    first, second = keyed_hash("900001", KEY), keyed_hash("900002", KEY)
    size = rows(built, "derivation_log.csv", variable="size")
    assert [(r["record_id"], r["source_file"], r["source_row"], r["operation"]) for r in size] == [
        (first, "north.xlsx", "3", "reconcile max"),
        (second, "south.csv", "2", "reconcile max"),
    ]
    cea = rows(built, "derivation_log.csv", variable="cea_first")
    assert [(r["record_id"], r["source_row"]) for r in cea] == [(first, "3"), (first, "4")]
    assert {r["record_id"] for r in rows(built, "derivation_log.csv")} == {first, second}


def test_the_cleaning_log_has_one_row_a_changed_cell(built):
    log = rows(built, "cleaning_log.csv", variable="size")
    assert [(r["source_file"], r["source_sheet"], r["source_row"]) for r in log] == [
        ("north.xlsx", "Sheet", "3"),
        ("north.xlsx", "Sheet", "4"),
        ("north.xlsx", "Sheet", "5"),
        ("south.csv", "", "2"),
        ("south.csv", "", "3"),
        ("east.sav", "", "2"),
    ]
    assert [(r["raw_value"], r["clean_value"], r["rule"]) for r in log] == [
        ("3.5 cm", "35", "unit cm"),
        ("42 mm", "42", "unit mm"),
        ("42 in", "", "unknown unit"),
        ("4.5cm", "45", "unit cm"),
        ("45", "", "mixed units"),
        ("301", "", "out of range"),
    ]


def test_linkage_counts_what_does_not_join(built):
    found = {row["source"]: row for row in read_csv(built / "linkage.csv")}
    assert (found["visits"]["unmatched_keys"], found["visits"]["unmatched_rows"]) == ("1", "2")
    assert found["east"]["rows_without_key"] == "1"


def test_no_identifier_is_in_any_output(built):
    for name in ("records.parquet", "cleaned.parquet"):
        frame = pd.read_parquet(built / name).astype(str)
        text = "\n".join(frame[column].str.cat(sep="\n") for column in frame)
        assert "90000" not in text and "王芳" not in text and "李明" not in text
    for path in built.glob("*.csv"):
        if path.name != "south.csv":
            assert "90000" not in path.read_text(encoding="utf-8")


def test_the_order_of_columns_is_that_of_the_dictionary_and_long_ones_stay_out(built):
    assert list(read_csv(built / "cleaned.csv")[0]) == [
        "record_id",
        "centre",
        "patient",
        "sex",
        "size",
        "surgery",
        "dead",
        "last",
        "time",
        "cea_first",
    ]
