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


def render(studies: Sequence[Mapping], templates: Mapping) -> str:
    """Return the page as HTML, in the language in force.

    Parameters
    ----------
    studies : sequence of mapping
        Of each report what `entry` returns.
    templates : mapping
        File name -> text: index.html, style.css and words.yaml.
    """
    return (
        environment(templates)
        .get_template("index.html")
        .render(
            studies=studies,
            language=language(),
            words=words(templates["words.yaml"]),
            style=Markup(templates["style.css"]),
        )
    )


def entry(study: Mapping, rows: Mapping[str, Rows]) -> dict:
    """Return what the page shows of one report, in the language in force.

    Parameters
    ----------
    study : mapping
        Decisions of the study with the `name` of the report.
    rows : mapping
        Rows of flow, arms and endpoints.
    """
    labels = Labels(study["variables"], {}, study["endpoints"], {})
    first = {row["endpoint"]: row for row in reversed(rows["endpoints"])}
    return {
        "name": study["name"],
        "language": language(),
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
