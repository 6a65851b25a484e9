"""What the trace of a patient reads of the results of one study, and which patient is meant."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from retrocohort.faults import Fault, FaultsFound, suggest
from retrocohort.io import number_text, read_frame, read_rows
from retrocohort.plan.entries import Plan
from retrocohort.records.read import PLACE
from retrocohort.trace import risk_sets

RECORDS, CLEANED = "records/records.parquet", "records/cleaned.parquet"
LOGS = {log: f"records/{log}.csv" for log in ("cleaning_log", "derivation_log", "problems")}
COHORT, EXCLUSIONS = "cohort/cohort.parquet", "cohort/exclusions.csv"
COUNTS = "cohort/counts"  # without labels: the same in every language
MOST = 12  # records or rows that a message names

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Finished:
    """The results of one study.

    Attributes
    ----------
    plan : the study, with the paths of its results.
    records : every delivered cell, one row a delivered row.
    cleaned : one row a patient.
    cohort : the patients of the cohort, with populations and endpoints.
    exclusions : record_id -> row of the list behind the flowchart.
    """

    plan: Plan
    records: pd.DataFrame
    cleaned: pd.DataFrame
    cohort: pd.DataFrame
    exclusions: dict[str, dict[str, str]]

    @classmethod
    def read(cls, plan: Plan) -> "Finished":
        """Read the results of a study."""
        frames = [read_frame(plan.at(path)) for path in (RECORDS, CLEANED, COHORT)]
        excluded = {row["record_id"]: row for row in read_rows(plan.at(EXCLUSIONS))}
        return cls(plan, *frames, excluded)

    @cached_property
    def patients(self) -> dict[str, int]:
        """Return record_id -> row of `cleaned`."""
        return {name: row for row, name in enumerate(self.cleaned["record_id"])}

    @cached_property
    def members(self) -> dict[str, int]:
        """Return record_id -> row of `cohort`."""
        return {name: row for row, name in enumerate(self.cohort["record_id"])}

    def values(self, record: str) -> dict[str, str]:
        """Return the typed record of a patient as cleaned.csv writes it: missing is empty."""
        row = self.patients[record]
        return {name: number_text(values[row]) for name, values in self._columns.items()}

    @cached_property
    def _columns(self) -> dict[str, list]:
        """Return the columns of `cleaned` as Python values, None or NaN for missing."""
        return {name: self.cleaned[name].tolist() for name in self.cleaned}

    def logged(self, log: str, record: str) -> Rows:
        """Return the rows of one of `LOGS` on a record."""
        return [row for row in read_rows(self.plan.at(LOGS[log])) if row["record_id"] == record]


def files_read(plan: Plan) -> list[str]:
    """Return every file that a trace needs, whoever the patient is."""
    counts = [f"{COUNTS}/{name}.csv" for name in ("flow", "populations")]
    names = (RECORDS, CLEANED, *LOGS.values(), COHORT, EXCLUSIONS, *counts)
    return [plan.at(name) for name in (*names, *risk_sets.files_read(plan))]


def place_of(row: Mapping) -> str:
    """Return where a delivered row stands, as a user may ask for it: "FILE:SHEET:ROW"."""
    return ":".join(str(row[key]) for key in PLACE if row[key])


def find_record(records: pd.DataFrame, asked: str) -> str:
    """Return the one record_id that is asked for.

    Parameters
    ----------
    records : every delivered row.
    asked : a record_id, the beginning of one, "FILE:ROW" or, of a workbook, "FILE:SHEET:ROW".

    Raises
    ------
    FaultsFound
        When there is none, or when several fit.
    """
    ids = list(map(str, records["record_id"].unique()))
    if ":" in asked:
        found = _at_place(records, asked)
    else:
        found = {name: name for name in ids if asked and name.startswith(asked)}
        if not found:
            remedy = (
                f"A record_id has {len(ids[0])} hexadecimal digits, as the first column of"
                " cohort.csv and exclusions.csv, or say FILE:ROW of a delivered file."
            )
            _refuse(asked, "is no record and no record begins so.", remedy)
    if len(set(found.values())) > 1:
        few = ", ".join(list(found)[:MOST]) + (", ..." if len(found) > MOST else "")
        _refuse(asked, f"fits {len(found)} records.", f"Say which: {few}.")
    return next(iter(found.values()))


def _at_place(records: pd.DataFrame, asked: str) -> dict[str, str]:
    """Return place -> record of the delivered rows at "FILE:ROW" or "FILE:SHEET:ROW"."""
    file, *sheet, row = asked.split(":")
    files = list(map(str, records["source_file"].unique()))
    if Path(file).name not in files:
        _refuse(asked, f"'{file}' is no delivered file.", suggest(file, files))
    rows = records[records["source_file"] == Path(file).name]
    sheets = [name for name in map(str, rows["source_sheet"].unique()) if name]
    if sheet and ":".join(sheet) not in sheets:
        remedy = suggest(":".join(sheet), sheets) or "It has none: say FILE:ROW."
        _refuse(asked, f"'{':'.join(sheet)}' is no sheet of {file}.", remedy)
    rows = rows[rows["source_sheet"] == ":".join(sheet)] if sheet else rows
    here = rows[rows["source_row"].astype(str) == row.strip()]
    if here.empty:
        first, last = rows["source_row"].min(), rows["source_row"].max()
        remedy = f"Records stand in rows {first} to {last}, as a spreadsheet counts them."
        _refuse(asked, f"no record stands in row {row}.", remedy)
    return {place_of(each): str(each["record_id"]) for each in here.to_dict("records")}


def _refuse(asked: str, problem: str, remedy: str) -> None:
    raise FaultsFound([Fault(f"RECORD={asked}", "", problem, remedy)])
