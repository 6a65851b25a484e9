"""The Cox models of a study file by the second engine: who enters, complete cases, and the fit."""

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from scipy.stats import norm

from retrocohort.verify.check import COMPACT, OWN, Check, Checks, number_of
from retrocohort.verify.cohort import Cohort, Followed
from retrocohort.verify.cox import Fit, design_of, fit
from retrocohort.verify.curves import ENGINE
from retrocohort.verify.logrank import log_rank
from retrocohort.verify.partial import Cox
from retrocohort.verify.rows import Key, Rows, estimates, reference_of


class Model:
    """One Cox model of a part, as the study file asks for it: complete cases, design and fit.

    Of the first engine's rows `rows` and `stats` only where a search starts and who computed is
    taken.
    """

    def __init__(self, cohort: Cohort, group: Followed, names, asked: Mapping, rows: Rows, stats):
        """Set up the model of some covariates."""
        self.cohort, self.names, self.rows, self.stats = cohort, names, rows, stats
        self.penalised = asked.get("penalty") == "firth"
        known = cohort.known([*names, *asked["strata"]], group.rows)
        self.group, self.missing = group.where(known), int((~known).sum())
        self.strata = cohort.strata(asked["strata"], self.group.rows)
        self.ties, self.references = asked["ties"], asked.get("reference") or {}
        self.design = design_of(cohort, self.group, names, self.references, self.penalised)
        self.first = self._first_engine()

    def _first_engine(self) -> str:
        """Return who computed the coefficients."""
        if self.penalised or not self.stats.get("engines_agree", {"value": ""})["value"]:
            return OWN
        return "lifelines" if self.ties == "efron" else ENGINE

    @cached_property
    def fit(self) -> Fit | None:
        """Return the fit of the second engine, None where nothing can be fitted."""
        if self.penalised:
            return self._penalised()
        stated = {(r["variable"], r["level"]): number_of(r["coef"]) for r in self.rows if r["coef"]}
        library = self.first == "lifelines"
        return fit(self.design, self.group, self.strata, self.ties, stated if library else None)

    def _penalised(self) -> Fit | None:
        kept = self.design.kept(self.group, self.strata) if self.group.event.any() else []
        if not kept:
            return None
        self.cox = Cox(self.group, self.design.x[:, kept], self.strata, self.ties)
        beta = self.cox.penalised_maximum(np.zeros(len(kept)))
        covariance = np.linalg.inv(self.cox.terms(beta).information)
        columns = [self.design.columns[j] for j in kept]
        still = np.zeros(len(kept), dtype=bool)
        return Fit(columns, beta, covariance, self.cox.penalised(beta), COMPACT, still)

    @property
    def risk(self) -> np.ndarray:
        """Return the (n,) linear predictor; patients of levels without events come last."""
        score = np.zeros(self.group.n)
        for column, beta in zip(self.fit.columns, self.fit.beta, strict=True):
            score += self.design.x[:, self.design.columns.index(column)] * beta
        return np.where(self.design.live, score, -np.inf)

    @property
    def keys(self) -> list[Key]:
        """Return (variable, level, reference) of each row of the estimates."""
        return estimates(self.cohort, self.names, self.references)

    def counts(self, variable: str, level: str) -> dict[str, int]:
        """Return patients and events of a level, of all for a number."""
        own = np.ones(self.group.n, dtype=bool)
        if level:
            own = self.cohort.texts(variable, self.group.rows) == level
        return {"n": int(own.sum()), "events": int(self.group.event[own].sum())}

    def place(self, variable: str, level: str) -> int | None:
        """Return the position of an estimate in the fit, None where there is none.

        There is none of a level, or against a reference, without events (of a penalised model:
        without patients), of what other covariates determine, nor of what has no finite maximum.
        """
        if self.fit is None or (variable, level) not in self.fit.columns:
            return None
        reference = reference_of(self.cohort, variable, self.references)
        if level and not self._counting(variable, reference):
            return None
        j = self.fit.columns.index((variable, level))
        return None if self.fit.running[j] else j

    def _counting(self, variable: str, level: str) -> bool:
        return bool(self.counts(variable, level)["n" if self.penalised else "events"])

    @property
    def not_estimable(self) -> int:
        """Return how many rows have no estimate; of references those that nothing compares with."""
        lacking = 0
        for variable, level, reference in self.keys:
            if not level or level != reference:
                lacking += self.place(variable, level) is None
                continue
            alone = self.counts(variable, level)["n"] == self.group.n
            lacking += alone or not self._counting(variable, level)
        return lacking


def models_of(cohort: Cohort, part: Mapping, read) -> Iterator[Model]:
    """Yield the models of an entry of the study file: one, or one for each covariate."""
    group, asked = cohort.followed(part["population"], part["endpoint"]), part["asked"]
    rows, stats = read(part["estimates"]), read(part["fit"])
    alone = asked["kind"] == "univariable"
    chosen = [[name] for name in asked["covariates"]] if alone else [entering(cohort, part)]
    for names in chosen:
        own = [row for row in rows if row["variable"] in names]
        name = names[0] if alone else ""
        stated = [row for row in stats if row["model"] == name and row["statistic"] != "entered"]
        yield Model(cohort, group, names, asked, own, {row["statistic"]: row for row in stated})


def entering(cohort: Cohort, part: Mapping) -> list[str]:
    """Return the covariates of a multivariable model: those listed, or those selected."""
    if not isinstance(part["asked"].get("select"), Mapping):
        return part["asked"]["covariates"]
    judged = selection(cohort, part)
    return [name for name, (found, _) in judged.items() if found["value"]]


def selection(cohort: Cohort, part: Mapping) -> dict[str, tuple[dict[str, float], str]]:
    """Return covariate -> whether it enters and its univariate P, and who computed that.

    The P is of the log-rank test of levels, of the coefficient of numbers. Those that are the same
    in all patients are left out.
    """
    asked, found = part["asked"], {}
    rule = asked.get("select")
    if not isinstance(rule, Mapping):
        return found
    group = cohort.followed(part["population"], part["endpoint"])
    for name in asked["covariates"]:
        own = group.where(cohort.known([name], group.rows))
        if len(np.unique(_values(cohort, name, own))) < 2:
            found[name] = {"value": 0, "p": np.nan}, COMPACT
            continue
        p, engine = _univariate(cohort, name, own, asked["ties"])
        enters = p < rule["below"] or name in (rule.get("always") or [])
        found[name] = {"value": int(enters), "p": p}, engine
    return found


def _values(cohort: Cohort, name: str, own: Followed) -> np.ndarray:
    read = cohort.texts if cohort.is_coded(name) else cohort.numbers
    return read(name, own.rows)


def _univariate(cohort: Cohort, name: str, own: Followed, ties: str) -> tuple[float, str]:
    """Return the univariate P of a covariate, NaN where there is none, and who computed it."""
    if cohort.is_coded(name):
        *_, p, engine = log_rank(own, cohort.texts(name, own.rows), np.zeros(own.n))
        return p, engine
    alone = fit(design_of(cohort, own, [name], {}), own, np.zeros(own.n), ties)
    if alone is None or alone.running[0]:
        return np.nan, COMPACT
    return 2 * norm.sf(abs(alone.beta[0]) / np.sqrt(alone.covariance[0, 0])), alone.engine


def of_selection(cohort: Cohort, part: Mapping, pairs) -> Iterator[Check]:
    """Yield the checks of who entered a model by its univariate P, and of that P."""
    judged = selection(cohort, part)
    for (name, statistic), row in pairs:
        if statistic == "entered":
            found, engine = judged[name]
            checks = Checks("cox", part["fit"], OWN, engine)
            yield from checks(f"{name} entered", row, found)
