"""No study is known to the code: a new one is a folder of decisions and one of data."""

import csv
import re
from pathlib import Path

import pytest

CODE = [
    path
    for folder in ("workflow", "report")
    for path in sorted(Path(folder).rglob("*"))
    if path.suffix in (".py", ".smk", ".yaml", ".html", ".j2", ".css", ".js")
]
STUDIES = ("xu2025", "nafld", "rotterdam")  # the shipped ones
WORDS_OF_THE_METHOD = {  # names of variables that are words of the code for other reasons
    *("age", "year", "size", "group", "test", "death", "died", "sex", "grade", "nodes", "weight"),
    *("height", "diagnosis", "recurrence", "stage", "er", "name", "lost", "hospital", "target"),
    "location",  # of a printed number in its paper
    "stroke",  # of a line in SVG and CSS
}
INVENTED = {  # what the generator of twins gives to every record, whatever the study
    *("national_id", "hospital_number", "birth_date", "call_date", "call_state"),
}


def names_of(study):
    """Return the variables of a study and the file and column names of its data."""
    with open(f"config/studies/{study}/dictionary.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {part.partition(":")[2] for row in rows for part in row["columns"].split("|") if part}
    short = {name for name in columns if len(name) < 5}  # such as id, status, days
    return ({row["name"] for row in rows} | (columns - short)) - WORDS_OF_THE_METHOD


def occurrences(words):
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(words)))})(?![\w-])")
    return [
        f"{path}:{number}: {match[0]}"
        for path in [*CODE, Path("Snakefile"), Path("config/defaults.yaml")]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for match in pattern.finditer(line)
    ]


def test_there_is_code_and_there_are_studies():
    assert len(CODE) > 60 and len(STUDIES) >= 2


@pytest.mark.parametrize("study", STUDIES)
def test_no_study_is_named(study):
    assert occurrences({study, study.capitalize(), study.upper()}) == []


@pytest.mark.parametrize("study", STUDIES)
def test_no_variable_of_a_study_is_named(study):
    generic = {"events", "event", "value", "values", "status", "centre", "smoking", "test_value"}
    generic |= INVENTED
    assert occurrences(names_of(study) - generic) == []


@pytest.mark.parametrize("study", STUDIES)
def test_no_level_of_a_study_is_named(study):
    with open(f"config/studies/{study}/dictionary.csv", encoding="utf-8", newline="") as file:
        cells = [row["levels"] for row in csv.DictReader(file)]
    labels = {pair.partition("=")[2] for cell in cells for pair in cell.split("|") if pair}
    labels = {label for label in labels if len(label) > 5}
    assert len(labels) > 3
    assert occurrences(labels) == []
