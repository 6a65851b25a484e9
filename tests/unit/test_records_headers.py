"""Bad files, one fault each: the message says what is wrong, where, and what would be right."""

import openpyxl
import pytest

from retrocohort.records.headers import _misspelt, check_source_files

VARIABLES = {
    "patient": {"columns": {"ward": "id"}},
    "age": {"columns": {"ward": "age"}},
    "sex": {"columns": {"ward": "sex", "other": "gender"}},
    "group": {"columns": {}},
}
GOOD = b"id,age,sex\n1,50,m\n"


def faults(path, **spec):
    found = check_source_files({"ward": {"path": str(path), "id": "id"} | spec}, VARIABLES)
    return [str(fault) for fault in found]


def delivered(tmp_path, data, name="ward.csv"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [GOOD, b"\xef\xbb\xbf" + GOOD, b'"sex" , "id","age",more\r\nm,1,50,\r\n'.replace(b" ", b"")],
)
def test_good_files_have_no_fault(tmp_path, data):
    assert faults(delivered(tmp_path, data)) == []


CASES = {
    "empty": (b"", {}, "is empty. Deliver the file again."),
    "blank": (b"\n \n", {}, "is empty. Deliver the file again."),
    "header only": (
        b"id,age,sex\n",
        {},
        "row 1: no row follows the header. Deliver the file again.",
    ),
    "latin": (
        b"id,age,sex\n1,50,m\xe4nnlich\n",
        {},
        "row 2: is not utf-8 at byte 7 of the row (byte 17 of the file). Set encoding: cp1252.",
    ),
    "chinese": (
        "id,age,sex\n1,50,男\n2,60,女\n".encode("gb18030"),
        {},
        "row 2: is not utf-8 at byte 6 of the row (byte 16 of the file). Set encoding: gb18030.",
    ),
    "utf-16": (
        "id,age,sex\n1,50,m\n".encode("utf-16"),
        {},
        "row 1: is not utf-8 at byte 1 of the row (byte 0 of the file). Set encoding: utf-16.",
    ),
    "read as latin": (
        "id,age,sex\n1,50,男\n".encode(),
        {"encoding": "latin-1"},
        "is valid UTF-8, but is read as latin-1. Set encoding: utf-8.",
    ),
    "unknown encoding": (
        GOOD,
        {"encoding": "utf9"},
        "the encoding 'utf9' is not known. Set encoding: utf-8.",
    ),
    "header below": (
        b"Ward 3\nexport of 2020\n\n" + GOOD,
        {},
        "row 1: is not the row with the column names. Set header_row: 4.",
    ),
    "header above": (
        GOOD,
        {"header_row": 2},
        "row 2: is not the row with the column names. Set header_row: 1.",
    ),
    "duplicated": (
        b"id,age,sex,age\n1,50,m,51\n",
        {},
        "row 1: the column name 'age' stands 2 times (columns 2, 4)."
        " Give each column a name of its own.",
    ),
    "misspelt": (
        b"id,agee,sex\n1,50,m\n",
        {},
        "row 1: the column 'age' is missing. Did you mean 'agee'?",
    ),
    "no id": (
        b"number,age,sex\n1,50,m\n",
        {},
        "row 1: the column 'id' is missing. None of the 3 others is like it.",
    ),
    "no centre": (
        GOOD,
        {"centre": {"column": "clinic"}},
        "row 1: the column 'clinic' is missing. None of the 3 others is like it.",
    ),
    "semicolons": (
        GOOD.replace(b",", b";"),
        {},
        "its cells are not delimited by ','. Set delimiter: ';'.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_fault_each(tmp_path, case):
    data, spec, expected = CASES[case]
    assert faults(delivered(tmp_path, data), **spec) == [expected]


def test_a_file_without_header_does_not_leak_its_first_patient(tmp_path):
    messages = faults(delivered(tmp_path, b"17,50,Smith\n18,60,Miller\n"))
    assert messages == [
        "row 1: none of the columns id, age, sex is there."
        " Deliver the file with a row of column names."
    ]


def test_all_faults_of_all_files_at_once(tmp_path):
    bad = delivered(tmp_path, b"id,id,age,sexx\n1,1,50,m\n")
    delivered(tmp_path, GOOD, "warp.csv")
    sources = {
        "ward": {"path": str(bad), "id": "id"},
        "other": {"path": str(tmp_path / "wart.csv"), "id": "id"},
    }
    found = check_source_files(sources, VARIABLES)
    assert [fault.file for fault in found] == [str(bad), str(bad), str(tmp_path / "wart.csv")]
    assert str(found[2]) == "is missing. Did you mean 'warp.csv'?"


def test_a_file_of_another_kind(tmp_path):
    assert faults(delivered(tmp_path, GOOD, "ward.docx")) == [
        "is of a kind that cannot be read. Deliver one of .csv, .tsv, .txt, .xlsx, .sav, .dta."
    ]


@pytest.mark.parametrize("name", ["ward.xlsx", "ward.sav", "ward.dta", "ward.csv.gz"])
def test_a_file_that_is_not_what_its_ending_says(tmp_path, name):
    (message,) = faults(delivered(tmp_path, GOOD, name))
    assert message.startswith("cannot be opened (")
    assert message.endswith("Is it what its ending says?")


def workbook(tmp_path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "ward.xlsx")
    return tmp_path / "ward.xlsx"


def test_workbooks(tmp_path):
    good = [["id", "age", "sex"], [1, 50, "m"]]
    path = workbook(tmp_path, data=good, legend=[["code", "meaning"], ["m", "man"]])
    assert faults(path, sheet="data") == []
    assert faults(path, sheet="Data") == ["has no sheet 'Data'. Did you mean 'data'?"]
    assert faults(path)[0].startswith("sheet 2, row 1: none of the columns id, age, sex is")
    path = workbook(tmp_path, data=[["Ward 3"], *good])
    assert faults(path) == [
        "sheet 1, row 1: is not the row with the column names. Set header_row: 2."
    ]
    assert faults(workbook(tmp_path, data=[])) == ["is empty. Deliver the file again."]


@pytest.mark.parametrize(
    ("name", "there", "asked"),
    [
        ("patients", ["Patients2"], "Did you mean 'Patients2'?"),
        ("patients", ["pateints", "x"], "Did you mean 'pateints'?"),
        ("patients", ["patients Zorblatt"], ""),
        ("patients.xlsx", ["patients Zorblatt.xlsx"], ""),
    ],
)
def test_only_a_slip_of_the_pen_is_quoted(name, there, asked):
    assert _misspelt(name, there) == asked
