"""Printed tables against the results: each numeral of each cell is that of the cell it names."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from retrocohort.audit.rendered.documents import Sheet
from retrocohort.audit.rendered.ledger import Ledger, Place
from retrocohort.audit.rendered.numerals import KNOWN, KnownTexts, numerals, plain
from retrocohort.audit.rendered.page import Grid
from retrocohort.audit.rendered.results import Expected, Results, same_number

BY_LEVEL = re.compile(r"^(?:quantiles|landmarks|cox|km)-|-(?:baseline|survival)-")  # of ids
BLANK = re.compile(r"[^\dA-Za-z<>≤≥\u4e00-\u9fff]")  # headers may differ in signs


class Target:
    """What the numbers of a text are to read like, in their order."""

    def __init__(self, expected: Sequence[Expected]):
        """Keep all, apart those that read like something, and those that cannot be found."""
        self.all = expected
        self.wanted = [each for each in expected if each.texts]
        self.faults = [each for each in expected if each.fault]
        self.right: set[str] = set()  # texts that were found right in one format

    def __len__(self) -> int:
        """Return how many numbers there are, missing ones among them."""
        return len(self.all)


NOTHING = Target([])


@dataclass
class LinkedRow:
    """A row of a table as the links have it: header, and what its cells are to show."""

    header: str
    cells: list["Target"]
    about: list[list[Mapping[str, str]]]  # of each cell the rows of the results


@dataclass
class Linked:
    """A table with the cells of the results that its numbers name (`tables.json`)."""

    id: str
    number: str
    title: Target
    heads: Target
    rows: list[LinkedRow]
    room: list[int]  # how many columns of a sheet each column is spread over


def linked(data: Mapping, results: Results) -> Linked:
    """Return a table of tables.json with what each of its numbers is to read like."""
    rows = [_linked_row(row, data["id"], results) for block in data["blocks"] for row in block]
    title = Target(_all(data["caption"], "", results))
    details = (column["detail"] for column in data["columns"])
    heads = Target([found for text in details for found in _all(text, "", results)])
    columns = zip(*(row.cells for row in rows), strict=True)
    room = [max(1, *map(len, column)) for column in columns]
    return Linked(data["id"], data["number"], title, heads, rows, room)


def _linked_row(row: Mapping, table: str, results: Results) -> LinkedRow:
    texts = [text for text, _, _ in row["cells"]]
    links = [[n["source"] for n in t["numbers"]] if isinstance(t, dict) else [] for t in texts]
    about = [[results.row(link) for link in own if link and "row" in link] for own in links]
    cells = [Target(_all(text, table, results)) for text in texts]
    return LinkedRow(row["header"] + row["detail"], cells, about)


def _all(text: str | Mapping, table: str, results: Results) -> list[Expected]:
    """Return what the numbers of a text are to read like, in their order."""
    found, last = [], None
    for number in text["numbers"] if isinstance(text, Mapping) else ():
        link = number["source"]
        if link:
            found.append(results.expected(link))
        elif last:
            found.append(results.share_after(last, table))
        elif number["value"] is not None:
            found.append(Expected(fault="names no cell of the results"))
        last = link if link and "row" in link else None
    return found


class Comparison:
    """Compares the tables of one artefact, in whatever format it is."""

    def __init__(
        self,
        ledger: Ledger,
        artefact: str,
        known: KnownTexts,
        notice: str = "",
        typed: bool = False,
    ):
        """Keep where to write and what to write of.

        Parameters
        ----------
        ledger, artefact : where to write, and the file.
        known : texts that are no results.
        notice : what stands under each table.
        typed : marks of decimals and thousands are those of the program that shows the table.
        """
        self.ledger, self.artefact, self.known, self.notice = ledger, artefact, known, notice
        self._is = _is_plainly if typed else _is

    def grid(self, table: Linked, grid: Grid | None) -> None:
        """Compare a table of text."""
        at = Place(self.artefact, table.number or table.id)
        if grid is None:
            self.ledger.broken(at, "the table is missing")
            return
        if self._headers(at, table, [header for header, _ in grid.rows]):
            heads, agree = _columns(grid, len(table.room)), 0
            for row, (header, cells) in zip(table.rows, grid.rows, strict=True):
                for target, text, head in zip(row.cells, cells, heads, strict=False):
                    agree += self._cell(at, header, head, target, text)
                if len(cells) != len(row.cells):
                    told = f"{len(cells)} cells, {len(row.cells)} have numbers"
                    self.ledger.broken(at.of(header), told)
            self.ledger.agree(at, agree)
        if grid.title:
            self.around(at.of("title"), table.title, grid.title)
        self.around(at.of("head"), table.heads, " | ".join(grid.heads), is_head=True)
        self._notes(at, grid.notes)
        for header, _ in grid.rows:
            self.around(at.of(header), NOTHING, header, is_head=True)

    def sheet(self, table: Linked, sheet: Sheet | None) -> None:
        """Compare a sheet of a workbook, whose numbers are typed and spread over columns."""
        at = Place(self.artefact, table.number)
        if sheet is None:
            self.ledger.broken(at, "the sheet is missing")
            return
        lines = range(sheet.first, sheet.first + len(table.rows))
        headers = [sheet.text(line, range(1)) for line in lines]
        if self._headers(at, table, headers):
            columns, agree = list(zip(_positions(len(table.room)), _spread(table), strict=True)), 0
            for line, header, row in zip(lines, headers, table.rows, strict=True):
                for (column, spread), target in zip(columns, row.cells, strict=True):
                    text = sheet.text(line, spread)
                    agree += self._cell(at, header, column, target, text)
                    self._typed(at.of(header, column), target, sheet, line, spread)
            self.ledger.agree(at, agree)
        width = range(sum(table.room) + 1)
        heads = " | ".join(sheet.text(line, width) for line in range(1, sheet.first))
        self.around(at.of("title"), table.title, sheet.text(0, range(1)))
        self.around(at.of("head"), table.heads, heads, is_head=True)
        self._notes(at, sheet.below(lines.stop))
        for header in headers:
            self.around(at.of(header), NOTHING, header, is_head=True)

    def labels(self, table: Linked, grid: Grid | None, study: Mapping) -> None:
        """Check that row and column of a number are called after what its row of the results is.

        Parameters
        ----------
        table, grid : the table, as it is linked and as it is printed.
        study : `variables` with their labels and levels, `tables` with what they are split `by`.
        """
        at = Place(self.artefact, table.number or table.id)
        if grid is None or not BY_LEVEL.search(table.id):
            return
        by = study["tables"].get(table.id.partition("-")[0], {}).get("by")
        arms = study["variables"][by]["levels"] if by else {}
        heads = _columns(grid, len(table.room))
        for row in table.rows:
            cells = zip(row.about, heads, strict=False)
            for source, head in ((own, head) for rows, head in cells for own in rows):
                label = _label(source, study["variables"])
                if not any(_within(each, row.header) for each in label):
                    fault = f"the numbers are those of '{label[0]}'"
                    self.ledger.broken(at.of(row.header, head), fault)
                arm = arms.get(source.get("arm", ""), "")
                if not _within(arm, head):
                    fault = f"the numbers are those of '{arm}'"
                    self.ledger.broken(at.of(row.header, head), fault)

    def _cell(self, table: Place, row: str, column: str, target: Target, text: str) -> int:
        """Compare the numerals of a cell with what they are to be; return how many agree."""
        if text in target.right:
            return len(target.wanted)
        found, wanted, at = numerals(text), target.wanted, table.of(row, column)
        for each in target.faults:
            self.ledger.broken(at, each.fault, text, source=each.at)
        if len(found) == len(wanted) and all(map(self._is, found, wanted)):
            if not target.faults:
                target.right.add(text)
            return len(found)
        if not target.all:
            self.around(at, target, text)
        elif len(found) == len(wanted):
            for numeral, each in zip(found, wanted, strict=True):
                if not self._is(numeral, each):
                    right = each.texts[0]
                    self.ledger.broken(at, "another number", numeral, right, each.at)
            return sum(map(self._is, found, wanted))
        elif not target.faults:
            right = " ".join(each.texts[0] for each in wanted)
            source = " ".join(each.at for each in target.all)
            told = f"{len(found)} numbers, not {len(wanted)}"
            self.ledger.broken(at, told, text, right, source)
        return 0

    def around(self, at: Place, target: Target, text: str, is_head: bool = False) -> None:
        """Compare words in which some numbers are linked, in this order; others are known texts."""
        if not target.wanted and not numerals(text):
            return
        everything = list(numerals(text))
        left = Counter(self.known.unexplained(text, is_head))
        rest, agree = iter(everything), 0
        for each in target.wanted:
            found = next((numeral for numeral in rest if self._is(numeral, each)), None)
            if found is None:
                right = each.texts[0]
                self.ledger.broken(at, "the number is missing", text, right, each.at)
                rest = iter(everything)
                continue
            agree += 1
            left[found] -= 1
        for numeral in (+left).elements():
            self.ledger.broken(at, "names no cell of the results", numeral)
        self.ledger.agree(at, agree)
        self.ledger.no_result(at, KNOWN, max(0, len(everything) - agree - (+left).total()))

    def _notes(self, at: Place, text: str) -> None:
        """Compare what stands under a table but for the notice, which is a text of the study."""
        plain_text = text.replace(self.notice, " ") if self.notice else text
        self.around(at.of("notes"), NOTHING, plain_text, is_head=True)

    def _headers(self, at: Place, table: Linked, headers: Sequence[str]) -> bool:
        """Return whether a table has its rows, each under its header, in their order."""
        wanted = [row.header for row in table.rows]
        same = [_bare(header) for header in headers]
        if same == [_bare(header) for header in wanted]:
            return True
        for i, header in enumerate(wanted):
            if same[i : i + 1] != [_bare(header)]:
                found = headers[i] if i < len(headers) else ""
                told = f"the row is missing or out of place: {header}"
                self.ledger.broken(at.of(found), told)
                return False
        self.ledger.broken(at.of(headers[len(wanted)]), "the row has no source")
        return False

    def _typed(self, at: Place, target: Target, sheet: Sheet, line: int, spread: range) -> None:
        """Compare the exact value of the typed numbers of a cell."""
        for each, column in zip(target.all, spread, strict=False):
            shown = sheet.cells.get((line, column))
            if shown and shown.value and not same_number(shown.value, each.exact):
                self.ledger.broken(at, "another value is typed", shown.value, each.exact, each.at)


def _is(numeral: str, expected: Expected) -> bool:
    return numeral in expected.texts


def _is_plainly(numeral: str, expected: Expected) -> bool:
    return numeral in expected.texts or plain(numeral) in map(plain, expected.texts)


def _columns(grid: Grid, n: int) -> list[str]:
    """Return what the columns are called: by their heads, by position where these are one text."""
    return grid.heads[-n:] if len(grid.heads) > n else _positions(n)


def _positions(n: int) -> list[str]:
    return [f"column {i}" for i in range(1, n + 1)]


def _spread(table: Linked) -> Iterator[range]:
    """Yield the columns of a sheet over which each column of a table is spread."""
    start = 1
    for room in table.room:
        yield range(start, start + room)
        start += room


def _label(source: Mapping[str, str], variables: Mapping) -> list[str]:
    """Return what a row of the results is called; an empty text where it has no name of its own."""
    name, level = source.get("variable", ""), source.get("level", "")
    if name not in variables or source.get("statistic") == "missing":
        return [""]
    entry = variables[name]
    return [entry["levels"].get(level, level), entry["label"]] if level else [entry["label"]]


@cache
def _bare(header: str) -> str:
    """Return a header without what may differ between formats."""
    return BLANK.sub("", header)


def _within(label: str, header: str) -> bool:
    return _bare(label) in _bare(header)
