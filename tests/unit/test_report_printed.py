"""The sections on a printed paper: totals that add up, links to the cells, findings."""

import re

import pytest
import report_study as rs
from test_report_page import Page, build

from retrocohort.audit.published import COLUMNS
from retrocohort.report import printed
from retrocohort.report.blocks import Sheet
from retrocohort.report.labels import Labels

LABELS = Labels(rs.VARIABLES, rs.POPULATIONS, rs.STUDY["endpoints"], rs.STUDY["sources"])
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
    assert found["Table 1"] == ["1/2", "–", "1/2"]  # counts, P values: what can be compared
    assert found["Text"] == ["–", "1/1", "1/1"]
    assert found["All"][-1] == "2/3"


def link(file, wanted="", column="n", take="", ids=()):
    sheet = Sheet({"tables": TABLES}, LABELS, ids=set(ids))
    row = {"file": file, "row": wanted, "column": column, "take": take}
    return printed.link(row, sheet, rs.ROWS)


def test_a_number_links_to_the_cell_that_shows_it_or_else_to_its_row_or_table():
    table = "tab_os-survival-pop_men-end_os"
    ids = [table, f"{table}-sex_x", f"{table}-sex_x-sex_f", f"{table}-sex_x-sex_f.median"]
    wanted = "tables/pop_men/tab_os.csv", "variable=sex_x;level=sex_f"
    for column in ("median", "q1", "q3"):
        assert link(*wanted, column, ids=ids) == ids[3]
    assert link(*wanted, "hr", ids=ids) == link(*wanted, "median", ids=ids[:3]) == ids[2]
    assert link(*wanted, ids=ids[:2]) == ids[1]
    assert link(*wanted, ids=ids[:1]) == table
    assert link(*wanted) == ""


LINKS = {
    ("tables/full/tab_os.csv", "variable=;level=", "percent"): "tab_os-survival-full-end_os-all.n",
    (
        "tables/full/tab_base.csv",
        "variable=arm_x;level=arm_b;arm=a;statistic=n",
        "value",
    ): "tab_base-baseline-full-arm_x-arm_b.arm-a",
    (
        "tables/full/tab_base.csv",
        "variable=age_x;level=;arm=;statistic=missing",
        "value",
    ): "tab_base-baseline-full-age_x.missing-arm",
    ("tables/full/tab_base_tests.csv", "variable=arm_x;contrast=", "p"): (
        "tab_base-baseline-full-arm_x.p"
    ),
    ("models/full/end_os/followup.csv", "variable=;level=", "median"): (
        "quantiles-full-end_os-all.followup"
    ),
    ("models/full/end_os/quantiles.csv", "variable=sex_x;level=sex_f", "q1"): (
        "quantiles-full-end_os-sex_x-sex_f.q1"
    ),
    ("cohort/flow.csv", "criterion=too_old", "n_excluded"): "flow-1.n_excluded",
    ("cohort/populations.csv", "population=pop_men", "n"): "arms-pop_men",
    ("cohort/arms.csv", "level=arm_b;population=pop_men", "n"): "arms-by_arm-arm_b.pop_men",
    ("cohort/endpoints.csv", "endpoint=end_os", "events"): "at-risk-end_os.events",
}


@pytest.mark.parametrize("address", LINKS)
def test_the_cell_of_each_kind_of_file(address):
    assert link(*address, ids=[LINKS[address]]) == LINKS[address]


def test_a_number_of_rows_links_to_their_table_and_what_is_not_shown_to_nothing():
    assert link("records/centres.csv", "", "centre", "count", ["centres"]) == "centres"
    assert link("audit/warnings.csv") == link("models/full/end_os/logrank.csv") == ""


def test_the_page_shows_every_printed_number_and_every_finding():
    html = build(rows={"published": PUBLISHED, "findings": FINDINGS})
    page = Page(html)
    assert len(set(page.ids)) == len(page.ids)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    shown = re.findall(r'<tr id="printed-(\w)" data-match="([^"]+)"', html)
    assert shown == [(r["id"], r["match"]) for r in PUBLISHED]
    assert [f"printed-{r['id']}" in page.ids for r in PUBLISHED] == [True] * 5
    assert "Of 5 printed numbers 2 are regenerated as printed and 1 are not; 1 cannot" in page.words
    assert "(1 of them come out as printed all the same); 1 are constants" in page.words
    assert "impossible (yet as printed)" in page.words
    assert "14% from the printed value" in page.words
    assert page.words.index("It is odd.") < page.words.index("A slip.")  # facts first
    assert page.tags.count("script") == 1  # ours, which the page allows alone


def test_a_study_without_a_paper_has_neither_section():
    said = Page(build()).words
    assert "Printed and regenerated" not in said
    assert "checked against itself" not in said


def test_a_figure_of_panels_names_them_by_their_letters():
    panels = {"name": "fig", "title": "Survival", "svg": rs.SVG, "populations": ["All", "Men"]}
    panels |= {"km": [rs.KM, rs.KM], "unit": "months", "note": "", "curve": "cur_arm"}
    panels |= {"links": rs.links("fig"), "places": ["full-end_os", "pop_men-end_os"]}
    page = Page(build(contents=rs.contents() | {"panels": [panels]}))
    assert "Survival: A, All; B, Men." in page.words
    assert "files/fig.csv" in page.links
    assert {"#km-cur_arm-full-end_os", "#km-cur_arm-pop_men-end_os"} <= set(page.links)


def test_the_notice_stands_on_the_page():
    notice = rs.STUDY["notice"]
    assert build().count(notice) == 2
    assert notice not in build(study={"notice": ""})
