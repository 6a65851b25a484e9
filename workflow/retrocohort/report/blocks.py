"""What a page is made of: blocks that the template knows, tables and figures with their numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from retrocohort.language import say, template
from retrocohort.language import sentences as together
from retrocohort.report.inline import Drawings
from retrocohort.report.labels import Labels
from retrocohort.report.statistics import percent
from retrocohort.source import Number, numbers_of
from retrocohort.tables.layout import Layout

TABLE, FIGURE = template("Table {number}"), template("Figure {number}")
Block = dict[str, object]


def heading(place: str, text: str) -> Block:
    """Return a heading within a section; it is listed in the contents."""
    return {"kind": "heading", "id": place, "text": text}


def subheading(text: str) -> Block:
    """Return a heading below a heading."""
    return {"kind": "subheading", "text": text}


def text(*sentences: str) -> Block:
    """Return a paragraph."""
    return {"kind": "text", "text": together(sentences)}


def items(lines: Sequence[str], ordered: bool = False) -> Block:
    """Return a list, numbered or not."""
    return {"kind": "list", "items": list(lines), "ordered": ordered}


def definitions(pairs: Sequence[tuple[str, Sequence[str]]]) -> Block:
    """Return terms, each with its sentences."""
    return {"kind": "definitions", "pairs": [(term, together(said)) for term, said in pairs]}


def details(title: str, blocks: Sequence[Block]) -> Block:
    """Return blocks that are folded away under a title."""
    return {"kind": "details", "title": title, "blocks": list(blocks)}


def listing(
    place: str, caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: int = 0
) -> Block:
    """Return a table of texts, not numbered itself; its last columns, so many, are `numbers`."""
    first = len(heads) - numbers
    about = {"kind": "listing", "id": place, "caption": caption}
    return about | {"heads": list(heads), "rows": list(rows), "first_number": first}


def all_of(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks, and after each those that it folds away."""
    for block in blocks:
        yield block
        folded = block.get("blocks" if block["kind"] == "details" else "behind", ())
        yield from all_of(folded)


def figures_of(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield every figure among blocks, also of those that are folded away."""
    return (block for block in all_of(blocks) if block["kind"] == "figure")


def numbers_in_words(blocks: Iterable[Block]) -> list[Number]:
    """Return the numbers of paragraphs, headings, titles and choices, in the page's order."""
    found = []
    for block in all_of(blocks):
        texts = [block.get("text", ""), *(n for _, _, n in block.get("choices", ()))]
        texts.append(block.get("title", ""))
        found += [number for said in texts for number in numbers_of(said)]
    return found


@dataclass
class Sheet:
    """The page in the making: the study, its labels, what has been numbered and drawn so far.

    `tables` are all numbered tables of the page, in its order, `summaries` the others; `ids` those
    of the tables so far, of their heads, rows and cells.
    """

    study: Mapping
    labels: Labels
    drawings: Drawings = field(default_factory=Drawings)
    numbers: dict[str, int] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    tables: list[Layout] = field(default_factory=list)
    summaries: list[Layout] = field(default_factory=list)

    @classmethod
    def of(cls, study: Mapping) -> "Sheet":
        """Return the empty page of a study."""
        named = (study[key] for key in ("populations", "endpoints", "sources"))
        return cls(study, Labels(study["variables"], *named))

    @property
    def level(self) -> str:
        """Return "95%"."""
        return percent(self.study["conventions"])

    def number(self, kind: str, main: bool) -> tuple[str, str]:
        """Return the next "Table 2", or "Table S2" of what is folded away; and "2" or "S2"."""
        key = f"{kind} {'' if main else 'S'}"
        self.numbers[key] = self.numbers.get(key, 0) + 1
        number = f"{'' if main else 'S'}{self.numbers[key]}"
        return say(kind, number=number), number

    def table(self, layout: Layout | None, main: bool = False) -> list[Block]:
        """Return a table with its number; nothing for no table."""
        if layout is None:
            return []
        layout = replace(layout, number=self.number(TABLE, main)[0])
        self.ids |= layout.ids()
        self.tables.append(layout)
        return [{"kind": "table", "table": layout}]

    def summary(self, layout: Layout | None) -> list[Block]:
        """Return a table without a number: it repeats what numbered tables say."""
        self.summaries += [layout] if layout else []
        return [{"kind": "table", "table": layout}] if layout else []

    def made(self, layout: Layout, name: str, main: bool = False) -> list[Block]:
        """Return a table that an earlier step has laid out, with its number.

        Parameters
        ----------
        layout : Layout
            The table.
        name : str
            Of the entry of the study, as populations and endpoints occur in several.
        """
        return self.table(replace(layout, id=f"{name}-{layout.id}"), main)

    def figure(
        self,
        svg: str,
        place: str,
        caption: str,
        links: Sequence[Mapping[str, str]] = (),
        behind: Sequence[Block] = (),
        main: bool = False,
        curves: Mapping | None = None,
        told: Sequence[str] = (),
    ) -> Block:
        """Return a figure with its number, links to its files, and the numbers behind it.

        `curves` is what a reader finds on them, see `readout`; `told` are the ids of other places
        that tell in numbers what it shows.
        """
        called, number = self.number(FIGURE, main)
        return {
            "kind": "figure",
            "id": place,
            "svg": self.drawings.add(svg, caption),
            "number": called,
            "file": f"Figure_{number}_{place}",
            "caption": caption,
            "links": list(links),
            "behind": list(behind),
            "curves": curves or {},
            "told": list(told),
        }

    def letters(self) -> Markup:
        """Return what the figures share."""
        return self.drawings.letters()
