"""A study with two reports: the Chinese one holds no English, and the same numbers."""

import html
import json
import re
import zipfile

import pypdfium2
import pytest
from tests.workflow.matrix import ROOT, finished_copy, replace, snakemake

STUDY = "xu2025"
FILE = f"config/studies/{STUDY}/study.yaml"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z][A-Za-z-]*[a-z]{2}[A-Za-z-]*")
LINK = re.compile(r' · <a href="[^"]*" hreflang="zh" lang="zh">[^<]*</a>')
NEUTRAL = [  # citations, files, packages with versions, addresses
    r"(?:Xu Q|von Elm E) et al\..*?\d{4};\d+:[\w-]+",
    r"[\w/-]+\.(?:xlsx|csv|sav|json|md|txt|yaml|org)\b",
    r"[A-Za-z][\w-]* \d+(?:\.\d+)+\S*",
    r"doi \S+",
    r"\blog(?=(?:\(−?-?log)? S)",  # of the interval's scale, a formula
]
METHODS = ["Kaplan-Meier", "Cox", "log-rank", "Wald", "Firth", "Breslow", "Efron", "Holm"]
METHODS += ["Greenwood", "Schoenfeld", "Pearson", "Fisher", "Student", "Welch", "Shapiro-Wilk"]
METHODS += ["Mann-Whitney", "Kruskal-Wallis", "Yates", "Heinze", "Schemper", "Wilcoxon", "Mayo"]
SOFTWARE = [
    "plain",
    "dpi",
    "PubMed",
    "Excel",
    "Word",
    "Markdown",
    "make",
    "manuscript",
    "Tab",
    "English",
    "scipy",
    "tableone",
    "statsmodels",
]
PRINTED = ["one", "two", "single", "Ref"]  # what the paper prints in words
STUDY_TERMS = ["bt-pNET", "hn-pNET", "bt-pNET-sHM", "hn-pNET-sHM"]
ALLOWED = {*METHODS, *SOFTWARE, *PRINTED, *STUDY_TERMS}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a copy of the project whose study has its report in both languages."""
    made = finished_copy(tmp_path_factory.mktemp("two_languages"), [STUDY])
    replace(FILE, "language: en", "language: both")(made)
    snakemake(made, [STUDY], "--quiet", "rules")
    return made


@pytest.fixture(scope="module")
def chinese(project):
    return project / f"results/{STUDY}/zh"


def english_in(text):
    """Return the words of a text that are English and need not be."""
    for pattern in NEUTRAL:
        text = re.sub(pattern, " ", text)
    return {word for word in WORD.findall(text) if word not in ALLOWED}


def page_text(page):
    """Return what a page shows, without code."""
    shown = re.sub(r'(?s)<dd class="code">.*?</dd>|<(style|script|code)\b.*?</\1>', " ", page)
    named = " ".join(re.findall(r'aria-label="([^"]*)"', shown))
    return html.unescape(re.sub(r"<[^>]+>", "\n", shown) + named)


def test_the_page_is_chinese(chinese):
    page = (chinese / "report/report.html").read_text("utf-8")
    assert '<html lang="zh">' in page
    assert english_in(page_text(page)) == set()


def test_what_is_read_on_the_curves_is_chinese(chinese):
    page = (chinese / "report/report.html").read_text("utf-8")
    curves = [json.loads(html.unescape(c)) for c in re.findall(r"data-curves='([^']*)'", page)]
    said = {text for c in curves for text in (c["unit"], c["word"])}
    assert said and all(CHINESE.search(text) for text in said)


@pytest.mark.parametrize("name", ["tables.docx", "tables.xlsx", "checklists.docx"])
def test_the_documents_are_chinese(chinese, name):
    with zipfile.ZipFile(chinese / "report" / name) as made:
        parts = [n for n in made.namelist() if re.search(r"document|sharedStrings|header", n)]
        text = " ".join(made.read(part).decode() for part in parts if part.endswith(".xml"))
    shown = " ".join(re.findall(r"<(?:w:)?t\b[^>]*>([^<]*)<", text))
    assert CHINESE.search(shown)
    assert english_in(html.unescape(shown)) == set()


def test_every_figure_is_chinese(chinese):
    figures = sorted((chinese / "figures").rglob("*.pdf"))
    assert len(figures) == len(list((ROOT / f"results/{STUDY}/figures").rglob("*.pdf")))
    for path in figures:
        text = pypdfium2.PdfDocument(path)[0].get_textpage().get_text_range()
        assert CHINESE.search(text), path
        assert english_in(text) == set(), path


def test_the_numbers_are_the_same(chinese):
    own = json.loads((chinese / "report/numbers.json").read_text("utf-8"))["numbers"]
    english = ROOT / f"results/{STUDY}/report/numbers.json"
    others = json.loads(english.read_text("utf-8"))["numbers"]
    assert own.keys() == others.keys()
    for name, number in own.items():
        assert number["value"] == others[name]["value"], name
        assert number["value"] is None or number["shown"] == others[name]["shown"], name


def test_the_english_page_differs_by_the_link_alone(project):
    page = (project / f"results/{STUDY}/report/report.html").read_text("utf-8")
    alone = (ROOT / f"results/{STUDY}/report/report.html").read_text("utf-8")
    assert page != alone and LINK.sub("", page) == alone


def test_the_pages_lead_to_each_other(project, chinese):
    for folder in (project / f"results/{STUDY}/report", chinese / "report"):
        page = (folder / "report.html").read_text("utf-8")
        (other,) = re.findall(r'<a href="([^"]*)" hreflang', page)
        (index,) = re.findall(r'<a href="([^"]*index\.html)"', page)
        assert (folder / other).resolve().is_file() and (folder / index).resolve().is_file()
    listed = (project / "results/index.html").read_text("utf-8")
    assert f"{STUDY}/report/report.html" in listed and f"{STUDY}/zh/report/report.html" in listed


def test_no_number_is_computed_twice(chinese):
    folders = {path.name for path in chinese.iterdir()}
    assert folders == {"cohort", "figures", "logs", "report", "submission", "tables"}
    assert not list(chinese.rglob("tables/*/*.csv"))
