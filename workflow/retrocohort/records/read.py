"""Reading of delivered files: every cell as text, with the file, sheet and row it stands in."""

import numpy as np
import pandas as pd

from retrocohort.faults import FaultsFound
from retrocohort.records import cells
from retrocohort.records.delimited import DELIMITERS, ending_of, read_delimited, unreadable
from retrocohort.records.footer import absent_footer, is_footer
from retrocohort.records.statfile import read_statfile
from retrocohort.records.workbook import read_workbook

READERS = {ending: read_delimited for ending in DELIMITERS} | {
    ".xlsx": read_workbook,
    ".sav": read_statfile,
    ".dta": read_statfile,
}
PLACE = ["source_file", "source_sheet", "source_row"]  # where a cell stands, in every log too
OWN_COLUMNS = ["record_id", "source", *PLACE, "centre"]


def stored_name(column: str) -> str:
    """Return the name under which a delivered column is kept, other than those of the pipeline."""
    return f"{column} (delivered)" if column in OWN_COLUMNS else column


def read_source(name: str, spec: dict) -> pd.DataFrame:
    """Read the file of one source.

    Parameters
    ----------
    name : str
        Name of the source in the study file.
    spec : dict
        "path", "file", and optionally "encoding", "delimiter", "sheet", "header_row", "footer",
        "centre".

    Returns
    -------
    pandas.DataFrame
        Text columns as delivered (an empty cell is "", never missing) after `source`,
        `source_file`, `source_sheet` (empty but for workbooks), `source_row` (as an editor or a
        spreadsheet counts, from 1; the case number for sav and dta) and `centre`. Rows of
        blank cells only are left out.

    Raises
    ------
    FaultsFound
        If the file cannot be read, a row has more cells than the header, or none starts with the
        footer.
    """
    parts = []
    for sheet, first_row, frame in _parts(spec):
        frame.columns = [
            stored_name(str(column).strip() or f"(column {place})")
            for place, column in enumerate(frame.columns, start=1)
        ]
        rows = len(frame)
        place = {
            "source": cells.constant(name, rows),
            "source_file": cells.constant(spec["file"], rows),
            "source_sheet": cells.constant(sheet, rows),
            "source_row": first_row + frame.index.to_numpy(),
            "centre": _centre(spec.get("centre"), frame),
        }
        frame = frame.reset_index(drop=True)
        filled = np.zeros(rows, dtype=bool)
        for column in frame:
            filled |= cells.is_filled(frame[column].array)
        filled[_end_of_records(spec, sheet, frame) :] = False
        parts.append(pd.DataFrame(place | dict(frame.items()))[filled])
    stacked = cells.stack(parts)
    for column in stacked.select_dtypes("category"):
        stacked[column] = _delivered_empty(stacked[column].array)
    return stacked


def _parts(spec: dict) -> list[tuple]:
    """Return the tables of a file; whatever a library stumbles over is a fault of the file."""
    try:
        return READERS[ending_of(spec["path"])](spec)
    except FaultsFound:
        raise
    except Exception as error:
        raise FaultsFound([unreadable(spec["path"], error)]) from error


def _end_of_records(spec: dict, sheet: str, frame: pd.DataFrame) -> int:
    """Return how many rows stand above the footer; all of them where the source has none."""
    if "footer" not in spec:
        return len(frame)
    for place, cell in enumerate(frame.iloc[:, 0].astype(str)):
        if is_footer(cell, spec):
            return place
    raise FaultsFound([absent_footer(spec, "a sheet" if sheet else "")])


def _centre(centre, frame: pd.DataFrame) -> pd.Categorical:
    """Return the centre of each row: a constant, a column of the file, or empty."""
    if isinstance(centre, dict):
        column = frame[stored_name(centre["column"])].array
        return cells.map_texts(column, str.strip)
    return cells.constant("" if centre is None else str(centre), len(frame))


def _delivered_empty(column: pd.Categorical) -> pd.Categorical:
    """Return a column without absent cells: a sheet that lacks the column has it empty."""
    if (column.codes >= 0).all():
        return column
    known = column if "" in column.categories else column.add_categories([""])
    return known.fillna("")
