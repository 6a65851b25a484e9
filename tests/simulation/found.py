"""What the chain made of a cohort, by cell and by patient, as plain texts and numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from retrocohort.cohort.build import Cohort
from tests.simulation.chain import Cleaned
from tests.simulation.expected import ENDPOINTS, NOT_AT_RISK, OUTSIDE
from tests.simulation.mess import LABORATORY

DAYS_PER_MONTH = 30.4375
REFUSED = "set to missing"
AT = ("source_file", "source_row", "variable")


@dataclass
class Found:
    """The results of the package on one delivery, taken apart.

    Attributes
    ----------
    record : (source, row) -> record_id.
    cells : (source, row, variable) -> clean text: as delivered, or as the cleaning log says.
    told, told_of : the cells, and the (record_id, variable), that are problems, set to missing.
    values : record_id -> variable -> text.
    excluded : record_id -> the first criterion that failed, and all of them.
    times : endpoint -> record_id -> days and event, or that the patient is not at risk.
    of_nobody : rows of the laboratory that no patient was found for.
    """

    record: dict
    cells: dict
    told: set
    told_of: set
    values: dict
    excluded: dict
    times: dict
    of_nobody: int

    def endpoint(self, record: str, name: str) -> tuple | str:
        """Return days and event of a patient."""
        return self.times[name].get(record, OUTSIDE)


def found_in(
    cleaned: Cleaned, cohorts: Sequence[Cohort], hospitals: Mapping, sources: Mapping
) -> Found:
    """Return what the package made of a delivery; `sources` are those of the study."""
    names = {spec["file"]: name for name, spec in sources.items()}
    cells = _delivered_cells(cleaned.records, hospitals, list(sources))
    for file, row, variable, clean in _rows(cleaned, "cleaning", *AT, "clean_value"):
        cells[names[file], row, variable] = clean
    problems = list(_rows(cleaned, "problems", *AT, "record_id", "action"))
    refused = [row for row in problems if row[-1] == REFUSED]
    return Found(
        record_of_rows(cleaned.records),
        cells,
        {(names[file], row, variable) for file, row, variable, *_ in refused},
        {(patient, variable) for _, _, variable, patient, _ in refused},
        _values(cleaned.patients),
        {
            row["record_id"]: (row["criterion"], row["all_criteria"].split("|"))
            for cohort in cohorts
            for row in cohort.exclusions
        },
        {name: dict(_times(cohorts, name)) for name in ENDPOINTS},
        next(row["unmatched_rows"] for row in cleaned.linkage if row["source"] == LABORATORY),
    )


def record_of_rows(records: pd.DataFrame) -> dict[tuple[str, int], str]:
    """Return the patient of each delivered row."""
    rows = zip(records["source"], records["source_row"], strict=True)
    return dict(zip(rows, records["record_id"], strict=True))


def _delivered_cells(records: pd.DataFrame, hospitals: Mapping, sources: list[str]) -> dict:
    """Return each cell as delivered."""
    cells = {}
    of = records["source"].to_numpy(dtype=object)
    for source in sources:
        own = records[of == source]
        for column in hospitals[source]["columns"]:
            at = ((source, row, column["of"]) for row in own["source_row"])
            cells |= zip(at, own[column["header"]], strict=True)
    return cells


def _rows(cleaned: Cleaned, log: str, *names: str) -> Iterator[tuple]:
    """Give the rows of a log."""
    columns = cleaned.logs.columns(log)
    return zip(*(columns[name] for name in names), strict=True)


def _values(patients: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the cleaned and derived values of each patient; numbers are whole."""
    columns = patients.to_dict("list").items()
    table = {name: [_text(value) for value in column] for name, column in columns}
    rows = zip(*table.values(), strict=True)
    return {row[0]: dict(zip(table, row, strict=True)) for row in rows}  # record_id is the first


def _text(value) -> str:
    if value is None or value != value:
        return ""
    return repr(value).removesuffix(".0") if isinstance(value, float) else value


def _times(cohorts: Sequence[Cohort], endpoint: str) -> Iterator[tuple[str, tuple | str]]:
    """Give each patient of the cohorts with days and event."""
    names = ("record_id", f"{endpoint}_time", f"{endpoint}_event")
    for cohort in cohorts:
        for record, time, event in zip(*(cohort.frame[name] for name in names), strict=True):
            is_at_risk = time == time
            days = round(time * DAYS_PER_MONTH, 6) if is_at_risk else None
            yield record, (days, event) if is_at_risk else NOT_AT_RISK
