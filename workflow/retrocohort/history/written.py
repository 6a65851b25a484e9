"""What is written of a comparison: a page in each language of the study, a list of all cells."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from retrocohort import io
from retrocohort.history import store
from retrocohort.history.cells import EVERY, every
from retrocohort.history.comparison import Comparison
from retrocohort.history.naming import Names
from retrocohort.history.page import Changes, render
from retrocohort.history.snapshot import facts
from retrocohort.language import ENGLISH, say, speaking
from retrocohort.plan.entries import WORDS
from retrocohort.report.blocks import Block, text

TEMPLATES = (
    "report/templates/report.html",
    "report/templates/blocks.html.j2",
    "report/templates/table.html.j2",
    "report/style.css",
    "report/report.js",
    WORDS,
)


def write_changes(comparison: Comparison, name: str) -> str:
    """Write `history/<study>/<name>.html` and `.csv`; return where the page is."""
    folder = store.folder(comparison.after["study"])
    io.write_rows(str(folder / f"{name}.csv"), EVERY, every(comparison.tables))
    for path, study in _pages(comparison.after, folder, name):
        before = facts(comparison.before).get(study["language"], study)
        changes = Changes(comparison, Names(before, study), f"{name}.csv")
        io.write_text(path, _rendered(study, changes.notes(), changes.sections()))
    return str(folder / f"{name}.html")


def write_first(snapshot: Mapping, name: str) -> None:
    """Write the page of a run before which there is none."""
    for path, study in _pages(snapshot, store.folder(snapshot["study"]), name):
        told = text(say("This is the first run that is kept: there is none to compare it with."))
        io.write_text(path, _rendered(study, [], [_section(told)]))


def _section(block: Block) -> dict:
    return {"id": "summary", "title": say("In short"), "blocks": [block]}


def _pages(snapshot: Mapping, folder: Path, name: str) -> Iterator[tuple[str, dict]]:
    """Yield the path and the study of each page, in the language of which it is written."""
    pages = facts(snapshot)
    first = next(iter(pages))
    places = {lang: folder / ("" if lang == first else lang) / f"{name}.html" for lang in pages}
    for language, study in pages.items():
        own, up = places[language], "../.." if language == first else "../../.."
        others = {
            lang: PurePath("" if lang == first else lang, f"{name}.html").as_posix()
            for lang in pages
            if lang != language
        }
        if language != first:
            others = {lang: f"../{to}" for lang, to in others.items()}
        with speaking(() if language == ENGLISH else [WORDS], study["terms"]):
            yield str(own), study | {"pages": others, "root": f"{up}/results"}


def _rendered(study: Mapping, notes: list[str], sections: list[dict]) -> str:
    templates = {PurePath(path).name: io.read_text(path) for path in TEMPLATES}
    return render(study, notes, sections, templates)
