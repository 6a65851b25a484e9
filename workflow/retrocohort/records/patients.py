"""From the records to the patients: clean every source, reconcile, derive."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from retrocohort.language import noted
from retrocohort.records.clean import clean_source
from retrocohort.records.derive import derive_all, note_checks
from retrocohort.records.linkage import patients_of
from retrocohort.records.logs import Logs
from retrocohort.records.read import OWN_COLUMNS, PLACE
from retrocohort.records.reconcile import reconcile
from retrocohort.records.verdict import LEFT_OUT, SET_TO_MISSING


def clean_records(
    records: pd.DataFrame,
    sources: dict,
    variables: dict,
    codes: Sequence[dict],
    derive: dict,
    checks: Sequence[dict] = (),
) -> tuple[pd.DataFrame, Logs]:
    """Clean the records of a study and reduce them to one row a patient.

    Parameters
    ----------
    records : pandas.DataFrame
        As `read_records` writes them.
    sources, variables, codes, derive, checks
        Sources, full dictionary entries, rows of codes.csv and the blocks `derive` and `checks` of
        the study.

    Returns
    -------
    patients : pandas.DataFrame
        One row a patient of the sources that deliver patients, in the order of first appearance:
        `record_id`, `centre`, then the variables in the order of the dictionary; numbers are float
        with NaN, all else is text with None (dates as ISO).
    logs : Logs
        Cleaning, derivation and problems.
    """
    logs = Logs()
    cleaned = {}
    for name in sources:
        rows = records[(records["source"] == name).to_numpy()]
        cleaned[name] = clean_source(rows, name, variables, codes, logs)
    one = [name for name, spec in sources.items() if patients_of(spec)]
    rows = pd.concat([cleaned[name] for name in one], ignore_index=True)
    new = [name for name in one if patients_of(sources[name]) == "new"]
    rows, patients = _with_patients(rows, rows["source"].isin(new).to_numpy(), logs)
    frame = _one_row_each(rows, patients, variables, logs)
    if "centre" in variables:
        frame["centre"] = _known_centres(frame, variables["centre"]["levels"], logs)
    long = {name: _placed(cleaned[name], patients) for name in sources if name not in one}
    frame = derive_all(frame, long, derive, variables, logs)
    note_checks(frame, checks, logs)
    named = [name for name in variables if name in frame and name != "centre"]
    return frame[["record_id", "centre", *named]], logs


def _with_patients(rows: pd.DataFrame, is_new: np.ndarray, logs: Logs) -> tuple:
    """Find the patients, and say of each row whose it is.

    Returns
    -------
    rows : pandas.DataFrame
        With `patient`, the place of the patient, and `is_new`, whether the row may make one; rows
        of nobody are left out, each a problem.
    patients : numpy.ndarray
        Those of the new rows, in the order of first appearance.
    """
    patients = pd.unique(_ids(rows)[is_new])
    rows = _placed(rows, patients).assign(is_new=is_new)
    of_nobody = (rows["patient"] < 0).to_numpy()
    if of_nobody.any():
        problem = noted("no such patient")
        logs.add("problems", rows[of_nobody], problem=problem, action=LEFT_OUT)
    return rows[~of_nobody].reset_index(drop=True), patients


def _one_row_each(
    rows: pd.DataFrame, patients: np.ndarray, variables: dict, logs: Logs
) -> pd.DataFrame:
    """Return the patients with their place, centre and reconciled variables."""
    names = [name for name in variables if name in rows and name not in OWN_COLUMNS]
    values = {name: reconcile(rows, name, variables[name], len(patients), logs) for name in names}
    made_by = np.flatnonzero(rows["is_new"])
    first = made_by[np.unique(rows["patient"].to_numpy()[made_by], return_index=True)[1]]
    centre = rows["centre"].astype(object).to_numpy()[first]
    return pd.DataFrame(
        {"record_id": patients, "centre": np.where(centre == "", None, centre)}
        | {column: rows[column].to_numpy()[first] for column in PLACE}
        | values
    )


def _known_centres(frame: pd.DataFrame, levels: dict, logs: Logs) -> np.ndarray:
    """Return the centre of each patient; one that is no level of the dictionary is a problem."""
    centre = frame["centre"].to_numpy(dtype=object)
    unknown = np.array([name is not None and name not in levels for name in centre])
    if unknown.any():
        logs.add(
            "problems",
            frame[unknown],
            variable="centre",
            raw_value=centre[unknown],
            problem=noted("no level of the dictionary"),
            action=SET_TO_MISSING,
        )
    return np.where(unknown, None, centre)


def _ids(rows: pd.DataFrame) -> np.ndarray:
    """Return the patient of each row as text."""
    return rows["record_id"].astype(object).to_numpy()


def _placed(rows: pd.DataFrame, patients: np.ndarray) -> pd.DataFrame:
    """Return rows with the place of their patient, -1 for a row of nobody."""
    return rows.assign(patient=pd.Index(patients).get_indexer(_ids(rows)))
