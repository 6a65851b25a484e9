"""The checklists of reporting as a Word document, as journals ask for them with a manuscript."""

from collections.abc import Iterator, Mapping

from retrocohort.export import paper
from retrocohort.language import say, template
from retrocohort.report.tableset import TableSet

WIDTHS = (800, 5900, 3900, 2970, 1000)  # of the columns, in twentieths of a point
HEADS = (
    template("Item"),
    template("Recommendation"),
    template("Where in the report"),
    template("For the author to write"),
    template("Page"),
)
ROW = "<w:tr><w:trPr><w:cantSplit/>{}</w:trPr>{}</w:tr>"


def document(tables: TableSet) -> bytes:
    """Return the document: a table for each checklist, with links to the report beside it.

    The last column is empty: the pages of the manuscript are the author's to fill in.
    """
    made = paper.blank(tables.title, tables.notice)
    paper.turn(made.sections[0], landscape=True)
    for number, checklist in enumerate(tables.checklists):
        for xml in _checklist(checklist, new_page=number > 0):
            made.element.body[-1].addprevious(paper.parsed(xml))
    return paper.saved(made)


def _checklist(checklist: Mapping, new_page: bool) -> Iterator[str]:
    """Yield the title, the table and the source."""
    before = "<w:keepNext/>" + "<w:pageBreakBefore/>" * new_page + '<w:outlineLvl w:val="1"/>'
    yield paper.paragraph("TableTitle", paper.run(checklist["title"], "<w:b/>"), before)
    heads = [paper.run(say(head), "<w:b/>") for head in HEADS]
    rows = [_row(heads, "<w:tblHeader/>", paper.LINE.format("bottom", 4))]
    rows += [_row(_entries(item)) for item in checklist["items"]]
    grid = "".join(f'<w:gridCol w:w="{size}"/>' for size in WIDTHS)
    yield (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(WIDTHS)}" w:type="dxa"/>'
        f"<w:tblBorders>{paper.LINE.format('top', 8)}{paper.LINE.format('bottom', 8)}"
        f"{paper.LINE.format('insideH', 2)}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
    yield paper.paragraph("TableNote", paper.run(checklist["source"]))


def _row(entries: list[str], kind: str = "", line: str = "") -> str:
    boxes = [
        paper.box(size, paper.entry(entry), line=line)
        for size, entry in zip(WIDTHS, entries, strict=True)
    ]
    return ROW.format(kind, "".join(boxes))


def _entries(item: Mapping) -> list[str]:
    asks = paper.run(say("{topic}. ", topic=item["topic"]), "<w:b/>") + paper.run(item["asks"])
    links = paper.run(say("; ")).join(paper.link("report.html", *place) for place in item["places"])
    return [paper.run(item["number"]), asks, links, paper.run(item["author"]), ""]
