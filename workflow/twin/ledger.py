"""The ledger of printed numbers, read by address into targets.

A row of the ledger says where the pipeline prints the regenerated number: file, row and column.
That address also says what the number is, so the ledger needs no other description. Percentages
and the P of baseline tests follow from the counts and are no targets of their own; rows whose
verdict is `impossible` or `not computable` are none either.
"""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from twin.settings import Settings

QUARTILES = ("q1", "median", "q3")
COX = ("hr", "hr_low", "hr_high", "p_cox")


@dataclass(frozen=True)
class Target:
    """One printed number.

    Attributes
    ----------
    ids : rows of the ledger that print it.
    kind : count | q1 | median | q3 | p_logrank | hr | hr_low | hr_high | p_cox | deaths |
        followup | lost.
    variable, level, arm : "" for the whole population, all levels, all arms.
    value : None where a quartile is not reached.
    below : the number is printed as "< value".
    """

    ids: tuple[str, ...]
    file: str
    kind: str
    population: str
    variable: str
    level: str
    arm: str
    value: float | None
    decimals: int
    below: bool


def read_ledger(path: Path) -> list[dict[str, str]]:
    """Return the rows of a ledger as they stand."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def targets(rows: list[dict[str, str]], settings: Settings) -> list[Target]:
    """Return the targets of a ledger, each address once.

    Raises
    ------
    ValueError
        Two rows give one address different values; every such pair is named.
    """
    found: dict[tuple, Target] = {}
    wrong = []
    for row in rows:
        target = None if row["verdict"] else _target(row, settings)
        if target is None:
            continue
        key = (target.population, target.kind, target.variable, target.level, target.arm)
        if key not in found:
            found[key] = target
        elif (found[key].value, found[key].below) == (target.value, target.below):
            found[key] = replace(found[key], ids=found[key].ids + target.ids)
        else:
            wrong.append(f"{row['id']} and {found[key].ids[0]} differ; mark one of them impossible")
    if wrong:
        raise ValueError("published.csv: " + "; ".join(wrong))
    return list(found.values())


def _target(row: dict[str, str], settings: Settings) -> Target | None:
    """Return what one row asks of the cohort; None when it asks nothing that is calibrated here."""
    keys = dict(pair.split("=") for pair in row["row"].split(";") if pair)
    kind = _kind(row, keys, settings)
    if kind is None or row["take"]:
        return None
    parts = row["file"].split("/")
    population = parts[1] if parts[0] in ("tables", "models") else keys.get("population", "full")
    variable, level = keys.get("variable", ""), keys.get("level", "")
    if row["file"] == "cohort/arms.csv":
        variable = settings.arm
    reference = kind in COX and not row["value"]
    if (
        reference
        or variable
        and (variable not in settings.variables or population not in settings.populations)
    ):
        return None
    return Target(
        ids=(row["id"],),
        file=row["file"],
        kind=kind,
        population=population,
        variable=variable,
        level=level,
        arm=keys.get("arm", ""),
        value=float(row["value"]) if row["value"] else None,
        decimals=int(row["decimals"] or 0),
        below=row["comparator"] == "<",
    )


def _kind(row: dict[str, str], keys: dict[str, str], settings: Settings) -> str | None:
    """Return the kind of number that an address holds."""
    file, column = row["file"], row["column"]
    if file == "cohort/populations.csv" and column == "n":
        if keys["population"] == settings.survival.get("lost", {}).get("population"):
            return "lost"
        return "count" if keys["population"] in settings.populations else None
    if file == "cohort/arms.csv":
        return "count" if column == "n" else None
    if file == "cohort/endpoints.csv":
        return "deaths" if column == "events" else None
    if file.startswith("models/") and file.endswith("followup.csv"):
        return "followup" if column == "median" else None
    if file.startswith("tables/"):
        if column == "n" or (column == "value" and keys.get("statistic") == "n"):
            return "count"
        if column in QUARTILES + COX + ("p_logrank",):
            return column
    return None
