"""The committed raw files are what the calibrated cohort and the seeds give, byte for byte."""

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyreadstat
import pytest
from tests.twin.delivered import COMMITTED, SETTINGS, STUDY, UNSEEN, cleaned, deliver, read_csv

from twin.identities import check_digit
from twin.records import load_settings

DATA = Path("data") / STUDY
SAYS = re.compile("synthetic|合成数据", re.IGNORECASE)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rebuilt")
    deliver(folder, COMMITTED)
    return folder


def test_the_committed_files_are_rebuilt_byte_for_byte(rebuilt):
    names = {path.name for path in DATA.iterdir()} - {"PROVENANCE.zh.md"}  # a translation by hand
    assert len(names) == 5
    assert names | {"truth.csv"} == {path.name for path in rebuilt.iterdir()}
    for name in names:
        assert (rebuilt / name).read_bytes() == (DATA / name).read_bytes(), name
    truth = Path(f"tests/twin/{STUDY}/truth.csv")
    assert (rebuilt / "truth.csv").read_bytes() == truth.read_bytes()


def test_the_workflow_makes_them_beside_a_notice(tmp_path):
    for part in ("workflow", "config", "profiles", "envs"):
        shutil.copytree(part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "snakemake", "-s", "workflow/twin.smk", "--cores", "1"]
    done = subprocess.run([*command, "deliver"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    made = tmp_path / "results/twin" / STUDY
    assert (made / "truth.csv").read_bytes() == Path(f"tests/twin/{STUDY}/truth.csv").read_bytes()
    notice = load_settings(f"config/studies/{STUDY}/study.yaml")["notice"]
    assert (made / "NOTICE.txt").read_text(encoding="utf-8") == f"{notice}\n"


def test_another_seed_of_the_mess_gives_other_files(rebuilt):
    other = cleaned(UNSEEN[0]).data
    for name in (source["file"] for source in load_settings(SETTINGS)["sources"].values()):
        assert (rebuilt / name).read_bytes() != (other / name).read_bytes()


def test_each_raw_file_says_that_it_is_synthetic():
    book = openpyxl.load_workbook(DATA / "pumch_cases.xlsx")
    assert all(any(SAYS.search(str(cell)) for cell in first_column(s)) for s in book.worksheets)
    lines = (DATA / "zhongshan_export.csv").read_text(encoding="gb18030").splitlines()
    assert SAYS.search(lines[0]) and SAYS.search(lines[-1])
    _, meta = pyreadstat.read_sav(DATA / "puth_database.sav", metadataonly=True)
    assert SAYS.search(meta.file_label)
    assert SAYS.search((DATA / "PROVENANCE.md").read_text(encoding="utf-8"))


def first_column(sheet):
    return [row[0] for row in sheet.iter_rows(max_row=3, values_only=True)]


def test_national_numbers_are_of_no_area_and_wrongly_checked():
    rows = (DATA / "zhongshan_export.csv").read_text(encoding="gb18030").splitlines()[1:-1]
    wide = str.maketrans("０１２３４５６７８９", "0123456789")
    numbers = [row["证件号码"].strip().translate(wide) for row in csv.DictReader(rows)]
    assert len(numbers) > 60
    for number in numbers:
        assert re.fullmatch("000000[0-9]{11}[0-9X]", number)
        assert number[-1] != check_digit(number[:-1])


def test_the_check_digit_is_that_of_the_standard():
    assert check_digit("11010519491231002") == "X"  # the example of GB 11643-1999
    assert check_digit("44052418800101001") == "4"


def test_codes_agree_with_the_value_labels_of_the_statistics_file():
    codes = {
        (row["variable"], float(row["raw"])): row["clean"]
        for row in read_csv(f"config/studies/{STUDY}/codes.csv")
        if row["source"] == "puth" and row["raw"].isdigit()
    }
    columns = {
        part.removeprefix("puth:"): (row["name"], row["type"])
        for row in read_csv(f"config/studies/{STUDY}/dictionary.csv")
        for part in row["columns"].split("|")
        if part.startswith("puth:")
    }
    _, meta = pyreadstat.read_sav(DATA / "puth_database.sav", metadataonly=True)
    assert len(meta.variable_value_labels) > 12
    for column, labels in meta.variable_value_labels.items():
        name, kind = columns[column]
        for value, label in labels.items():
            said = codes.get((name, value), {0.0: "no", 1.0: "yes"}.get(value))
            assert said == label, (column, value)
            assert (name, value) in codes or kind == "yesno"
