"""The checks of the Cox models of a study file."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from scipy.stats import chi2, norm

from retrocohort.io import as_number
from retrocohort.verify.check import COMPACT, ONE_ENGINE, OWN, Check, Checks, item_of
from retrocohort.verify.cohort import Cohort, Followed
from retrocohort.verify.cox import (
    Fit,
    concordance,
    design_of,
    fit,
    null_tests,
)
from retrocohort.verify.curves import ENGINE, steps
from retrocohort.verify.logrank import log_rank
from retrocohort.verify.partial import Cox, hazards_test

Rows = Sequence[Mapping[str, str]]
GLOBAL = "GLOBAL"
PLAIN = {"interval": "plain", "confidence": 0.95}  # of a curve whose limits nobody reads


class Model:
    """One Cox model of a part: the complete cases, the first engine's rows and the second's fit."""

    def __init__(self, cohort: Cohort, group: Followed, names, asked: Mapping, rows: Rows, stats):
        """Set up the model that some rows of estimates and of statistics describe."""
        self.cohort, self.names, self.rows, self.stats = cohort, names, rows, stats
        self.penalised = asked.get("penalty") == "firth"
        known = cohort.known([*names, *asked["strata"]], group.rows)
        self.group, self.missing = group.where(known), int((~known).sum())
        self.strata = cohort.strata(asked["strata"], self.group.rows)
        self.ties = asked["ties"]
        references = {row["variable"]: row["reference"] for row in rows}
        self.design = design_of(cohort, self.group, names, references, self.penalised)
        self.first = self._first_engine()

    def _stated(self, statistic: str) -> str:
        return self.stats.get(statistic, {"value": ""})["value"]

    def _first_engine(self) -> str:
        """Return who computed the coefficients."""
        if self.penalised or not self._stated("engines_agree"):
            return OWN
        return "lifelines" if self.ties == "efron" else ENGINE

    @cached_property
    def fit(self) -> Fit | None:
        """Return the fit of the second engine, None where the first has none either."""
        if self._stated("converged") != "1":
            return None
        if self.penalised:
            return self._penalised()
        stated = {(r["variable"], r["level"]): as_number(r["coef"]) for r in self.rows if r["coef"]}
        library = self.first == "lifelines"
        return fit(self.design, self.group, self.strata, self.ties, stated if library else None)

    def _penalised(self) -> Fit | None:
        kept = self.design.kept(self.group, self.strata)
        if not kept:
            return None
        self.cox = Cox(self.group, self.design.x[:, kept], self.strata, self.ties)
        beta = self.cox.penalised_maximum(np.zeros(len(kept)))
        covariance = np.linalg.inv(self.cox.terms(beta).information)
        columns = [self.design.columns[j] for j in kept]
        return Fit(columns, beta, covariance, self.cox.penalised(beta), COMPACT)

    @property
    def risk(self) -> np.ndarray:
        """Return the (n,) linear predictor; patients of levels without events come last."""
        score = np.zeros(self.group.n)
        for column, beta in zip(self.fit.columns, self.fit.beta, strict=True):
            score += self.design.x[:, self.design.columns.index(column)] * beta
        return np.where(self.design.live, score, -np.inf)


def models_of(cohort: Cohort, part: Mapping, read) -> Iterator[Model]:
    """Yield the models of an entry of the study file: one, or one for each covariate."""
    group, asked = cohort.followed(part["population"], part["endpoint"]), part["asked"]
    estimates, stats = read(part["estimates"]), read(part["fit"])
    one_each = asked["kind"] == "univariable"
    present = list(dict.fromkeys(row["variable"] for row in estimates))
    for names in [[name] for name in asked["covariates"]] if one_each else [present]:
        rows = [row for row in estimates if row["variable"] in names]
        alone = names[0] if one_each else ""
        own = [row for row in stats if row["model"] == alone and row["statistic"] != "entered"]
        yield Model(cohort, group, names, asked, rows, {row["statistic"]: row for row in own})


def of_model(cohort: Cohort, part: Mapping, read) -> Iterator[Check]:
    """Yield the checks of the three files of a model in one population and endpoint."""
    hazards = read(part["ph"])
    yield from of_selection(cohort, part, read(part["fit"]))
    for model in models_of(cohort, part, read):
        yield from of_estimates(model, part["estimates"], part["confidence"])
        yield from of_statistics(model, part["fit"])
        whole = [] if part["asked"]["kind"] == "univariable" else [GLOBAL]
        tested = [row for row in hazards if row["variable"] in [*model.names, *whole]]
        yield from of_hazards(model, part["ph"], tested)


def of_estimates(model: Model, file: str, confidence: float) -> Iterator[Check]:
    """Yield the checks of n, events and coefficient of each row."""
    second = model.fit.engine if model.fit else COMPACT
    checks = Checks("cox", file, model.first, second)
    z = norm.ppf(0.5 + confidence / 2)
    for row in model.rows:
        item = item_of(row, "variable", "level")
        yield from checks(item, row, _counts(model.cohort, model.group, row), engine=OWN)
        if not row["coef"]:
            continue
        column = (row["variable"], row["level"])
        j = model.fit.columns.index(column) if model.fit and column in model.fit.columns else None
        if j is None:
            yield checks.one(item, "coef", as_number(row["coef"]), np.nan)
            continue
        coef, error = model.fit.beta[j], np.sqrt(model.fit.covariance[j, j])
        found = {"coef": coef, "se": error, "hr": np.exp(coef)}
        if model.penalised:
            yield from checks(item, row, found)
            yield from _profile(model, checks, item, row, j, z)
            continue
        low, high = np.exp(coef - z * error), np.exp(coef + z * error)
        p = 2 * norm.sf(abs(coef / error))
        found |= {"hr_low": low, "hr_high": high, "z": coef / error, "p": p}
        yield from checks(item, row, found)


def _counts(cohort: Cohort, group: Followed, row: Mapping[str, str]) -> dict[str, float]:
    own = cohort.texts(row["variable"], group.rows) == row["level"]
    own = own if row["level"] else np.ones(group.n, dtype=bool)
    return {"n": int(own.sum()), "events": int(group.event[own].sum())}


def _profile(model: Model, checks: Checks, item: str, row, j: int, z: float) -> Iterator[Check]:
    """Yield whether the profile has fallen at the limits as far as it should, and P."""
    top = model.fit.value

    def root(held: float) -> float:
        start = model.fit.beta.copy()
        start[j] = held
        there = model.cox.penalised_maximum(start, held=j)
        return np.sqrt(max(2 * (top - model.cox.penalised(there)), 0.0))

    for quantity in ("hr_low", "hr_high"):
        if row[quantity]:
            fallen = root(np.log(as_number(row[quantity])))
            yield checks.one(item, f"root of the profile at {quantity}", z, fallen)
    at_zero = np.copysign(root(0.0), model.fit.beta[j])
    yield from checks(item, row, {"z": at_zero, "p": 2 * norm.sf(abs(at_zero))})


def of_statistics(model: Model, file: str) -> Iterator[Check]:
    """Yield the checks of the counts, likelihoods, tests and concordance of a fit."""
    rows = model.stats
    checks = Checks("cox", file, OWN, COMPACT)
    counted = {
        "n": model.group.n,
        "events": int(model.group.event.sum()),
        "n_missing": model.missing,
        "strata": len(np.unique(model.strata)),
    }
    for name, number in counted.items():
        yield from checks(item_of(rows[name], "model", "statistic"), rows[name], {"value": number})
    if model.fit is None:
        return
    for name, (found, engine) in _statistics(model).items():
        row = rows.get(name)
        if row is not None and not row["note"]:
            item = item_of(row, "model", "statistic")
            yield from checks(item, row, found, second_engine=engine)
    error = rows["concordance_se"]
    if error["value"]:
        item, lone = item_of(error, "model", "statistic"), {"second_engine": "", "note": ONE_ENGINE}
        yield from checks(item, error, {"value": np.nan}, **lone)


def _statistics(model: Model) -> dict[str, tuple[dict[str, float], str]]:
    """Return statistic -> its numbers and the engine they are by."""
    second, group = model.fit, model.group
    null, score, df = null_tests(model.cohort, group, model.names, model.strata, model.ties)
    value = second.value
    if model.penalised:
        null, df = model.cox.penalised(np.zeros(len(second.beta))), len(second.beta)
    ratio = 2 * (value - null)
    share = concordance(group, model.risk, model.strata)
    found = {
        "loglik_null": ({"value": null}, COMPACT),
        "loglik": ({"value": value}, second.engine),
        "lr": (_chi_square(ratio, df), second.engine),
        "concordance": ({"value": share}, COMPACT),
        "epv": ({"value": group.event.sum() / df}, COMPACT),
    }
    finite = [j for j, column in enumerate(second.columns) if _has_number(model, column)]
    beta, inside = second.beta[finite], second.covariance[np.ix_(finite, finite)]
    wald = float(beta @ np.linalg.solve(inside, beta)) if finite else np.nan
    found["wald"] = (_chi_square(wald, len(finite)), second.engine)
    if not model.penalised:
        found["score"] = (_chi_square(score, df), COMPACT)
        found["aic"] = ({"value": 2 * df - 2 * value}, second.engine)
    return found


def _has_number(model: Model, column: tuple[str, str]) -> bool:
    """Return whether a column has an estimate, or stands for one that is not shown."""
    rows = [r for r in model.rows if (r["variable"], r["level"]) == column]
    return not any("separation" in row["note"] for row in rows)


def _chi_square(statistic: float, df: int) -> dict[str, float]:
    return {"value": statistic, "df": df, "p": float(chi2.sf(statistic, df))}


def of_hazards(model: Model, file: str, rows: Rows) -> Iterator[Check]:
    """Yield the checks of the tests of proportional hazards that there are."""
    tested = [row for row in rows if row["statistic"]]
    if not tested or model.fit is None:
        return
    checks = Checks("hazards", file, OWN, COMPACT)
    live, fitted = model.design.live, model.fit
    x = model.design.x[:, [model.design.columns.index(column) for column in fitted.columns]]
    cox = Cox(model.group.where(live), x[live], model.strata[live], model.ties)
    terms = cox.terms(fitted.beta)
    curve = steps(model.group, PLAIN)
    before = np.searchsorted(curve.time, terms.time, side="left")
    g = 1 - np.concatenate(([1.0], curve.survival))[before]
    for row in tested:
        columns = [
            j
            for j, (variable, _) in enumerate(fitted.columns)
            if row["variable"] in (variable, GLOBAL)
        ]
        statistic = hazards_test(terms, g, columns)
        found = _chi_square(statistic, len(columns))
        yield from checks(
            row["variable"], row, {"statistic": statistic} | {k: found[k] for k in ("df", "p")}
        )


def of_selection(cohort: Cohort, part: Mapping, stats: Rows) -> Iterator[Check]:
    """Yield the checks of who entered a model by its univariate P, and of that P."""
    group = cohort.followed(part["population"], part["endpoint"])
    rule, asked = part["asked"]["select"], part["asked"]
    for row in (row for row in stats if row["statistic"] == "entered"):
        name = row["model"]
        own = group.where(cohort.known([name], group.rows))
        levels = cohort.texts(name, own.rows)
        if len(np.unique(levels)) < 2:
            checks = Checks("cox", part["fit"], OWN, COMPACT)
            yield from checks(f"{name} entered", row, {"value": 0, "p": np.nan})
            continue
        if cohort.is_coded(name):
            *_, p, engine = log_rank(own, levels, np.zeros(own.n))
        else:
            alone = design_of(cohort, own, [name], {})
            found = fit(alone, own, np.zeros(own.n), asked["ties"])
            p = 2 * norm.sf(abs(found.beta[0]) / np.sqrt(found.covariance[0, 0]))
            engine = found.engine
        enters = p < rule["below"] or name in (rule.get("always") or [])
        checks = Checks("cox", part["fit"], OWN, engine)
        yield from checks(f"{name} entered", row, {"p": p, "value": int(enters)})
