"""What must agree within Cox models and further analyses, and with the estimates."""

import math
import sys
from collections.abc import Iterator, Mapping
from statistics import NormalDist

from retrocohort.audit.agreement import Agreement, Cells, Value, computed
from retrocohort.audit.estimated import of_steps
from retrocohort.where import FULL

COUNTS = ("n", "events", "n_missing")  # of each fit
LARGEST = math.log(sys.float_info.max)


def of_model(read, part: Mapping, conventions: Mapping) -> Iterator[Agreement]:
    """Yield what holds of a Cox model: its patients, its levels, its ratios."""
    about = {"population": part["population"], "endpoint": part["endpoint"]}
    rows, fit = read(part["estimates"]), read(part["fit"])
    quantiles = read(part["quantiles"]) if part["quantiles"] else None
    for model in dict.fromkeys(row["model"] for row in fit.rows if row["statistic"] in COUNTS):
        n, events, missing = (fit.one("value", model=model, statistic=s) for s in COUNTS)
        if quantiles:
            at_risk = quantiles.one("n", variable="", level="")
            both = computed(n.number + missing.number, n, missing)
            yield Agreement("models", f"{model or 'all'}, n", both, at_risk, **about)
            most = quantiles.one("events", variable="", level="")
            relation = "<=" if missing.number else "="
            yield Agreement("models", f"{model or 'all'}, events", events, most, relation, **about)
        yield from _of_fit(fit, model, events, about)
        named = [model] if model else dict.fromkeys(row["variable"] for row in rows.rows)
        for variable in named:
            levels = rows.where(variable=variable)
            for column, told in (("n", n), ("events", events)):
                if any(rows.rows[i][column] for i in levels):
                    total = rows.total(column, levels)
                    yield Agreement("models", f"{variable}, {column}", total, told, **about)
    yield from of_ratios(rows, about, conventions, wald=not part["penalty"])


def _of_fit(fit: Cells, model: str, events: Value, about: Mapping) -> Iterator[Agreement]:
    """Yield that the likelihood ratio, AIC and events per variable follow from their parts."""
    found = {
        row["statistic"]: fit.value(i, "value")
        for i, row in enumerate(fit.rows)
        if row["model"] == model
    }
    if not {"lr", "loglik", "loglik_null"} <= found.keys():
        return
    fitted, null = found["loglik"], found["loglik_null"]
    df = fit.one("df", model=model, statistic="lr")
    made = {
        "lr": computed(2 * (fitted.number - null.number), fitted, null),
        "aic": computed(2 * (df.number - fitted.number), df, fitted),
        "epv": computed(events.number / df.number if df.number else math.nan, events, df),
    }
    for name in [name for name in made if name in found]:
        yield Agreement("models", f"{model or 'all'}, {name}", made[name], found[name], **about)


def of_ratios(
    rows: Cells, about: Mapping, conventions: Mapping, wald: bool = True
) -> Iterator[Agreement]:
    """Yield that ratios, and with Wald's test intervals, z and P, follow from coefficients."""
    z95 = NormalDist().inv_cdf((1 + conventions["confidence"]) / 2)
    for i, row in enumerate(rows.rows):
        coef, se = rows.value(i, "coef"), rows.value(i, "se")
        if math.isnan(coef.number) and not coef.lost:
            continue
        item = " ".join(
            filter(None, (row.get("split"), row.get("subgroup"), row["variable"], row["level"]))
        )
        made = {"hr": _exp(coef.number)}
        if wald:
            made["hr_low"] = _exp(coef.number - z95 * se.number)
            made["hr_high"] = _exp(coef.number + z95 * se.number)
            made["z"] = coef.number / se.number if se.number else math.nan
            made["p"] = math.erfc(abs(made["z"]) / math.sqrt(2))
        for column, number in made.items():
            told = rows.value(i, column)
            yield Agreement(
                "ratios", f"{item}, {column}", computed(number, coef, se), told, **about
            )
        low, high, p = (rows.value(i, column) for column in ("hr_low", "hr_high", "p"))
        outside = float(low.number > 1 or high.number < 1)
        significant = computed(float(p.number < 1 - conventions["confidence"]), p)
        yield Agreement(
            "ratios", f"{item}, significant", computed(outside, low, high), significant, **about
        )


def _exp(x: float) -> float:
    """Return e to the x, infinite where a number cannot hold it."""
    return math.exp(x) if x < LARGEST else math.inf


def of_landmark(read, part: Mapping, conventions: Mapping) -> Iterator[Agreement]:
    """Yield that those left out of a landmark analysis and those analysed add up."""
    about = {"population": part["population"], "endpoint": part["endpoint"]}
    counts, quantiles = read(part["excluded"]), read(part["quantiles"])
    for column in ("n", "events"):
        before = counts.one(column, reason="before")
        rest = [i for i, row in enumerate(counts.rows) if row["reason"] != "before"]
        yield Agreement("landmark", column, counts.total(column, rest), before, **about)
        analysed = counts.one(column, reason="analysed")
        told = quantiles.one(column, variable="", level="")
        yield Agreement("landmark", f"analysed, {column}", analysed, told, **about)
    yield from of_ratios(read(part["cox"]), about, conventions)
    curve = read(part["km"])
    for level in dict.fromkeys(row["level"] for row in curve.rows):
        rows = curve.where(level=level)
        n, events = (quantiles.one(column, level=level) for column in ("n", "events"))
        yield Agreement("starts", level, curve.value(rows[0], "n_risk"), n, **about)
        yield Agreement("curves", f"{level}, events", curve.total("n_event", rows), events, **about)
        yield from of_steps(curve, rows, level, about)


def of_means(read, part: Mapping, conventions: Mapping) -> Iterator[Agreement]:
    """Yield that restricted means count the groups of the estimates, and their intervals."""
    about = {"population": part["population"], "endpoint": part["endpoint"]}
    means, quantiles = read(part["means"]), read(part["quantiles"])
    z95 = NormalDist().inv_cdf((1 + conventions["confidence"]) / 2)
    for i, row in enumerate(means.rows):
        if not row["reference"]:
            for column in ("n", "events"):
                told = quantiles.one(column, variable=row["variable"], level=row["level"])
                item = f"{row['variable']} {row['level']}, {column}"
                yield Agreement("means", item, means.value(i, column), told, **about)
        else:
            groups = [
                k
                for k, other in enumerate(means.rows)
                if not other["reference"] and other["level"] in (row["level"], row["reference"])
            ]
            for column in ("n", "events"):
                both = means.total(column, groups)
                item = f"{row['level']} and {row['reference']}, {column}"
                yield Agreement("means", item, both, means.value(i, column), **about)
        estimate, se = means.value(i, "estimate"), means.value(i, "se")
        for column, sign in (("ci_low", -1), ("ci_high", 1)):
            limit = computed(estimate.number + sign * z95 * se.number, estimate, se)
            item = f"{row['variable']} {row['level']}, {column}"
            yield Agreement("means", item, limit, means.value(i, column), **about)


def of_interaction(read, part: Mapping, conventions: Mapping) -> Iterator[Agreement]:
    """Yield what holds of interaction tests and of the ratios in the subgroups."""
    about = {"population": part["population"], "endpoint": part["endpoint"]}
    tests = read(part["tests"])
    for i, row in enumerate(tests.rows):
        item = " ".join(filter(None, (row.get("split"), row["subgroups"])))
        without, with_ = tests.value(i, "loglik_without"), tests.value(i, "loglik_with")
        twice = computed(2 * (with_.number - without.number), without, with_)
        statistic = tests.value(i, "statistic")
        yield Agreement("interactions", f"{item}, statistic", twice, statistic, **about)
        counted = [tests.value(i, column) for column in ("n", "n_outside", "n_missing")]
        total = computed(sum(value.number for value in counted), *counted)
        if part["population"] == FULL:
            endpoints = read("cohort/endpoints.csv")
            n = endpoints.first("n", endpoint=part["endpoint"])
            yield Agreement("interactions", f"{item}, n", total, n, **about)
    rows = read(part["ratios" if part["kind"] == "interaction" else "effects"])
    yield from of_ratios(rows, about, conventions)
