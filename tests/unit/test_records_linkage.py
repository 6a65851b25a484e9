"""How sources join: sums of the delivered files, keys in counts, rows that are nobody's."""

import numpy as np
import pandas as pd

from retrocohort.audit.warnings import listed_sums, of_files, of_linkage
from retrocohort.records.linkage import COLUMNS, centres, link

KNOWN = {"patients": "known"}
MANY = {"rows": "many"}


def linked(keys, **sources):
    """Return the counts by source; the rows of a source are letters, - for a row without key."""
    arrays = {name: np.array(text.split(), dtype=object) for name, text in keys.items()}
    specs = {name: {"file": f"{name}.csv"} | sources.get(name, {}) for name in keys}
    rows = link({name: (k, k != "-") for name, k in arrays.items()}, specs)
    return {row["source"]: row for row in rows}


def test_listed_sums_in_text_and_binary_mode_and_with_blanks_in_a_name():
    text = "ab  a file.csv\n\ncd *b.csv.gz\nbroken\n"
    listed = listed_sums(text)
    assert listed == {"a file.csv": "ab", "b.csv.gz": "cd"}
    rows = [{"source": s, "file": "a file.csv", "sha256": s} for s in ("ab", "xy")]
    assert [warning["item"] for warning in of_files(rows, listed)] == ["xy"]


def test_centres_are_counted_over_all_sources():
    def source(rows):
        centre, patient = zip(*(row.split(":") for row in rows.split()), strict=True)
        return pd.DataFrame({"centre": pd.Categorical(centre), "record_id": patient})

    found = centres([source("a:1 a:2 b:3"), source(":1 :1"), source("b:3 b:4 a:2")], ["a", "b"])
    assert found == [
        {"centre": "a", "rows": 3, "patients": 2},
        {"centre": "b", "rows": 3, "patients": 2},
    ]


def test_the_keys_of_a_source_that_adds_to_known_patients_may_match_nobody():
    found = linked({"registry": "x a a y y -", "ward": "a b"}, registry=KNOWN)
    registry = found["registry"]
    assert registry["patients"] == "known"
    assert (registry["keys"], registry["duplicated_keys"], registry["rows_without_key"]) == (
        3,
        2,
        1,
    )
    assert (registry["unmatched_keys"], registry["unmatched_rows"]) == (2, 4)
    assert (found["ward"]["patients"], found["ward"]["unmatched_keys"]) == ("new", 0)


def test_known_patients_are_not_those_that_rows_of_events_belong_to():
    found = linked({"ward": "a", "registry": "a x", "labs": "x x a"}, registry=KNOWN, labs=MANY)
    assert (found["labs"]["unmatched_keys"], found["labs"]["unmatched_rows"]) == (1, 2)
    assert found["labs"]["patients"] == ""


def test_patients_that_one_source_alone_delivers_are_counted_where_several_do():
    found = linked({"n": "a b c", "s": "c d -", "r": "a z", "labs": "a"}, r=KNOWN, labs=MANY)
    assert {name: row["only_here_keys"] for name, row in found.items()} == {
        "n": 2,
        "s": 1,
        "r": "",
        "labs": "",
    }
    assert linked({"n": "a b", "r": "a"}, r=KNOWN)["n"]["only_here_keys"] == ""
    assert {*found["n"], "sha256", "coloured_cells"} == set(COLUMNS)


def test_sources_of_patients_that_overlap_in_part_are_a_warning():
    apart, partly = {"n": "a b", "s": "c d"}, {"n": "a b c", "s": "c"}
    for keys, told in ((apart, []), (partly, [("n", 2)])):
        rows = [row | {"sha256": ""} for row in linked(keys).values()]
        assert [(row["item"], row["n"]) for row in of_linkage(rows)] == told


def test_rows_without_key_are_patients_of_new_sources_only():
    found = linked({"ward": "a -", "registry": "a - x"}, registry=KNOWN)
    rows = [row | {"sha256": ""} for row in found.values()]
    told = [(row["item"], row["warning"].split(",")[0], row["n"]) for row in of_linkage(rows)]
    assert told == [
        ("ward", "rows without a patient's number", 1),
        ("registry", "persons without a row in the patients' source", 1),
    ]


def test_colours_that_are_not_read_are_told():
    rows = list(linked({"n": "a b"}).values())
    assert list(of_linkage(rows)) == []
    (told,) = of_linkage([rows[0] | {"coloured_cells": "7"}])
    assert (told["item"], told["warning"], told["n"]) == (
        "n",
        "cells with a colour; what it says is not read",
        7,
    )
