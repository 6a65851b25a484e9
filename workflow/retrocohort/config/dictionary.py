"""dictionary.csv and codes.csv: what each variable is and how its raw values read."""

import csv
import io
from collections import Counter

from retrocohort.config.schema import shape_faults
from retrocohort.faults import Fault, suggest

CODE_COLUMNS = ["source", "variable", "raw", "clean"]
LEVELLED = ("category", "ordinal", "yesno")
NUMERIC = ("integer", "number")


def read_table(file: str, text: str, columns: list[str], faults: list[Fault]) -> list[dict]:
    """Return the rows of a CSV; its header must be exactly `columns`, in any order."""
    reader = csv.DictReader(io.StringIO(text), restkey="")
    header = reader.fieldnames or []
    for name in columns:
        if name not in header:
            faults.append(Fault(file, "row 1", f"the column '{name}' is missing."))
    for name, count in Counter(header).items():
        if count > 1:
            faults.append(Fault(file, "row 1", f"the column '{name}' stands {count} times."))
        if name not in columns:
            faults.append(Fault(file, "row 1", f"unknown column '{name}'.", suggest(name, columns)))
    rows = []
    for row in reader:
        if "" in row or None in row.values():
            problem = f"has not {len(header)} cells."
            faults.append(
                Fault(file, f"row {reader.line_num}", problem, "Quote cells with commas.")
            )
        else:
            rows.append({key: value.strip() for key, value in row.items()})
    return rows


def parse_dictionary(file: str, text: str, schema: dict, faults: list[Fault]) -> dict[str, dict]:
    """Return name -> variable; adds what is wrong to `faults`."""
    variables = {}
    rows = read_table(file, text, list(schema["properties"]), faults)
    for number, row in enumerate(rows, start=2):
        found = shape_faults(file, row, schema, place=f"row {number}")
        faults.extend(found)
        if row.get("name") in variables:
            faults.append(Fault(file, f"row {number}", f"'{row['name']}' stands twice."))
        elif not found:
            variables[row["name"]] = _variable(file, number, row, faults)
    return variables


def _variable(file: str, number: int, row: dict, faults: list[Fault]) -> dict:
    place = f"row {number} ({row['name']})"
    levels = _pairs(file, place, row["levels"], "=", "levels", faults)
    if row["type"] == "yesno" and not levels:
        levels = {"no": "No", "yes": "Yes"}
    if row["type"] in ("category", "ordinal") and len(levels) < 2:
        faults.append(
            Fault(file, place, "needs at least two levels.", "Write code=label|code=label.")
        )
    if row["type"] == "yesno" and set(levels) != {"no", "yes"}:
        faults.append(Fault(file, place, "the levels of a yesno variable are no and yes."))
    low, high = (float(row[k]) if row[k] else None for k in ("min", "max"))
    if low is not None and high is not None and low > high:
        faults.append(Fault(file, place, f"min {row['min']} is above max {row['max']}."))
    convert = _pairs(file, place, row["convert"], "=", "convert", faults)
    return {
        "label": row["label"],
        "type": row["type"],
        "unit": row["unit"],
        "levels": levels,
        "min": low,
        "max": high,
        "missing": _items(row["missing"]),
        "columns": _pairs(file, place, row["columns"], ":", "columns", faults),
        "formats": _items(row["formats"]),
        "convert": {unit: float(factor) for unit, factor in convert.items()},
        "reconcile": row["reconcile"] or "all_equal",
        "protect": row["protect"] or ("hash" if row["type"] == "id" else ""),
    }


def parse_codes(
    file: str, text: str, variables: dict, sources: dict, faults: list[Fault]
) -> list[dict]:
    """Return the rows of codes.csv, each checked against the dictionary and the sources."""
    rows = read_table(file, text, CODE_COLUMNS, faults)
    seen = set()
    for number, row in enumerate(rows, start=2):
        place = f"row {number}"
        if len(row) != len(CODE_COLUMNS):
            continue
        key = (row["source"], row["variable"], row["raw"])
        if key in seen:
            faults.append(Fault(file, place, f"the raw value '{row['raw']}' has two codes."))
        seen.add(key)
        if row["source"] not in sources:
            problem = f"unknown source '{row['source']}'."
            faults.append(Fault(file, place, problem, suggest(row["source"], sources)))
        variable = variables.get(row["variable"])
        if variable is None:
            problem = f"'{row['variable']}' is not in the dictionary."
            faults.append(Fault(file, place, problem, suggest(row["variable"], variables)))
        elif variable["levels"] and row["clean"] and row["clean"] not in variable["levels"]:
            problem = f"'{row['clean']}' is no level of '{row['variable']}'."
            faults.append(Fault(file, place, problem, suggest(row["clean"], variable["levels"])))
    return rows


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split("|")] if text else []


def _pairs(file, place, text, mark, column, faults) -> dict[str, str]:
    pairs = {}
    for item in _items(text):
        left, found, right = item.partition(mark)
        if not found or not left or not right or left in pairs:
            remedy = f"Write a{mark}b|c{mark}d, each left side once."
            faults.append(Fault(file, place, f"'{item}' in {column} cannot be read.", remedy))
        pairs[left.strip()] = right.strip()
    return pairs
