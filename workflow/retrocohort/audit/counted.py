"""What must agree between the flow, the populations, the arms and the baseline tables."""

import math
from collections.abc import Iterator, Mapping

from retrocohort.audit.agreement import Agreement, Cells, Value, computed
from retrocohort.where import FULL


def of_cohort(read) -> Iterator[Agreement]:
    """Yield what holds of the flow, the populations, the arms and the endpoints."""
    flow, lists = read("cohort/flow.csv"), read("cohort/exclusions.csv")
    populations, arms = read("cohort/populations.csv"), read("cohort/arms.csv")
    for i, row in enumerate(flow.rows):
        before, out, after = (flow.value(i, f"n_{c}") for c in ("before", "excluded", "after"))
        item = row["criterion"] or row["label"]
        left = computed(before.number - out.number, before, out)
        yield Agreement("flow", item, left, after)
        if i:
            yield Agreement("flow", item, flow.value(i - 1, "n_after"), before)
            listed = lists.where(criterion=row["criterion"])
            yield Agreement("lists", item, Value(len(listed), lists.shown), out)
    yield from _parts(populations, arms)
    whole = populations.one("n", population=FULL)
    yield Agreement("cohort", FULL, flow.value(len(flow.rows) - 1, "n_after"), whole)
    endpoints = read("cohort/endpoints.csv")
    for name in dict.fromkeys(row["endpoint"] for row in endpoints.rows):
        rows = endpoints.where(endpoint=name)
        n, out = endpoints.first("n", endpoint=name), endpoints.total("n_not_at_risk", rows)
        both = computed(n.number + out.number, n, out)
        yield Agreement("at_risk", "n", both, whole, population=FULL, endpoint=name)


def _parts(populations: Cells, arms: Cells) -> Iterator[Agreement]:
    """Yield what holds of the populations and of their arms."""
    for i, row in enumerate(populations.rows):
        named = row["population"]
        if row["parent"]:
            parent = populations.one("n", population=row["parent"])
            told = populations.value(i, "n_parent")
            yield Agreement("nested", "n_parent", told, parent, population=named)
            yield Agreement("nested", "n", populations.value(i, "n"), parent, "<=", named)
        for arm in dict.fromkeys(other["arm"] for other in arms.rows):
            total = arms.total("n", arms.where(arm=arm, population=named))
            yield Agreement("arms", arm, total, populations.value(i, "n"), "<=", named)


def of_records(read) -> Iterator[Agreement]:
    """Yield that populations, arms and endpoints are counted again from the cohort."""
    cohort = read("cohort/cohort.csv")
    populations, arms = read("cohort/populations.csv"), read("cohort/arms.csv")
    named = [row["population"] for cells in (populations, arms) for row in cells.rows]
    inside = {
        name: [r for r in cohort.rows if r[f"in_{name}"] == "True"] for name in dict.fromkeys(named)
    }

    def again(number: float) -> Value:
        return Value(number, f"{cohort.shown}, counted")

    for i, row in enumerate(populations.rows):
        n, named = again(len(inside[row["population"]])), row["population"]
        yield Agreement("counted", "n", n, populations.value(i, "n"), population=named)
    for i, row in enumerate(arms.rows):
        named, variable, level = (row[key] for key in ("population", "variable", "level"))
        n = again(sum(r[variable] == level for r in inside[named]))
        item = f"{variable} {level}"
        yield Agreement("counted", item, n, arms.value(i, "n"), population=named)
    endpoints = read("cohort/endpoints.csv")
    for name in dict.fromkeys(row["endpoint"] for row in endpoints.rows):
        followed = [r for r in cohort.rows if r[f"{name}_time"]]
        events = sum(r[f"{name}_event"] == "1" for r in followed)
        for column, number in (("n", len(followed)), ("events", events)):
            told = endpoints.first(column, endpoint=name)
            about = {"population": FULL, "endpoint": name}
            yield Agreement("counted", column, again(number), told, **about)


def of_baseline(read, part: Mapping) -> Iterator[Agreement]:
    """Yield what holds of a baseline table: sizes, known and missing, levels, percentages."""
    cells, population = read(part["values"]), part["population"]
    whole = read("cohort/populations.csv").one("n", population=population)
    arms = read("cohort/arms.csv")
    size = {row["arm"]: i for i, row in enumerate(cells.rows) if not row["variable"]}
    everybody = cells.one("value", variable="", arm="")
    yield Agreement("columns", "all", everybody, whole, population=population)
    for arm in filter(None, size):
        stated = arms.where(variable=part["by"], level=arm, population=population)
        for i in stated[:1]:
            column = cells.value(size[arm], "value")
            yield Agreement("columns", arm, column, arms.value(i, "n"), population=population)
    yield from _values(cells, size, population)


def _values(cells: Cells, size: Mapping[str, int], population: str) -> Iterator[Agreement]:
    """Yield what holds of the values of a baseline table; `size` has the row of each column's n."""
    keys = ("variable", "level", "arm", "statistic")
    found = {tuple(row[key] for key in keys): i for i, row in enumerate(cells.rows)}

    def told(*texts: str) -> Value:
        if texts in found:
            return cells.value(found[texts], "value")
        return cells.one("value", **dict(zip(keys, texts, strict=True)))  # lost

    levels = {}
    for (variable, level, arm, statistic), i in found.items():
        item = " ".join(filter(None, (variable, level, arm)))
        known, own = told(variable, "", arm, "n"), cells.value(i, "value")
        if statistic == "missing":
            both = computed(known.number + own.number, known, own)
            whole = cells.value(size.get(arm, -1), "value")
            yield Agreement("known", item, both, whole, population=population)
        elif statistic == "percent":
            n = told(variable, level, arm, "n")
            yield Agreement("percentages", item, share(n, known), own, population=population)
        elif level and statistic == "n":
            levels.setdefault((variable, arm), []).append(i)
    for (variable, arm), rows in levels.items():
        known = told(variable, "", arm, "n")
        item = " ".join(filter(None, (variable, arm)))
        yield Agreement("levels", item, cells.total("value", rows), known, population=population)


def share(n: Value, of: Value) -> Value:
    """Return a percentage, computed from two counts."""
    return computed(100 * n.number / of.number if of.number else math.nan, n, of)
