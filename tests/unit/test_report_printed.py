"""The sections on a printed paper: totals that add up, links to the cells, findings."""

import re

import report_study as rs
from test_report_page import Page, build

from retrocohort.audit.published import COLUMNS
from retrocohort.report import printed

TABLES = {"tab_base": {"kind": "baseline"}, "tab_os": {"kind": "survival", "endpoint": "end_os"}}


def row(name, match, statistic="n", location="Table 1", **more):
    made = dict.fromkeys(COLUMNS, "") | {"id": name, "match": match, "statistic": statistic}
    made |= {"location": location, "printed": "7", "regenerated": "8", "item": f"Item <{name}>"}
    made |= {"as_printed": "yes" if match == "yes" else "no"}
    return made | {"file": "cohort/flow.csv"} | more


PUBLISHED = [
    row("a", "yes"),
    row("b", "no", reason="14% from the printed value"),
    row("c", "impossible", "hr", as_printed="yes"),
    row("d", "not computable", "version", "Text", as_printed="", file="", regenerated=""),
    row("e", "yes", "p_cox", "Text"),
]
FINDINGS = [
    {"id": "I1", "kind": "inference", "place": "Text", "finding": "A slip.", "proof": "",
     "ledger": "b"},
    {"id": "D1", "kind": "fact", "place": "Table 1", "finding": "It is odd.", "proof": "test_it",
     "ledger": "a c"},
]  # fmt: skip


def cells(layout):
    return {r.header: [c.text for c in r.cells] for block in layout.blocks for r in block}


def test_every_row_is_counted_once():
    assert cells(printed.kinds_table(PUBLISHED)) == {
        "Counts": ["2", "1", "1", "0", "0"],
        "Hazard ratios": ["1", "0", "0", "1", "0"],
        "P values": ["1", "1", "0", "0", "0"],
        "Other": ["1", "0", "0", "0", "1"],
        "All": ["5", "2", "1", "1", "1"],
    }


def test_numbers_as_printed_by_place():
    found = cells(printed.places_table(PUBLISHED))
    assert found["Table 1"] == ["1/2", "–", "–", "–", "–", "–", "1/2"]
    assert found["Text"] == ["–", "–", "–", "–", "1/1", "–", "1/1"]
    assert found["All"][-1] == "2/3"


def test_a_number_links_to_the_row_that_shows_it():
    ids = {"tab_os-survival-pop_men-end_os-sex_x-sex_f", "tab_base-baseline-full-arm_x"}

    def link(file, wanted=""):
        return printed.link({"file": file, "row": wanted}, TABLES, ids)

    survival = "tables/pop_men/tab_os.csv"
    assert link(survival, "variable=sex_x;level=sex_f") in ids
    assert link(survival, "variable=;level=") == "tab_os-survival-pop_men-end_os"
    # a level without a row of its own, and a test: the row of the variable
    assert link("tables/full/tab_base.csv", "variable=arm_x;level=arm_b;arm=a") in ids
    assert link("tables/full/tab_base_tests.csv", "variable=arm_x;contrast=") in ids
    assert link("models/full/end_os/followup.csv") == "quantiles-full-end_os"
    assert link("cohort/populations.csv") == "arms"
    assert link("audit/warnings.csv") == ""


def test_the_page_shows_every_printed_number_and_every_finding():
    html = build(rows={"published": PUBLISHED, "findings": FINDINGS})
    page = Page(html)
    assert len(set(page.ids)) == len(page.ids)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    shown = re.findall(r'<tr id="printed-(\w)" data-match="([^"]+)"', html)
    assert shown == [(r["id"], r["match"]) for r in PUBLISHED]
    assert [f"printed-{r['id']}" in page.ids for r in PUBLISHED] == [True] * 5
    assert "Of 5 printed numbers 2 are regenerated as printed and 1 are not" in page.words
    assert "impossible (yet as printed)" in page.words
    assert "14% from the printed value" in page.words
    assert page.words.index("It is odd.") < page.words.index("A slip.")  # facts first
    assert "script" not in page.tags


def test_a_study_without_a_paper_has_neither_section():
    said = Page(build()).words
    assert "Printed and regenerated" not in said
    assert "checked against itself" not in said


def test_a_figure_of_panels_names_them_by_their_letters():
    panels = {"name": "fig", "title": "Survival", "svg": rs.SVG, "populations": ["All", "Men"]}
    page = Page(build(contents=rs.contents() | {"panels": [panels]}))
    assert "Survival: A, All; B, Men." in page.words
    assert {"../figures/fig.svg", "../figures/fig.pdf"} <= set(page.links)


def test_the_notice_stands_on_the_page():
    notice = rs.STUDY["notice"]
    assert build().count(notice) == 2
    assert notice not in build(study={"notice": ""})
