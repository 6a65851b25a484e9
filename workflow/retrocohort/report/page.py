"""The report of a study: one page that needs nothing beside it."""

from collections.abc import Mapping

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from retrocohort.report import further, outcomes, printed, sections
from retrocohort.report.blocks import Sheet
from retrocohort.report.sentences import sentences_section

STATUS = {
    "public": "Public data",
    "private": "Confidential: private data, aggregate results",
    "synthetic": "Synthetic data: no real patients",
}


def assemble(sheet: Sheet, contents: Mapping, rows: Mapping, texts: Mapping) -> list[dict]:
    """Return the sections of the page: id, title and blocks; the sheet keeps the tables.

    Parameters
    ----------
    sheet : Sheet
        An empty one of the study.
    contents : mapping
        tables, survival, curves, models and further: lists of parts (population, endpoint and their
        labels) with the text of their `html` and `svg` and the rows of their tables.
    rows : mapping
        Rows of flow, populations, arms, endpoints, linkage, centres and warnings; of studies that
        have them also published, the comparison with a printed paper, and findings about it.
    texts : mapping
        flowchart (SVG), provenance and lock.
    """
    parts = [
        ("findings", "Key findings", sections.findings_section(sheet, rows, contents)),
        ("methods", "Methods as run", sections.methods_section(sheet, texts["lock"])),
        (
            "participants",
            "Participants",
            sections.participants_section(sheet, rows, texts["flowchart"]),
        ),
        (
            "baseline",
            "Baseline characteristics",
            sections.baseline_section(sheet, rows, contents),
        ),
        ("survival", "Survival", outcomes.survival_section(sheet, contents)),
        ("cox", "Cox models", outcomes.cox_section(sheet, contents["models"])),
        ("further", "Further analyses", further.further_section(sheet, contents)),
        ("sentences", "Sentences for the text", sentences_section(sheet, rows, contents)),
        ("printed", "Printed and regenerated", printed.printed_section(sheet, rows)),
        ("paper", "The paper checked against itself", printed.findings_section(rows)),
        ("warnings", "Problems and warnings", sections.warnings_section(sheet, rows)),
        ("provenance", "Provenance", sections.provenance_section(rows["linkage"], texts)),
    ]
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
        File name -> text: report.html, the templates it includes, and style.css.
    """
    study = sheet.study
    environment = Environment(
        loader=DictLoader(dict(templates)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        title=study["title"],
        status=STATUS[study["data"]],
        synthetic=study["data"] == "synthetic",
        warning=study["notice"],
        report=study["report"],
        sections=sections,
        letters=sheet.letters(),
        style=Markup(templates["style.css"]),
    )
