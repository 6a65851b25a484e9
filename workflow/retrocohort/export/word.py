"""The tables as a Word document: real tables, heads repeated, footnotes below, wide ones turned.

Tables are written as WordprocessingML in one piece; adding cell after cell through python-docx
would take a hundred times as long.
"""

import io
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Pt

from retrocohort.export.archive import MADE, pinned
from retrocohort.export.words import Head, head_rows, notes_of, plain, widths
from retrocohort.language import say
from retrocohort.report.tableset import TableSet, is_supplement
from retrocohort.tables.layout import Cell, Layout, Row

FONT, CHINESE_FONT = "Arial", "SimSun"
STYLES = {  # name -> size in points, bold, space before and after in points
    "Table Title": (9.5, False, 14, 4),
    "Table Text": (8.5, False, 1, 1),
    "Table Note": (8, False, 2, 0),
}
CHARACTER = 88  # width of a letter of 8.5 points in twentieths of a point
PORTRAIT, LANDSCAPE = 9638, 14570  # width of the text on A4 with margins of 2 cm
MARGIN = Cm(2)
A4 = Cm(21), Cm(29.7)
SHORT = 30  # rows of a table that is kept on one page
CENTRE = '<w:jc w:val="center"/>'
LINE = '<w:{} w:val="single" w:sz="{}" w:space="0" w:color="auto"/>'


def document(tables: TableSet) -> bytes:
    """Return the document; the notice of synthetic data stands in the header of each page."""
    made = Document()
    _styles(made)
    properties = made.core_properties
    properties.author = properties.last_modified_by = ""
    properties.title, properties.comments = plain(tables.title), plain(tables.notice)
    properties.created = properties.modified = MADE
    _section(made.sections[0], landscape=False)
    _running(made, tables)
    body = made.element.body
    for element in list(body)[:-1]:
        body.remove(element)
    _fill(made, tables)
    target = io.BytesIO()
    made.save(target)
    return pinned(target.getvalue())


def _styles(made: WordDocument) -> None:
    for name, (size, bold, before, after) in STYLES.items():
        style = made.styles.add_style(name, 1)
        style.base_style = made.styles["Normal"]
        style.font.size, style.font.bold, style.font.name = Pt(size), bold, FONT
        fonts = style.element.rPr.rFonts
        for script, font in (("hAnsi", FONT), ("cs", FONT), ("eastAsia", CHINESE_FONT)):
            fonts.set(f"{{{fonts.nsmap['w']}}}{script}", font)
        style.paragraph_format.space_before, style.paragraph_format.space_after = (
            Pt(before),
            Pt(after),
        )
        style.paragraph_format.line_spacing = 1.0


def _section(section, landscape: bool) -> None:
    """Turn a section, with the margins of a manuscript."""
    short, long = A4
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN


def _running(made: WordDocument, tables: TableSet) -> None:
    """Write the notice into the header of all pages and their number into the footer."""
    section = made.sections[0]
    if tables.notice:
        _into(section.header, _paragraph("TableNote", _run(tables.notice, "<w:b/>")))
    field = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    _into(section.footer, _paragraph("TableNote", field, CENTRE))


def _into(part, xml: str) -> None:
    """Make a paragraph the only one of a header or footer."""
    part.is_linked_to_previous = False
    part.paragraphs[0]._p.addprevious(_parsed(xml))
    old = part.paragraphs[-1]._p
    old.getparent().remove(old)


def _fill(made: WordDocument, tables: TableSet) -> None:
    """Write every table; a new section begins where the page turns."""
    turned, fresh, supplement = False, True, False
    for layout in tables.tables:
        sizes = [width * CHARACTER for width in widths(layout)]
        landscape = sum(sizes) > PORTRAIT
        if landscape != turned:
            if fresh:
                _section(made.sections[-1], landscape)
            else:
                _section(made.add_section(WD_SECTION.NEW_PAGE), landscape)
            turned, fresh = landscape, True
        first_of_supplement = is_supplement(layout) and not supplement
        supplement = supplement or first_of_supplement
        new_page = not fresh and (not is_supplement(layout) or first_of_supplement)
        for xml in _table(layout, sizes, LANDSCAPE if landscape else PORTRAIT, new_page):
            made.element.body[-1].addprevious(_parsed(xml))
        for mark, text in notes_of(layout, ""):
            sign = _run(mark, '<w:vertAlign w:val="superscript"/>')
            note = sign + _run(f" {text}" if mark else text)
            made.element.body[-1].addprevious(_parsed(_paragraph("TableNote", note)))
        fresh = False


def _table(layout: Layout, sizes: list[int], room: int, new_page: bool) -> Iterator[str]:
    """Yield the title and the table."""
    shrunk = min(1.0, room / sum(sizes))
    sizes = [int(size * shrunk) for size in sizes]
    before = "<w:keepNext/>" + "<w:pageBreakBefore/>" * new_page + '<w:outlineLvl w:val="1"/>'
    title = _run(say("{number}. ", number=layout.number), "<w:b/>") + _run(layout.caption)
    yield _paragraph("TableTitle", title, before)
    rows = [*_heads(layout, sizes), *_rows(layout, sizes)]
    grid = "".join(f'<w:gridCol w:w="{size}"/>' for size in sizes)
    yield (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(sizes)}" w:type="dxa"/>'
        f"<w:tblBorders>{LINE.format('top', 8)}{LINE.format('bottom', 8)}</w:tblBorders>"
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
        stub = _run(layout.stub, "<w:b/>") if not i else ""
        line = LINE.format("bottom", 4) if last else ""
        cells = [_box(sizes[0], _text(stub, keep=True), merge, line)]
        column = 1
        for head in heads:
            under = LINE.format("bottom", 4) if last or head.text else ""
            size = sum(sizes[column : column + head.span])
            span = f'<w:gridSpan w:val="{head.span}"/>' if head.span > 1 else ""
            cells.append(_box(size, _text(_head(head), CENTRE, keep=True), span, under))
            column += head.span
        yield f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(cells)}</w:tr>"


def _head(head: Head) -> str:
    between = "<w:r><w:br/></w:r>" if head.text and head.detail else ""
    return _run(head.text, "<w:b/>") + between + _run(head.detail)


def _rows(layout: Layout, sizes: list[int]) -> Iterator[str]:
    rows = layout.rows()
    short = len(rows) <= SHORT
    firsts = {id(block[0]) for block in layout.blocks[1:] if block}
    for i, row in enumerate(rows):
        # a short table stays together, of a long one the head of a block and its first level
        keep = i < len(rows) - 1 and (short or (not row.indent and rows[i + 1].indent))
        space = '<w:spacing w:before="60"/>' if id(row) in firsts else ""
        cells = [_box(sizes[0], _text(_row_head(row), space + "<w:ind " + _indent(row), keep=keep))]
        for cell, size in zip(row.cells, sizes[1:], strict=True):
            cells.append(_box(size, _text(_cell(cell), space + CENTRE, keep=keep)))
        yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"


def _indent(row: Row) -> str:
    return f'w:left="{280 if row.indent else 120}" w:hanging="120"/>'


def _row_head(row: Row) -> str:
    return _run(row.title)


def _cell(cell: Cell) -> str:
    mark = _run(cell.mark, '<w:vertAlign w:val="superscript"/>') if cell.mark else ""
    return (_run(cell.text) if cell.text else "") + mark


def _run(text: str, look: str = "") -> str:
    """Return a run of text, empty for none; whatever the text is, it stays text."""
    if not text:
        return ""
    said = escape(plain(text))
    look = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{said}</w:t></w:r>'


def _quoted(text: str) -> str:
    return quoteattr(plain(text))


def _paragraph(style: str, runs: str, look: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{look}</w:pPr>{runs}</w:p>'


def _text(runs: str, look: str = "", keep: bool = False) -> str:
    return _paragraph("TableText", runs, ("<w:keepNext/>" if keep else "") + look)


def _box(size: int, paragraph: str, span: str = "", line: str = "") -> str:
    """Return a cell of a table."""
    borders = f"<w:tcBorders>{line}</w:tcBorders>" if line else ""
    foot = '<w:vAlign w:val="bottom"/>' if line else ""
    look = f'<w:tcPr><w:tcW w:w="{size}" w:type="dxa"/>{span}{borders}{foot}</w:tcPr>'
    return f"<w:tc>{look}{paragraph}</w:tc>"


def _parsed(xml: str):
    """Return the element of a piece of WordprocessingML."""
    end = min(xml.find(sign) for sign in (" ", ">", "/") if sign in xml)
    return parse_xml(f"{xml[:end]} {nsdecls('w')}{xml[end:]}")
