"""Printed and regenerated numbers: how they are compared, and what is wrong with a ledger."""

import csv
import io

import pytest

from retrocohort.audit.ledger import COLUMNS, files_of, finding_faults, ledger_faults, rows_of
from retrocohort.audit.published import compare, last_digit
from retrocohort.faults import FaultsFound

FILE = "tables/full/t.csv"
TABLE = [
    {"variable": "sex", "level": "m", "n": "83", "events": "30", "median": "56", "hr": "",
     "reference": "m", "p": "0.0499996"},
    {"variable": "sex", "level": "f", "n": "80", "events": "9", "median": "", "hr": "0.8396",
     "reference": "m", "p": "0.00041"},
    {"variable": "sex", "level": "u", "n": "0", "events": "0", "median": "", "hr": "",
     "reference": "m", "p": ""},
]  # fmt: skip


def row(printed, statistic="n", column="n", level="m", **more):
    """Return a row of a ledger with a number as its printed text says."""
    value = printed.strip("<>=~%").replace(",", "")
    is_number = value.replace(".", "").isdigit()
    sign = printed.rstrip("0123456789.%,")
    made = dict.fromkeys(COLUMNS, "") | {"id": "r1", "statistic": statistic, "file": FILE}
    made |= {"value_printed": printed, "row": f"variable=sex;level={level}", "column": column}
    if is_number:
        decimals = str(len(value.partition(".")[2]))
        made |= {"value": value, "comparator": sign or "=", "decimals": decimals}
        made["value_printed"] = printed.removeprefix(sign)
    return made | more


def compared(*ledger):
    return compare("study", ledger, {FILE: TABLE}.get, 0.05)


CASES = [
    # printed, what is asked, regenerated, agrees
    (row("83"), "83", "yes"),
    (row("82"), "83", "no"),
    (row("0.050", "p_cox", "p"), "0.050", "yes"),
    (row("0.049", "p_cox", "p"), "0.050", "no"),
    (row("0.05", "p_cox", "p"), "0.05", "yes"),
    (row("<0.001", "p_cox", "p", "f"), "0.001", "yes"),
    (row("<0.001", "p_cox", "p"), "0.050", "no"),
    (row("0.001", "p_cox", "p", "f"), "<0.001", "no"),
    (row("0.840", "hr", "hr", "f"), "0.840", "yes"),
    (row("51%", "percent", take="n", column="events"), "36%", "no"),
    (row("36.1%", "percent", take="n", column="events"), "36.1%", "yes"),
    (row("~40%", "percent", take="n", column="events"), "40%", "yes"),
    (row("~50%", "percent", take="n", column="events"), "40%", "no"),
    (row("56", "median_os", "median"), "56", "yes"),
    (row("N/A", "median_os", "median", "f"), "N/A", "yes"),
    (row("", "q3_os", "median", "f"), "", "yes"),
    (row("N/A", "median_os", "median"), "56", "no"),
    (row("", "q3_os", "median"), "56", "no"),
    (row("72", "median_os", "median", "f"), "N/A", "no"),
    (row("N/A", "median_os", "median", "u"), "–", "no"),
    (row("72", "median_os", "median", "u"), "–", "no"),
    (row("0.5", "p_cox", "p", "u"), "–", "no"),
    (row("Ref", "hr", "hr"), "Ref", "yes"),
    (row("Ref", "hr", "hr", "f"), "0.840", "no"),
    (row("Ref", "hr", "hr", "u"), "–", "no"),
    (row("3", take="count", column="level", row="variable=sex"), "3", "yes"),
    (row("two", take="count", column="level", row="", value="2", comparator="=", decimals="0"),
     "3", "no"),
    (row("three", take="count", column="level", row="", value="3", comparator="=", decimals="0"),
     "3", "yes"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "regenerated", "match"), CASES)
def test_a_number_is_compared_as_it_is_printed(asked, regenerated, match):
    (found,) = compared(asked)
    assert (found["regenerated"], found["match"]) == (regenerated, match)
    assert found["as_printed"] == match


@pytest.mark.parametrize(
    ("cell", "printed", "match"),
    [("12.5", "12", "yes"), ("12.5", "13", "yes"), ("12.51", "12", "no"), ("13.5", "12", "no"),
     ("2.675", "2.67", "yes"), ("2.675", "2.68", "yes"), ("2.6751", "2.67", "no")],
)  # fmt: skip
def test_half_a_step_may_be_rounded_either_way(cell, printed, match):
    table = {FILE: [TABLE[0] | {"n": cell}]}
    (found,) = compare("study", [row(printed)], table.get, 0.05)
    assert found["match"] == match


def test_the_place_of_the_last_digit():
    found = {text: last_digit(text) for text in ("40", "41", "300", "12.50", "0.1")}
    assert found == {"40": 10, "41": 1, "300": 100, "12.50": 0.1, "0.1": 0.1}


def test_every_row_is_in_one_group_and_says_why():
    ledger = [
        row("83", id="a"),
        row("82", id="b"),
        row("0.06", "p_cox", "p", id="c"),
        row("1.2", "hr", "hr", "f", id="d"),
        row("82", id="e", verdict="impossible", reason="does not add up"),
        row("83", id="f", verdict="impossible", reason="does not add up"),
        row("25.0", id="g", verdict="not computable", reason="software", file="", column=""),
    ]
    found = {line["id"]: line for line in compared(*ledger)}
    matches = ["yes", "no", "no", "no", "impossible", "impossible", "not computable"]
    assert [line["match"] for line in found.values()] == matches
    assert [found[name]["as_printed"] for name in "efg"] == ["no", "yes", ""]
    assert found["b"]["reason"] == "1.2% from the printed value"
    assert found["c"]["reason"] == "−16.7% from the printed value; on the other side of 0.05"
    assert found["d"]["reason"] == "−30.0% from the printed value; on the other side of 1"
    assert found["e"]["reason"] == "does not add up"
    assert found["g"]["reason"] == "software"
    assert all(line["study"] == "study" for line in found.values())


def test_what_a_departure_says_where_there_is_no_ratio_of_two_numbers():
    ledger = [
        row("72", "median_os", "median", "f"),
        row("", "q3_os", "median"),
        row("0.5", "p_cox", "p", "u"),
        row("0"),
    ]
    reasons = [line["reason"] for line in compared(*ledger)]
    assert reasons == ["not reached here", "reached here, not in print", "", ""]


def test_the_files_of_a_ledger_are_named_once():
    rows = [row("83"), row("7", file=""), row("82"), row("1", file="cohort/flow.csv")]
    assert files_of(rows) == [FILE, "cohort/flow.csv"]


def test_addresses_that_lead_nowhere_are_told_at_once():
    ledger = [
        row("83", id="a", level="x"),
        row("83", id="b", row="variable=sex"),
        row("83", id="c", column="evnts"),
        row("83", id="d", row="varable=sex"),
        row("83", id="e", take="total"),
        row("83", id="f"),
    ]
    with pytest.raises(FaultsFound) as found:
        compared(*ledger)
    assert str(found.value).splitlines() == [
        "published.csv has 5 faults:",
        f"  a: '{FILE}' has no row 'variable=sex;level=x'. Correct the address.",
        f"  b: '{FILE}' has 3 rows 'variable=sex'. Name further columns of the row.",
        f"  c: '{FILE}' has no column 'evnts'. Did you mean 'events'?",
        f"  d: '{FILE}' has no column 'varable'. Did you mean 'variable'?",
        f"  e: '{FILE}' has no column 'total'. Valid choices: 'variable', 'level', 'n', 'events',"
        " 'median', 'hr', 'reference', 'p'.",
    ]


def as_text(rows, columns=COLUMNS):
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def test_faults_of_a_ledger_are_told_before_anything_runs():
    ledger = [
        row("83", id="a"),
        row("83", id="a"),
        row("83", id="b", value="82"),
        row("83", id="c", comparator="=="),
        row("83", id="d", decimals=""),
        row("83", id="e", verdict="imposible"),
        row("83", id="f", verdict="impossible"),
        row("83", id="g", verdict="not computable", reason="constant"),
        row("83", id="h", file="tables/full/s.csv"),
        row("83", id="i", column=""),
        row("83", id="j", row="sex"),
        row("many", id="k"),
        row("83", id="l", value="eighty"),
    ]
    told = [str(fault) for fault in ledger_faults("p.csv", as_text(ledger), [FILE])]
    assert told == [
        "a: stands twice. Give each row its own id.",
        "b: the value '82' is not the printed '83'. Correct one of them.",
        "c: the comparator '==' is unknown. Did you mean '='?",
        "d: '' are no decimals. Count the printed decimals.",
        "e: the verdict 'imposible' is unknown. Did you mean 'impossible'?",
        "f: 'impossible' has no reason. Say why.",
        "g: is 'not computable' and has an address. Remove one of them.",
        f"h: 'tables/full/s.csv' is no table of this study. Did you mean '{FILE}'?",
        "i: has no column. Name the column of the number.",
        "j: the row 'sex' cannot be read. Write column=value;column=value.",
        "k: 'many' has no value. Give the number that it stands for.",
        "l: the value 'eighty' is not a number. Write its digits.",
    ]
    unknown_files = ledger_faults("p.csv", as_text(ledger[8:9]), None)
    assert unknown_files == []


def test_a_ledger_needs_its_head():
    (fault,) = ledger_faults("p.csv", "id,value\na,1\n", [])
    assert fault.problem == "is not the head of a ledger."


def test_findings_name_rows_of_the_ledger():
    columns = ("id", "kind", "place", "finding", "proof", "ledger")
    rows = [("D1", "fact", "Table 1", "x", "t", "a b"), ("D2", "guess", "Table 1", "x", "t", "z")]
    text = as_text([dict(zip(columns, line, strict=True)) for line in rows], columns)
    told = [str(f) for f in finding_faults("f.csv", text, [{"id": "a"}, {"id": "b"}])]
    assert told == [
        "D2: the kind 'guess' is unknown. Valid choices: 'fact', 'inference'.",
        "D2: 'z' is no row of the ledger. Valid choices: 'a', 'b'.",
    ]
    assert rows_of(text)[0]["ledger"] == "a b"
