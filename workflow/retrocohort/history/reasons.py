"""The causes of what differs between two runs, numbered, as the page tells them."""

from collections.abc import Sequence

from retrocohort.format import count
from retrocohort.history.causes import (
    ALTERED,
    CODE,
    CONFIG,
    DATA,
    DECISION,
    NOTHING,
    PACKAGE,
    PARAMETER,
    READ,
    STEP,
    Cause,
)
from retrocohort.history.comparison import Comparison
from retrocohort.history.decisions import NONE
from retrocohort.history.shown import brief
from retrocohort.language import listed, say, template
from retrocohort.report.blocks import Block, listing, text

KINDS = {
    DATA: template("Delivered file"),
    CONFIG: template("Configuration file"),
    DECISION: template("Decision"),
    PARAMETER: template("Parameter of steps"),
    CODE: template("Code"),
    PACKAGE: template("Python package"),
    STEP: template("Step of one run alone"),
    READ: template("Result read in one run alone"),
    ALTERED: template("Result altered by hand"),
    NOTHING: template("Nothing that it depends on differs"),
}
VALUED = (DECISION, PARAMETER, PACKAGE)  # of others the values are checksums
SHORT = 80  # letters of two values that stand in a sentence
MOST = 6  # causes that are named where all are listed elsewhere


def runs() -> tuple[str, str]:
    """Return how both runs are called."""
    return say("Earlier run"), say("Later run")


class Reasons:
    """The causes by the numbers under which they are listed, the most important one first."""

    def __init__(self, comparison: Comparison):
        """Number the causes."""
        self.found = comparison
        self.number = {cause: i for i, (cause, _) in enumerate(comparison.causes, 1)}

    def numbers(self, causes: Sequence[Cause]) -> str:
        """Return "1, 3"."""
        return listed(str(i) for i in sorted(self.number[cause] for cause in causes)) or NONE

    def named(self, causes: Sequence[Cause]) -> str:
        """Return causes by number and name."""
        ranked = sorted(causes, key=self.number.__getitem__)
        named = [f"{self.number[c]} {_told(c)}" for c in ranked[:MOST]]
        if ranked[MOST:]:
            named.append(say("{n} more", n=len(ranked) - MOST))
        return say("; ").join(named) or NONE

    def told(self, causes: Sequence[Cause]) -> Block:
        """Return a sentence."""
        return text(say("Cause: {causes}.", causes=self.named(causes)))

    def blocks(self) -> list[Block]:
        """Return what the differing results depend on, and what differs besides."""
        found, blocks = self.found, self._unexplained()
        heads = [say("No."), say("Kind"), say("What differs"), *runs()]
        heads.append(say("Cells and rows that depend on it"))
        if found.causes:
            rows = [[str(i), *_row(c), count(n)] for i, (c, n) in enumerate(found.causes, 1)]
            caption = say("What the differing results depend on")
            told = say(
                "A result depends on a difference if its job, or a job that made a differing file"
                " on the way to it, read, was told or ran on what differs. Where several are named,"
                " the evidence does not tell them apart."
            )
            blocks += [listing("causes", caption, heads, rows, numbers=1), text(told)]
        if found.unused:
            caption = say("What differs too, but nothing that differs is known to depend on it")
            blocks.append(listing("unused", caption, heads[1:-1], map(_row, found.unused)))
        return blocks

    def _unexplained(self) -> list[Block]:
        """Return sentences on results that differ without a difference before them."""
        kinds, told = {cause.kind for cause in self.number}, []
        if ALTERED in kinds:
            altered = say("A result is no longer what its job made: it was altered by hand.")
            told.append(altered)
        if NOTHING in kinds:
            unexplained = say(
                "No input differs: the result is not reproducible, or a file was altered by hand."
            )
            told.append(unexplained)
            old, new = (side["run"]["platform"] for side in (self.found.before, self.found.after))
            if old != new:
                told.append(say("The machine differs: {old}, then {new}.", old=old, new=new))
        return [text(*told)] if told else []


def _told(cause: Cause) -> str:
    """Return the kind and the name of a cause, and its values if they are short."""
    what = cause.what
    if cause.kind in VALUED and len(cause.old + cause.new) <= SHORT:
        what = say("{what}: {old} → {new}", what=what, old=cause.old, new=cause.new)
    return say("{label}: {n}", label=say(KINDS[cause.kind]), n=what)


def _row(cause: Cause) -> list[str]:
    return [say(KINDS[cause.kind]), cause.what, brief(cause.old), brief(cause.new)]
