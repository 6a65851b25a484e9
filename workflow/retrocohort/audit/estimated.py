"""What must agree between survival estimates, tests, curves and the tables that repeat them."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping

from retrocohort.audit.agreement import Agreement, Cells, Value, same
from retrocohort.audit.counted import share
from retrocohort.where import FULL

# column of a survival table -> that of the file it repeats
ESTIMATES = {name: name for name in ("n", "events", "median", "q1", "q3")}
RATIOS = {"hr": "hr", "hr_low": "hr_low", "hr_high": "hr_high", "p_cox": "p"}


def of_survival(read, part: Mapping) -> Iterator[Agreement]:
    """Yield what holds of the estimates of an endpoint: sizes, events, groups of the tests."""
    about = {"population": part["population"], "endpoint": part["endpoint"]}
    quantiles, tests = read(part["quantiles"]), read(part["logrank"])
    endpoints = read("cohort/endpoints.csv")
    whole = {name: quantiles.one(name, variable="", level="") for name in ("n", "events")}
    relation = "=" if part["population"] == FULL else "<="
    for column, everybody in whole.items():
        told = endpoints.first(column, endpoint=part["endpoint"])
        yield Agreement("survival", column, everybody, told, relation, **about)
    follow = read(part["followup"])
    named = [(row["variable"], row["level"]) for cells in (quantiles, follow) for row in cells.rows]
    for variable, level in dict.fromkeys(named):
        group, item = {"variable": variable, "level": level}, f"{variable} {level}".strip() or "all"
        counts = follow.one("n", **group), quantiles.one("n", **group)
        yield Agreement("survival", item, *counts, **about)
    for i in tests.where(strata=""):
        variable, pair = tests.rows[i]["variable"], tests.rows[i]["contrast"].split("|")
        groups = quantiles.where(variable=variable)
        rows = [j for j in groups if quantiles.rows[j]["level"] in pair]
        if pair == [""]:
            rows = [j for j in groups if quantiles.rows[j]["level"]]
        for column, most in whole.items():
            total, told = quantiles.total(column, rows), tests.value(i, column)
            yield Agreement("groups", f"{variable} {column}", total, told, **about)
            yield Agreement("groups", f"{variable} {column}", told, most, "<=", **about)


def of_curve(read, part: Mapping) -> Iterator[Agreement]:
    """Yield what holds of a curve: its start, its counts, its steps, its values at fixed times."""
    about = {"population": part["population"], "endpoint": part["endpoint"]}
    curve, quantiles = read(part["km"]), read(part["quantiles"])
    fixed = read(part["landmarks"])
    for level in dict.fromkeys(row["level"] for row in curve.rows):
        rows, variable = curve.where(level=level), part["by"] if level else ""
        item = level or "all"
        group = {"variable": variable, "level": level}
        events = quantiles.one("events", **group)
        yield Agreement("curves", f"{item}, events", curve.total("n_event", rows), events, **about)
        if not part["delayed"]:
            n = quantiles.one("n", **group)
            yield Agreement("starts", item, curve.value(rows[0], "n_risk"), n, **about)
        yield from of_steps(curve, rows, item, about, part["delayed"])
        times = curve.numbers(rows, "time")
        for i in fixed.where(**group):
            until, told = fixed.value(i, "time"), fixed.value(i, "survival")
            before = bisect_right(times, until.number)
            if before and not math.isnan(told.number):
                at = curve.value(rows[before - 1], "survival")
                if not part["delayed"]:
                    yield _at_risk_at(curve, rows, fixed, i, item, about)
                yield Agreement("fixed", f"{item}, {until.number:g}", at, told, **about)


def _at_risk_at(curve, rows, fixed, i, item, about) -> Agreement:
    """Return that those at risk at a fixed time are those at the next time of the curve."""
    until, told = fixed.value(i, "time"), fixed.value(i, "n_risk")
    after = bisect_left(curve.numbers(rows, "time"), until.number)
    at = curve.value(rows[after], "n_risk") if after < len(rows) else Value(0, "the end")
    return Agreement("fixed", f"{item}, {until.number:g}, at risk", at, told, **about)


def of_steps(
    curve: Cells, rows: list[int], item: str, about: Mapping, delayed: bool = False
) -> Iterator[Agreement]:
    """Yield that the counts of a group's curve lead to its survival, and to the next row.

    The rows that do are counted; each that does not is named.
    """
    holds, before = 0, 1.0
    n, d, gone = (curve.numbers(rows, column) for column in ("n_risk", "n_event", "n_censor"))
    survival, left = curve.numbers(rows, "survival"), [*n[1:], 0.0]
    for k, i in enumerate(rows):
        product, rest = before * (1 - d[k] / n[k] if n[k] else 1.0), n[k] - d[k] - gone[k]
        if not same(product, survival[k]):
            told = curve.value(i, "survival")
            made = Value(product, f"the steps up to {told.at}")
            yield Agreement("curves", item, made, told, **about)
        elif not delayed and rest != left[k]:
            counts = Value(rest, f"{curve.shown}:{i + 2}: at risk, less events and censored")
            yield Agreement("curves", item, counts, Value(left[k], "n_risk after it"), **about)
        else:
            holds += 1
        before = survival[k]
    counts = Value(holds, "rows that follow"), Value(len(rows), f"{curve.shown}: rows of {item}")
    yield Agreement("curves", f"{item}, rows", *counts, **about)


def of_table(read, part: Mapping) -> Iterator[Agreement]:
    """Yield that a survival table repeats the estimates, the test and the model."""
    about = {"population": part["population"], "endpoint": part["endpoint"]}
    table = read(part["values"])
    quantiles, tests, model = (read(part[key]) for key in ("quantiles", "logrank", "model"))
    whole = table.one("n", variable="", level="")
    sources = (
        (quantiles, ("variable", "level"), ESTIMATES),
        (
            model,
            ("variable", "level"),
            RATIOS,
        ),
    )
    for i, row in enumerate(table.rows):
        item = " ".join(filter(None, (row["variable"], row["level"]))) or "all"
        for source, keys, columns in sources:
            for j in source.where(**{key: row[key] for key in keys})[:1]:
                for own, other in columns.items():
                    told, of = table.value(i, own), source.value(j, other)
                    yield Agreement("table", f"{item}, {own}", told, of, **about)
        if row["variable"] and not row["level"]:
            of = tests.one("p", variable=row["variable"], strata="", contrast="")
            yield Agreement("table", f"{item}, p_logrank", table.value(i, "p_logrank"), of, **about)
        elif row["level"]:
            known = table.one("n", variable=row["variable"], level="")
            of_all = share(table.value(i, "n"), whole if part["percent_of"] == "all" else known)
            yield Agreement("percentages", item, of_all, table.value(i, "percent"), **about)
