"""The values of one variable in each arm, and why a comparison of them cannot be made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from retrocohort.language import noted

CONTINUOUS_TYPES = ("integer", "number")
CATEGORICAL_TYPES = ("category", "ordinal", "yesno")


@dataclass(frozen=True)
class Groups:
    """One variable by arm, missing values left out.

    Attributes
    ----------
    values : dict of str to array
        Arm -> values of a continuous variable, or counts of a categorical one (one a level, in the
        order of the dictionary).
    labels : mapping
        Arm -> label, for the notes.
    categorical : bool
        Whether the arrays are counts.
    """

    values: dict[str, np.ndarray]
    labels: Mapping[str, str]
    categorical: bool

    def size(self, arm: str) -> int:
        """Return the number of patients of an arm who have a value."""
        values = self.values[arm]
        return int(values.sum()) if self.categorical else len(values)

    def table(self) -> np.ndarray:
        """Return the contingency table, arms by levels, without the levels that nobody has."""
        counts = np.array(list(self.values.values()))
        return counts[:, counts.sum(axis=0) > 0]

    def among(self, arms: Iterable[str]) -> "Groups":
        """Return some of the arms."""
        return Groups({arm: self.values[arm] for arm in arms}, self.labels, self.categorical)

    def obstacle(self) -> str:
        """Return why the arms cannot be compared at all, empty when they can."""
        empty = [self.labels.get(arm, arm) for arm in self.values if self.size(arm) == 0]
        if empty:
            return noted("not estimable: no value in {empty}", empty=", ".join(empty))
        if len(self.values) < 2:
            return noted("not estimable: only one arm")
        if self._constant():
            return noted("not estimable: the same value in all patients")
        return ""

    def spread_obstacle(self) -> str:
        """Return why means cannot be compared, empty when they can."""
        few = [self.labels.get(arm, arm) for arm in self.values if self.size(arm) < 2]
        if few:
            return noted("not estimable: fewer than two values in {few}", few=", ".join(few))
        if all(np.ptp(values) == 0 for values in self.values.values()):
            return noted("not estimable: no spread within the arms")
        return ""

    def _constant(self) -> bool:
        if self.categorical:
            return self.table().shape[1] < 2
        everything = np.concatenate(list(self.values.values()))
        return bool(np.ptp(everything) == 0)


def group_values(frame, variable: str, entry: Mapping, by: str, arms: Mapping[str, str]) -> Groups:
    """Return the values of a variable by arm.

    Parameters
    ----------
    frame : DataFrame
        Patients of one population.
    variable, by : str
        Columns of the variable and of the arm.
    entry : mapping
        The variable's type and levels.
    arms : mapping
        Arm -> label, in the order of the dictionary.
    """
    categorical = entry["type"] in CATEGORICAL_TYPES
    values = {}
    for arm in arms:
        own = frame.loc[frame[by] == arm, variable].dropna()
        if categorical:
            tally = own.value_counts()
            values[arm] = np.array([tally.get(level, 0) for level in entry["levels"]], dtype=int)
        else:
            values[arm] = own.to_numpy(dtype=float)
    return Groups(values, arms, categorical)
