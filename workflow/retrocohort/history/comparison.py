"""What differs between two snapshots of a study, and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from retrocohort.history import cells, conclusions, records
from retrocohort.history.causes import Cause, Causes
from retrocohort.history.snapshot import COHORT, facts

REPORT = "report/report.html"  # states alpha


@dataclass(frozen=True)
class Comparison:
    """Two snapshots of a study, the earlier one first."""

    before: Mapping
    after: Mapping

    @cached_property
    def why(self) -> Causes:
        """Return the differences that results may depend on."""
        return Causes(self.before, self.after)

    @cached_property
    def tables(self) -> list[cells.TableChange]:
        """Return the aggregate tables that differ."""
        return cells.changes(self.before["tables"], self.after["tables"])

    @cached_property
    def moves(self) -> list[records.Move]:
        """Return who is counted elsewhere."""
        return records.moves(self.before["records"], self.after["records"])

    @cached_property
    def others(self) -> list[str]:
        """Return the results that differ and are no aggregate table."""
        tables = {self.path(table.file) for table in self.tables}
        return [path for path in self.why.results() if path not in tables]

    @cached_property
    def alpha(self) -> tuple[float, float]:
        """Return the level of significance of both runs."""
        stated = [next(iter(facts(side).values())) for side in (self.before, self.after)]
        return tuple(study["conventions"]["alpha"] for study in stated)

    @cached_property
    def _results(self) -> list[conclusions.Result]:
        return conclusions.results(self.before["tables"], self.after["tables"])

    @cached_property
    def crossings(self) -> list[conclusions.Crossing]:
        """Return the P values on the other side of alpha."""
        return conclusions.crossings(self._results, self.alpha)

    @cached_property
    def shifts(self) -> list[conclusions.Shift]:
        """Return the hazard ratios that differ, the furthest moved first."""
        return conclusions.shifts(self._results)

    @cached_property
    def causes(self) -> list[tuple[Cause, int]]:
        """Return what the differing results depend on, with the number of cells of the tables.

        What most cells depend on comes first.
        """
        n: Counter[Cause] = Counter()
        for table in self.tables:
            n.update(dict.fromkeys(self.causes_of(table.file), table.n))
        for path in self.others:
            n.update(dict.fromkeys(self.why.of(path), 0))
        return sorted(n.items(), key=lambda item: -item[1])

    @cached_property
    def unused(self) -> list[Cause]:
        """Return what differs too, and what no differing result is known to depend on."""
        used = {cause for cause, _ in self.causes}
        return [cause for cause in self.why.differing() if cause not in used]

    @property
    def is_empty(self) -> bool:
        """Return whether all results are the same."""
        return not (self.tables or self.others or self.crossings)

    def path(self, file: str) -> str:
        """Return where a file below the results is."""
        return f"results/{self.after['study']}/{file}"

    def causes_of(self, file: str) -> tuple[Cause, ...]:
        """Return what a file below the results depends on; nothing for one that is the same."""
        differs = any(table.file == file for table in self.tables)
        return self.why.of(self.path(file)) if differs else ()

    def causes_of_crossing(self, file: str) -> tuple[Cause, ...]:
        """Return what a crossing depends on: a table that is the same crosses with alpha alone."""
        stated = self.why.of(self.path(REPORT))
        return self.causes_of(file) or tuple(c for c in stated if c.what.endswith(".alpha"))

    def causes_of_moves(self) -> tuple[Cause, ...]:
        """Return what the differing lists of patients depend on."""
        differing = set(self.others)
        paths = [path for path in map(self.path, COHORT) if path in differing]
        return tuple(dict.fromkeys(cause for path in paths for cause in self.why.of(path)))
