"""The page over all studies of a run: what each is about, how many patients, and its report."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from retrocohort.format import count
from retrocohort.io import as_number
from retrocohort.language import language, say
from retrocohort.report.estimates import Rows
from retrocohort.report.findings import exposure, opening
from retrocohort.report.labels import Labels
from retrocohort.report.page import STATUS, environment, words


def render(studies: Sequence[Mapping], rows: Sequence[Mapping[str, Rows]], templates: Mapping):
    """Return the page as HTML.

    Parameters
    ----------
    studies : sequence of mapping
        Decisions of each study with its `name`.
    rows : sequence of mapping
        Of each study the rows of flow, arms and endpoints.
    templates : mapping
        File name -> text: index.html, style.css and words.yaml.
    """
    shown = [_entry(study, own) for study, own in zip(studies, rows, strict=True)]
    return (
        environment(templates)
        .get_template("index.html")
        .render(
            studies=shown,
            language=language(),
            words=words(templates["words.yaml"]),
            style=Markup(templates["style.css"]),
        )
    )


def _entry(study: Mapping, rows: Mapping[str, Rows]) -> dict:
    """Return what the page shows of one study."""
    labels = Labels(study["variables"], {}, study["endpoints"], {})
    first = {row["endpoint"]: row for row in reversed(rows["endpoints"])}
    return {
        "name": study["name"],
        "title": study["title"],
        "status": say(STATUS[study["data"]]),
        "synthetic": study["data"] == "synthetic",
        "notice": study["notice"],
        "opening": opening(rows["flow"], rows["arms"], exposure(study), labels),
        "endpoints": [
            (
                labels.endpoint(name),
                *(count(as_number(first[name][key])) for key in ("n", "events")),
            )
            for name in study["endpoints"]
            if name in first
        ],
    }
