"""The page that says what differs between two runs of a study, and why."""

from collections.abc import Mapping

from retrocohort.format import count, p_value, ratio_interval
from retrocohort.history.cells import TableChange
from retrocohort.history.comparison import Comparison
from retrocohort.history.conclusions import Crossing, Shift
from retrocohort.history.naming import Names
from retrocohort.history.reasons import Reasons, runs
from retrocohort.history.shown import apart, cell, moment, percent
from retrocohort.language import listed, say, sentences, template
from retrocohort.report import page
from retrocohort.report.blocks import Block, Sheet, definitions, details, items, listing, text
from retrocohort.report.labels import exact
from retrocohort.wording import within_sentence

MOST_CELLS = 10  # of a table on the page; the list beside it has all
MOST_ROWS = 12  # of a table that would be longer, and tables that are named; the rest is folded
MOST_FILES = 3


class Changes:
    """The sections of the page."""

    def __init__(self, comparison: Comparison, names: Names, every: str):
        """Keep what is to be told; `every` is the file that lists all cells."""
        self.found, self.names, self.every = comparison, names, every
        self.reasons = Reasons(comparison)

    def notes(self) -> list[str]:
        """Return between which runs."""
        old, new = moment(self.found.before), moment(self.found.after)
        return [say("From the run of {old} to that of {new}.", old=old, new=new)]

    def sections(self) -> list[dict]:
        """Return the sections: id, title and blocks."""
        alpha = listed(dict.fromkeys(exact(a) for a in self.found.alpha))
        parts = [
            ("crossed", say("Conclusions that crossed {alpha}", alpha=alpha), self.crossed()),
            ("summary", say("In short"), self.summary()),
            ("why", say("Why"), self.reasons.blocks()),
            ("moved", say("Patients who moved"), self.moved()),
            ("ratios", say("Hazard ratios"), self.ratios()),
            ("cells", say("Cells"), self.cells()),
            ("files", say("Other results that differ"), self.files()),
            ("runs", say("The two runs"), self.runs()),
        ]
        return [{"id": place, "title": title, "blocks": own} for place, title, own in parts if own]

    def summary(self) -> list[Block]:
        """Return what differs, in counts."""
        found = self.found
        if found.is_empty:
            told = [say("No number, no patient and no other result differs.")]
            if not found.unused:
                told.append(say("Data, decisions, code and packages are the same too."))
            return [text(*told)]
        cells = [each for table in found.tables for each in table.cells]
        rows = sum(len(table.added) + len(table.removed) for table in found.tables)
        rounding = sum(each.is_rounding for each in cells)
        told = [say("{n} in {files} tables.", n=count(len(cells)), files=len(found.tables))]
        if rounding:
            told.append(say("{n} of them in the last digits alone.", n=count(rounding)))
        if rows:
            told.append(say("{n} rows in one run alone.", n=count(rows)))
        pairs = [
            (say("Cells that differ"), sentences(told)),
            (say("Hazard ratios that differ"), count(len(found.shifts))),
            (say("Patients who moved"), count(self._patients())),
            (say("Other results that differ"), count(len(found.others))),
            (say("Why"), self.reasons.named(self.reasons.number)),
        ]
        return [items([say("{label}: {n}", label=label, n=n) for label, n in pairs])]

    def _patients(self) -> int:
        return len({record for move in self.found.moves for record in move.records})

    def crossed(self) -> list[Block]:
        """Return the P values that are on the other side of alpha."""
        if not self.found.crossings:
            return [] if self.found.is_empty else [text(say("None."))]
        rows = [self._crossing(crossing) for crossing in self.found.crossings]
        heads = [say("Analysis"), say("Row"), say("Now"), say("Cause")]
        heads += [say("P, {run}", run=within_sentence(run)) for run in runs()]
        caption = say("P values on the other side of the level of significance")
        causes = [self.found.causes_of_crossing(c.result.file) for c in self.found.crossings]
        told = self.reasons.told(dict.fromkeys(cause for own in causes for cause in own))
        return [told, *_begun("crossed-table", caption, heads, rows, numbers=2)]

    def _crossing(self, crossing: Crossing) -> list[str]:
        result = crossing.result
        what = self.names.term(result)
        if crossing.column != "p":
            what = say("{label} ({told})", label=what, told=say("P after Holm"))
        now = say("significant") if crossing.became else say("not significant")
        both = p_value(crossing.old), p_value(crossing.new)
        if both[0] == both[1]:
            both = apart(crossing.old, crossing.new)
        causes = self.reasons.numbers(self.found.causes_of_crossing(result.file))
        return [self.names.analysis(result), what, now, causes, *both]

    def moved(self) -> list[Block]:
        """Return who is counted elsewhere: numbers, and folded away the records."""
        found = self.found.moves
        if not found:
            return []
        named = [self.names.moved(move) for move in found]
        rows = [[*name, count(len(move.records))] for name, move in zip(named, found, strict=True)]
        heads = [say("In what"), say("From"), say("To"), say("Patients")]
        caption = say("Patients who are counted elsewhere than before")
        pairs = [
            (say("{what}: {old} → {new}", what=what, old=old, new=new), [" ".join(move.records)])
            for (what, old, new), move in zip(named, found, strict=True)
        ]
        return [
            listing("moved-table", caption, heads, rows, numbers=1),
            self.reasons.told(self.found.causes_of_moves()),
            details(say("Hashes of the records: private"), [definitions(pairs) | {"code": True}]),
        ]

    def ratios(self) -> list[Block]:
        """Return the hazard ratios that differ, the furthest moved first."""
        rows = [self._ratio(shift) for shift in self.found.shifts]
        if not rows:
            return []
        heads = [say("Analysis"), say("Row"), say("Cause"), *runs(), say("Shift")]
        heads += [say("P, {run}", run=within_sentence(run)) for run in runs()]
        caption = say("Hazard ratios with their intervals, the furthest moved first")
        return _begun("ratios-table", caption, heads, rows, numbers=5)

    def _ratio(self, shift: Shift) -> list[str]:
        result = shift.result
        (p_old,), (p_new,) = result.numbers("p")
        both = ratio_interval(*shift.old), ratio_interval(*shift.new)
        causes = self.reasons.numbers(self.found.causes_of(result.file))
        named = [self.names.analysis(result), self.names.term(result), causes]
        moved = percent(shift.factor - 1)
        return [*named, *both, moved, p_value(p_old), p_value(p_new)]

    def cells(self) -> list[Block]:
        """Return the differing cells, table by table."""
        if not self.found.tables:
            return []
        told = say("Of each table the {most} cells that moved most.", most=MOST_CELLS)
        every = say("All of them stand in {file}, beside this page.", file=self.every)
        blocks = []
        for i, table in enumerate(self.found.tables, 1):
            title = say("{label}: {n}", label=table.file, n=count(table.n))
            blocks.append(details(title, self._table(f"table-{i}", table)))
        more = blocks[MOST_ROWS:]
        folded = [details(say("{n} more", n=count(len(more))), more)] if more else []
        return [text(told, every), *blocks[:MOST_ROWS], *folded]

    def _table(self, place: str, table: TableChange) -> list[Block]:
        blocks = [self.reasons.told(self.found.causes_of(table.file))]
        if table.is_new or table.is_gone:
            what = say("The later run alone has it.") if table.is_new else ""
            return [*blocks, text(what or say("The earlier run alone has it."))]
        largest = sorted(table.cells, key=lambda each: -each.size)[:MOST_CELLS]
        if largest:
            heads = [say("Row"), say("Column"), *runs(), say("Difference"), say("Relative")]
            rows = [cell(each) for each in largest]
            blocks.append(listing(place, table.file, heads, rows, numbers=4))
        for rows, told in (
            (table.added, template("Rows of the later run alone: {rows}.")),
            (table.removed, template("Rows of the earlier run alone: {rows}.")),
        ):
            if rows:
                shown = [*rows[:MOST_FILES], *(["…"] if rows[MOST_FILES:] else [])]
                blocks.append(text(say(told, rows=" | ".join(shown))))
        return blocks

    def files(self) -> list[Block]:
        """Return the results that are no table, by the step that made them."""
        if not self.found.others:
            return []
        by: dict[tuple, list[str]] = {}
        for path in self.found.others:
            step = self.found.why.rule(path), self.reasons.numbers(self.found.why.of(path))
            by.setdefault(step, []).append(path.partition("/")[2].partition("/")[2])
        rows = [
            [step, listed([*own[:MOST_FILES], *(["…"] if own[MOST_FILES:] else [])]), causes]
            + [count(len(own))]
            for (step, causes), own in by.items()
        ]
        heads = [say("Step"), say("Files"), say("Cause"), say("n")]
        caption = say("Results that are no table of numbers, by the step that makes them")
        return [listing("files-table", caption, heads, rows, numbers=1)]

    def runs(self) -> list[Block]:
        """Return when both runs were, and from which commit."""
        pairs = []
        for run, side in zip(runs(), (self.found.before, self.found.after), strict=True):
            git, told = side["run"]["git"], [say("{text}.", text=moment(side))]
            if git:
                changed = template("Commit {commit}, with changes.")
                clean = template("Commit {commit}.")
                told.append(say(changed if git["dirty"] else clean, commit=git["commit"][:10]))
            pairs.append((run, told))
        return [definitions(pairs)]


def _begun(place: str, caption: str, heads: list[str], rows: list, numbers: int) -> list[Block]:
    """Return the first rows of a table, and folded away a table of the others."""
    blocks = [listing(place, caption, heads, rows[:MOST_ROWS], numbers=numbers)]
    if rows[MOST_ROWS:]:
        more = listing(f"{place}-more", caption, heads, rows[MOST_ROWS:], numbers=numbers)
        blocks.append(details(say("{n} more", n=count(len(rows) - MOST_ROWS)), [more]))
    return blocks


def render(
    study: Mapping, notes: list[str], sections: list[dict], templates: Mapping[str, str]
) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    study : mapping
        What the report of the study stated, with the root and the other languages of this page.
    notes : list of str
        What stands under the title.
    sections : list of dict
        Of `Changes`, or others.
    templates : mapping
        As `report.page.render` needs them.
    """
    private = say("Private: this page names records by their hashes; it is not to be shared.")
    title = say("What changed: {title}", title=study["title"])
    notice = sentences([*filter(None, [study["notice"]]), private])
    own = {"title": title, "notice": notice, "report": {"notes": notes}}
    return page.render(Sheet.of(study | own), sections, templates)
