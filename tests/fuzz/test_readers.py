"""Any bytes under any ending are rows, or what is wrong with the file: never more."""

import csv
import gzip
import io
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrocohort.faults import FaultsFound
from retrocohort.records.colours import coloured_cells
from retrocohort.records.headers import check_source_files
from retrocohort.records.read import OWN_COLUMNS, read_source
from tests.bad_input.cases import HERE

TABLE = (HERE / "base/labs.csv").read_bytes()[:600].rpartition(b"\n")[0] + b"\n"
ROWS = list(csv.reader(TABLE.decode().splitlines()))
COLUMNS = {name: {"columns": {"labs": name}} for name in ROWS[0][1:]}
PIECES = st.binary(max_size=8) | st.sampled_from(
    [b"\0", b'"', b",", b"\n", b"\r", b"\xff\xff\xff\xff", b"<c r='A9'/>", b"<f>1</f>", b"&x;"]
    + [b'r="99999999999"', b't="s"', b"<v>9e999</v>", b"\xef\xbb\xbf", b"PK\x03\x04", b"\x7f"]
)
EDITS = st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 20), PIECES), max_size=6)


def spliced(data: bytes, edits, cut: int = 0) -> bytes:
    """Return bytes with pieces put in, over some of them, and without as many at the end."""
    for at, over, piece in edits:
        at = at % (len(data) + 1)
        data = data[:at] + piece + data[at + over :]
    return data[: len(data) - cut] if cut else data


@cache
def workbook() -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.active["D5"].number_format, book.active["D5"] = "0%", 0.25
    book.save(target)
    return target.getvalue()


@cache
def statfile(ending: str) -> bytes:
    path = Path(f"made{ending}")
    write = {".sav": pyreadstat.write_sav, ".dta": pyreadstat.write_dta}[ending]
    write(pd.DataFrame(ROWS[1:], columns=ROWS[0]), str(path))
    return path.read_bytes()


def outcome(name: str, data: bytes, **more) -> str:
    """Read a file as the workflow does; return what is wrong, empty if it was read."""
    Path(name).write_bytes(data)
    spec = {"path": name, "file": name, "id": "pid"} | more
    faults = check_source_files({"labs": spec}, COLUMNS)
    try:
        frame = read_source("labs", spec)
        coloured_cells(spec)
    except FaultsFound as found:
        faults += found.faults
        frame = None
    if not faults:
        assert set(OWN_COLUMNS[1:]) <= set(frame.columns) and (frame["source_row"] > 0).all()
        texts = [cell for name in ROWS[0] for cell in frame[name].astype(object)]
        assert all(isinstance(cell, str) for cell in texts)
    assert all(fault.problem and fault.file == name for fault in faults)
    return " ".join(map(str, faults))


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".csv.gz", ".xlsx", ".sav", ".dta"])
@given(data=st.binary(max_size=300))
def test_any_bytes(project, ending, data):
    assert outcome(f"labs{ending}", data)


@given(EDITS, st.integers(0, 40), st.sampled_from(["utf-8", "latin-1", "utf-16", "gb18030", ""]))
def test_a_changed_table(project, edits, cut, encoding):
    more = {"encoding": encoding} if encoding else {}
    outcome("labs.csv", spliced(TABLE, edits, cut), **more)


@given(st.sampled_from(',;\t| :x"0é；'), st.integers(1, 5), st.sampled_from(["", "P", "P02"]))
def test_a_table_read_otherwise(project, delimiter, header_row, footer):
    more = {"footer": footer} if footer else {}
    outcome("labs.csv", TABLE, delimiter=delimiter, header_row=header_row, **more)


@given(EDITS, st.integers(0, 40), st.booleans())
def test_a_changed_archive(project, edits, cut, is_inside):
    packed = gzip.compress(TABLE, mtime=0)
    inside = gzip.compress(spliced(TABLE, edits, cut), mtime=0)
    outcome("labs.csv.gz", inside if is_inside else spliced(packed, edits, cut))


@given(EDITS, st.integers(0, 40), st.integers(0, 20), st.booleans())
def test_a_changed_workbook(project, edits, cut, part, is_inside):
    if not is_inside:
        outcome("labs.xlsx", spliced(workbook(), edits, cut))
        return
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive, zipfile.ZipFile(target, "w") as made:
        names = [*archive.namelist(), *["xl/worksheets/sheet1.xml"] * 8]  # most often the cells
        for name in archive.namelist():
            data = archive.read(name)
            is_changed = name == names[part % len(names)]
            made.writestr(name, spliced(data, edits, cut) if is_changed else data)
    outcome("labs.xlsx", target.getvalue())


@pytest.mark.parametrize("ending", [".sav", ".dta"])
@given(edits=EDITS, cut=st.integers(0, 40))
def test_a_changed_file_of_a_statistics_program(project, ending, edits, cut):
    outcome(f"labs{ending}", spliced(statfile(ending), edits, cut))
