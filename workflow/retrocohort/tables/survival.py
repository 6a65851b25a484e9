"""The survival table ("Table 2") as numbers: medians, log-rank test and Cox model side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from retrocohort.io import as_number
from retrocohort.source import is_withheld, withheld

COLUMNS = (
    "variable",
    "level",
    "n",
    "percent",
    "events",
    "median",
    "q1",
    "q3",
    "p_logrank",
    "hr",
    "hr_low",
    "hr_high",
    "p_cox",
    "reference",
    "note",
)
NOTED = ("quantiles", "logrank", "cox")


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes
    ----------
    variable, level : str
        Both empty for the whole population; level empty for a variable's own line.
    numbers : dict of str to float
        Columns of `COLUMNS` that hold a number; absent when the line has none.
    reference : str
        The model's reference level, empty when the variable was not entered.
    notes : dict of str to str
        Why something is not estimable, by the file that says so: quantiles, logrank, cox.
    """

    variable: str
    level: str
    numbers: dict[str, float]
    reference: str = ""
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def entered(self) -> bool:
        """Whether the Cox model has this line."""
        return "hr" in self.numbers

    @property
    def estimated(self) -> bool:
        """Whether the line has a survival estimate; a median not reached is one."""
        told = self.notes.get("quantiles", "")
        return "median" in self.numbers and not told.startswith("not estimable")

    def row(self) -> dict:
        """Return the row of the CSV file."""
        note = "; ".join(dict.fromkeys(self.notes[key] for key in NOTED if self.notes.get(key)))
        own = {"variable": self.variable, "level": self.level, "reference": self.reference}
        return own | self.numbers | {"note": note}


def assemble(
    quantiles: Sequence[Mapping],
    logrank: Sequence[Mapping],
    estimates: Sequence[Mapping],
    table: Mapping,
    variables: Mapping,
) -> list[Line]:
    """Return the lines: the population, then each variable and its levels.

    Parameters
    ----------
    quantiles, logrank, estimates : sequence of mapping
        Rows of `quantiles.csv`, `logrank.csv` and `cox_<model>.csv`, as text.
    table : mapping
        `variables`, in the order of the table, and `percent_of`: all patients, or the known.
    variables : mapping
        Name -> type and levels.
    """
    survival = {(row["variable"], row["level"]): row for row in quantiles}
    tests = {r["variable"]: r for r in logrank if not r["strata"] and not r["contrast"]}
    model = {(row["variable"], row["level"]): row for row in estimates}
    lines = [_level_line("", "", survival, model, 0)]
    for name in table["variables"]:
        levels = variables[name]["levels"]
        counts = [as_number(survival[name, level]["n"]) for level in levels]
        known = withheld() if any(map(is_withheld, counts)) else sum(counts)
        total = lines[0].numbers["n"] if table.get("percent_of") == "all" else known
        lines.append(_variable_line(name, known, tests.get(name)))
        lines += [_level_line(name, level, survival, model, total) for level in levels]
    return lines


def _variable_line(name: str, total: float, test: Mapping | None) -> Line:
    numbers = {"n": total}
    if test is None:
        return Line(name, "", numbers)
    numbers["p_logrank"] = as_number(test["p"])
    return Line(name, "", numbers, notes={"logrank": test.get("note", "")})


def _level_line(name: str, level: str, survival: Mapping, model: Mapping, total: float) -> Line:
    """Return the line of a level, or of the whole population (percentages of itself)."""
    row = survival[name, level]
    numbers = {key: as_number(row[key]) for key in ("n", "events", "median", "q1", "q3")}
    whole = total if name else numbers["n"]
    if whole:
        is_told = not any(map(is_withheld, (numbers["n"], whole)))
        numbers["percent"] = 100 * numbers["n"] / whole if is_told else withheld()
    notes, reference = {"quantiles": row.get("note", "")}, ""
    entered = model.get((name, level))
    if entered is not None:
        numbers |= {key: as_number(entered[key]) for key in ("hr", "hr_low", "hr_high")}
        numbers["p_cox"] = as_number(entered["p"])
        notes["cox"] = entered.get("note", "")
        reference = entered["reference"]
    return Line(name, level, numbers, reference, notes)
