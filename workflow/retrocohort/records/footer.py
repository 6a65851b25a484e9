"""The footer of a delivered table: rows below the records that are none."""

from retrocohort.faults import Fault


def is_footer(first_cell: str, source: dict) -> bool:
    """Say whether a row that starts with this cell is the first of the footer."""
    return "footer" in source and first_cell.strip().startswith(source["footer"])


def absent_footer(source: dict, place: str = "") -> Fault:
    """Return the fault of a table without the footer that the study file names."""
    problem = f"no row starts with the footer '{source['footer']}'."
    return Fault(source["path"], place, problem, "Is the file cut off? If not, correct footer.")
