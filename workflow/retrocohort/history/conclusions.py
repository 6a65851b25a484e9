"""What the tests and models say otherwise than before: P on the other side of alpha, and ratios."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from retrocohort.audit.agreement import same
from retrocohort.history.cells import Table, table_of
from retrocohort.io import as_number
from retrocohort.language import template

PLACE = r"models/(?P<population>\w+)/(?P<endpoint>\w+)/"
ASSUMPTION = template("Test of proportional hazards")
# table -> what its rows are; a section of the study file names the entry. The first match counts.
KINDS = [
    (rf"{PLACE}logrank", template("Log-rank test")),
    (rf"{PLACE}cox_(?P<models>\w+)_ph", ASSUMPTION),
    (rf"{PLACE}cox_(?P<models>\w+)_fit", ""),  # of a whole model
    (rf"{PLACE}cox_(?P<models>\w+)", template("Cox model")),
    (rf"{PLACE}(interaction|subgroups)_(?P<further>\w+)_tests", template("Interaction test")),
    (rf"{PLACE}interaction_(?P<further>\w+)_ratios", template("Cox model")),
    (rf"{PLACE}subgroups_(?P<further>\w+)_effects", template("Cox model")),
    (rf"{PLACE}landmark_(?P<further>\w+)_logrank", template("Log-rank test")),
    (rf"{PLACE}landmark_(?P<further>\w+)_cox", template("Cox model")),
    (rf"{PLACE}rmst_(?P<further>\w+)", template("Restricted mean")),
    (r"tables/(?P<population>\w+)/(?P<tables>\w+)_tests", template("Baseline test")),
]
COMPILED = [(re.compile(rf"{path}\.csv"), kind) for path, kind in KINDS]
P_VALUES = ("p", "p_holm")
RATIO = ("hr", "hr_low", "hr_high")


@dataclass(frozen=True)
class Result:
    """A row of a table of tests or ratios, before and after.

    Attributes
    ----------
    file, name : str
        Of the table, and of the row in it.
    kind : str
        What the row is, a text to be said.
    about : mapping
        population, endpoint, and the entry of the study by its section.
    old, new : mapping
        The row in both runs.
    """

    file: str
    name: str
    kind: str
    about: Mapping[str, str]
    old: Mapping[str, str]
    new: Mapping[str, str]

    def numbers(self, *columns: str) -> tuple[list[float], list[float]]:
        """Return some columns before and after, NaN where there is no number."""
        return tuple([as_number(row.get(c, "")) for c in columns] for row in (self.old, self.new))


@dataclass(frozen=True)
class Crossing:
    """A P value that is on the other side of alpha than before.

    `column` is where it stands; `became` says whether it is significant now.
    """

    result: Result
    column: str
    old: float
    new: float
    became: bool


@dataclass(frozen=True)
class Shift:
    """A hazard ratio that is another one than before, or no longer or newly estimable."""

    result: Result
    old: list[float]
    new: list[float]

    @property
    def factor(self) -> float:
        """Return new over old; NaN where one of both is not estimable."""
        return self.new[0] / self.old[0] if self.old[0] else math.nan

    @property
    def size(self) -> float:
        """Return how far it moved, alike in both directions."""
        factor = self.factor
        return abs(math.log(factor)) if 0 < factor < math.inf else math.inf


def results(before: Mapping[str, str], after: Mapping[str, str]) -> list[Result]:
    """Return the rows that both runs have, of all tables of tests and ratios."""
    found = []
    for path in sorted(before.keys() & after.keys()):
        kind, about = _kind(path)
        if kind:
            old, new = _both(before[path], after[path])
            shared = [row for row in new if row in old]
            found += [Result(path, row, kind, about, old[row], new[row]) for row in shared]
    return found


def _both(old: str, new: str) -> tuple[Table, Table]:
    table = table_of(new)
    return (table if old == new else table_of(old)), table


def _kind(path: str) -> tuple[str, dict[str, str]]:
    for pattern, kind in COMPILED:
        match = pattern.fullmatch(path)
        if match:
            return kind, match.groupdict()
    return "", {}


def crossings(rows: list[Result], alpha: tuple[float, float]) -> list[Crossing]:
    """Return the P values that crossed alpha, which may itself differ between both runs.

    What tests an effect comes before what tests the assumption of a model.
    """
    found = [crossing for row in rows for crossing in _crossings(row, alpha)]
    return sorted(found, key=lambda crossing: crossing.result.kind == ASSUMPTION)


def _crossings(row: Result, alpha: tuple[float, float]) -> Iterator[Crossing]:
    for column in P_VALUES:
        (old,), (new,) = row.numbers(column)
        was, is_ = old < alpha[0], new < alpha[1]
        if was != is_:
            yield Crossing(row, column, old, new, is_)


def shifts(rows: list[Result]) -> list[Shift]:
    """Return the hazard ratios whose value, interval or P differs, the furthest moved first."""
    found = []
    for row in rows:
        old, new = row.numbers(*RATIO, "p")
        if not all(map(same, old, new)):
            found.append(Shift(row, *row.numbers(*RATIO)))
    ratios = [s for s in found if not (math.isnan(s.old[0]) and math.isnan(s.new[0]))]
    return sorted(ratios, key=lambda shift: -shift.size)
