"""Checklists: every item answered by a place that exists, or left to the author."""

import pytest
import report_study as rs
import yaml
from test_report_page import Page, build

from retrocohort.report.checklists import checklist

PLACES = {"findings": "Key findings", "flowchart": "Figure 1", "methods-data": "Data and time"}


@pytest.mark.parametrize(("name", "numbers"), [("strobe", 22), ("remark", 20)])
def test_every_item_of_the_statement_is_there_once_and_in_order(name, numbers):
    _, _, items = checklist(rs.templates()[f"{name}.yaml"], PLACES)
    names = [item.number for item in items]
    found = [int(number.rstrip("abcde")) for number in names]
    assert len(names) == len(set(names)) and sorted(found) == found
    assert set(found) == set(range(1, numbers + 1))


@pytest.mark.parametrize("name", ["strobe", "remark"])
def test_an_item_is_answered_or_the_authors(name):
    _, _, items = checklist(rs.templates()[f"{name}.yaml"], PLACES)
    assert all(item.places or item.author for item in items)
    answers = {item.number: item.places for item in items if item.places}
    assert all(label == PLACES[place] for own in answers.values() for place, label in own)


def test_places_that_a_study_has_not_are_not_linked():
    _, _, items = checklist(rs.templates()["strobe.yaml"], {"flowchart": "Figure 1"})
    (thirteen,) = [item for item in items if item.number == "13b"]
    assert thirteen.places == [("flowchart", "Figure 1")]
    (fourteen,) = [item for item in items if item.number == "14a"]
    assert (fourteen.places, fourteen.author) == ([], "Not part of this report.")


def test_the_page_links_each_item_to_its_places():
    both = rs.STUDY["report"] | {"checklists": ["strobe", "remark"]}
    page = Page(build(study={"report": both}))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert page.links.count("#flowchart") >= 7
    assert "Consider use of a flow diagram." in page.words
    assert "Precisely define all clinical endpoints examined." in page.words


def test_remark_is_shown_on_request_only():
    page = Page(build())
    assert "checklist-strobe" in page.ids and "checklist-remark" not in page.ids


@pytest.mark.parametrize("name", ["strobe", "remark"])
def test_every_place_is_one_that_some_page_has(name):
    known = set(Page(build()).ids)
    items = yaml.safe_load(rs.templates()[f"{name}.yaml"])["items"]
    asked = {place for item in items for place in item["where"]}
    assert asked <= known
