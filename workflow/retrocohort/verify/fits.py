"""The checks of the three files of a Cox model: estimates, statistics, proportional hazards."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, norm

from retrocohort.verify.check import COMPACT, OWN, Check, Checks, number_of
from retrocohort.verify.cohort import Cohort
from retrocohort.verify.concordance import concordance
from retrocohort.verify.cox import null_tests
from retrocohort.verify.curves import steps
from retrocohort.verify.models import Model, models_of, of_selection, selection
from retrocohort.verify.partial import Cox, hazards_test
from retrocohort.verify.rows import Key, Matched, item

GLOBAL = "GLOBAL"
PLAIN = {"interval": "plain", "confidence": 0.95}  # of a curve whose limits nobody reads
COUNTS = ("n", "events", "n_missing", "strata")
UNPENALISED = ("score", "aic")
STATISTICS = ("loglik_null", "loglik", "lr", "wald", "concordance", "concordance_se", "epv")
STATE = ("converged", "not_estimable")
CHI_SQUARE = ("value", "df", "p")
NO_RESULT = "main engine without result"
FURTHEST = 64  # limits of a profile are sought as many standard errors away


def of_model(cohort: Cohort, part: Mapping, read) -> Iterator[Check]:
    """Yield the checks of the three files of a model in one population and endpoint."""
    models = list(models_of(cohort, part, read))
    by_name = {name: model for model in models for name in model.names}
    checks = Checks("cox", part["estimates"], OWN, COMPACT)
    wanted = [key for model in models for key in model.keys]
    columns = ("variable", "level", "reference")
    matched = Matched(checks, read(part["estimates"]), columns, wanted)
    yield from matched.faults()
    for key, row in matched.pairs():
        yield from of_estimate(by_name[key[0]], part["estimates"], key, row, part["confidence"])
    yield from of_fits(cohort, part, models, read)
    yield from of_hazards(part, models, read)


def of_estimate(model: Model, file: str, key: Key, row, confidence: float) -> Iterator[Check]:
    """Yield the checks of n, events and coefficient of a row."""
    checks = Checks("cox", file, model.first, model.fit.engine if model.fit else COMPACT)
    place, z = item(key[:2]), norm.ppf(0.5 + confidence / 2)
    yield from checks(place, row, model.counts(*key[:2]), engine=OWN)
    j = model.place(*key[:2])
    if j is None:
        none = dict.fromkeys(("coef", "se", "hr", "hr_low", "hr_high", "z", "p"), np.nan)
        yield from checks.either(place, row, none)
        return
    coef, error = model.fit.beta[j], np.sqrt(model.fit.covariance[j, j])
    found = {"coef": coef, "se": error, "hr": np.exp(coef)}
    if model.penalised:
        yield from checks(place, row, found)
        yield from _profile(model, checks, place, row, j, z)
        return
    low, high = np.exp(coef - z * error), np.exp(coef + z * error)
    p = 2 * norm.sf(abs(coef / error))
    yield from checks(
        place, row, found | {"hr_low": low, "hr_high": high, "z": coef / error, "p": p}
    )


def _profile(model: Model, checks: Checks, place: str, row, j: int, z: float) -> Iterator[Check]:
    """Yield whether the profile has fallen at the limits as far as it should, and P."""
    top, error = model.fit.value, np.sqrt(model.fit.covariance[j, j])

    def root(held: float) -> float:
        start = model.fit.beta.copy()
        start[j] = held
        there = model.cox.penalised_maximum(start, held=j)
        return np.sqrt(max(2 * (top - model.cox.penalised(there)), 0.0))

    for sign, quantity in ((-1, "hr_low"), (1, "hr_high")):
        if 0 < number_of(row[quantity]) < np.inf:
            fallen = root(np.log(number_of(row[quantity])))
            yield checks.one(place, f"root of the profile at {quantity}", z, fallen)
            continue
        limit = _limit(root, model.fit.beta[j], sign * error, z)
        yield checks.one(place, quantity, number_of(row[quantity]), np.exp(limit))
    at_zero = np.copysign(root(0.0), model.fit.beta[j])
    yield from checks(place, row, {"z": at_zero, "p": 2 * norm.sf(abs(at_zero))})


def _limit(root: Callable, top: float, step: float, z: float) -> float:
    """Return where the profile has fallen as far as z, NaN where it never does."""
    reach = z
    while reach < FURTHEST:
        try:
            if root(top + reach * step) > z:
                return brentq(lambda held: root(held) - z, top, top + reach * step)
        except np.linalg.LinAlgError:  # so far away nothing is left of some coefficient
            break
        reach *= 2
    return np.nan


def of_fits(cohort: Cohort, part: Mapping, models: Sequence[Model], read) -> Iterator[Check]:
    """Yield the checks of the counts, likelihoods, tests and concordance, and of the selection."""
    named = {
        model.names[0] if part["asked"]["kind"] == "univariable" else "": model for model in models
    }
    wanted = [(name, stat) for name, model in named.items() for stat in _asked_of(model)]
    wanted += [(name, "entered") for name in selection(cohort, part)]
    checks = Checks("cox", part["fit"], OWN, COMPACT)
    matched = Matched(checks, read(part["fit"]), ("model", "statistic"), wanted)
    yield from matched.faults()
    found = {name: _statistics(model) for name, model in named.items()}
    for key, row in matched.pairs():
        if key[1] not in ("entered", "engines_agree"):
            numbers, engine = found[key[0]].get(key[1], ({}, COMPACT))
            numbers = dict.fromkeys(CHI_SQUARE, np.nan) | numbers
            yield from checks.either(item(key), row, numbers, second_engine=engine)
        elif key[1] != "entered":
            yield from _of_engines(checks, key, row, named[key[0]])
    yield from of_selection(cohort, part, matched.pairs())


def _asked_of(model: Model) -> list[str]:
    """Return the statistics that there are of a model."""
    own = [*COUNTS, *STATISTICS, *STATE]
    if model.penalised and model.fit:
        return own
    return [*own, *UNPENALISED, *(["engines_agree"] if model.fit else [])]


def _of_engines(checks: Checks, key: Key, row, model: Model) -> Iterator[Check]:
    """Yield the check of whether the first engines agree.

    The main one is not asked where a coefficient has no finite maximum, and may give no result.
    """
    if model.fit.running.any():
        yield from checks(item(key), row, {"value": np.nan})
    elif row["value"] or not row["note"].startswith(NO_RESULT):
        yield from checks(item(key), row, {"value": 1})


def _statistics(model: Model) -> dict[str, tuple[dict[str, float], str]]:
    """Return statistic -> its numbers and the engine they are by; none of what has none."""
    second, group = model.fit, model.group
    strata = len(np.unique(model.strata))
    numbers = (group.n, int(group.event.sum()), model.missing, strata)
    values = dict(zip(COUNTS, numbers, strict=True))
    values |= {"converged": int(second is not None), "not_estimable": model.not_estimable}
    found = {name: ({"value": value}, COMPACT) for name, value in values.items()}
    return found | _tests(model) if second else found


def _tests(model: Model) -> dict[str, tuple[dict[str, float], str]]:
    """Return the same of the likelihoods and tests of a fit."""
    second, group = model.fit, model.group
    null, score, df = null_tests(model.cohort, group, model.names, model.strata, model.ties)
    value = second.value
    if model.penalised:
        null, df = model.cox.penalised(np.zeros(len(second.beta))), len(second.beta)
    share, share_error = concordance(group, model.risk, model.strata)
    finite = np.flatnonzero(~second.running)
    beta, inside = second.beta[finite], second.covariance[np.ix_(finite, finite)]
    wald = float(beta @ np.linalg.solve(inside, beta)) if len(finite) else np.nan
    found = {
        "loglik_null": ({"value": null}, COMPACT),
        "loglik": ({"value": value}, second.engine),
        "lr": (_chi_square(2 * (value - null), df), second.engine),
        "wald": (_chi_square(wald, len(finite)), second.engine),
        "concordance": ({"value": share}, COMPACT),
        "concordance_se": ({"value": share_error}, COMPACT),
        "epv": ({"value": group.event.sum() / df if df else np.nan}, COMPACT),
    }
    if not model.penalised:
        found["score"] = (_chi_square(score, df), COMPACT)
        found["aic"] = ({"value": 2 * df - 2 * value}, second.engine)
    return found


def _chi_square(statistic: float, df: int) -> dict[str, float]:
    if not df:
        return {}
    return {"value": statistic, "df": df, "p": float(chi2.sf(statistic, df))}


def of_hazards(part: Mapping, models: Sequence[Model], read) -> Iterator[Check]:
    """Yield the checks of the tests of proportional hazards; a penalised fit has none."""
    alone = part["asked"]["kind"] == "univariable"
    tests: dict[str, dict] = {}
    for model in (model for model in models if not (model.penalised and model.fit)):
        names = model.names if alone else [*model.names, GLOBAL]
        tests |= _hazards(model, names)
    checks = Checks("hazards", part["ph"], OWN, COMPACT)
    matched = Matched(checks, read(part["ph"]), ("variable",), [(name,) for name in tests])
    yield from matched.faults()
    for (name,), row in matched.pairs():
        numbers = dict.fromkeys(("statistic", "df", "p"), np.nan) | tests[name]
        yield from checks.either(name, row, numbers)


def _hazards(model: Model, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return term -> its test; empty where some coefficient has no finite maximum."""
    fitted, tests = model.fit, {name: {} for name in names}
    if fitted is None or fitted.running.any():
        return tests
    live = model.design.live
    x = model.design.x[:, [model.design.columns.index(column) for column in fitted.columns]]
    cox = Cox(model.group.where(live), x[live], model.strata[live], model.ties)
    terms = cox.terms(fitted.beta)
    curve = steps(model.group, PLAIN)
    before = np.searchsorted(curve.time, terms.time, side="left")
    g = 1 - np.concatenate(([1.0], curve.survival))[before]
    test = hazards_test(terms, g)
    for name in names:
        columns = [j for j, (own, _) in enumerate(fitted.columns) if name in (own, GLOBAL)]
        statistic = test(columns) if columns else np.nan
        if not np.isnan(statistic):
            found = _chi_square(statistic, len(columns))
            tests[name] = {"statistic": statistic, "df": found["df"], "p": found["p"]}
    return tests
