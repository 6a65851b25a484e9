"""Filling of manuscripts: placeholders over runs, formats kept, changes marked, nothing lost."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement

import manuscript
from retrocohort.faults import FaultsFound
from retrocohort.manuscript import markdown, word
from retrocohort.manuscript.filling import Filling, baseline

SHOWN = {"os.full.a.median": "122", "os.full.a.p": "<0.001", "flow.all.n_after": "2,982"}
FOOTNOTES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:footnote w:id="2"><w:p><w:r><w:t>Of {{flow.</w:t></w:r>
<w:r><w:t>all.n_after}} records</w:t></w:r></w:p></w:footnote></w:footnotes>"""


def saved(document) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def filled(document, before=None, notice=""):
    """Return the filled document, and what was met."""
    met = Filling(SHOWN, before or {})
    data = word.fill(saved(document), met, notice)
    return Document(io.BytesIO(data)), met


def runs(paragraph):
    return [(run.text, run.bold, run.font.highlight_color) for run in paragraph.runs if run.text]


def test_a_placeholder_within_one_run():
    document = Document()
    document.add_paragraph(
        "Median {{os.full.a.median}} and {{ os.full.a.p }}, {{flow.all.n_after}}."
    )
    made, met = filled(document)
    assert made.paragraphs[0].text == "Median 122 and <0.001, 2,982."
    assert met.used == SHOWN and met.unmatched == met.changes == []


def test_a_placeholder_split_over_runs_takes_the_format_it_begins_with():
    document = Document()
    paragraph = document.add_paragraph("It was ")
    for text, bold in (("{", True), ("{os.full", None), (".a.median}", True), ("} months", None)):
        paragraph.add_run(text).bold = bold
    made, _ = filled(document)
    assert runs(made.paragraphs[0]) == [
        ("It was ", None, None), ("122", True, None), (" months", None, None),
    ]  # fmt: skip


def test_two_placeholders_that_share_a_run():
    document = Document()
    paragraph = document.add_paragraph()
    for text in ("a {{os.full.a.med", "ian}} b {{os.full", ".a.p}} c"):
        paragraph.add_run(text)
    made, _ = filled(document)
    assert made.paragraphs[0].text == "a 122 b <0.001 c"
    changed, met = filled(document, {"os.full.a.median": "120", "os.full.a.p": "0.002"})
    assert changed.paragraphs[0].text == "a 122 b <0.001 c"
    assert [row["now"] for row in met.changes] == ["122", "<0.001"]
    assert [text for text, _, mark in runs(changed.paragraphs[0]) if mark] == ["122", "<0.001"]


def test_what_has_changed_is_highlighted_in_its_format_and_listed():
    document = Document()
    paragraph = document.add_paragraph()
    run = paragraph.add_run("Median {{os.full.a.median}}\tmonths")
    run.bold, run.font.name, run.underline = True, "Arial", True
    made, met = filled(document, {"os.full.a.median": "119"})
    assert runs(made.paragraphs[0]) == [
        ("Median ", True, None), ("122", True, WD_COLOR_INDEX.YELLOW), ("\tmonths", True, None),
    ]  # fmt: skip
    assert {run.font.name for run in made.paragraphs[0].runs} == {"Arial"}
    assert met.changes == [
        {"id": "os.full.a.median", "before": "119", "now": "122", "place": "document, paragraph 1"}
    ]


def test_what_has_no_number_stays_is_highlighted_and_has_its_nearest():
    document = Document()
    document.add_paragraph("It was {{os.full.a.medain}}.")
    made, met = filled(document)
    assert runs(made.paragraphs[0])[1] == ("{{os.full.a.medain}}", None, WD_COLOR_INDEX.RED)
    (row,) = met.unmatched
    assert row["id"] == "os.full.a.medain" and row["nearest"].startswith("os.full.a.median")


def test_tables_headers_footers_and_text_boxes():
    document = Document()
    table = document.add_table(1, 1).cell(0, 0)
    table.text = "{{os.full.a.median}}"
    table.add_table(1, 1).cell(0, 0).text = "{{os.full.a.p}}"
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].text = "Head {{flow.all.n_after}}"
    section.first_page_header.paragraphs[0].text = "First {{flow.all.n_after}}"
    section.footer.paragraphs[0].text = "Foot {{flow.all.n_after}}"
    outer = document.add_paragraph("Box {{os.full.a.")
    box, inner = OxmlElement("w:txbxContent"), OxmlElement("w:p")
    outer.runs[0]._r.append(box)
    box.append(inner)
    inner.append(OxmlElement("w:r"))
    inner[0].append(OxmlElement("w:t"))
    inner[0][0].text = "{{os.full.a.p}}"
    outer.add_run("median}}")
    made, met = filled(document)
    assert made.tables[0].cell(0, 0).paragraphs[0].text == "122"
    assert made.tables[0].cell(0, 0).tables[0].cell(0, 0).text == "<0.001"
    section = made.sections[0]
    heads = (section.header, section.first_page_header, section.footer)
    assert [part.paragraphs[0].text for part in heads] == [
        "Head 2,982", "First 2,982", "Foot 2,982",
    ]  # fmt: skip
    texts = [t.text or "" for t in made.paragraphs[-1]._p.iter() if t.tag.endswith("}t")]
    assert "".join(texts) == "Box 122<0.001"
    assert met.unmatched == []


def with_footnotes():
    document = Document()
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, FOOTNOTES.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    return document


def test_footnotes():
    met = Filling(SHOWN, {"flow.all.n_after": "2,980"})
    data = word.fill(saved(with_footnotes()), met)
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/footnotes.xml").decode()
    assert ">2,982<" in xml and "{{" not in xml and 'w:highlight w:val="yellow"' in xml
    assert met.changes[0]["place"] == "footnotes, paragraph 1"


def test_the_notice_is_in_every_header():
    document = Document()
    document.sections[0].header.paragraphs[0].text = "A head"
    document.add_section().header.is_linked_to_previous = True
    own = document.add_section().header
    own.is_linked_to_previous = False
    own.paragraphs[0].text = "Another"
    made, _ = filled(document, notice="Invented <b>")
    texts = [[p.text for p in section.header.paragraphs] for section in made.sections]
    assert texts == [["Invented <b>", "A head"]] * 2 + [["Invented <b>", "Another"]]


def test_the_same_manuscript_is_filled_with_the_same_bytes():
    data = saved(with_footnotes())
    assert word.fill(data, Filling(SHOWN, {})) == word.fill(data, Filling(SHOWN, {}))


def test_a_hostile_number_is_text():
    document = Document()
    document.add_paragraph("{{x}}")
    hostile = "<w:br/>\x00&"
    data = word.fill(saved(document), Filling({"x": hostile}, {}))
    assert Document(io.BytesIO(data)).paragraphs[0].text == "<w:br/>\ufffd&"


def test_markdown():
    text = (
        "---\ntitle: T\n---\nMedian {{os.full.a.median}}, {{os.full.a.p}};\n{{flow.al.n_after}}\n"
    )
    met = Filling(SHOWN, {"os.full.a.p": "0.002"})
    made = markdown.fill(text, met, "Invented")
    assert made == (
        "---\ntitle: T\n---\n> **Invented**\n\nMedian 122, ==<0.001==;\n=={{flow.al.n_after}}==\n"
    )
    assert met.changes[0]["place"] == "line 4"
    assert met.unmatched == [
        {"id": "flow.al.n_after", "nearest": "flow.all.n_after", "place": "line 5"}
    ]
    assert markdown.fill("no number", Filling({}, {})) == "no number"


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        ({}, {}),
        ({"now": {"a": "1"}, "before": {}}, {"a": "1"}),  # a has changed since
        ({"now": {"a": "2"}, "before": {"a": "1"}}, {"a": "1"}),  # filled again, marked again
        ({"now": {"a": "2", "b": "5"}, "before": {}}, {"a": "2", "b": "5"}),  # b is gone
    ],
)
def test_what_a_fill_is_compared_with(memory, expected):
    assert baseline(memory, {"a": "2", "c": "3"}) == expected


@pytest.fixture
def fill(tmp_path, monkeypatch):
    """Return a function that fills a file of a study and returns the filled one."""
    numbers = {name: {"shown": text} for name, text in SHOWN.items()}
    report = tmp_path / "results/lung/report"
    report.mkdir(parents=True)
    (report / "numbers.json").write_text(json.dumps({"numbers": numbers}))
    (tmp_path / "config/studies/lung").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    def filled(name, data):
        Path("config/studies/lung", name).write_bytes(data)
        study = {"notice": "Invented", "report": {"manuscript": name}}
        assert manuscript.fill("lung", study)
        return report / f"{Path(name).stem}_filled{Path(name).suffix}"

    return filled


def test_the_notice_stands_below_the_front_matter_also_after_a_mark_of_utf_8(fill):
    text = "---\r\ntitle: T\r\n---\r\n中位数 {{os.full.a.median}}\r\n"
    made = fill("paper.md", text.encode("utf-8-sig")).read_bytes().decode()
    assert made == "---\ntitle: T\n---\n> **Invented**\n\n中位数 122\n"


def damaged(document: bytes) -> bytes:
    """Return a Word file whose text is another one."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(Document()))) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, document if name == "word/document.xml" else old.read(name))
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("paper.md", "a\n中位数 {{os.full.a.median}}".encode("gbk"), "line 2: is not in UTF-8"),
        ("paper.docx", damaged(b"<w:document><w:body>"), "is no Word document"),
        ("paper.docx", damaged(b"<document/>"), "is no Word document"),
        ("paper.docx", damaged(b""), "is no Word document"),
        ("paper.docx", saved(Document())[:-200], "is no Word document"),
        ("paper.docx", b"text", "is no Word document"),
    ],
    ids=["gbk", "cut text", "other text", "no text", "cut file", "no archive"],
)
def test_a_manuscript_that_cannot_be_read_is_a_fault_of_its_file(fill, name, data, said):
    with pytest.raises(FaultsFound, match=f"config/studies/lung/{name} has 1 fault:\n  {said}"):
        fill(name, data)
