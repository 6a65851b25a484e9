"""A count as it may be told: withheld, rounded or as it is."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from retrocohort.disclosure.cells import Cell
from retrocohort.disclosure.coarse import Rule
from retrocohort.disclosure.keys import Key
from retrocohort.source import WITHHELD

QUARTERS = 4
SHORTEST = 30.0  # days between fixed times


def midpoint(n: int, to: int | None) -> int:
    """Return a count rounded to the middle of its range, 0 to 0: OpenSAFELY's midpoint 6.

    With 6, 1 to 6 are 3, 7 to 12 are 9, and so on.
    """
    return n if not to or not n else -(-n // to) * to - to // 2


def fixed_step(landmarks: Collection[float], days_per_unit: float) -> float:
    """Return how far apart fixed times are: the first landmark, or as often as makes 30 days.

    The last patient of each group leaves within a step: a short one would tell when.
    """
    step = min((time for time in landmarks if time > 0), default=SHORTEST / days_per_unit)
    return step * max(math.ceil(SHORTEST / days_per_unit / step - 1e-9), 1)


@dataclass(frozen=True)
class Counts:
    """What is told of the counts of a study.

    Attributes
    ----------
    values : mapping
        Printed key -> count.
    withheld : collection
        Keys that are not told.
    min_cell, round_to, km : as the study's `disclosure`.
    """

    values: Mapping[Key, int]
    withheld: Collection[Key]
    min_cell: int
    round_to: int | None
    km: str

    @property
    def is_rounding(self) -> bool:
        """Return whether counts are rounded."""
        return bool(self.round_to)

    def told(self, n: int) -> int:
        """Return a count as it is told where it is not withheld."""
        return midpoint(n, self.round_to)

    def is_hidden(self, key: Key) -> bool:
        """Return whether a count is not told: withheld, or printed nowhere."""
        return key in self.withheld or key not in self.values

    def shown(self, cell: Cell) -> str:
        """Return the text of a cell."""
        keys = (*cell.keys, *cell.minus)
        if any(self.is_hidden(key) for key in keys):
            return WITHHELD
        total = sum(self.told(self.values[key]) for key in cell.keys)
        return str(max(total - sum(self.told(self.values[key]) for key in cell.minus), 0))

    def least_for(self, statistic: str, quartiles: Collection[str]) -> int:
        """Return the fewest values of which a statistic may be told."""
        return self.min_cell * (QUARTERS if statistic in quartiles else 1)

    def rule(self, endpoint: Mapping) -> Rule:
        """Return how the follow-up of an endpoint of the study is made coarse."""
        least = max(self.min_cell, self.round_to or 0)
        step = fixed_step(endpoint["landmarks"], endpoint["days_per_unit"])
        return Rule(self.km, least, self.told, step)
