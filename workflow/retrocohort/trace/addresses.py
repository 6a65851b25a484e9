"""Which cell of the results a number of the report is.

A number is asked for by its id ("os.full.arm.new.median"), by a cell of a file below the results
("models/full/os/quantiles.csv#3.median", the line of the file and the column; or
"...#variable=arm;level=new.median", the values by which a ledger finds the row), or by a place of
the page that tells in a table ("report.html#table1-baseline-full-sex-male.new").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from retrocohort.audit.ledger import selector
from retrocohort.citations import BELOW_RESULTS
from retrocohort.faults import Fault, FaultsFound, suggest
from retrocohort.io import read_json, read_rows
from retrocohort.plan.entries import Plan

NUMBERS, TABLES, PAGE = "report/numbers.json", "report/tables.json", "report/report.html"
PERCENT = (1, 100)  # a share of one may be shown in percent


@dataclass(frozen=True)
class Place:
    """A cell of a results file: path below the results, line (the head is 1), column."""

    file: str
    line: int
    column: str


@dataclass(frozen=True)
class Shown:
    """How the report shows a cell: id, text and table, and the value at full precision."""

    id: str
    text: str
    table: str
    value: float | None

    def agrees(self, cell: str) -> bool:
        """Return whether the text of the cell is still this value."""
        if not cell or self.value is None:
            return not cell and self.value is None
        try:
            number = float(cell)
        except ValueError:  # altered by hand
            return False
        return any(self.value == times * number for times in PERCENT)


class Addresses:
    """The numbers of the report of one study."""

    def __init__(self, plan: Plan):
        """Read the numbers that can be cited."""
        self.plan = plan
        self.numbers: dict[str, Mapping] = read_json(plan.at(NUMBERS))["numbers"]

    def places(self, asked: str) -> list[Place]:
        """Return the cells that are asked for: one, or those that a cell of the page shows.

        Raises
        ------
        FaultsFound
            When there is no such number, file, row or column; the message says what is near.
        """
        asked = asked.strip().removeprefix("{{").removesuffix("}}").strip()
        file, sign, rest = asked.partition("#")
        if not sign:
            if asked not in self.numbers:
                remedy = f"{suggest(asked, self.numbers, 3)} A cell is FILE#LINE.COLUMN."
                _refuse(asked, "is no id of report/numbers.json.", remedy)
            return [_place(self.numbers[asked])]
        if not file or file.endswith(".html"):
            return self._on_page(asked, rest)
        return [self._in_file(asked, BELOW_RESULTS.sub("", file).removeprefix("./"), rest)]

    def shown(self, place: Place) -> list[Shown]:
        """Return how the report shows a cell; nothing for a cell that it does not show alone."""
        return [
            Shown(name, each["shown"], each["table"], each["value"])
            for name, each in self.numbers.items()
            if _place(each) == place
        ]

    def row(self, place: Place) -> dict[str, str]:
        """Return the row of the file in which a cell stands."""
        return read_rows(self.plan.at(place.file))[place.line - 2]

    def _on_page(self, asked: str, anchor: str) -> list[Place]:
        """Return the cells of which a cell, or a head of a column, of the page tells."""
        found: dict[str, list[Mapping]] = {}
        for table in read_json(self.plan.at(TABLES))["tables"]:
            told = [(column["anchor"], column["detail"]) for column in table["columns"]]
            rows = (row for block in table["blocks"] for row in block)
            told += [(end, text) for row in rows for text, _, end in row["cells"]]
            for end, text in told:
                if end and isinstance(text, Mapping):
                    found[f"{table['id']}-{end}"] = text["numbers"]
        sources = [n["source"] for n in found.get(anchor, ()) if n["source"]]
        if not sources:
            remedy = suggest(anchor, found, 3)
            _refuse(asked, "is no cell of the page with a number of the results.", remedy)
        places = [_place(source) for source in sources if "row" in source]
        if not places:
            counts = dict.fromkeys(source["file"] for source in sources)
            _refuse(asked, f"is a count of rows of {', '.join(counts)}.", "Ask for a cell.")
        return places

    def _in_file(self, asked: str, file: str, cell: str) -> Place:
        path = Path(self.plan.at(file))
        if not path.resolve().is_relative_to(Path(self.plan.folder).resolve()):
            _refuse(asked, f"is no file below {self.plan.folder}.", "Name a CSV of its results.")
        if path.suffix != ".csv":
            _refuse(asked, f"{path} is no CSV of the results.", "Name one, or an id.")
        if not path.is_file():
            there = [p.relative_to(self.plan.folder).as_posix() for p in _tables(self.plan)]
            _refuse(asked, f"there is no {path}.", suggest(file, there, 3))
        rows = read_rows(str(path))
        if not rows or "record_id" in rows[0]:
            _refuse(asked, f"{path} has a row a patient.", "Ask for a RECORD instead.")
        row, _, column = cell.rpartition(".")
        if column not in rows[0]:
            _refuse(asked, f"{path} has no column '{column}'.", suggest(column, rows[0]))
        return Place(file, _line(asked, rows, row), column)


def _line(asked: str, rows: list[dict[str, str]], row: str) -> int:
    """Return the line of "12", or of "variable=arm;level=new"."""
    if "=" not in row:
        if not row.isdigit() or not 2 <= int(row) <= len(rows) + 1:
            remedy = f"Say a line from 2 to {len(rows) + 1}, or the values of the row: a=x;b=y."
            _refuse(asked, f"'{row}' is no line with numbers.", remedy)
        return int(row)
    wanted = selector(row).items()
    lines = [line for line, each in enumerate(rows, start=2) if wanted <= each.items()]
    if len(lines) != 1:
        remedy = f"Lines {', '.join(map(str, lines[:12]))}." if lines else "Look into the file."
        _refuse(asked, f"{len(lines)} rows have {row}.", remedy)
    return lines[0]


def _tables(plan: Plan) -> list[Path]:
    return sorted(Path(plan.folder).rglob("*.csv"))


def _place(source: Mapping) -> Place:
    return Place(source["file"], source["row"], source["column"])


def _refuse(asked: str, problem: str, remedy: str) -> None:
    raise FaultsFound([Fault(f"NUMBER={asked}", "", problem, remedy)])
