"""The page over all studies: each with its size, its endpoints and the way to its report."""

import report_study as rs
from test_report_page import Page

from retrocohort.report import index

FILES = ("templates/index.html", "style.css", "words.yaml")
KEYS = ("title", "data", "notice", "arms", "endpoints", "variables")


def build(**changes) -> str:
    study = {key: rs.STUDY[key] for key in KEYS} | {"name": "first"} | changes
    texts = {n.rpartition("/")[2]: (rs.ROOT / "report" / n).read_text("utf-8") for n in FILES}
    shown = [index.entry(own, rs.ROWS) for own in (study, study | {"name": "second"})]
    return index.render(shown, texts)


def test_each_study_says_its_size_and_endpoints_and_leads_to_its_report():
    page = Page(build())
    assert {"first/report/report.html", "second/report/report.html"} <= set(page.links)
    assert page.words.count("1,546") >= 2 and page.words.count("877") == 2


def test_a_label_is_text_and_never_markup():
    page = Page(build(title=rs.ATTACK))
    assert page.words.count(rs.ATTACK) >= 2 and "script" not in page.tags


def test_the_notice_of_synthetic_data_stands_with_its_study():
    notice = rs.STUDY["notice"]
    assert build().count(notice) == 2 and notice not in build(notice="")
