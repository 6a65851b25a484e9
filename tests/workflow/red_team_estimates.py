"""An attack through estimates: a standard error tells how many events it was computed of.

Of a model of one variable the squared standard error of a level is about 1/d + 1/d0, with the
events d of the level and d0 of the reference; tests of a variable depend on all its levels alike.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

MARK = "[c]"
GROUP = {  # files of estimates -> the columns that say which rows are estimated together
    "cox_*.csv": ("variable",),
    "landmark_*_cox.csv": ("variable",),
    "rmst_*.csv": ("variable", "level", "reference"),  # of one curve each, or of two
    "subgroups_*_effects.csv": ("split", "subgroup"),
    "interaction_*_ratios.csv": ("subgroup",),
}
TESTS = ("lr", "wald", "score", "loglik", "loglik_null", "concordance", "aic", "bic")


@dataclass
class Found:
    """How many groups have a withheld level, and those with an estimate all the same."""

    closed: int = 0
    open: list = field(default_factory=list)


def rows_of(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_told(row, *columns):
    return any(row.get(column) not in ("", MARK, None) for column in columns)


def open_estimates(counts):
    """Return the groups with a withheld level, and which of them have an estimate or a test."""
    found = Found()
    for pattern, columns in GROUP.items():
        for file in sorted((Path(counts) / "models").rglob(pattern)):
            if not file.stem.endswith(("_fit", "_ph")):
                _judge(file, columns, found)
    for file in sorted((Path(counts) / "tables").rglob("*_tests.csv")):
        values = rows_of(file.with_name(file.name.replace("_tests", "")))
        withheld = {row["variable"] for row in values if row["value"] == MARK and row["level"]}
        found.closed += len(withheld)
        for row in rows_of(file):
            if row["variable"] in withheld and is_told(row, "statistic", "p", "smd"):
                found.open.append((file, row["variable"]))
    return found


def _judge(file, columns, found):
    rows = rows_of(file)
    withheld = {tuple(row[c] for c in columns) for row in rows if MARK in (row["n"], row["events"])}
    found.closed += len(withheld)
    for row in rows:
        group = tuple(row[c] for c in columns)
        if group in withheld and is_told(row, "coef", "estimate", "se", "z", "p"):
            found.open.append((file, group))
    fit = file.with_name(f"{file.stem}_fit.csv")
    if withheld and fit.is_file():
        hidden = {group[0] for group in withheld}
        for row in rows_of(fit):
            own = row["model"] in hidden or not row["model"]
            if own and row["statistic"] in TESTS and is_told(row, "value", "p"):
                found.open.append((fit, row["model"]))
        for row in rows_of(file.with_name(f"{file.stem}_ph.csv")):
            if row["variable"] in hidden and is_told(row, "statistic", "p"):
                found.open.append((file, row["variable"]))


def events_of_references(counts, estimates):
    """Return (computed, true) events of references that are withheld in one place.

    Estimates are read in another one, which may be the same; true ones are None if withheld there.
    """
    found = []
    for file in sorted((Path(counts) / "models").rglob("*.csv")):
        told = rows_of(file)
        if not told or not {"se", "reference", "coef", "events"} <= told[0].keys():
            continue
        exact = rows_of(Path(estimates) / file.relative_to(counts))
        for row, known in zip(told, exact, strict=True):
            first = [
                (t, k) for t, k in zip(told, exact, strict=True)
                if t["level"] == row["reference"] and t["variable"] == row["variable"]
                and t.get("subgroup") == row.get("subgroup")
            ]  # fmt: skip
            if not first or first[0][0]["events"] != MARK or not is_told(known, "se"):
                continue
            died = known["events"]
            rest = float(known["se"]) ** 2 - 1 / float(died) if died not in ("0", MARK) else 0
            if rest > 0:
                found.append((1 / rest, float(first[0][1]["events"])))
    return found
