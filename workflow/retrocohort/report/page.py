"""The report of a study: one page that needs nothing beside it."""

import base64
import hashlib
import re
from collections.abc import Mapping

import yaml
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from retrocohort.io import number_text
from retrocohort.language import LANGUAGES, language, say, template
from retrocohort.report import checklists, diagnostics, further, outcomes, printed, sections
from retrocohort.report.blocks import Sheet, figures_of
from retrocohort.report.readout import STEPS
from retrocohort.report.sentences import sentences_section
from retrocohort.source import numbers_of

CITED = Markup('<data value="{}" title="{}">{}</data>')
STATUS = {
    "public": template("Public data"),
    "private": template("Confidential: private data, aggregate results"),
    "synthetic": template("Synthetic data: no real patients"),
}

LONG_WORD = re.compile(r"([^\s\-–\u2e80-\uffff]{24,})")  # where no browser breaks a line
PIECE = re.compile(".{1,12}")
MARKED = re.compile(r"`([^`]+)`|\*\*(?=\S)((?:`[^`]+`|[^`])+?)(?<=\S)\*\*")  # code, or bold


def assemble(
    sheet: Sheet, contents: Mapping, rows: Mapping, texts: Mapping, templates: Mapping
) -> list[dict]:
    """Return the sections of the page: id, title and blocks; the sheet keeps the tables.

    Parameters
    ----------
    sheet : Sheet
        An empty one of the study.
    contents : mapping
        flowchart, tables, pictures, survival, curves, panels, models and further: lists of parts
        (population, endpoint and their labels) with their `layout`, the text of their `svg`, the
        rows of their tables and the links to their files.
    rows : mapping
        Rows of flow, populations, arms, endpoints, linkage, centres, warnings, consistency,
        verification and parity; of
        studies that have them also published, the comparison with a printed paper, and findings
        about it.
    texts : mapping
        provenance and lock.
    templates : mapping
        File name -> text: those with the items of the checklists.
    """
    parts = [
        ("findings", say("Key findings"), sections.findings_section(sheet, rows, contents)),
        ("methods", say("Methods as run"), sections.methods_section(sheet, texts["lock"])),
        (
            "participants",
            say("Participants"),
            sections.participants_section(sheet, rows, contents["flowchart"][0]),
        ),
        (
            "baseline",
            say("Baseline characteristics"),
            sections.baseline_section(sheet, rows, contents),
        ),
        (
            "results",
            say("Results by population"),
            outcomes.results_section(sheet, rows["populations"], contents),
        ),
        ("further", say("Further analyses"), further.further_section(sheet, contents)),
        (
            "diagnostics",
            say("Diagnostics"),
            diagnostics.diagnostics_section(sheet, contents["models"]),
        ),
        ("sentences", say("Sentences for the text"), sentences_section(sheet, rows, contents)),
        ("printed", say("Printed and regenerated"), printed.printed_section(sheet, rows)),
        ("paper", say("The paper checked against itself"), printed.findings_section(rows)),
        ("checks", say("Numbers checked"), sections.checked_section(sheet, rows)),
        ("warnings", say("Problems and warnings"), sections.warnings_section(sheet, rows)),
        ("provenance", say("Provenance"), sections.provenance_section(rows["linkage"], texts)),
    ]
    asked = sheet.study["report"].get("checklists", checklists.USUAL)
    places = checklists.places_of(parts)
    for block in figures_of(block for _, _, blocks in parts for block in blocks):
        block["told"] = [(place, places[place]) for place in block["told"] if place in places]
    listed = checklists.checklists_section(asked, templates, places)
    parts.insert(-1, ("checklists", say("Checklists"), listed))
    return [{"id": place, "title": title, "blocks": own} for place, title, own in parts if own]


def render(sheet: Sheet, sections: list[dict], templates: Mapping) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    sheet : Sheet
        What `assemble` has left.
    sections : list of dict
        From `assemble`.
    templates : mapping
        File name -> text: report.html and the templates it includes, style.css, report.js and
        words.yaml.
    """
    study = sheet.study
    return (
        environment(templates)
        .get_template("report.html")
        .render(
            title=study["title"],
            status=say(STATUS[study["data"]]),
            synthetic=study["data"] == "synthetic",
            warning=study["notice"],
            warning_in_style=in_style(study["notice"]),
            report=study["report"],
            root=study["root"],
            pages=[(lang, LANGUAGES[lang], to) for lang, to in study["pages"].items()],
            sections=sections,
            letters=sheet.letters(),
            steps=str(STEPS),
            language=language(),
            words=words(templates["words.yaml"]),
            style=Markup(templates["style.css"]),
            script=Markup(templates["report.js"]),
            script_hash=fingerprint(templates["report.js"]),
        )
    )


def environment(templates: Mapping[str, str]) -> Environment:
    """Return templates in which every text is escaped and nothing may be undefined."""
    made = Environment(
        loader=DictLoader(dict(templates)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"sourced": sourced, "breakable": breakable, "marked": marked}
    return made


def sourced(text: str) -> Markup:
    """Return a text whose numbers carry, unseen, their exact value and the cell they come from."""
    done, before = Markup(), 0
    for number, place in zip(numbers_of(text), getattr(text, "places", ()), strict=True):
        if number.source and place:
            start, end = place
            cited = CITED.format(number_text(number.value), number.source.id, text[start:end])
            done, before = done + escape(text[before:start]) + cited, end
    return done + escape(text[before:])


def breakable(text: str) -> Markup:
    """Return a text whose overlong words may break, so that a head widens no table."""
    pieces = [
        PIECE.findall(part) if i % 2 else [part] for i, part in enumerate(LONG_WORD.split(text))
    ]
    return Markup("").join(Markup("<wbr/>").join(piece) for piece in pieces)


def marked(markdown: str) -> Markup:
    """Return a line of Markdown with its code and what is bold in it."""
    done, before = Markup(), 0
    for found in MARKED.finditer(markdown):
        code, bold = found.groups()
        own = (
            Markup("<code>{}</code>").format(code)
            if code
            else Markup("<b>{}</b>").format(marked(bold))
        )
        done, before = done + escape(markdown[before : found.start()]) + own, found.end()
    return done + escape(markdown[before:])


def words(translations: str) -> dict[str, str]:
    """Return the texts of the templates in the language in force, by their keys in words.yaml."""
    page = yaml.load(translations, Loader=yaml.CSafeLoader)["page"]
    return {key: text[language()] for key, text in page.items()}


def in_style(text: str) -> Markup:
    """Return a text as a string of a style sheet holds it: nothing but letters as they are."""
    return Markup("".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text))


def fingerprint(script: str) -> str:
    """Return the SHA-256 of a script as a page names the only one that may run in it."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
