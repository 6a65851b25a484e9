"""The words of a page against the results: each numeral names its cell, or is a known text."""

from collections import Counter
from collections.abc import Iterable, Mapping

from retrocohort.audit.rendered.ledger import Ledger, Place
from retrocohort.audit.rendered.numerals import KNOWN, LINK, KnownTexts, numerals
from retrocohort.audit.rendered.page import Page, Words
from retrocohort.audit.rendered.results import Results, same_number
from retrocohort.language import told

STATED = ".stated"  # end of the id of a P value as a sentence says it
# sections that hold decisions of the study, citations, files and versions: no results
LEDGER_TEXTS = ("location", "population", "item", "level", "statistic", "arm", "reason")
NO_RESULTS = {
    "methods": "decisions of the study",
    "paper": "what a printed paper says of itself",
    "checklists": "items of checklists",
    "provenance": "files, checksums and versions",
}


def links_in(texts: Iterable[str | Mapping]) -> list[Mapping]:
    """Return the links of the numbers of some texts of tables.json."""
    numbers = (n for text in texts if isinstance(text, Mapping) for n in text["numbers"])
    return [number["source"] for number in numbers if number["source"]]


class Prose:
    """Compares the words of one page."""

    def __init__(self, ledger: Ledger, artefact: str, known: KnownTexts, results: Results):
        """Keep where to write, the page's path, texts that are no results, and the results."""
        self.ledger, self.artefact, self.known, self.results = ledger, artefact, known, results

    def check(self, page: Page, tables: Mapping, linked: set[str]) -> None:
        """Compare everything that is read on the page outside of linked cells.

        Parameters
        ----------
        page : the page.
        tables : what tables.json holds.
        linked : ids of the tables whose cells are compared one by one.
        """
        cited = links_in(tables["cited"])
        titles = links_in(table["caption"] for table in tables["tables"])
        links, found = {link["id"]: link for link in (*cited, *titles)}, Counter()
        for words in page.words(linked):
            found.update(name.removesuffix(STATED) for name, _, _ in words.cited)
            self._words(words, links)
        for name, n in Counter(link["id"] for link in (*cited, *titles)).items():
            if found[name] < n:
                expected = self.results.expected(links[name])
                at = Place(self.artefact, "words")
                self.ledger.broken(at, "a number is missing", "", name, expected.at)
        self._contents(page)

    def _words(self, words: Words, links: Mapping) -> None:
        at = Place(self.artefact, f"section {words.section}")
        for name, exact, text in words.cited:
            link = links.get(name.removesuffix(STATED))
            if link is None:
                fault = f"names no cell of the results: {name}"
                self.ledger.broken(self._row(at, words), fault, text)
                continue
            self.cited(self._row(at, words), exact, text, link)
        found = numerals(words.text.replace(LINK, " "))
        if words.section in NO_RESULTS:
            self.ledger.no_result(at, NO_RESULTS[words.section], len(found))
            return
        left = self.known.unexplained(words.text)
        for numeral in left:
            self.ledger.broken(self._row(at, words), "names no cell of the results", numeral)
        self.ledger.no_result(at, KNOWN, len(found) - len(left))

    def _row(self, at: Place, words: Words) -> Place:
        return at.of(" ".join(words.text.split())[:60])

    def cited(self, at: Place, exact: str, text: str, link: Mapping) -> None:
        """Compare a number that carries the id of its cell: as it reads, and its exact value."""
        expected = self.results.expected(link)
        if expected.fault:
            self.ledger.broken(at, expected.fault, text, source=expected.at)
        elif numerals(text) not in ([(each,) for each in expected.texts] or [()]):
            right = (*expected.texts, "")[0]
            self.ledger.broken(at, "another number", text, right, expected.at)
        elif (exact or expected.texts) and not same_number(exact, expected.exact):
            fault = "another exact value"
            self.ledger.broken(at, fault, exact, expected.exact, expected.at)
        elif expected.texts:
            self.ledger.agree(at)

    def _contents(self, page: Page) -> None:
        """Check that the contents repeat the headings, whose numbers are compared."""
        headings, at = page.headings(), Place(self.artefact, "contents")
        for place, text in page.listed():
            if numerals(text) != numerals(headings.get(place, "")):
                right = headings.get(place, "")
                self.ledger.broken(at.of(text), "not as the heading", text, right)
            else:
                self.ledger.agree(at, len(numerals(text)))

    def compared(self, page: Page, published: Iterable[Mapping[str, str]]) -> None:
        """Compare the printed and regenerated numbers of a paper with published.csv."""
        rows, at = {row["id"]: row for row in published}, Place(self.artefact, "section printed")
        seen = dict(page.compared())
        for name, row in rows.items():
            if name not in seen:
                self.ledger.broken(at.of(name), "the row is missing")
                continue
            place, item, statistic, printed, regenerated, _, reason = seen[name]
            for column, text in (("printed", printed), ("regenerated", regenerated)):
                source = f"audit/published.csv:{name}:{column}"
                if self._as_noted(at.of(name, column), text, row[column], source):
                    self.ledger.agree(at, len(numerals(text)))
            texts = " ".join(told(row[key].replace("_", " ")) for key in LEDGER_TEXTS)
            words = " ".join((place, item, statistic, reason))
            if self._as_noted(at.of(name, "words"), words, texts, f"audit/published.csv:{name}"):
                self.ledger.no_result(at, NO_RESULTS["paper"], len(numerals(words)))
        for name in seen.keys() - rows.keys():
            self.ledger.broken(at.of(name), "the row has no source")

    def _as_noted(self, at: Place, text: str, right: str, source: str) -> bool:
        """Return whether a text has the numerals of another; note it if it has not."""
        same = numerals(text) == numerals(right)
        if not same:
            self.ledger.broken(at, "another number", text, right, source)
        return same
