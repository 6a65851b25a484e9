"""Filling of a Word manuscript: text, tables, text boxes, headers, footers, notes, comments."""

import io
import re
from collections.abc import Iterator
from copy import deepcopy

from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.run import Run
from lxml import etree

from retrocohort.export.archive import pinned
from retrocohort.export.words import plain
from retrocohort.manuscript.filling import PLACEHOLDER, Filling, Piece

KINDS = ("document.main", "header", "footer", "footnotes", "endnotes", "comments")
TEXTS = re.compile(rf"wordprocessingml\.(?:{'|'.join(map(re.escape, KINDS))})")
CHANGED, UNKNOWN = WD_COLOR_INDEX.YELLOW, WD_COLOR_INDEX.RED


def fill(data: bytes, filling: Filling, notice: str = "") -> bytes:
    """Return the manuscript with its numbers, in the format of the placeholders.

    A changed number is highlighted in yellow, a placeholder without a number in red and left as it
    is. Word may have split a placeholder over runs of text.

    Parameters
    ----------
    data : bytes
        The .docx file.
    filling : Filling
        The numbers; it keeps what has been met.
    notice : str
        What is said of synthetic data, at the head of every page.

    Raises
    ------
    BadZipFile, zlib.error, EOFError, KeyError, ValueError, lxml.etree.XMLSyntaxError
        When it is no Word document, or a damaged one.
    """
    document = Document(io.BytesIO(data))
    if document.element.tag != qn("w:document"):
        raise ValueError("not the text of a Word document")
    parts = [p for p in document.part.package.iter_parts() if TEXTS.search(p.content_type)]
    for part in sorted(parts, key=lambda part: (part is not document.part, part.partname)):
        _fill_part(part, filling)
    if notice:
        _announce(document, notice)
    target = io.BytesIO()
    document.save(target)
    return pinned(target.getvalue())


def _fill_part(part: Part, filling: Filling) -> None:
    """Fill the document itself or a part beside it, which python-docx may know as bytes only."""
    name = part.partname.filename.removesuffix(".xml")
    element = getattr(part, "element", None)
    if element is not None:
        _fill_element(element, filling, name)
        return
    element = parse_xml(part.blob)
    _fill_element(element, filling, name)
    part._blob = etree.tostring(element, xml_declaration=True, encoding="UTF-8", standalone=True)


def _fill_element(element, filling: Filling, name: str) -> None:
    for number, paragraph in enumerate(element.iter(qn("w:p")), start=1):
        texts = list(_texts(paragraph))
        whole = "".join(text.text or "" for text in texts)
        found = list(PLACEHOLDER.finditer(whole))
        place = f"{name}, paragraph {number}"
        pieces = [filling.piece(match, place) for match in found]
        for match, piece in reversed([*zip(found, pieces, strict=True)]):
            _put(texts, *match.span(), piece)


def _texts(paragraph) -> Iterator:
    """Yield the texts of a paragraph, not those of text boxes in it, which have their own."""
    for text in paragraph.iter(qn("w:t")):
        if next(text.iterancestors(qn("w:p"))) is paragraph:
            yield text


def _put(texts: list, start: int, end: int, piece: Piece) -> None:
    """Put a piece where the texts of a paragraph hold a placeholder, into the run it begins in."""
    at, first = 0, None
    for text in texts:
        own = text.text or ""
        low, high = max(start - at, 0), min(end - at, len(own))
        at += len(own)
        if low >= high:
            continue
        if first is None:
            first, after = text, own[high:]
            _set(text, own[:low])
        else:
            _set(text, own[high:])
    if piece.known and not piece.changed:
        _set(first, f"{first.text}{piece.text}{after}")
    else:
        _split(first, piece, after)


def _set(text, content: str) -> None:
    text.text = plain(content)
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _split(text, piece: Piece, after: str) -> None:
    """Put a highlighted piece into a run of its own, between what is before and after it."""
    run = text.getparent()
    marked, rest = _like(run), _like(run)
    for sibling in list(text.itersiblings()):
        rest.append(sibling)
    tail = deepcopy(text)
    _set(tail, after)
    rest.insert(1 if rest.find(qn("w:rPr")) is not None else 0, tail)
    said = deepcopy(text)
    _set(said, piece.text)
    marked.append(said)
    Run(marked, None).font.highlight_color = CHANGED if piece.known else UNKNOWN
    run.addnext(marked)
    marked.addnext(rest)


def _like(run):
    """Return an empty run of the same format."""
    made = run.makeelement(run.tag, run.attrib, run.nsmap)
    look = run.find(qn("w:rPr"))
    if look is not None:
        made.append(deepcopy(look))
    return made


def _announce(document, notice: str) -> None:
    """Write the notice above the text of every header."""
    both = document.settings.odd_and_even_pages_header_footer
    for i, section in enumerate(document.sections):
        headers = [section.header]
        headers += [section.first_page_header] * section.different_first_page_header_footer
        headers += [section.even_page_header] * both
        for header in headers:
            if i == 0 or not header.is_linked_to_previous:
                header.is_linked_to_previous = False
                below = header.paragraphs[0] if header.paragraphs else header.add_paragraph()
                below.insert_paragraph_before().add_run(plain(notice)).bold = True
