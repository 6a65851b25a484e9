"""The design matrix of a Cox model: treatment contrasts, complete cases, and what has no estimate.

A level without events has a hazard ratio of zero, its estimate runs to minus infinity. In that
limit its patients weigh nothing in any risk set, so they are left out of the fit (`live`): the
other terms then get exactly the values that they have in the limit, and the level is reported as
not estimable.
"""

from dataclasses import dataclass, field

import numpy as np

from retrocohort.language import noted
from retrocohort.models.samples import Sample, is_coded, level_codes, numbers

NO_PATIENT = noted("not estimable: no patient")
NO_EVENT = noted("not estimable: no event")
NO_EVENT_IN_REFERENCE = noted("not estimable: no event in the reference level")
NO_REFERENCE = noted("not estimable: no patient in the reference level")


@dataclass
class Design:
    """The rows of the estimates table and the columns of the matrix behind them.

    Attributes
    ----------
    rows : one dictionary a row: variable, level, reference, n, events, note.
    x : (n, p) array with a column for each level that has patients, but the internal reference.
    variable_of : (p,) the variable of each column.
    row_of : (p,) position in `rows` of each column, -1 when it has none to report.
    finite : (p,) bool, False for levels without events.
    live : (n,) bool, False for patients of such levels.
    """

    n: int
    rows: list[dict] = field(default_factory=list)
    columns: list[np.ndarray] = field(default_factory=list)
    variable_of: list[str] = field(default_factory=list)
    row_of: list[int] = field(default_factory=list)
    finite: list[bool] = field(default_factory=list)
    live: np.ndarray = None

    def __post_init__(self):
        """Start with all patients in the risk sets."""
        self.live = np.ones(self.n, dtype=bool)

    @property
    def x(self) -> np.ndarray:
        """Return the (n, p) matrix."""
        return np.column_stack(self.columns) if self.columns else np.empty((self.n, 0))

    def add(self, values: np.ndarray, variable: str, row: int, finite: bool = True) -> None:
        """Add one column."""
        self.columns.append(values.astype(float))
        self.variable_of.append(variable)
        self.row_of.append(row)
        self.finite.append(finite)


def complete_cases(frame, sample: Sample, names, variables) -> np.ndarray:
    """Return (n,) bool: the patients of the sample with a value of each variable."""
    known = np.ones(sample.n, dtype=bool)
    for name in names:
        if is_coded(variables[name]):
            known &= level_codes(frame, name, variables[name]["levels"], sample.rows) >= 0
        else:
            known &= np.isfinite(numbers(frame, name)[sample.rows])
    return known


def design_of(
    frame, sample: Sample, names, variables, references, penalised: bool = False
) -> Design:
    """Return the design of complete cases.

    Parameters
    ----------
    names : covariates in the order of the table.
    references : variable -> reference level; the first level of the dictionary where not named.
    penalised : whether levels without events have an estimate too (Firth's penalty).
    """
    design = Design(sample.n)
    for name in names:
        if is_coded(variables[name]):
            levels = variables[name]["levels"]
            reference = references.get(name, next(iter(levels)))
            add_levels(design, frame, sample, name, levels, reference, penalised)
        else:
            add_number(design, sample, name, numbers(frame, name)[sample.rows])
    return design


def add_number(design: Design, sample: Sample, name: str, values: np.ndarray) -> None:
    """Add a continuous covariate: one row, hazard ratio a unit."""
    row = {"variable": name, "level": "", "reference": "", "n": sample.n, "events": sample.events}
    if sample.n and np.ptp(values) > 0:
        design.add(values, name, len(design.rows))
    else:
        row["note"] = (
            noted("not estimable: all patients have the same value") if sample.n else NO_PATIENT
        )
    design.rows.append(row)


def add_levels(
    design: Design, frame, sample: Sample, name: str, levels, reference: str, penalised: bool
) -> None:
    """Add a covariate with levels: a row each, the reference among them."""
    codes = level_codes(frame, name, levels, sample.rows)
    n = np.bincount(codes, minlength=len(levels))
    events = np.bincount(codes[sample.event], minlength=len(levels))
    needed = n if penalised else events
    order = list(levels)
    declared = order.index(reference)
    estimable = np.flatnonzero(needed)
    base = declared if needed[declared] or not len(estimable) else estimable[0]
    for code, level in enumerate(order):
        row = {"variable": name, "level": level, "reference": reference}
        row |= {"n": int(n[code]), "events": int(events[code])}
        row["note"] = why_not(code, declared, n, needed, levels)
        reported = not row["note"] and code != declared
        if code != base and n[code]:
            place = len(design.rows) if reported else -1
            design.add(codes == code, name, place, bool(needed[code]))
        design.rows.append(row)
    design.live &= needed[codes] > 0


def why_not(code: int, declared: int, n, needed, levels) -> str:
    """Return why a level cannot be compared with the declared reference, empty when it can.

    `needed` are the events of each level; its patients where they suffice.
    """
    if n[code] == 0:
        return NO_PATIENT
    if np.count_nonzero(n) == 1:
        return noted(
            "not estimable: all patients have the level '{level}'",
            level=list(levels.values())[code],
        )
    if needed[code] == 0:
        return noted("not estimable: no event in this level")
    if code != declared and needed[declared] == 0:
        return NO_EVENT_IN_REFERENCE if n[declared] else NO_REFERENCE
    return ""
