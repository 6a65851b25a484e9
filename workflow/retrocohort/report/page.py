"""The report of a study: one page that needs nothing beside it."""

from collections.abc import Mapping

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from retrocohort.report import further, outcomes, printed, sections
from retrocohort.report.blocks import Sheet
from retrocohort.report.labels import Labels

STATUS = {
    "public": "Public data",
    "private": "Confidential: private data, aggregate results",
    "synthetic": "Synthetic data: no real patients",
}


def render(
    study: Mapping, contents: Mapping, rows: Mapping, texts: Mapping, templates: Mapping
) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    study : mapping
        Decisions of the study and the labels of its variables.
    contents : mapping
        tables, survival, curves, models and further: lists of parts (population, endpoint and their
        labels) with the text of their `html` and `svg` and the rows of their tables.
    rows : mapping
        Rows of flow, populations, arms, endpoints, linkage and warnings; of studies that have them
        also published, the comparison with a printed paper, and findings about it.
    texts : mapping
        flowchart (SVG), provenance and lock.
    templates : mapping
        File name -> text: report.html, the templates it includes, and style.css.
    """
    labels = Labels(study["variables"], study["populations"], study["endpoints"])
    sheet = Sheet(study, labels)
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
        ("printed", "Printed and regenerated", printed.printed_section(sheet, rows, contents)),
        ("paper", "The paper checked against itself", printed.findings_section(rows)),
        ("warnings", "Problems and warnings", sections.warnings_section(sheet, rows)),
        ("provenance", "Provenance", sections.provenance_section(rows["linkage"], texts)),
    ]
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
        notice="",  # of a table by itself
        report=study["report"],
        sections=[
            {"id": place, "title": title, "blocks": own} for place, title, own in parts if own
        ],
        letters=sheet.letters(),
        style=Markup(templates["style.css"]),
    )
