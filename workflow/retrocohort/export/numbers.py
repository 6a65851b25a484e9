"""Every number of the report that an author can cite, by its id."""

from collections.abc import Iterator

from retrocohort.format import NOT_REACHED, p_statement
from retrocohort.language import say
from retrocohort.report.sentences import STATED
from retrocohort.report.tableset import TableSet, all_numbers
from retrocohort.source import Number, Source, numbers_of
from retrocohort.styles import styled

P_COLUMNS = ("p", "p_holm")


def citable(tables: TableSet) -> dict:
    """Return the numbers with their exact value, their text and their cell.

    Where a number is shown in several ways the sentences come before the tables, these in the order
    of the report. A P value has a further id that ends in ".stated", for its place in a sentence.

    Returns
    -------
    dict
        title, notice, style, and numbers: id -> value (null: missing), shown, file (below the
        results of the study), row (line of the file, the head is 1), column, table.
    """
    found: dict[str, dict] = {}
    with styled(tables.style):
        for number, place in _numbers(tables):
            source = number.source
            if not isinstance(source, Source) or source.id in found:
                continue
            about = {"file": source.file, "row": source.row, "column": source.column}
            about["table"] = place
            found[source.id] = {
                "value": number.value,
                "shown": number.shown or say(NOT_REACHED),
            } | about
            if source.column in P_COLUMNS and number.value is not None:
                said = {"value": number.value, "shown": str(p_statement(number.value))}
                found[f"{source.id}.{STATED}"] = said | about
    head = {"title": tables.title, "notice": tables.notice, "style": tables.style}
    return head | {"numbers": dict(sorted(found.items()))}


def _numbers(tables: TableSet) -> Iterator[tuple[Number, str]]:
    """Return each number and the table that shows it first."""
    place: dict[str, str] = {}
    for layout in tables.tables:
        for number in all_numbers(layout):
            if number.source:
                place.setdefault(number.source.id, layout.number)
    for text in tables.cited:
        for number in numbers_of(text):
            yield number, place.get(number.source.id, "") if number.source else ""
    for layout in tables.tables:
        for number in all_numbers(layout):
            yield number, layout.number
