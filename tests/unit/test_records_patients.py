"""From rows to patients: who is one, who adds to one, and who is nobody."""

import numpy as np
import pandas as pd

from retrocohort.records.patients import clean_records

ROWS = [  # source, row, patient, centre, age, stage
    ("registry", 2, "b", "R", "", "ii"),
    ("registry", 3, "x", "R", "", "iv"),
    ("registry", 4, "a", "R", "", "i"),
    ("ward", 2, "a", "W", "50", ""),
    ("ward", 3, "b", "W", "60", ""),
    ("clinic", 2, "c", "C", "70", ""),
    ("clinic", 3, "a", "C", "50", ""),
]
SOURCES = {"registry": {"patients": "known"}, "ward": {}, "clinic": {"patients": "new"}}


def variable(kind, **columns):
    return {"type": kind, "columns": columns, "min": None, "max": None, "levels": {}}


VARIABLES = {
    "age": variable("number", ward="age", clinic="age"),
    "stage": variable("text", registry="stage"),
}


CENTRES = variable("category") | {"levels": {"W": "Ward", "N": "North"}}


def built(sources, variables=VARIABLES, checks=()):
    names = ["source", "source_row", "record_id", "centre", "age", "stage"]
    frame = pd.DataFrame(ROWS, columns=names).assign(source_sheet="")
    frame["source_file"] = frame["source"] + ".csv"
    frame = frame.astype({name: "category" for name in frame if name != "source_row"})
    return clean_records(frame, sources, variables, [], {}, checks)


def test_rows_of_a_source_of_known_patients_add_and_are_no_patients():
    patients, logs = built(SOURCES)
    assert patients["record_id"].tolist() == ["a", "b", "c"]
    assert patients["centre"].tolist() == ["W", "W", "C"]
    assert patients["stage"].tolist() == ["i", "ii", None]
    assert patients["age"].tolist() == [50, 60, 70]
    problems = logs.columns("problems")
    assert {name: values for name, values in problems.items()} == {
        "record_id": ["x"],
        "source_file": ["registry.csv"],
        "source_sheet": [""],
        "source_row": [3],
        "variable": [""],
        "raw_value": [""],
        "problem": ["no such patient"],
        "action": ["row left out"],
    }


def test_without_that_declaration_each_row_is_a_patient():
    patients, logs = built({"registry": {}, "ward": {}, "clinic": {}})
    assert patients["record_id"].tolist() == ["b", "x", "a", "c"]
    assert patients["centre"].tolist() == ["R", "R", "R", "C"]
    assert np.isnan(patients["age"][1]) and patients["stage"][1] == "iv"
    assert logs.columns("problems")["problem"] == []


def test_the_centre_is_a_variable_if_the_dictionary_has_it():
    patients, logs = built(SOURCES, {"age": VARIABLES["age"], "centre": CENTRES})
    assert list(patients) == ["record_id", "centre", "age"]
    assert patients["centre"].tolist() == ["W", "W", None]
    problems = logs.columns("problems")
    told = [problems[name] for name in ("variable", "source_file", "source_row", "raw_value")]
    assert [values[-1] for values in told] == ["centre", "clinic.csv", 2, "C"]
    assert problems["problem"][-1] == "no level of the dictionary"


def test_the_checks_of_a_study_are_made_of_the_patients():
    check = {"label": "look", "variable": "age", "where": {"age": {"above": 60}}}
    _, logs = built(SOURCES, checks=[check])
    problems = logs.columns("problems")
    told = [problems[name][-1] for name in ("record_id", "variable", "raw_value", "problem")]
    assert told == ["c", "age", "70", "look"]
