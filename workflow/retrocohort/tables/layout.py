"""The layout of a printed table, from which HTML, Word, Excel, LaTeX and CSV are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from string import ascii_lowercase

from retrocohort.format import NOT_REACHED, missing
from retrocohort.language import say, template, told
from retrocohort.source import numbers_of
from retrocohort.wording import capital

# penalty of a Cox model -> the test of its coefficients
COEFFICIENT_TESTS = {"": template("Wald"), "firth": template("penalised LR")}


@dataclass(frozen=True)
class Cell:
    """A cell: its text, the letter of its footnote, and the end of its id, see `addressed`."""

    text: str = ""
    mark: str = ""
    anchor: str = field(default="", compare=False)

    @property
    def order(self) -> str | None:
        """Return the number by which a page sorts the cell, as JavaScript reads it.

        It is the first of those that the cell shows, with digits enough to sort; "Infinity" for a
        time that was not reached, empty for a missing number, None where the cell shows none.
        """
        numbers = numbers_of(self.text)
        if numbers and numbers[0].value is not None:
            return f"{numbers[0].value:.9g}"
        if numbers and numbers[0].shown == say(NOT_REACHED):
            return "Infinity"
        return "" if numbers or self.text == missing() else None


@dataclass(frozen=True)
class Row:
    """A row: header, what the numbers are (`detail`), cells; levels are indented.

    `anchor` is the end of the id by which a link finds the row, see `row_anchor`.
    """

    header: str
    cells: list[Cell]
    detail: str = ""
    indent: bool = False
    anchor: str = ""

    @property
    def title(self) -> str:
        """Return "Age, mean (SD)", the header alone for a row without detail."""
        both = {"header": self.header, "detail": self.detail}
        return say("{header}, {detail}", **both) if self.detail else self.header


@dataclass(frozen=True)
class Column:
    """A column: its head, a second line under it, its group, and the end of the id of its head."""

    head: str
    detail: str = ""
    group: str = ""
    anchor: str = ""


@dataclass
class Footnotes:
    """Footnotes by letter, in the order in which they are first used; the same text, one letter."""

    texts: list[str] = field(default_factory=list)

    def mark(self, text: str) -> str:
        """Return the letter of a footnote, empty for no text; after z comes aa, then bb."""
        if not text:
            return ""
        text = capital(told(text))
        if text not in self.texts:
            self.texts.append(text)
        times, position = divmod(self.texts.index(text), len(ascii_lowercase))
        return ascii_lowercase[position] * (times + 1)

    def listed(self) -> list[tuple[str, str]]:
        """Return (letter, text) of each."""
        return [(self.mark(text), text) for text in self.texts]


@dataclass(frozen=True)
class Layout:
    """A table: a block of rows for each variable, notes without a letter, and footnotes.

    `number` is the one that a page gives it: "Table 2", or "Table S2" of what is folded away.
    """

    id: str
    caption: str
    stub: str
    columns: list[Column]
    blocks: list[list[Row]]
    notes: list[str]
    footnotes: Footnotes
    number: str = ""

    @property
    def title(self) -> str:
        """Return "Table 2. Survival", the caption alone for a table without a number."""
        title = {"number": self.number, "caption": self.caption}
        return say("{number}. {caption}", **title) if self.number else self.caption

    def rows(self) -> list[Row]:
        """Return the rows of all blocks."""
        return [row for block in self.blocks for row in block]

    def ids(self) -> set[str]:
        """Return the ids of the table, of its heads, rows and cells."""
        ends = [part.anchor for part in (*self.columns, *self.rows())]
        ends += [cell.anchor for row in self.rows() for cell in row.cells]
        return {self.id, *(f"{self.id}-{end}" for end in ends if end)}

    def groups(self) -> list[tuple[str, int]]:
        """Return the heads above the heads with the columns they span, none when there are none."""
        runs: list[list] = []
        for column in self.columns:
            if runs and runs[-1][0] == column.group:
                runs[-1][1] += 1
            else:
                runs.append([column.group, 1])
        return [tuple(run) for run in runs] if any(text for text, _ in runs) else []


def name_with_unit(entry: Mapping) -> str:
    """Return "Age, years" of a variable."""
    unit = entry.get("unit", "")
    return say("{label}, {unit}", label=entry["label"], unit=unit) if unit else entry["label"]


def row_anchor(variable: str, level: str = "") -> str:
    """Return the end of the id of a row: of all patients, of a variable or of its level."""
    return "-".join("_".join(part.split()) for part in (variable or "all", level) if part)


def addressed(row: str, names: Sequence[str], cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells of a row, those with a name with the end of an id of their own.

    Parameters
    ----------
    row : end of the id of the row that they belong to.
    names : of each cell, empty for one that needs no id.
    """
    return [
        replace(cell, anchor=f"{row}.{name}") if name else cell
        for name, cell in zip(names, cells, strict=True)
    ]


def numbered(part: Mapping, table: Mapping) -> str:
    """Return the label of a population, with the number that its table has in a printed paper."""
    number = table.get("numbers", {}).get(part["population"])
    label = part["population_label"]
    return say("{label} ({number} of the paper)", label=label, number=number) if number else label


def remarks(part: Mapping, table: Mapping) -> list[str]:
    """Return what the study remarks under the table of a population."""
    return [*filter(None, [table.get("remarks", {}).get(part["population"])])]
