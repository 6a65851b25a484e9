"""A Word document of the project: its fonts, page, running head, and the same bytes every time."""

import io
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Pt

from retrocohort.export.archive import MADE, pinned
from retrocohort.export.words import plain

FONT, CHINESE_FONT = "Arial", "SimSun"
STYLES = {  # name -> size in points, bold, space before and after in points
    "Table Title": (9.5, False, 14, 4),
    "Table Text": (8.5, False, 1, 1),
    "Table Note": (8, False, 2, 0),
}
MARGIN = Cm(2)
A4 = Cm(21), Cm(29.7)
PORTRAIT, LANDSCAPE = 9638, 14570  # width of the text, in twentieths of a point
LONGEST = 255  # characters of a property of a document; the header of each page has all
LINE = '<w:{} w:val="single" w:sz="{}" w:space="0" w:color="auto"/>'


def blank(title: str, notice: str) -> WordDocument:
    """Return an empty document in portrait; a notice stands in the header of each page."""
    made = Document()
    _styles(made)
    properties = made.core_properties
    properties.author = properties.last_modified_by = ""
    properties.title, properties.comments = (plain(text)[:LONGEST] for text in (title, notice))
    properties.created = properties.modified = MADE
    turn(made.sections[0], landscape=False)
    _running(made, notice)
    body = made.element.body
    for element in list(body)[:-1]:
        body.remove(element)
    return made


def saved(made: WordDocument) -> bytes:
    """Return a document as a file."""
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


def turn(section, landscape: bool) -> None:
    """Turn a section, with the margins of a manuscript."""
    short, long = A4
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN


def _running(made: WordDocument, notice: str) -> None:
    """Write the notice into the header of all pages and their number into the footer."""
    section = made.sections[0]
    if notice:
        _into(section.header, paragraph("TableNote", run(notice, "<w:b/>")))
    field = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    _into(section.footer, paragraph("TableNote", field, '<w:jc w:val="center"/>'))


def _into(part, xml: str) -> None:
    """Make a paragraph the only one of a header or footer."""
    part.is_linked_to_previous = False
    part.paragraphs[0]._p.addprevious(parsed(xml))
    old = part.paragraphs[-1]._p
    old.getparent().remove(old)


def run(text: str, look: str = "") -> str:
    """Return a run of text, empty for none; whatever the text is, it stays text."""
    if not text:
        return ""
    said = escape(plain(text))
    look = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{said}</w:t></w:r>'


def link(file: str, place: str, label: str) -> str:
    """Return a link to a place of a file that lies beside the document."""
    look = '<w:color w:val="0563C1"/><w:u w:val="single"/>'
    field = escape(f' HYPERLINK "{file}" \\l "{place}" ', {'"': "&quot;"})
    return f'<w:fldSimple w:instr="{field}">{run(label, look)}</w:fldSimple>'


def paragraph(style: str, runs: str, look: str = "") -> str:
    """Return a paragraph of a style, of runs."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{look}</w:pPr>{runs}</w:p>'


def entry(runs: str, look: str = "", keep: bool = False) -> str:
    """Return a paragraph of a cell; with `keep` on the page of the next."""
    return paragraph("TableText", runs, ("<w:keepNext/>" if keep else "") + look)


def box(size: int, paragraph: str, span: str = "", line: str = "") -> str:
    """Return a cell of a table."""
    borders = f"<w:tcBorders>{line}</w:tcBorders>" if line else ""
    foot = '<w:vAlign w:val="bottom"/>' if line else ""
    look = f'<w:tcPr><w:tcW w:w="{size}" w:type="dxa"/>{span}{borders}{foot}</w:tcPr>'
    return f"<w:tc>{look}{paragraph}</w:tc>"


def parsed(xml: str):
    """Return the element of a piece of WordprocessingML."""
    end = min(xml.find(sign) for sign in (" ", ">", "/") if sign in xml)
    return parse_xml(f"{xml[:end]} {nsdecls('w')}{xml[end:]}")
