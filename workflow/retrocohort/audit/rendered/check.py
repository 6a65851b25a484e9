"""Everything that a study has printed, read back and compared with its results.

The files are read as a reader's program would read them; each numeral is compared with the cell
that it names, rounded once more by `rounding`. Which cell that is, is told by the links that the
report keeps: the ids in the page, and `report/tables.json` by table, row and column.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import chain

import yaml
from lxml import etree

from retrocohort.audit.rendered.curves import check_curves
from retrocohort.audit.rendered.documents import csv_grid, excel_sheets, latex_grids, word_grids
from retrocohort.audit.rendered.drawings import Alphabet, Drawn, drawn_in, lines_of
from retrocohort.audit.rendered.figures import Figure, figures
from retrocohort.audit.rendered.ledger import Ledger, Place
from retrocohort.audit.rendered.numerals import (
    KnownTexts,
    numbers_in,
    phrases,
    texts_in,
)
from retrocohort.audit.rendered.page import Grid, Page
from retrocohort.audit.rendered.paths import lines_in, plots_in
from retrocohort.audit.rendered.results import Results
from retrocohort.audit.rendered.tables import Comparison, Linked, linked
from retrocohort.audit.rendered.words import LEDGER_TEXTS, Prose
from retrocohort.io import number_text
from retrocohort.language import say, speaking, told
from retrocohort.units import ONE, SEVERAL

NUMBER = re.compile(r"S?\d+")
Load = Callable[[str], bytes]
PARTS = ("texts", "figures")  # of the comparison: neither needs the other
QUARTILES = ("S = 0.75", "S = 0.25")  # heads of the times at which survival reaches them
NOTED = {  # columns of results whose texts the page shows
    "audit/warnings.csv": ("warning", "item"),
    "cohort/endpoints.csv": ("reason",),
    "records/centres.csv": ("centre",),
}
PAPER = {"audit/published.csv": LEDGER_TEXTS}  # the same, of studies with a ledger


def check(
    pages: list[Mapping], read: Callable, load: Load, words: str, parts: Sequence[str] = PARTS
) -> Ledger:
    """Return what became of each number that the pages of a study print.

    Parameters
    ----------
    pages : the pages, one a language, from `plan.rendered.printed_pages`.
    read : path below the results of the study -> rows of a CSV.
    load : path -> content of a file.
    words : path of the translations.
    parts : of `PARTS`.
    """
    ledger = Ledger()
    for page in pages:
        with speaking([words] * page["translated"], page["terms"]):
            checked = _Checked(page, read, load, yaml.load(load(words), Loader=yaml.CSafeLoader))
            with ledger.reading(Place(checked.name("report/report.html"), "page and tables.json")):
                checked.run(ledger, parts)
    return ledger


class _Checked:
    """The files of one page."""

    def __init__(self, given: Mapping, read: Callable, load: Load, words: Mapping):
        self.given, self.read, self.words = given, cache(read), words
        self.load = lambda name: load(f"{given['shown']}/{name}")
        self.drawing = load
        self.study, self.contents = given["study"], given["contents"]
        self.results = Results(self.read, self.study["report"]["style"])

    def run(self, ledger: Ledger, parts: Sequence[str]) -> None:
        """Compare the page and the documents beside it, and its figures."""
        page = Page(self.load("report/report.html").decode())
        if "texts" in parts:
            self._texts(ledger, page)
        if "figures" in parts:
            with ledger.reading(Place(self.name("report/report.html"), "figures")):
                self._figures(ledger, page)

    def _texts(self, ledger: Ledger, page: Page) -> None:
        """Compare the tables, words and curves of the page, and the documents."""
        data = json.loads(self.load("report/tables.json"))
        tables = [linked(each, self.results) for each in data["tables"]]
        summaries = [linked(each, self.results) for each in data["summaries"]]
        known = self._known(page, data)
        with ledger.reading(Place(self.name("report/report.html"), "page")):
            self._page(ledger, page, data, [*tables, *summaries], known)
        self._documents(ledger, tables, known)

    def name(self, file: str) -> str:
        """Return how rendered.csv calls a file: its path below the results of the study."""
        folder = self.given["folder"]
        return f"{self.given['shown']}/{file}".removeprefix(f"{folder}/")

    def _known(self, page: Page, data: Mapping) -> KnownTexts:
        """Return the texts with digits that are no results."""
        noted = NOTED | (PAPER if self.given["ledger"] else {})
        notes = {
            told(row[c]) for file, own in noted.items() for row in self.read(file) for c in own
        }
        numbers = [table["number"] for table in data["tables"]] + page.figure_numbers()
        decided = {number_text(each) for each in numbers_in(self.study)}
        decided |= {f"{100 * self.study['conventions']['confidence']:.10g}"}
        units = ["%", *(say(text, n="").strip() for text in (*SEVERAL.values(), *ONE.values()))]
        units += [entry["unit"] for entry in self.study["endpoints"].values()]
        stated = chain(texts_in(self.study), texts_in(self.contents))
        texts = (*stated, *phrases(self.words), *notes, *numbers, *QUARTILES)
        variables, arms = self.study["variables"], self.study["arms"].values()
        levels = {entry["label"]: entry["levels"].values() for entry in variables.values()}
        alone = [label for arm in arms for label in variables[arm["variable"]]["levels"].values()]
        return KnownTexts(texts, decided, units, levels | {"": alone})

    def _page(
        self, ledger: Ledger, page: Page, data: Mapping, tables: list[Linked], known: KnownTexts
    ) -> None:
        """Compare tables, words and curves of the page."""
        name = self.name("report/report.html")
        comparison = Comparison(ledger, name, known)
        for table in tables:
            with ledger.reading(Place(name, table.number or table.id)):
                grid = page.grid(table.id)
                comparison.grid(table, grid)
                comparison.labels(table, grid, self.study)
        prose = Prose(ledger, name, known, self.results)
        prose.check(page, data, {table.id for table in tables})
        if self.given["ledger"]:
            prose.compared(page, self.read("audit/published.csv"))
        with ledger.reading(Place(self.name("report/numbers.json"), "numbers")):
            self._citable(prose)

    def _documents(self, ledger: Ledger, tables: list[Linked], known: KnownTexts) -> None:
        """Compare the tables of Word, Excel, LaTeX and CSV."""
        notice = self.study["notice"]

        def comparison(file: str, typed: bool = False) -> Comparison:
            return Comparison(ledger, self.name(f"report/{file}"), known, notice, typed)

        def found(file: str, read: Callable[[bytes], Mapping]) -> Mapping:
            with ledger.reading(Place(self.name(f"report/{file}"), "tables")):
                return read(self.load(f"report/{file}"))
            return {}

        grids = {file: found(file, read) for file, read in DOCUMENTS.items()}
        sheets = found("tables.xlsx", lambda data: {s.name: s for s in excel_sheets(data)})
        for table in (table for table in tables if table.number):
            number = _number(table.number)
            file = f"tables/table_{number.lower()}.csv"
            grid = found(file, partial(_csv_table, number, len(table.rows)))
            for name, own in (grids | {file: grid}).items():
                with ledger.reading(Place(self.name(f"report/{name}"), table.number)):
                    comparison(name).grid(table, own.get(number))
            with ledger.reading(Place(self.name("report/tables.xlsx"), table.number)):
                comparison("tables.xlsx", typed=True).sheet(table, sheets.get(table.number))

    def _citable(self, prose: Prose) -> None:
        """Compare the numbers that an author can cite."""
        at = Place(self.name("report/numbers.json"), "numbers")
        for name, number in json.loads(self.load("report/numbers.json"))["numbers"].items():
            prose.cited(at.of(name), number_text(number["value"]), number["shown"], number)

    def _figures(self, ledger: Ledger, page: Page) -> None:
        """Compare what is drawn in the files of the figures and in the page, and on the curves."""
        name, study = self.name("report/report.html"), self.study
        shown = {
            figure.id: figure
            for figure in figures(self.contents, study, self.read, self.given["folder"])
        }
        drawings = {place: self._drawing(ledger, figure) for place, figure in shown.items()}
        lines = {place: lines_of(root) for place, root in drawings.items()}
        alphabet = Alphabet(line for own in lines.values() for line in own)
        levels = (entry["levels"].values() for entry in study["variables"].values())
        drawn = Drawn(ledger, Results(self.read, self.given["look"]), chain(*levels))
        in_page = dict(drawn_in(page, alphabet))
        for place, figure in shown.items():
            file = self._file(figure)
            texts = drawn.notes(file, lines[place], alphabet)
            at = Place(name, f"figure {place}")
            drawn.same_in_page(at, in_page.get(place, []), texts)
            if figure.forest is None:
                drawn.statements(file, texts, figure.tests)
            else:
                drawn.forest(file, lines[place], texts, figure.forest)
        self._curves(ledger, page, shown, drawings)

    def _file(self, figure: Figure) -> str:
        """Return how rendered.csv calls the file of a figure."""
        return figure.svg.removeprefix(f"{self.given['folder']}/")

    def _drawing(self, ledger: Ledger, figure: Figure):
        """Return the file of a figure, parsed; an empty one where it cannot be."""
        with ledger.reading(Place(self._file(figure), "drawing")):
            return etree.fromstring(self.drawing(figure.svg))
        return etree.Element("svg")

    def _curves(self, ledger: Ledger, page: Page, shown: Mapping, drawings: Mapping) -> None:
        """Compare what is read on the curves, and how they are drawn, with their rows."""
        name, found, in_page = self.name("report/report.html"), dict(page.curves()), page.figures()
        for place, figure in shown.items():
            at = Place(name, f"curves of {place}"), Place(self._file(figure), "curves")
            with ledger.reading(at[0]):
                if figure.curves:
                    plots, lines = plots_in(drawings[place]), list(lines_in(in_page[place]))
                    check_curves(figure, found.get(place, []), plots, lines, ledger, at)


def _by_number(grids: Iterable[Grid]) -> dict[str, Grid]:
    """Return number -> table."""
    return {_number(grid.title): grid for grid in grids}


def _csv_table(number: str, rows: int, data: bytes) -> dict[str, Grid]:
    return {number: csv_grid(data.decode(), rows)}


def _number(title: str) -> str:
    """Return "S2" of "Table S2. Survival", in any language."""
    found = NUMBER.search(title)
    return found[0] if found else title


DOCUMENTS = {  # file of tables -> what reads it
    "tables.docx": lambda data: _by_number(word_grids(data)),
    "tables.tex": lambda data: _by_number(latex_grids(data.decode())),
}
