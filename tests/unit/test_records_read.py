"""Reading of delivered files: every cell as text, with the row in which a person sees it."""

import datetime
import gzip
import re
import zipfile

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from openpyxl.styles import PatternFill

from retrocohort.faults import FaultsFound
from retrocohort.records.colours import coloured_cells
from retrocohort.records.headers import check_source_files
from retrocohort.records.read import read_source

TEXT = 'id,sex,note\n1,m,NA\n\n2,,"two\nlines"\n3,f\n'


def read(path, **spec):
    return read_source("ward", {"path": str(path), "file": path.name, "id": "id"} | spec)


def cells(frame, *columns):
    """Return the rows as lists of text."""
    return frame[list(columns)].astype(object).to_numpy().tolist()


def test_csv_cells_are_text_and_rows_are_counted_as_a_spreadsheet_does(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(TEXT)
    frame = read(path)
    assert cells(frame, "source_row", "id", "sex", "note") == [
        [2, "1", "m", "NA"],
        [4, "2", "", "two\nlines"],
        [5, "3", "f", ""],
    ]
    assert cells(frame, "source", "source_file", "source_sheet", "centre")[0] == [
        "ward",
        "a.csv",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("a.csv", "utf-8", ","),
        ("a.csv", "utf-8-sig", ","),
        ("a.csv", "gb18030", ";"),
        ("a.tsv", "utf-16", "\t"),
        ("a.txt", "utf-8", "\t"),
        ("a.csv.gz", "gb18030", ","),
        ("A.CSV", "latin-1", "|"),
    ],
)
def test_encodings_delimiters_and_gzip(tmp_path, name, encoding, delimiter):
    place = "Zürich" if encoding == "latin-1" else "上海"
    data = f"id,centre\n1,{place}\n2,007\n".replace(",", delimiter).encode(encoding)
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    spec = {"encoding": "utf-8" if encoding == "utf-8-sig" else encoding}
    if delimiter not in {".csv": ",", ".txt": "\t", ".tsv": "\t"}.get(path.suffix.lower(), ","):
        spec["delimiter"] = delimiter
    frame = read(path, centre={"column": "centre"}, **spec)
    assert cells(frame, "id", "centre (delivered)", "centre") == [
        ["1", place, place],
        ["2", "007", "007"],
    ]


def test_a_row_of_blanks_is_no_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,age\n1,50\n ,\t\n\u00a0,\u3000\n2, \n")
    assert cells(read(path), "source_row", "id", "age") == [[2, "1", "50"], [5, "2", " "]]


def test_header_row_is_not_the_first(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Hospital A\nexported 2020\nid,age\n1,50\n")
    assert cells(read(path, header_row=3), "source_row", "id", "age") == [[4, "1", "50"]]


@pytest.mark.parametrize("rows", ["1,2,3\n4,5\n", "1,2\n4,5,6\n"])
def test_a_row_with_more_cells_than_the_header_is_a_fault(tmp_path, rows):
    path = tmp_path / "a.csv"
    path.write_text("id,age\n" + rows)
    row = 2 if rows.startswith("1,2,3") else 3
    with pytest.raises(FaultsFound) as found:
        read(path)
    assert f"row {row}: has 3 cells, the header has 2." in str(found.value)


def workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_workbook_all_sheets(tmp_path):
    path = tmp_path / "a.xlsx"
    day = datetime.datetime(2020, 1, 31)
    workbook(
        path,
        men=[["id", "seen", "size"], [1, day, 3.5], [], [12345678901, "31/01/2020", "NA"]],
        women=[["id", "size", "alive"], ["007", 40, True]],
        empty=[],
    )
    frame = read(path, centre="North")
    assert cells(frame, "source_sheet", "source_row", "id", "seen", "size", "alive") == [
        ["men", 2, "1", "2020-01-31", "3.5", ""],
        ["men", 4, "12345678901", "31/01/2020", "NA", ""],
        ["women", 2, "007", "", "40", "TRUE"],
    ]
    assert set(frame["centre"]) == {"North"}


def test_workbook_one_sheet_with_a_title_above_the_header(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook(path, notes=[["read me"]], data=[["Ward 3"], [], ["id", None, "age"], [1, None, 50]])
    frame = read(path, sheet="data", header_row=3)
    assert cells(frame, "source_row", "id", "age") == [[4, "1", "50"]]
    assert list(frame.columns[-2:]) == ["id", "age"]


def test_formulas_without_a_stored_result_are_faults_of_all_their_cells(tmp_path):
    path = tmp_path / "a.xlsx"
    rows = [["=TODAY()"], ["id", "size"], [1, "=1+1"], [2, 77], ["=A3", "=B3*2"]]
    many = [["note"], ["id", "size"], *([n, "=A1"] for n in range(20))]
    workbook(path, men=rows, women=many, rest=[[""], ["id", "size"], [1, 2]])
    spec = {"path": str(path), "id": "id", "header_row": 2}
    with pytest.raises(FaultsFound) as found:
        read(path, header_row=2)
    men, women = found.value.faults
    assert men.place == "sheet 1, B3, A5, B5"
    assert men.problem == "formula without a stored result (3 in all)."
    assert "B14 and 8 more" in women.place and "(20 in all)" in women.problem
    assert "77" not in str(found.value)
    assert check_source_files({"ward": spec}, {}) == [men, women]


def test_formulas_with_a_stored_result_are_read_also_an_empty_text(tmp_path):
    path, stored = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    workbook(path, men=[["id", "size"], [1, "=1+1"], [2, '=IF(A1=1,"x","")']])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stored, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                first, second, third = re.split(rb"<v ?/>|<v></v>", data)
                second = second.replace(b'<c r="B3"', b'<c r="B3" t="str"')
                data = first + b"<v>2</v>" + second + b"<v></v>" + third
            new.writestr(name, data)
    assert cells(read(stored), "id", "size") == [["1", "2"], ["2", ""]]


def statfile_frame():
    return pd.DataFrame(
        {
            "id": ["a1", "a2", "a3"],
            "sex": [1.0, 2.0, 9.0],
            "size": [3.5, float("nan"), 40.0],
            "seen": [datetime.date(2020, 1, 31), None, datetime.date(2021, 2, 1)],
        }
    )


EXPECTED = [
    [1, "a1", "1", "3.5", "2020-01-31"],
    [2, "a2", "2", "", ""],
    [3, "a3", "9", "40", "2021-02-01"],
]


def test_sav_codes_are_kept_not_labels_and_user_missing_as_delivered(tmp_path):
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(
        statfile_frame(),
        path,
        variable_value_labels={"sex": {1.0: "man", 2.0: "woman"}},
        missing_ranges={"sex": [9.0]},
    )
    assert cells(read(path), "source_row", "id", "sex", "size", "seen") == EXPECTED


def test_dta(tmp_path):
    path = tmp_path / "a.dta"
    pyreadstat.write_dta(
        statfile_frame(), path, variable_value_labels={"sex": {1: "man", 2: "woman"}}
    )
    assert cells(read(path), "source_row", "id", "sex", "size", "seen") == EXPECTED


def test_columns_with_the_names_of_the_pipeline_are_renamed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("record_id,source\n1,x\n")
    frame = read(path, id="record_id")
    assert cells(frame, "source", "record_id (delivered)", "source (delivered)") == [
        ["ward", "1", "x"]
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("id,size\n1,2\n2,3\nTotal,2 rows\n", ["1", "2"]),
        ("id,size\n1,2\n2,3\n  Total: 2\n", ["1", "2"]),
        ("id,size\n1,2\n\nTotal,2\nmade by,the ward\n", ["1"]),
    ],
)
def test_the_footer_and_all_below_it_are_no_records(tmp_path, text, rows):
    path = tmp_path / "a.csv"
    path.write_text(text)
    assert cells(read(path, footer="Total"), "id") == [[row] for row in rows]


def test_a_footer_that_is_not_there_stops_the_reading(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,size\n1,2\n")
    with pytest.raises(FaultsFound, match="no row starts with the footer 'Total'"):
        read(path, footer="Total")


def test_rows_of_the_footer_may_be_of_another_width(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,size\n1,2\nTotal\nx\n")
    source = {"path": str(path), "file": "a.csv", "id": "id", "footer": "Total"}
    assert check_source_files({"ward": source}, {}) == []
    (fault,) = check_source_files({"ward": source | {"footer": "Sum"}}, {})
    assert "no row starts with the footer 'Sum'" in str(fault)


def test_the_footer_of_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Ward"], ["id", "size"], [1, 2], [2, 3], ["Total", 2]):
        book.active.append(row)
    book.active.merge_cells("A1:B1")
    book.save(tmp_path / "a.xlsx")
    frame = read(tmp_path / "a.xlsx", header_row=2, footer="Total")
    assert cells(frame, "id", "size", "source_row") == [["1", "2", 3], ["2", "3", 4]]


def test_a_cell_shown_in_percent_is_read_as_it_is_shown(tmp_path):
    book = openpyxl.Workbook()
    for row in (["id", "rate"], [1, 0.25], [2, 0.07], [3, 1], [4, 0.125], [5, "30%"], [6, 0.25]):
        book.active.append(row)
    for row, shown in ((2, "0%"), (3, "0.00%"), (4, "0%"), (5, "0%"), (6, "0%")):
        book.active.cell(row, 2).number_format = shown
    book.save(tmp_path / "a.xlsx")
    rates = [rate for (rate,) in cells(read(tmp_path / "a.xlsx"), "rate")]
    assert rates == ["25%", "7%", "100%", "12.5%", "30%", "0.25"]


def test_coloured_cells_are_counted_where_they_are_read(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Ward"], ["id", "size"], [1, 2], [2, 3], [3, None]):
        book.active.append(row)
    for place in ("A1", "A2", "B3", "A4", "B5"):  # of the title, header, records, an empty cell
        book.active[place].fill = PatternFill("solid", start_color="FFFF0000")
    book.create_sheet("other").append(["id"])
    book["other"]["A1"].fill = PatternFill("solid", start_color="FFFF0000")
    book.save(tmp_path / "a.xlsx")
    spec = {"path": str(tmp_path / "a.xlsx"), "sheet": "Sheet", "header_row": 2}
    assert coloured_cells(spec) == 3
    assert coloured_cells(spec | {"sheet": "all", "header_row": 1}) == 5
    assert coloured_cells({"path": "a.csv"}) == 0
