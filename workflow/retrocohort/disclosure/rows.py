"""Rows of results as they may be told: their statistics rounded, or withheld."""

from collections.abc import Iterable, Mapping

from retrocohort.format import WITHHELD_NOTE
from retrocohort.io import number_text
from retrocohort.source import WITHHELD

DIGITS = 6  # significant ones of a statistic
COUNTED = {"n", "events", "n_risk", "n_event", "n_censor"}
IDS = {
    "variable", "level", "arm", "reference", "time", "strata", "contrast", "df", "df2", "test",
    "summary", "split", "subgroup", "subgroups", "terms", "model", "statistic", "note", "tau",
    "n_outside", "n_missing", "reason",
}  # fmt: skip
DEGREES = {"df", "df2"}  # of a test: of groups with events
CHOSEN = {"test"}  # by how small the expected counts are
Rows = list[dict]


def is_withheld(row: Mapping) -> bool:
    """Return whether a count of a row is withheld."""
    return any(row.get(column) == WITHHELD for column in COUNTED)


def texts_in(row: Mapping, columns: Iterable[str]) -> tuple:
    """Return the texts of a row in some columns."""
    return tuple(row[column] for column in columns)


def rounded(text) -> str:
    """Return a statistic with the digits that are told."""
    if text in ("", WITHHELD) or text is None or text != text:
        return text if isinstance(text, str) else ""
    return number_text(float(f"{float(text):.{DIGITS}g}"))


def told_row(row: dict) -> dict:
    """Return a row whose statistics have the digits that are told."""
    return {key: value if key in COUNTED | IDS else rounded(value) for key, value in row.items()}


def settle(row: dict, is_closed: bool) -> None:
    """Withhold the statistics of a row, or round them."""
    if is_closed:
        close_statistics(row)
        return
    for column in _statistics(row) - COUNTED:
        row[column] = rounded(row[column])


def close_statistics(row: dict) -> None:
    """Withhold the statistics that such a row can have, also those that are not estimable.

    A median that is not reached, or an estimate that there is not, tells of few events.
    """
    known = _statistics(row) | row.keys() & (DEGREES | CHOSEN)
    for column in known - {"n", "events"} - _never_in(row):
        row[column] = WITHHELD
    if "note" in row:
        row["note"] = WITHHELD_NOTE


def _never_in(row: Mapping) -> set[str]:
    """Return the columns that are blank in any row with the same part in its file."""
    if row.get("level") and row["level"] == row.get("reference"):
        return {*row}  # others are compared with it
    if "tau" in row and not row["reference"]:
        return {"z", "p"}  # of a difference alone
    if "p_holm" in row and not row["contrast"]:
        return {"p_holm"}  # of a pair alone
    if "smd" in row:
        return {"statistic", "p"} | DEGREES | CHOSEN if row["contrast"] else {"smd"}
    return set()


def _statistics(row: dict) -> set[str]:
    """Return the columns that hold numbers; "statistic" is the name of one beside "value"."""
    own = {"statistic"} if "statistic" in row and "value" not in row else set()
    return row.keys() - IDS | own


def percent(n: str, whole: str) -> str:
    """Return the percentage of two counts that are told."""
    if WITHHELD in (n, whole):
        return WITHHELD
    return number_text(100 * float(n) / float(whole)) if float(whole) else ""
