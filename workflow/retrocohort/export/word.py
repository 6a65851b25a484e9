"""The tables as a Word document: real tables, heads repeated, footnotes below, wide ones turned.

Tables are written as WordprocessingML in one piece; adding cell after cell through python-docx
would take a hundred times as long.
"""

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION

from retrocohort.export import paper
from retrocohort.export.words import Head, head_rows, notes_of, plain, widths
from retrocohort.language import say
from retrocohort.report.tableset import TableSet, is_supplement
from retrocohort.tables.layout import Cell, Layout, Row

CHARACTER = 88  # width of a letter of 8.5 points in twentieths of a point
SHORT = 30  # rows of a table that is kept on one page
CENTRE = '<w:jc w:val="center"/>'


def document(tables: TableSet) -> bytes:
    """Return the document; the notice of synthetic data stands in the header of each page."""
    made = paper.blank(tables.title, tables.notice)
    _fill(made, tables)
    return paper.saved(made)


def _fill(made: WordDocument, tables: TableSet) -> None:
    """Write every table; a new section begins where the page turns."""
    turned, fresh, supplement = False, True, False
    for layout in tables.tables:
        sizes = [width * CHARACTER for width in widths(layout)]
        landscape = sum(sizes) > paper.PORTRAIT
        if landscape != turned:
            if fresh:
                paper.turn(made.sections[-1], landscape)
            else:
                paper.turn(made.add_section(WD_SECTION.NEW_PAGE), landscape)
            turned, fresh = landscape, True
        first_of_supplement = is_supplement(layout) and not supplement
        supplement = supplement or first_of_supplement
        new_page = not fresh and (not is_supplement(layout) or first_of_supplement)
        for xml in _table(
            layout, sizes, paper.LANDSCAPE if landscape else paper.PORTRAIT, new_page
        ):
            made.element.body[-1].addprevious(paper.parsed(xml))
        for mark, text in notes_of(layout, ""):
            sign = paper.run(mark, '<w:vertAlign w:val="superscript"/>')
            note = sign + paper.run(f" {text}" if mark else text)
            made.element.body[-1].addprevious(paper.parsed(paper.paragraph("TableNote", note)))
        fresh = False


def _table(layout: Layout, sizes: list[int], room: int, new_page: bool) -> Iterator[str]:
    """Yield the title and the table."""
    shrunk = min(1.0, room / sum(sizes))
    sizes = [int(size * shrunk) for size in sizes]
    before = "<w:keepNext/>" + "<w:pageBreakBefore/>" * new_page + '<w:outlineLvl w:val="1"/>'
    title = paper.run(say("{number}. ", number=layout.number), "<w:b/>") + paper.run(layout.caption)
    yield paper.paragraph("TableTitle", title, before)
    rows = [*_heads(layout, sizes), *_rows(layout, sizes)]
    grid = "".join(f'<w:gridCol w:w="{size}"/>' for size in sizes)
    yield (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(sizes)}" w:type="dxa"/>'
        f"<w:tblBorders>{paper.LINE.format('top', 8)}{paper.LINE.format('bottom', 8)}"
        "</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="40" w:type="dxa"/>'
        '<w:right w:w="40" w:type="dxa"/></w:tblCellMar>'
        f'<w:tblLook w:val="0020" w:firstRow="1"/><w:tblCaption w:val={_quoted(layout.title)}/>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _heads(layout: Layout, sizes: list[int]) -> Iterator[str]:
    """Yield the rows of heads, which Word repeats on each page."""
    rows = head_rows(layout)
    for i, heads in enumerate(rows):
        last = i == len(rows) - 1
        merge = "" if len(rows) == 1 else f'<w:vMerge w:val="{"continue" if i else "restart"}"/>'
        stub = paper.run(layout.stub, "<w:b/>") if not i else ""
        line = paper.LINE.format("bottom", 4) if last else ""
        cells = [paper.box(sizes[0], paper.entry(stub, keep=True), merge, line)]
        column = 1
        for head in heads:
            under = paper.LINE.format("bottom", 4) if last or head.text else ""
            size = sum(sizes[column : column + head.span])
            span = f'<w:gridSpan w:val="{head.span}"/>' if head.span > 1 else ""
            cells.append(paper.box(size, paper.entry(_head(head), CENTRE, keep=True), span, under))
            column += head.span
        yield f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(cells)}</w:tr>"


def _head(head: Head) -> str:
    between = "<w:r><w:br/></w:r>" if head.text and head.detail else ""
    return paper.run(head.text, "<w:b/>") + between + paper.run(head.detail)


def _rows(layout: Layout, sizes: list[int]) -> Iterator[str]:
    rows = layout.rows()
    short = len(rows) <= SHORT
    firsts = {id(block[0]) for block in layout.blocks[1:] if block}
    for i, row in enumerate(rows):
        # a short table stays together, of a long one the head of a block and its first level
        keep = i < len(rows) - 1 and (short or (not row.indent and rows[i + 1].indent))
        space = '<w:spacing w:before="60"/>' if id(row) in firsts else ""
        cells = [
            paper.box(
                sizes[0], paper.entry(_row_head(row), space + "<w:ind " + _indent(row), keep=keep)
            )
        ]
        for cell, size in zip(row.cells, sizes[1:], strict=True):
            cells.append(paper.box(size, paper.entry(_cell(cell), space + CENTRE, keep=keep)))
        yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"


def _indent(row: Row) -> str:
    return f'w:left="{280 if row.indent else 120}" w:hanging="120"/>'


def _row_head(row: Row) -> str:
    return paper.run(row.title)


def _cell(cell: Cell) -> str:
    mark = paper.run(cell.mark, '<w:vertAlign w:val="superscript"/>') if cell.mark else ""
    return (paper.run(cell.text) if cell.text else "") + mark


def _quoted(text: str) -> str:
    return quoteattr(plain(text))
