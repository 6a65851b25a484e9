"""An attack on what a release does not print: blank cells, and means of very few events.

Of a group whose life table is withheld a median that is never reached must look like any other one:
blank, it says that more than half of the patients live. A restricted mean up to a time tau and its
standard error say how many events there were before tau.
"""

import csv
from itertools import combinations
from pathlib import Path

LEAST, MOST, ENOUGH = 5, 26, 3  # of a group that leaves; of patients in a table; values
QUARTILES = {"q1": 0.75, "median": 0.5, "q3": 0.25}
ESTIMATES = (
    "coef", "se", "hr", "hr_low", "hr_high", "z", "p", "p_holm", "estimate", "ci_low", "ci_high",
    "median", "median_low", "median_high", "q1", "q3", "min", "max", "n_risk", "survival",
    "statistic", "df", "df2", "smd", "loglik_with", "loglik_without",
)  # fmt: skip
CLOSED = "withheld: disclosure control"


def rows_of(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_closed(row):
    return row.get("note") == CLOSED


def role_of(row):
    """Return what anybody knows of a row: the columns of its file, and which kind of row it is."""
    is_reference = bool(row.get("level")) and row["level"] == row.get("reference")
    named = [bool(row.get(column)) for column in ("level", "reference", "contrast")]
    return (*row, is_reference, *named)


def patterns(counts):
    """Return role -> {which cells are blank -> (file, row)} of the rows that are withheld."""
    found = {}
    for file in sorted(Path(counts).rglob("*.csv")):
        for row in rows_of(file):
            if is_closed(row) and "p_logrank" not in row:  # there the note is of one part of three
                blank = tuple(column for column in ESTIMATES if row.get(column) == "")
                found.setdefault(role_of(row), {}).setdefault(blank, (file, row))
    return found


def events_told_by_blanks(counts):
    """Give (file, row, numbers of events that are possible) of groups whose blanks tell them."""
    closed = [
        (file, row)
        for file in sorted(Path(counts).rglob("*quantiles.csv"))
        for row in rows_of(file)
        if is_closed(row)
    ]
    if len({tuple(row[c] == "" for c in QUARTILES) for _, row in closed}) < 2:
        seen = [row for _, row in closed if any(row[c] == "" for c in QUARTILES)]
        assert not seen, "all blank, which tells as much"
        return
    for file, row in closed:
        if row["n"].isdigit() and row["events"] == "[c]" and int(row["n"]) <= MOST:
            n, reached = int(row["n"]), tuple(row[c] != "" for c in QUARTILES)
            possible = [k for k in range(1, n) if reached in reached_by(n, k)]
            if len(possible) < ENOUGH:
                yield file, row, possible


def reached_by(n, events):
    """Return which quartiles life tables of so many patients and events reach, in all orders."""
    died, left = groups(events), groups(n - events)
    found = set()
    for places in combinations(range(len(died) + len(left)), len(died)):
        at_risk, survival, own = n, 1.0, [iter(left), iter(died)]
        for place in range(len(died) + len(left)):
            size = next(own[place in places])
            survival *= 1 - size / at_risk if place in places else 1
            at_risk -= size
        found.add(tuple(survival <= share + 1e-9 for share in QUARTILES.values()))
    return found


def groups(n):
    """Return how many leave together; the last group takes who is left over."""
    number = max(n // LEAST, 1) if n else 0
    return [LEAST] * (number - 1) + [n - LEAST * (number - 1)] if number else []


def events_before(row):
    """Return about how many events a restricted mean is computed of, None if it tells none.

    Lost are d (tau - t) / n, with the variance d (tau - t)^2 / n^2 (1 - d / n) where all die at t;
    of several times it is fewer.
    """
    if row["estimate"] in ("", "[c]") or row["reference"] or row["se"] in ("", "[c]"):
        return None
    n, lost, se = int(row["n"]), float(row["tau"]) - float(row["estimate"]), float(row["se"])
    if se == 0:
        return 0.0
    ratio = (lost / se) ** 2
    return ratio / (1 + ratio / n)


def means_of_few(folder):
    """Return the restricted means of 1 to 4 events, and those that say that nobody died."""
    found = []
    for file in sorted(Path(folder).rglob("rmst_*.csv")):
        for row in rows_of(file):
            events = events_before(row)
            is_first = events == 0 and row["events"] != "0"
            if events is not None and (is_first or 0 < events < LEAST - 0.5):
                found.append((file, row, events))
    return found
