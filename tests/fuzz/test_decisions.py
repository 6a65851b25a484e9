"""Any study file, dictionary or list of codes is read, or says what is wrong: never more."""

import copy
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from retrocohort.config.study import load_studies
from retrocohort.faults import FaultsFound
from retrocohort.plan.checked import checked_parts
from retrocohort.plan.entries import Plan
from retrocohort.plan.readers import pages_of
from retrocohort.records.delivered import read_records
from retrocohort.records.headers import check_source_files
from retrocohort.records.patients import clean_records
from tests.bad_input.cases import HERE, STUDY

FOLDER = f"config/studies/{STUDY}"
WRITTEN = {
    name: (HERE / "base" / name).read_text(encoding="utf-8")
    for name in ("study.yaml", "dictionary.csv", "codes.csv")
}
TREE = yaml.safe_load(WRITTEN["study.yaml"])
WORDS = sorted(
    {word for text in WRITTEN.values() for word in text.replace(",", " ").replace(":", " ").split()}
)
MARKS = [
    "",
    " ",
    "\n",
    ",",
    "|",
    "=",
    ":",
    "*",
    "&a ",
    "%",
    '"',
    "'",
    "[",
    "{",
    "!!str ",
    "\t",
    "- ",
]
TEXTS = st.sampled_from(WORDS + MARKS) | st.text(max_size=8) | st.integers().map(str)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(
    LEAVES, lambda v: st.lists(v, max_size=3) | st.dictionaries(TEXTS, v, max_size=3), max_leaves=5
)


def outcome() -> str:
    """Read the study as the workflow does; return what is wrong, empty if nothing is."""
    try:
        study = load_studies([STUDY], lambda name, *given: check_source_files(*given))[STUDY]
    except FaultsFound as found:
        assert found.faults and all(fault.file and fault.problem for fault in found.faults)
        return str(found)
    plan = Plan(STUDY, study)
    assert pages_of(plan) and checked_parts(plan) and plan.cohort_decisions()
    try:
        records, _, _ = read_records(study["sources"], study["variables"], b"not a secret")
        parts = (study["sources"], study["variables"], study["codes"], study["derive"])
        clean_records(records, *parts, study["checks"])
    except FaultsFound as found:
        return str(found)
    return ""


@pytest.fixture(autouse=True)
def restored(project):
    """Give each test the sound files."""
    for name, text in WRITTEN.items():
        Path(FOLDER, name).write_text(text, encoding="utf-8")


def places_of(value, path=()):
    """Return the paths of all parts of a study."""
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(place for key, part in parts for place in places_of(part, (*path, key)))]


PLACES = places_of(TREE)[1:]


@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(["put", "drop", "copy"]), VALUES),
        min_size=1,
        max_size=3,
    )
)
def test_a_study_of_other_parts(changes):
    tree = copy.deepcopy(TREE)
    for (*above, last), what, value in changes:
        try:
            holder = tree
            for key in above:
                holder = holder[key]
            if what == "drop":
                del holder[last]
            else:
                holder[last] = value if what == "put" else copy.deepcopy(tree)
        except (KeyError, IndexError, TypeError):
            continue
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
    Path(FOLDER, "study.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
    outcome()


def spliced(text: str, edits) -> str:
    """Return a text with pieces put in, over some characters of it."""
    for at, over, piece in edits:
        at = at % (len(text) + 1)
        text = text[:at] + piece + text[at + over :]
    return text


EDITS = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 12), TEXTS), min_size=1, max_size=4
)


@pytest.mark.parametrize("name", WRITTEN)
@given(edits=EDITS)
def test_files_with_other_pieces(name, edits):
    text = spliced(WRITTEN[name], edits)
    Path(FOLDER, name).write_bytes(text.encode("utf-8", "surrogatepass"))
    outcome()


@given(st.sampled_from(list(WRITTEN)), st.binary(max_size=200))
def test_files_of_any_bytes(name, data):
    for each, text in WRITTEN.items():
        Path(FOLDER, each).write_text(text, encoding="utf-8")
    Path(FOLDER, name).write_bytes(data)
    if name != "codes.csv":
        assert outcome()
    else:
        outcome()


COLUMNS = WRITTEN["dictionary.csv"].splitlines()[0].split(",")
ROWS = len(WRITTEN["dictionary.csv"].splitlines()) - 1
LIKE_CELLS = TEXTS | st.sampled_from(
    [
        "%d.%m.%Y|excel",
        "%Y%j",
        "%c",
        "%x %X",
        "%Y.%m=15",
        "%Y=31",
        "cm=10|(none)=1",
        "patients:cm=2",
    ]
    + [
        "a=b|c=d",
        "patients:size",
        "patients:sex|labs:test",
        "1e308",
        "-0",
        "below=half|range=upper",
    ]
    + ["number", "date", "id", "text", "yesno", "first", "min", "any", "hash", "drop", "integer"]
)


@given(
    st.lists(
        st.tuples(st.integers(0, ROWS - 1), st.sampled_from(COLUMNS), LIKE_CELLS),
        min_size=1,
        max_size=3,
    )
)
def test_a_dictionary_of_other_cells(cells):
    lines = [line.split(",") for line in WRITTEN["dictionary.csv"].splitlines()]
    for row, column, text in cells:
        lines[row + 1][COLUMNS.index(column)] = '"' + text.replace('"', '""') + '"'
    text = "\n".join(",".join(line) for line in lines) + "\n"
    Path(FOLDER, "dictionary.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
    outcome()
