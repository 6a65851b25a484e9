"""dictionary.csv and codes.csv: what each variable is and how its raw values read."""

import csv
import datetime
import io
import math
import re
from collections import Counter
from collections.abc import Sequence

from retrocohort.config.characters import hidden_faults
from retrocohort.config.schema import shape_faults
from retrocohort.faults import Fault, suggest

CODE_COLUMNS = ["source", "variable", "raw", "clean"]
LEVELLED = ("category", "ordinal", "yesno")
NUMERIC = ("integer", "number")
ONLY_FOR = {  # columns of the dictionary that say nothing about variables of other types
    "levels": LEVELLED,
    "min": NUMERIC,
    "max": NUMERIC,
    "formats": ("date",),
    "convert": NUMERIC,
    "reads": NUMERIC,
}
YES_NO = {"en": {"no": "No", "yes": "Yes"}, "zh": {"no": "否", "yes": "是"}}
OPTIONAL = ("reads", "label_zh", "unit_zh", "levels_zh")  # columns that a dictionary need not have
READS = {  # texts that are no plain number, and what can be asked of each
    "dimensions": ("largest",),
    "range": ("lower", "middle", "upper"),
    "below": ("half",),
    "letters": ("digits",),
}
RESERVED = {  # names of conditions, and of columns of the pipeline
    *("all", "any", "not"),
    *("record_id", "source", "source_file", "source_sheet", "source_row", "patient"),
}
CENTRE = "centre"  # the hospital, as the sources name it: a variable if the dictionary has a row


def read_table(
    file: str, text: str, columns: list[str], faults: list[Fault], optional: Sequence[str] = ()
) -> list[tuple[int, dict, bool]]:
    """Return (row number, cells by column, is right) of a CSV with these columns, in any order.

    Those that are `optional` may lack, and are empty then.

    Rows are counted as a spreadsheet counts them. A row of another width than the header's is a
    fault; under a header that is wrong no row is right.
    """
    records = []
    try:
        records.extend(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:  # its text says nothing that helps
        place = f"behind row {len(records)}"
        problem = f"a cell is longer than {csv.field_size_limit():,} characters."
        faults.append(Fault(file, place, problem, "Is a quote left open?"))
        return []
    columns = [name for name in columns if name not in optional]
    if not any(any(cells) for cells in records):
        faults.append(Fault(file, "", "is empty.", f"Its first row is {','.join(columns)}."))
        return []
    header = [name.strip() for name in records[0]]
    found = _header_faults(file, header, columns, optional)
    faults.extend(found)
    rows = []
    for number, cells in enumerate(records[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header) and len(header) > 1:
            problem = f"has {len(cells)} cells, the header has {len(header)}."
            faults.append(Fault(file, f"row {number}", problem, "Quote cells with commas."))
        given = dict(zip(header, map(str.strip, cells), strict=False))
        row = dict.fromkeys([*columns, *optional], "") | given
        rows.append((number, row, len(cells) == len(header) and not found))
    return rows


def _header_faults(
    file: str, header: list[str], columns: list[str], optional: Sequence[str]
) -> list[Fault]:
    """Return what is wrong with the first row."""
    for mark in ";\t":
        if len(header) == 1 and mark in header[0]:
            problem = f"its cells are not delimited by ',' but by {mark!r}."
            return [Fault(file, "row 1", problem, "Save it with commas.")]
    faults, known = [], [*columns, *optional]
    for name in columns:
        if name not in header:
            remedy = f"The columns are {', '.join(columns)}."
            faults.append(Fault(file, "row 1", f"the column '{name}' is missing.", remedy))
    for name, count in Counter(header).items():
        if count > 1:
            problem = f"the column '{name}' stands {count} times."
            faults.append(Fault(file, "row 1", problem, "Keep one of them."))
        if name not in known:
            faults.append(Fault(file, "row 1", f"unknown column '{name}'.", suggest(name, known)))
    return faults


def parse_dictionary(file: str, text: str, schema: dict, faults: list[Fault]) -> tuple[dict, set]:
    """Return name -> variable, and the names of rows left out; adds what is wrong to `faults`."""
    variables, lost, first_row = {}, set(), {}
    rows = read_table(file, text, list(schema["properties"]), faults, OPTIONAL)
    if not rows and text.strip():
        faults.append(Fault(file, "", "has no variable.", "Give each variable a row."))
    for number, row, is_right in rows:
        name = row["name"]
        if not is_right:
            lost.add(name)
            continue
        place = f"row {number}" + (f" ({name})" if name else "")
        found = shape_faults(file, row, schema, place=place)
        found += hidden_faults(file, list(row.values()), place)
        if name in first_row:
            problem = f"'{name}' stands twice, first in row {first_row[name]}."
            found.append(Fault(file, place, problem, "Keep one of them."))
        elif name in RESERVED:
            problem = f"the name '{name}' is reserved."
            found.append(Fault(file, place, problem, "Choose another name."))
        elif name == CENTRE and (row["type"] != "category" or row["columns"]):
            problem = "is the hospital that the sources name, a category without columns."
            found.append(Fault(file, place, problem, "Correct it, or choose another name."))
        first_row.setdefault(name, number)
        if found:
            faults.extend(found)
            lost.add(name)
        else:
            variables[name] = _variable(file, place, row, faults)
    return variables, lost


def _variable(file: str, place: str, row: dict, faults: list[Fault]) -> dict:
    """Return the variable of one row of the right shape; adds what makes no sense to `faults`."""

    def fault(problem: str, remedy: str = "") -> None:
        faults.append(Fault(file, place, problem, remedy))

    for column, types in ONLY_FOR.items():
        if row[column] and row["type"] not in types:
            fault(f"{column} says nothing about the type {row['type']}.", "Leave the cell empty.")
    if row["reconcile"] == "any" and row["type"] != "yesno":
        fault("reconcile any is for the type yesno.", "Choose another rule.")
    low, high = _number(row["min"], "min", fault), _number(row["max"], "max", fault)
    if low is not None and high is not None and low > high:
        fault(f"min {row['min']} is above max {row['max']}.", "Exchange them.")
    for pattern in _items(row["formats"]):
        if not _is_date_format(pattern):
            remedy = "Write %d, %m, %Y and what stands between them, such as %d/%m/%Y, or excel."
            if "=" in pattern:
                remedy = "A month alone names the day that stands for it, 1 to 28: %Y.%m=15."
            fault(f"'{pattern}' is not a date format.", remedy)
    common, by_source = _factors(row["convert"], fault)
    return {
        "label": row["label"],
        "type": row["type"],
        "unit": row["unit"],
        "levels": _levels(row, fault),
        "min": low,
        "max": high,
        "missing": _items(row["missing"]),
        "columns": pairs_of(row["columns"], ":", "columns", fault),
        "formats": _items(row["formats"]),
        "convert": common,
        "convert_in": by_source,
        "reads": _reads(row["reads"], fault),
        "reconcile": row["reconcile"] or "all_equal",
        "protect": row["protect"] or ("hash" if row["type"] == "id" else ""),
    }


def _levels(row: dict, fault) -> dict[str, str]:
    """Return code -> label of the levels of a variable; none if they are wrong."""
    levels = pairs_of(row["levels"], "=", "levels", fault)
    if row["type"] == "yesno":
        levels = levels or YES_NO["en"]
        if set(levels) != {"no", "yes"}:
            fault("the levels of a yesno variable are no and yes.", "Leave the cell empty.")
    elif row["type"] in LEVELLED and len(levels) < 2:
        fault("needs at least two levels.", "Write code=label|code=label.")
        return {}
    if len(set(levels.values())) < len(levels):
        fault("two levels have the same label.", "Give each level its own.")
    return levels if len(levels) == len(_items(row["levels"]) or levels) else {}


def _factors(text: str, fault) -> tuple[dict, dict]:
    """Return unit -> factor for all sources, and source -> those that hold in it alone."""
    common, by_source = {}, {}
    for unit, factor in pairs_of(text, "=", "convert", fault).items():
        source, _, own = unit.rpartition(":")
        place = by_source.setdefault(source, {}) if source else common
        place[own] = _number(factor, "convert", fault, True)
    return common, by_source


def _reads(text: str, fault) -> dict[str, str]:
    """Return how texts that are no plain number read."""
    reads = pairs_of(text, "=", "reads", fault)
    for form, rule in reads.items():
        if rule not in READS.get(form, ()):
            known = ", ".join(f"{f}={r}" for f, rules in READS.items() for r in rules)
            fault(f"'{form}={rule}' in reads is not known.", f"Known are {known}.")
    return reads


def _number(text: str, column: str, fault, is_positive: bool = False) -> float | None:
    """Return a number of the dictionary, None if there is none."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (is_positive and value <= 0):
        kind = "a number above 0" if is_positive else "a number"
        fault(f"'{text}' in {column} is not {kind}.", "Write it with a decimal point.")
        return None
    return value


def _is_date_format(pattern: str) -> bool:
    """Tell whether a format of strptime holds a whole date and reads what it writes."""
    if pattern == "excel":
        return True
    pattern, is_month, stands_for = pattern.partition("=")
    try:
        day = datetime.date(2003, 12, 1 if is_month else 31)
        if is_month and ("%d" in pattern or not 1 <= int(stands_for) <= 28):
            return False
        return datetime.datetime.strptime(day.strftime(pattern), pattern).date() == day
    except (ValueError, re.error):  # strptime makes a pattern of it: a field stands once
        return False


def parse_codes(
    file: str, text: str, variables: dict, sources: dict, lost: set, faults: list[Fault]
) -> list[dict]:
    """Return the rows of codes.csv, each checked against the dictionary and the sources.

    Names in `lost` are those of entries that are faulty themselves; nothing is said of them again.
    """
    rows = read_table(file, text, CODE_COLUMNS, faults)
    seen = {}
    for number, row, is_right in rows:
        if not is_right:
            continue
        place = f"row {number}"
        faults.extend(hidden_faults(file, row["clean"], place))
        key = (row["source"], row["variable"], row["raw"])
        if key in seen:
            problem = f"the raw value '{row['raw']}' has a code already, in row {seen[key]}."
            faults.append(Fault(file, place, problem, "Keep one of them."))
        seen.setdefault(key, number)
        is_lost = {row["source"], row["variable"]} & lost
        if row["source"] not in {*sources, *lost}:
            problem = f"'{row['source']}' is no source of the study."
            faults.append(Fault(file, place, problem, suggest(row["source"], sources)))
        elif row["variable"] not in {*variables, *lost}:
            problem = f"'{row['variable']}' is not in the dictionary."
            faults.append(Fault(file, place, problem, suggest(row["variable"], variables)))
        elif not is_lost:
            faults.extend(_code_faults(file, place, row, variables[row["variable"]]))
    return [row for _, row, _ in rows]


def _code_faults(file: str, place: str, row: dict, variable: dict) -> list[Fault]:
    """Return what is wrong with a code of a known source and variable."""
    faults = []
    if row["source"] not in variable["columns"]:
        problem = f"'{row['variable']}' is no column of the source '{row['source']}'."
        remedy = suggest(row["source"], variable["columns"]) or "A derived variable has no codes."
        faults.append(Fault(file, place, problem, remedy))
    levels = variable["levels"]
    if levels and row["clean"] and row["clean"] not in levels:
        problem = f"'{row['clean']}' is no level of '{row['variable']}'."
        faults.append(Fault(file, place, problem, suggest(row["clean"], levels)))
    return faults


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split("|")] if text else []


def pairs_of(text: str, mark: str, column: str, fault) -> dict[str, str]:
    """Return left -> right of a cell like a=b|c=d."""
    pairs = {}
    for item in _items(text):
        left, _, right = (part.strip() for part in item.partition(mark))
        if not left or not right:
            fault(f"'{item}' in {column} cannot be read.", f"Write a{mark}b|c{mark}d.")
        elif left in pairs:
            fault(f"'{left}' stands twice in {column}.", "Keep one of them.")
        else:
            pairs[left] = right
    return pairs
