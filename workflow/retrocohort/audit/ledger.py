"""The ledger of a paper: every number that it prints, and where the pipeline makes it again.

A row of `published.csv` holds what is printed (`value_printed`, and the same as `value`,
`comparator` and `decimals`) and the address of the regenerated number: a result `file`, the `row`
("variable=sex;level=male", an empty value is an empty cell), the `column`, and what to `take`:
nothing for the cell itself, `count` for the number of rows that match, the name of a column for
the percentage of the cell in that column of the same row.
"""

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from retrocohort.faults import Fault, suggest

COLUMNS = (
    *("id", "location", "population", "item", "level", "arm", "statistic", "value_printed"),
    *("value", "comparator", "decimals", "note", "file", "row", "column", "take"),
    *("verdict", "reason"),
)
IMPOSSIBLE, NOT_COMPUTABLE = "impossible", "not computable"
VERDICTS = ("", IMPOSSIBLE, NOT_COMPUTABLE)
COMPARATORS = ("=", "<", "<=", ">", ">=", "~")
REFERENCE, NOT_REACHED = "Ref", ("", "N/A")  # printed where there is no number
COUNT = "count"
NUMERAL = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?=%?$)")

FINDING_COLUMNS = ("id", "kind", "place", "finding", "proof", "ledger")
KINDS_OF_FINDING = ("fact", "inference")


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows of a ledger, or of its findings."""
    return list(csv.DictReader(text.splitlines()))


def selector(row: str) -> dict[str, str]:
    """Return column -> value of the address "variable=sex;level=male"."""
    return dict(part.split("=", 1) for part in row.split(";")) if row else {}


def ledger_faults(path: str, text: str, produced: Collection[str] | None) -> list[Fault]:
    """Return every fault of a ledger that shows before anything runs.

    Parameters
    ----------
    path, text : str
        The file, for the messages, and what it holds.
    produced : collection of str, optional
        The aggregate tables that the study will make, below its results; None when it is not known
        what it will make.
    """
    rows = rows_of(text)
    if not rows or tuple(rows[0]) != COLUMNS:
        return [Fault(path, "row 1", "is not the head of a ledger.", f"Write {','.join(COLUMNS)}.")]
    twice = [name for name, n in Counter(row["id"] for row in rows).items() if n > 1]
    faults = [Fault(path, name, "stands twice.", "Give each row its own id.") for name in twice]
    for row in rows:
        told = [*_value_faults(row), *_verdict_faults(row), *_address_faults(row, produced)]
        faults += [Fault(path, row["id"], *pair) for pair in told]
    return faults


def _value_faults(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (problem, remedy) where the printed text and its number disagree."""
    printed = row["value_printed"]
    if not row["value"]:
        if printed != REFERENCE and printed not in NOT_REACHED:
            yield f"'{printed}' has no value.", "Give the number that it stands for."
        return
    if row["comparator"] not in COMPARATORS:
        remedy = suggest(row["comparator"], COMPARATORS)
        yield f"the comparator '{row['comparator']}' is unknown.", remedy
    if not row["decimals"].isdigit():
        yield f"'{row['decimals']}' are no decimals.", "Count the printed decimals."
        return
    try:
        value = float(row["value"])
    except ValueError:
        yield f"the value '{row['value']}' is not a number.", "Write its digits."
        return
    found = NUMERAL.search(printed)
    if found and found[0].replace(",", "") != f"{value:.{row['decimals']}f}":
        yield f"the value '{row['value']}' is not the printed '{printed}'.", "Correct one of them."


def _verdict_faults(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (problem, remedy) of the judgement on a row."""
    if row["verdict"] not in VERDICTS:
        yield f"the verdict '{row['verdict']}' is unknown.", suggest(row["verdict"], VERDICTS[1:])
    elif row["verdict"] and not row["reason"]:
        yield f"'{row['verdict']}' has no reason.", "Say why."


def _address_faults(row: Mapping, produced: Collection[str] | None) -> Iterator[tuple[str, str]]:
    """Yield (problem, remedy) of the address of the regenerated number."""
    if row["verdict"] == NOT_COMPUTABLE:
        if any(row[key] for key in ("file", "row", "column", "take")):
            yield f"is '{NOT_COMPUTABLE}' and has an address.", "Remove one of them."
        return
    if produced is not None and row["file"] not in produced:
        yield f"'{row['file']}' is no table of this study.", suggest(row["file"], produced)
    if not row["column"]:
        yield "has no column.", "Name the column of the number."
    if any("=" not in part for part in row["row"].split(";") if row["row"]):
        yield f"the row '{row['row']}' cannot be read.", "Write column=value;column=value."


def files_of(ledger: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the result files that a ledger asks for, each once."""
    return list(dict.fromkeys(row["file"] for row in ledger if row["file"]))


def finding_faults(path: str, text: str, ledger: Sequence[Mapping[str, str]]) -> list[Fault]:
    """Return every fault of the findings about a paper; `ledger` are the rows that they name."""
    rows = rows_of(text)
    if not rows or tuple(rows[0]) != FINDING_COLUMNS:
        remedy = f"Write {','.join(FINDING_COLUMNS)}."
        return [Fault(path, "row 1", "is not the head of the findings.", remedy)]
    known = [row["id"] for row in ledger]
    faults = []
    for row in rows:
        if row["kind"] not in KINDS_OF_FINDING:
            remedy = suggest(row["kind"], KINDS_OF_FINDING)
            faults.append(Fault(path, row["id"], f"the kind '{row['kind']}' is unknown.", remedy))
        for name in row["ledger"].split():
            if name not in known:
                problem = f"'{name}' is no row of the ledger."
                faults.append(Fault(path, row["id"], problem, suggest(name, known)))
    return faults
