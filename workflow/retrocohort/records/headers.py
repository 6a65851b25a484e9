"""Faults of delivered files that are found before any job: each file is opened and its header read.

Quick for delimited text (a decoding and one row); the libraries for other files are imported only
if a study has such files.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from retrocohort.faults import Fault, FaultsFound, suggest
from retrocohort.places import is_plain
from retrocohort.records.delimited import (
    DELIMITERS,
    delimiter_of,
    encoding_of,
    ending_of,
    first_rows,
    read_bytes,
    unreadable,
)
from retrocohort.records.encodings import encoding_fault
from retrocohort.records.footer import absent_footer, is_footer
from retrocohort.records.statfile import read_columns
from retrocohort.records.workbook import first_rows as first_rows_of_sheet
from retrocohort.records.workbook import open_workbook, sheet_faults, sheet_name, sheets_of

MOST_ROWS = 5  # uneven rows that are named one by one
MOST_COLUMNS = 16_384  # as many as a spreadsheet has
ROWS_SEARCHED = 30  # for a header that is not where the study file says
SLIP = 2  # letters by which a misspelt name is longer or shorter
ENDINGS = (*DELIMITERS, ".xlsx", ".sav", ".dta")


def check_source_files(sources: dict, variables: dict) -> list[Fault]:
    """Check that each file of a study is there and has the columns that the dictionary names.

    Parameters
    ----------
    sources : dict
        Source name -> "path", "id", and optionally "encoding", "delimiter", "sheet", "header_row".
    variables : dict
        Dictionary entries, with "columns": source name -> column.

    Returns
    -------
    list of Fault
        Empty if all is well.
    """
    faults = []
    taken = {Path(spec["path"]).name for spec in sources.values()}
    for name, spec in sources.items():
        centre = spec.get("centre")
        expected = [spec["id"], *([centre["column"]] if isinstance(centre, dict) else [])]
        for entry in variables.values():
            expected += [entry["columns"][name]] if name in entry.get("columns", {}) else []
        faults += _check_file(spec, list(dict.fromkeys(expected)), taken)
    return faults


def _check_file(spec: dict, expected: list[str], taken: set[str]) -> list[Fault]:
    """Return the faults of one file."""
    path = spec["path"]
    if not is_plain(path):
        return [Fault(path, "", "is no plain file.", "Put the file itself there.")]
    if not Path(path).is_file():
        folder = Path(path).parent
        there = {file.name for file in folder.glob("*")} - taken
        remedy = _misspelt(Path(path).name, sorted(there)) or "Deliver it."
        return [Fault(path, "", "is missing.", remedy)]
    if ending_of(path) not in ENDINGS:
        known = ", ".join(ENDINGS)
        return [Fault(path, "", "is of a kind that cannot be read.", f"Deliver one of {known}.")]
    if Path(path).stat().st_size == 0:
        return [Fault(path, "", "is empty.", "Deliver the file again.")]
    check = {".xlsx": _check_workbook, ".sav": _check_statfile, ".dta": _check_statfile}
    try:
        return check.get(ending_of(path), _check_delimited)(spec, expected)
    except FaultsFound as found:
        return found.faults
    except Exception as error:  # whatever a library stumbles over
        return [unreadable(path, error)]


def _check_delimited(spec: dict, expected: list[str]) -> list[Fault]:
    """Return the faults of a csv or tsv file."""
    data = read_bytes(spec["path"])
    fault = encoding_fault(spec, data)
    if fault:
        return [fault]
    text = data.decode(encoding_of(spec))
    if "\0" in text:
        remedy = f"Set encoding: {_wide(data)}, or deliver it again."
        return [Fault(spec["path"], "", "holds NUL characters.", remedy)]
    if not text.strip():
        return [Fault(spec["path"], "", "is empty.", "Deliver the file again.")]
    count = max(ROWS_SEARCHED, spec.get("header_row", 1) + 1)
    try:
        rows = first_rows(text, delimiter_of(spec), count)
    except csv.Error:
        return [_too_long(spec, "")]
    width = max(map(len, rows), default=0)
    if width > MOST_COLUMNS:
        problem = f"has {width:,} columns; at most {MOST_COLUMNS:,} are read."
        return [Fault(spec["path"], "", problem, "Is the delimiter right? Leave out the others.")]
    faults = header_faults(spec, rows, expected)
    if not faults:
        return _uneven_rows(spec, text)
    found = max((_count(row, expected) for row in rows), default=0)
    for delimiter in ",;\t|":
        try:
            others = first_rows(text, delimiter, ROWS_SEARCHED)
        except csv.Error:  # a row that is one cell
            continue
        if max(_count(row, expected) for row in others) > max(found, 1):
            problem = f"its cells are not delimited by {delimiter_of(spec)!r}."
            shown = '"\\t"' if delimiter == "\t" else repr(delimiter)
            return [Fault(spec["path"], "", problem, f"Set delimiter: {shown}.")]
    return faults


def _uneven_rows(spec: dict, text: str) -> list[Fault]:
    """Return a fault for rows that have not as many cells as the header; blank rows may be."""
    path, header_row = spec["path"], spec.get("header_row", 1)
    row, width, uneven = 0, 0, []
    try:
        for row, (count, cells) in enumerate(_widths(text, delimiter_of(spec)), start=1):
            if row == header_row:
                width = count
            elif row > header_row and cells and is_footer(cells[0], spec):
                break
            elif row > header_row and count != width and any(cells):
                uneven.append((row, count, any("\n" in cell for cell in cells)))
        else:
            if "footer" in spec:
                return [absent_footer(spec)]
    except csv.Error:
        return [_too_long(spec, f"behind row {row}")]
    faults = []
    for row, count, is_broken in uneven[:MOST_ROWS]:
        problem = f"has {count} cells, the header has {width}."
        remedy = "Quote cells with a delimiter." if count > width else "Is it cut off?"
        remedy = "Is a quote left open?" if is_broken else remedy
        faults.append(Fault(path, f"row {row}", problem, remedy))
    if len(uneven) > MOST_ROWS:
        problem = f"{len(uneven) - MOST_ROWS} more rows have not {width} cells."
        faults.append(Fault(path, "", problem, "Look at them too."))
    return faults


def _too_long(spec: dict, place: str) -> Fault:
    problem = f"a cell is longer than {csv.field_size_limit():,} characters."
    return Fault(spec["path"], place, problem, "Is a quote left open?")


def _wide(data: bytes) -> str:
    """Return the likely encoding of a text every second byte of which is NUL."""
    return "utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"


def _widths(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield of each row the number of cells, and what fills them; no cell is longer than usual."""
    most = csv.field_size_limit()
    if '"' in text:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield len(cells), cells
    else:  # the same, several times faster
        for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
            if len(line) > most and max(map(len, line.split(delimiter))) > most:
                raise csv.Error
            yield line.count(delimiter) + 1, [line.strip(delimiter)]


def _check_workbook(spec: dict, expected: list[str]) -> list[Fault]:
    """Return the faults of an xlsx file."""
    book = open_workbook(spec["path"])
    wanted = spec.get("sheet") or "all"
    if wanted != "all" and wanted not in book.sheetnames:
        others = f"It has {len(book.sheetnames)} others."
        remedy = _misspelt(wanted, book.sheetnames) or others
        return [Fault(spec["path"], "", f"has no sheet '{wanted}'.", remedy)]
    sheets = sheets_of(book, spec)
    faults = [] if sheets else [Fault(spec["path"], "", "is empty.", "Deliver the file again.")]
    for sheet in sheets:
        count = max(ROWS_SEARCHED, spec.get("header_row", 1) + 1)
        rows = [
            ["" if cell is None else str(cell) for cell in row]
            for row in first_rows_of_sheet(sheet, count)
        ]
        faults += header_faults(spec, rows, expected, sheet_name(sheet))
    if not faults:
        faults = sheet_faults(spec["path"], sheets, spec.get("header_row", 1))
    book.close()
    return faults


def _check_statfile(spec: dict, expected: list[str]) -> list[Fault]:
    """Return the faults of a sav or dta file."""
    names, _ = read_columns(spec["path"], spec.get("encoding"), only_names=True)
    return _absent(spec["path"], "", names, expected)


def header_faults(
    spec: dict, rows: Sequence[Sequence[str]], expected: list[str], sheet: str = ""
) -> list[Fault]:
    """Return what is wrong with the header of a table.

    Parameters
    ----------
    spec : dict
        The source: "path", "header_row".
    rows : sequence of rows
        The first rows of the table, at least one behind the header if there is one.
    expected : list of str
        Names of the columns that must be there.
    sheet : str
        Which sheet, if any: "sheet 2".
    """
    number = spec.get("header_row", 1)
    path, place = spec["path"], f"{sheet}, row {number}" if sheet else f"row {number}"
    names = [name.strip() for name in rows[number - 1]] if len(rows) >= number else []
    found = _count(names, expected)
    if found < len(expected):
        other = max(range(len(rows)), key=lambda row: _count(rows[row], expected), default=0)
        if rows and _count(rows[other], expected) > found:
            problem = "is not the row with the column names."
            return [Fault(path, place, problem, f"Set header_row: {other + 1}.")]
        if 2 * found < len(expected) and any(names):  # perhaps no header: its cells are not shown
            missing = ", ".join(name for name in expected if name not in names)
            problem = f"the columns {missing} are missing."
            if not found:
                problem = f"none of the columns {missing} is there."
            return [Fault(path, place, problem, "Deliver the file with a row of column names.")]
    if not any(names):
        return [Fault(path, place, "has no column names.", "Set header_row to their row.")]
    faults = []
    for name, count in Counter(name for name in names if name).items():
        if count > 1:
            places = [str(i) for i, other in enumerate(names, start=1) if other == name]
            at = ", ".join(places[:MOST_ROWS]) + ", ..." * (count > MOST_ROWS)
            which = f"the column name '{name}'" if name in expected else "a column name"
            problem = f"{which} stands {count} times (columns {at})."
            faults.append(Fault(path, place, problem, "Give each column a name of its own."))
    faults += _absent(path, place, names, expected)
    if not faults and not any(any(cell.strip() for cell in row) for row in rows[number:]):
        faults.append(Fault(path, place, "no row follows the header.", "Deliver the file again."))
    return faults


def _count(names: Iterable[str], expected: list[str]) -> int:
    """Return how many of the expected names are there."""
    return len({name.strip() for name in names} & set(expected))


def _misspelt(name: str, there: Iterable[str]) -> str:
    """Return a question after a slip of the pen; a longer difference may name a patient."""
    near = [each for each in there if abs(len(each) - len(name)) <= SLIP]
    asked = suggest(name, near, most=0)
    return asked if "Did" in asked else ""


def _absent(path: str, place: str, names: Sequence[str], expected: list[str]) -> list[Fault]:
    """Return a fault for each column that is not there; the others may be cells of a patient."""
    there = [name for name in names if name]
    faults = []
    for name in expected:
        if name not in there:
            remedy = _misspelt(name, there) or f"None of the {len(there)} others is like it."
            faults.append(Fault(path, place, f"the column '{name}' is missing.", remedy))
    return faults
