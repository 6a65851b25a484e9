"""The tables of a report and the numbers of its sentences as plain data, for all other formats."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from retrocohort.report.blocks import Sheet, numbers_in_words
from retrocohort.source import Number, numbers_of, shown
from retrocohort.tables.layout import Layout
from retrocohort.tables.stored import as_data, from_data, text_data, text_from_data

NUMBER = re.compile(r"S?\d+$")


@dataclass(frozen=True)
class TableSet:
    """What a report shows in numbers.

    Attributes
    ----------
    title, notice : str
        Of the study; the notice says what synthetic data are, empty for others.
    style : str
        House style in which the numbers are written.
    tables : list of Layout
        Those with plain numbers first, then those of the supplement.
    cited : list of str
        The numbers of the sentences, then those of the other words of the page, each a text that
        knows its number.
    checklists : list of dict
        Title, source and items of each checklist, as the page shows them.
    """

    title: str
    notice: str
    style: str
    tables: list[Layout]
    cited: list[str]
    checklists: list[dict] = field(default_factory=list)


def collect(sheet: Sheet, sections: Sequence[Mapping]) -> dict:
    """Return the data of the tables and sentences of an assembled page.

    `summaries`, the tables without a number, are for those who read the page back.
    """
    blocks = [block for section in sections for block in section["blocks"]]
    numbers = [
        part.number
        for block in blocks
        if block["kind"] == "sentences"
        for sentence in block["sentences"]
        for part in sentence
        if part.number
    ]
    numbers += [number for number in numbers_in_words(blocks) if number.source]
    checklists = [
        {"title": block["title"], "source": block["source"]}
        | {"items": [asdict(item) for item in block["items"]]}
        for block in blocks
        if block["kind"] == "checklist"
    ]
    ranked = sorted(sheet.tables, key=is_supplement)
    shown_only = {"summaries": [as_data(layout) for layout in sheet.summaries]}
    return {
        "title": sheet.study["title"],
        "notice": sheet.study["notice"],
        "style": sheet.study["report"]["style"],
        "tables": [as_data(layout) for layout in ranked],
        "cited": [text_data(shown(number.shown, number)) for number in numbers],
        "checklists": checklists,
    } | shown_only


def restore(data: Mapping) -> TableSet:
    """Return the tables of which `collect` made the data."""
    tables = [from_data(table) for table in data["tables"]]
    cited = [text_from_data(text) for text in data["cited"]]
    about = (data[key] for key in ("title", "notice", "style"))
    return TableSet(*about, tables, cited, data["checklists"])


def is_supplement(layout: Layout) -> bool:
    """Return whether a table is one of the supplement: "Table S2"."""
    return number_of(layout).startswith("S")


def number_of(layout: Layout) -> str:
    """Return "2" or "S2" of "Table 2" or "Table S2", in any language."""
    return NUMBER.search(layout.number)[0]


def all_numbers(layout: Layout) -> list[Number]:
    """Return the numbers of a table, caption and heads first, row by row."""
    texts = [layout.caption, *(column.detail for column in layout.columns)]
    texts += [cell.text for row in layout.rows() for cell in row.cells]
    return [number for text in texts for number in numbers_of(text)]
