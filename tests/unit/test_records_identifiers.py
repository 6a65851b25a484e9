"""Identifiers: hashed with a key, or dropped; never as delivered."""

import hashlib
import hmac

import numpy as np

from retrocohort.records.identifiers import keyed_hash, protect
from retrocohort.records.linkage import link
from retrocohort.records.read import read_source

KEY = b"secret"
VARIABLES = {
    "patient": {"type": "id", "columns": {"ward": "id"}, "protect": "hash"},
    "case": {"type": "id", "columns": {"ward": "case"}, "protect": "hash", "missing": ["NA"]},
    "phone": {"type": "text", "columns": {"ward": "phone"}, "protect": "drop"},
    "age": {"type": "integer", "columns": {"ward": "age"}, "protect": ""},
}
TEXT = """id,case,phone,age,free
7, 7 ,0123,50,a
8,NA,0124,60,b
,7,0125,70,c
,,0126,80,d
7,8,,51,e
"""


def protected(tmp_path, variables=None, key=KEY, id_column="id"):
    path = tmp_path / "ward.csv"
    path.write_text(TEXT)
    spec = {"path": str(path), "file": "ward.csv", "id": id_column}
    variables = VARIABLES if variables is None else variables
    return protect(read_source("ward", spec), "ward", spec, variables, key)


def test_full_width_digits_are_the_same_number_and_raised_ones_are_not():
    assert keyed_hash("１２７Ｘ\u3000", KEY) == keyed_hash("127X", KEY)
    assert keyed_hash("12²", KEY) != keyed_hash("122", KEY)


def test_the_hash_is_hmac_sha256_of_the_trimmed_text():
    whole = hmac.new(KEY, b"7", hashlib.sha256).hexdigest()
    assert whole.startswith(keyed_hash(" 7 ", KEY))
    assert len(keyed_hash("7", KEY)) == 16
    assert keyed_hash("7", KEY) != keyed_hash("7", b"other") != keyed_hash("8", KEY)


def test_identifiers_are_hashed_so_that_equal_ones_stay_equal(tmp_path):
    frame, has_id = protected(tmp_path)
    seven, eight = keyed_hash("7", KEY), keyed_hash("8", KEY)
    assert frame["id"].tolist() == [seven, eight, "", "", seven]
    assert frame["case"].tolist() == [seven, "NA", seven, "", eight]
    assert has_id.tolist() == [True, True, False, False, True]


def test_a_row_without_id_is_a_patient_of_its_own(tmp_path):
    ids = protected(tmp_path)[0]["record_id"].tolist()
    assert ids[0] == ids[4] == keyed_hash("7", KEY)
    assert len(set(ids)) == 4
    assert ids[2] == keyed_hash("ward.csv\n\n4", KEY)


def test_dropped_variables_are_gone_and_others_stay_as_delivered(tmp_path):
    frame, _ = protected(tmp_path)
    assert "phone" not in frame
    assert frame["age"].tolist() == ["50", "60", "70", "80", "51"]
    assert frame["free"].tolist() == list("abcde")


def test_the_id_is_hashed_even_if_the_dictionary_does_not_know_it(tmp_path):
    frame, _ = protected(tmp_path, variables={})
    assert frame["id"].tolist()[0] == keyed_hash("7", KEY)


def test_linkage_counts_duplicated_and_unmatched_keys():
    rows = {"north": "a b b -", "south": "c a", "tests": "a a x x x - c"}
    keys = {name: np.array(text.split(), dtype=object) for name, text in rows.items()}
    sources = {"north": {}, "south": {"rows": "one"}, "tests": {"rows": "many"}}
    sources = {name: {"file": f"{name}.csv"} | spec for name, spec in sources.items()}
    north, south, tests = link({name: (k, k != "-") for name, k in keys.items()}, sources)
    assert north == {
        "source": "north",
        "rows_a_patient": "one",
        "patients": "new",
        "file": "north.csv",
        "rows": 4,
        "rows_without_key": 1,
        "keys": 2,
        "duplicated_keys": 1,
        "duplicated_rows": 2,
        "unmatched_keys": 0,
        "unmatched_rows": 0,
        "only_here_keys": 1,
    }
    assert (south["keys"], south["duplicated_keys"]) == (2, 0)
    assert (tests["keys"], tests["duplicated_keys"], tests["duplicated_rows"]) == (3, 2, 5)
    assert (tests["unmatched_keys"], tests["unmatched_rows"]) == (1, 4)
