"""Names, numbers and days of birth of the delivered files occur in no result."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from tests.workflow.replay import pairs, read_csv
from tests.workflow.replay_files import read_rows

from retrocohort.config import strict_yaml

STUDY = "xu2025"
RESULTS = Path("results") / STUDY
TEXTS = (".csv", ".html", ".svg", ".log", ".json")


@cache
def planted():
    """Return the direct identifiers as delivered and in plain forms: texts by variable."""
    path = f"config/studies/{STUDY}/study.yaml"
    sources = strict_yaml.load(path, Path(path).read_text(encoding="utf-8"))["sources"]
    entries = read_csv(f"config/studies/{STUDY}/dictionary.csv")
    found = {}
    for name, source in sources.items():
        rows = read_rows(Path("data") / STUDY / source["file"], source)
        for entry in entries:
            columns = pairs(entry["columns"], ":")
            if entry["protect"] and name in columns:
                cells = {row[columns[name]].strip() for _, row in rows}
                plain = {unicodedata.normalize("NFKC", cell) for cell in cells}
                found.setdefault(entry["name"], set()).update((cells | plain) - {""})
    return found


def occurring(text):
    """Return the identifiers that stand in a text as words of their own."""
    words = set(re.findall(r"[^\s,;:\"'<>()/]+", text))
    return {v: known & words for v, known in planted().items() if known & words}


def test_identifiers_were_planted():
    assert {name: len(cells) > 200 for name, cells in planted().items()} == {
        "national_id": True,
        "hospital_number": True,
        "birth_date": True,
        "name": False,  # a few hundred people share some names
    }
    assert len(planted()["name"]) > 100


def test_the_search_would_find_them():
    for variable, cells in planted().items():
        found = occurring(f"a,{min(cells)},b")
        assert variable in found


@pytest.mark.parametrize("ending", TEXTS)
def test_no_text_of_the_results_holds_an_identifier(ending):
    paths = list(RESULTS.rglob(f"*{ending}"))
    assert paths
    assert {p: f for p in paths if (f := occurring(p.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize("path", sorted(RESULTS.rglob("*.parquet")), ids=lambda p: p.name)
def test_no_table_of_the_results_holds_an_identifier(path):
    frame = pd.read_parquet(path)
    for column in frame:
        cells = {unicodedata.normalize("NFKC", c.strip()) for c in frame[column].astype(str)}
        for variable, known in planted().items():
            assert not cells & known, (column, variable)


def test_identifiers_that_are_kept_are_hashes():
    rows = read_csv(RESULTS / "records/cleaned.csv")
    assert len(rows) == len({row["record_id"] for row in rows}) == 228
    assert all(re.fullmatch("[0-9a-f]{16}", row["national_id"]) for row in rows)
    assert not {"name", "birth_date", "hospital_number"} & set(rows[0])
