"""Numbers that know the cell of the results from which they come.

A row of a results file is read as a `Record`; each of its texts, the number made of it and the text
in which the number is shown carry the `Source`. So a table of the report can be typed in a workbook
and cited in a manuscript, although no layout says anything of files. Arithmetic gives plain numbers
again: what is computed on the way has no cell. What is counted or summed over rows of a file knows
the rows, see `tally`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import fsum

WITHHELD = "[c]"  # confidential: what stands for a number under disclosure control (GSS symbol)
# what makes digits beside it a part of the same numeral
BEFORE, BEHIND = re.compile(r"\d[.,·\u2009]?$"), re.compile(r"[.,·\u2009]?\d")


@dataclass(frozen=True, slots=True)
class Source:
    """A cell of a results file.

    Attributes
    ----------
    id : str
        By which an author cites it: "os.full.arm.new.median".
    file : str
        Path below the results of the study.
    row : int
        Line of the file; the head is line 1.
    column : str
        Name of the column.
    """

    id: str
    file: str
    row: int
    column: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows of a results file that were counted, or whose cells in a column were summed.

    Attributes
    ----------
    id : str
        What was done, in words: "audit/consistency.csv, rows: holds = yes".
    file : str
        Path below the results of the study.
    column : str
        What was summed; empty where the rows were counted.
    where : mapping
        Column -> the texts of which a row has one.
    """

    id: str
    file: str
    column: str
    where: Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is shown: exact value (None: missing), text, and where it comes from."""

    value: float | None
    shown: str
    source: Source | Tally | None = None


class Text(str):
    """The text of a cell of a results file."""

    source: Source | None = None


class Value(float):
    """The number of a cell of a results file, or of several; NaN where it is withheld."""

    source: Source | Tally | None = None
    is_withheld = False


class Shown(str):
    """A text that shows numbers; of each, where it starts and ends, None if it cannot be seen."""

    numbers: tuple[Number, ...] = ()
    places: tuple[tuple[int, int] | None, ...] = ()


class Record(dict):
    """A row of a results file whose texts know their cell."""

    def __init__(self, row: Mapping[str, str], file: str, line: int, prefix: str):
        """Keep where the row stands and how its ids begin."""
        super().__init__(row)
        self.file, self.line, self.prefix = file, line, prefix

    def __getitem__(self, column: str) -> Text:
        """Return the text of a column."""
        text = Text(super().__getitem__(column))
        end = "" if column == "value" else f".{column}"
        text.source = Source(f"{self.prefix}{end}", self.file, self.line, column)
        return text

    def get(self, column: str, default: str = "") -> str:
        """Return the text of a column, or another one where there is no such column."""
        try:
            return self[column]
        except KeyError:
            return default


def withheld(source: Source | Tally | None = None) -> Value:
    """Return a number that is not told, with its cell."""
    made = Value("nan")
    made.source, made.is_withheld = source, True
    return made


def is_withheld(value: object) -> bool:
    """Return whether a number is one that is not told."""
    return getattr(value, "is_withheld", False)


def value_of(number: float, source: Source | Tally | None) -> float:
    """Return a number with its cell."""
    value = Value(number)
    value.source = source
    return value


def source_of(value: object) -> Source | Tally | None:
    """Return the cell of a text or number, None when it has none."""
    return getattr(value, "source", None)


def tally(
    file: str, rows: Iterable[dict], column: str = "", **where: str | Collection[str]
) -> float:
    """Return how many rows of a file have some texts, or the sum of their cells in a column.

    Parameters
    ----------
    file : path below the results of the study.
    rows : all rows of the file.
    column : what is summed, empty cells being 0; empty to count the rows.
    where : column -> a text, or several of which a row has one.
    """
    asked = {name: [t] if isinstance(t, str) else sorted(t) for name, t in where.items()}
    look = dict.__getitem__  # that of a Record makes a text that knows its cell
    own = list(rows)
    for name, texts in asked.items():
        own = [row for row in own if look(row, name) in texts]
    told = ", ".join(f"{name} = {' or '.join(texts)}" for name, texts in asked.items())
    place = f"{file}, {f'sum of {column}' if column else 'rows'}{': ' if told else ''}{told}"
    source = Tally(place, file, column, asked)
    if column and any(row[column] == WITHHELD for row in own):
        return withheld(source)
    number = fsum(float(row[column] or 0) for row in own) if column else len(own)
    return value_of(number, source)


def in_percent(share: float) -> float:
    """Return a share of one in percent, still of its cell."""
    if is_withheld(share):
        return share
    return value_of(100 * share, source_of(share))


def shown(text: str, *numbers: Number) -> Shown:
    """Return a text with the numbers that it shows, in their order."""
    made = Shown(text)
    made.numbers, made.places = numbers, tuple(_places(text, numbers))
    return made


def _places(text: str, numbers: Iterable[Number]) -> Iterator[tuple[int, int] | None]:
    start = 0
    for number in numbers:
        said = number.shown
        # some styles have a blank after a sign of comparison
        place = said and (_place(text, said, start) or _place(text, f"{said[0]} {said[1:]}", start))
        start = place[1] if place else start
        yield place or None


def _place(text: str, said: str, start: int) -> tuple[int, int] | None:
    """Return where a text says a numeral that is no part of a longer one."""
    at = text.find(said, start)
    while at >= 0:
        end = at + len(said)
        if not (BEFORE.search(text[max(at - 2, 0) : at]) or BEHIND.match(text, end)):
            return at, end
        at = text.find(said, at + 1)
    return None


def numbers_of(text: str) -> tuple[Number, ...]:
    """Return the numbers that a text shows."""
    return getattr(text, "numbers", ())


def joined(*parts: str) -> Shown:
    """Return texts put together, with the numbers of all, each where its own text shows it."""
    made, places, before = Shown("".join(parts)), [], 0
    for part in parts:
        own = getattr(part, "places", ())
        places += [place and (place[0] + before, place[1] + before) for place in own]
        before += len(part)
    made.numbers = tuple(number for part in parts for number in numbers_of(part))
    made.places = tuple(places)
    return made


def rewritten(text: str, numbers_in: str) -> str:
    """Return a text that shows the numbers of the one from which it was made."""
    numbers = numbers_of(numbers_in)
    return shown(text, *numbers) if numbers else text
