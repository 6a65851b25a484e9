"""Checklists of reporting (STROBE, REMARK): the items, each with the places that answer it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from retrocohort.language import say, template
from retrocohort.report.blocks import Block, heading, text

NO_PART = template("Not part of this report.")
USUAL = ("strobe",)  # of a cohort study that does not name its checklists


@dataclass(frozen=True)
class Item:
    """An item: its number, topic and text, (id, label) of its places, what is the author's."""

    number: str
    topic: str
    asks: str
    places: list[tuple[str, str]]
    author: str


def checklist(text_of: str, places: Mapping[str, str]) -> tuple[str, str, list[Item]]:
    """Return title, source and items of a checklist, for the page or for a document.

    Parameters
    ----------
    text_of : str
        A file of report/checklists.
    places : mapping
        Id -> label of every place of the page.
    """
    content = yaml.safe_load(text_of)
    items = []
    for entry in content["items"]:
        found = [(place, places[place]) for place in entry["where"] if place in places]
        said = say(entry["topic"]), say(entry["asks"])
        own = say(entry["author"] or NO_PART) if entry["author"] or not found else ""
        items.append(Item(entry["item"], *said, found, own))
    return say(content["title"]), say(content["source"]), items


def places_of(sections: Sequence[tuple[str, str, Sequence[Block]]]) -> dict[str, str]:
    """Return id -> label of every section, heading, figure and table of the page."""
    found = {}
    for place, title, blocks in sections:
        if blocks:
            found[place] = title
            found |= _within(blocks)
    return found


def _within(blocks: Sequence[Block]) -> dict[str, str]:
    found = {}
    for block in blocks:
        if block["kind"] == "heading":
            found[block["id"]] = block["text"]
        elif block["kind"] == "figure":
            found[block["id"]] = block["number"]
            found |= _within(block["behind"])
        elif block["kind"] == "table":
            found[block["table"].id] = block["table"].number or block["table"].caption
        elif block["kind"] == "details":
            found |= _within(block["blocks"])
    return found


def checklists_section(
    names: Sequence[str], templates: Mapping[str, str], places: Mapping[str, str]
) -> list[Block]:
    """Return the checklists that a study asks for."""
    blocks = []
    for name in names:
        title, source, items = checklist(templates[f"{name}.yaml"], places)
        answered = sum(bool(item.places) for item in items)
        said = say(
            "{answered} of {items} items are answered here, in whole or in part.",
            answered=answered,
            items=len(items),
        )
        blocks += [
            heading(f"checklist-{name}", title),
            text(said, source),
            {"kind": "checklist", "id": name, "title": title, "source": source, "items": items},
        ]
    return blocks
