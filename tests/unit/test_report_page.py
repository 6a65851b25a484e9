"""The page as a whole: self-contained, escaped, navigable, no raw names, the same every time."""

import json
import re
from html.parser import HTMLParser

import pytest
import report_study as rs

from retrocohort.citations import cited
from retrocohort.report import contents, page, tableset
from retrocohort.report.blocks import Sheet
from retrocohort.source import numbers_of


class Page(HTMLParser):
    """What a page holds: visible text, ids, links, loads, tags, captions, cells."""

    VOID = ("meta", "br", "input", "path", "use", "rect")

    def __init__(self, html: str):
        super().__init__()
        self.text, self.ids, self.links, self.loads, self.tags = [], [], [], [], []
        self.captions, self.cells, self.open = [], [], []
        self.within = False  # a line: the next text goes on without a blank
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if "href" in attributes else []
        self.loads += [v for k, v in attrs if k in ("src", "srcset", "data", "action")]
        self.loads += [k for k, _ in attrs if k.startswith("on")]
        if tag not in self.VOID:
            self.open.append(tag)
        self.within = tag == "data"

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"
        self.within = tag == "data"

    def handle_data(self, data):
        if self.open[-1:] in (["style"], ["script"]):
            return
        if self.within and self.text:
            self.text[-1] += data
        else:
            self.text.append(data)
        if "caption" in self.open:
            self.captions.append(data.strip())
        if self.open[-1:] == ["td"]:
            self.cells.append(data.strip())

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def build(**changes) -> str:
    study = rs.STUDY | changes.pop("study", {})
    rows, texts = rs.ROWS | changes.pop("rows", {}), rs.TEXTS
    sheet = Sheet.of(study)
    sections = page.assemble(
        sheet, changes.get("contents") or rs.contents(), rows, texts, rs.templates()
    )
    return page.render(sheet, sections, rs.templates())


@pytest.fixture(scope="module")
def html() -> str:
    return build()


@pytest.fixture(scope="module")
def parsed(html) -> Page:
    return Page(html)


def test_every_element_is_closed(parsed):
    assert parsed.open == []


def test_a_label_is_text_and_never_markup(html, parsed):
    assert parsed.tags.count("script") == html.count("<script") == 1  # report.js
    inside = re.search(r"<script>(.*?)</script>", html, re.DOTALL)[1]
    assert inside == rs.templates()["report.js"]
    # title and heading, arm in tables and methods, PROVENANCE.md
    assert parsed.words.count(rs.ATTACK) >= 5


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**No `real` data.** Other", "<b>No <code>real</code> data.</b> Other"),
        ("one **two** three **four**", "one <b>two</b> three <b>four</b>"),
        ("2 ** 3 is `x**2` here", "2 ** 3 is <code>x**2</code> here"),
    ],
)
def test_emphasis_of_a_provenance_is_shown(monkeypatch, markdown, shown):
    monkeypatch.setitem(rs.TEXTS, "provenance", markdown)
    html = re.search(r'<div class="document">(.*?)</div>', build(), re.DOTALL)[1]
    assert " ".join(html.split()) == f"<p>{shown}</p>"


def test_ids_are_unique_and_links_within_the_page_lead_somewhere(parsed):
    assert len(parsed.ids) == len(set(parsed.ids))
    inner = {link[1:] for link in parsed.links if link.startswith("#")}
    assert inner and inner <= set(parsed.ids)


def test_nothing_is_loaded(html, parsed):
    assert parsed.loads == []
    assert not {"link", "img", "iframe", "image", "object"} & set(parsed.tags)
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html
    assert "http:" not in html and "https:" not in html
    assert "@import" not in html and not re.search(r"url\((?!#)", html)
    outer = [link for link in parsed.links if not link.startswith("#")]
    assert outer.pop(0) == "../../index.html"
    assert outer and all(link.startswith("files/") for link in outer)


def test_no_raw_name_can_be_seen(parsed):
    assert not [name for name in rs.RAW_NAMES if name in parsed.words]


def test_numbers_of_the_csv_are_in_the_page_after_format(parsed):
    for cell in (
        "89.0 (81.9–97.4)", "113.2 (110.1–116.9)", "1.5–230.9", "96.5 (95.6–97.4)",
        "0.72 (0.60–0.86)", "1.0004 (1.0001–1.0007)", "−0.3278", "48.75", "0.012", "274.72",
        "65.92", "1,436", "146", "3,001", "17",
    ):  # fmt: skip
        assert cell in parsed.cells


def test_tables_and_figures_are_numbered_in_order(parsed):
    numbers = re.findall(r"^Table (S?)(\d+)\.", "\n".join(parsed.captions), re.MULTILINE)
    for mark in ("", "S"):
        own = [int(number) for kind, number in numbers if kind == mark]
        assert own == list(range(1, len(own) + 1)) and len(own) > 5
    figures = re.findall(r"Figure (S?\d+)\s*\.", parsed.words)
    assert figures == ["1", "2", "3", "4", "5", "S1", "S2", "6", "S3", "S4"]
    # the two tables of key findings repeat what numbered tables say
    assert len(parsed.captions) == parsed.tags.count("caption") == len(numbers) + 2


def test_the_tables_of_the_page_come_back_from_json_the_supplement_last(parsed):
    sheet = Sheet.of(rs.STUDY)
    rows = rs.ROWS | {"flow": [*cited("results/any/cohort/flow.csv", rs.ROWS["flow"])]}
    sections = page.assemble(sheet, rs.contents(), rows, rs.TEXTS, rs.templates())
    back = tableset.restore(json.loads(json.dumps(tableset.collect(sheet, sections))))
    assert (back.title, back.notice) == (rs.STUDY["title"], rs.STUDY["notice"])
    names = [layout.number for layout in back.tables]
    on_page = re.findall(r"^(Table S?\d+)\.", "\n".join(parsed.captions), re.MULTILINE)
    assert names == sorted(on_page, key=lambda name: ("S" in name, int(name.strip("Table S"))))
    assert back.cited[:2] == ["2,982", "1,546"]
    assert numbers_of(back.cited[0])[0].source.id == "flow.all.n_after"
    assert [checklist["title"].split()[0] for checklist in back.checklists] == ["STROBE"]


def test_other_populations_are_folded_the_whole_cohort_is_not(html):
    depth, seen = 0, {}
    for found in re.finditer(r"<details\b|</details>|<figure id=\"([^\"]+)\"", html):
        if found[1]:
            seen[found[1]] = depth
        else:
            depth += 1 if found[0] == "<details" else -1
    assert seen["km-cur_arm-full-end_os"] == seen["flowchart"] == 0
    assert seen["km-cur_arm-pop_men-end_os"] == seen["forest-mod_adj-pop_men-end_os"] == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [("synthetic", "no real patients"), ("public", "Public data"), ("private", "Confidential")],
)
def test_the_status_of_the_data_is_said(data, words):
    html = build(study={"data": data})
    assert words in Page(html).words
    assert ('class="status synthetic"' in html) == (data == "synthetic")


def test_empty_parts_of_a_study_leave_no_empty_section():
    shown = rs.contents() | {"tables": [], "models": [], "curves": []}
    nothing = {"tables": {}, "models": {}, "curves": {}, "criteria": [], "report": {}}
    html = build(contents=shown, study=nothing, rows={"warnings": []})
    parsed = Page(html)
    assert "baseline" not in parsed.ids and "diagnostics" not in parsed.ids
    assert "No warning." in parsed.words and "Nobody is excluded." in parsed.words


def test_the_same_inputs_give_the_same_page(html):
    assert build() == html


def test_a_change_of_a_number_changes_the_page(html):
    shown = rs.contents()
    changed = [row | {"survival": "0.5"} for row in rs.LANDMARKS]
    shown["survival"][0]["landmarks"] = changed
    assert "50.0 (95.6–97.4)" in build(contents=shown) and "50.0 (95.6–97.4)" not in html


def test_files_are_read_by_what_they_are(tmp_path):
    (tmp_path / "a.csv").write_text("n,p\n3,0.5\n", encoding="utf-8")
    (tmp_path / "b.svg").write_text("<svg/>", encoding="utf-8")
    part = {
        "fit": str(tmp_path / "a.csv"),
        "svg": str(tmp_path / "b.svg"),
        "links": [1],
        "unit": "x",
    }
    assert contents.load(part) == {
        "fit": [{"n": "3", "p": "0.5"}],
        "svg": "<svg/>",
        "links": [1],
        "unit": "x",
    }


def test_the_page_needs_neither_pandas_nor_matplotlib():
    import subprocess
    import sys

    code = (
        "import sys; sys.path.insert(0, 'workflow')\n"
        "from retrocohort.report import contents, page\n"
        "heavy = {'pandas', 'numpy', 'scipy', 'matplotlib', 'lifelines'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=rs.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
