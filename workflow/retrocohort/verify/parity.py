"""What SPSS, R and SAS would print of this study where their conventions differ, and why.

By default: SPSS 29 (COXREG, KM, CROSSTABS, T-TEST, NPAR TESTS), R 4 (survival, stats), SAS 9.4
(PHREG, LIFETEST, FREQ, TTEST, NPAR1WAY). Each program's rule is applied to the study's own cohort
by the second engine; of all places where a convention matters the one that shows most is chosen.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from retrocohort.language import noted
from retrocohort.verify import baseline, comparisons
from retrocohort.verify.cohort import Cohort
from retrocohort.verify.cox import fit
from retrocohort.verify.curves import EQUAL, Steps, quantile, steps
from retrocohort.verify.models import Model, models_of
from retrocohort.verify.words import CONVENTIONS

COLUMNS = (
    "convention", "population", "endpoint", "variable", "level", "time", "spss", "r", "sas", "this",
    "file", "reason",
)  # fmt: skip
REASONS = {
    "ties": noted("SPSS and SAS take Breslow's approximation, R takes Efron's"),
    "interval": noted(
        "the interval is symmetric around log S in R, around log(-log S) in SAS; SPSS prints the"
        " standard error alone"
    ),
    "median": noted(
        "R and SAS read it off the limits of their curves; SPSS takes 1.96 standard errors, from"
        " the slope of the curve between 55% and 45%"
    ),
    "quantile": noted("SPSS takes the first time with S at or below 50%, R and SAS the middle"),
    "contingency": noted("R corrects for continuity (Yates); SPSS and SAS print Pearson's first"),
    "t_test": noted("R does not assume equal variances (Welch); SPSS and SAS print them first"),
    "rank_test": noted(
        "R (from 50 patients on, or with ties) and SAS correct the normal approximation for"
        " continuity, SPSS does not"
    ),
}
VISIBLE = 0.0005
SPSS_CONFIDENCE = 0.95  # it has no other
TESTS = ("contingency", "t_test", "rank_test")
TIES = {"spss": "breslow", "r": "efron", "sas": "breslow"}
INTERVALS = {"r": "log", "sas": "log-log"}
QUANTILES = {"spss": "spss", "r": "r", "sas": "r"}
CONTINGENCY = {"spss": "pearson", "r": "yates", "sas": "pearson"}
MEANS = {"spss": "student", "r": "welch", "sas": "student"}
CORRECTED = {"spss": False, "r": True, "sas": True}


@dataclass(frozen=True)
class Printed:
    """What each program prints of one number, NaN where it prints none, and what the study has."""

    convention: str
    place: Mapping[str, str]
    numbers: Mapping[str, float]
    this: str

    @property
    def spread(self) -> float:
        """Return the largest difference between two programs; of P absolute, of others relative."""
        known = [n for n in self.numbers.values() if np.isfinite(n)] or [0.0]
        apart = max(known) - min(known)
        return apart if self.convention in TESTS or not apart else apart / max(map(abs, known))

    def row(self) -> dict:
        """Return the row of parity.csv."""
        told = {"convention": self.convention, "reason": REASONS[self.convention]}
        told |= {name: f"{n:.12g}" for name, n in self.numbers.items() if np.isfinite(n)}
        return told | self.place | {"this": self.this}


def _place(part: Mapping, key: str, row: Mapping[str, str], *columns: str) -> dict[str, str]:
    """Return where a number stands: file, population, endpoint and some cells of its row."""
    about = {name: part[name] for name in ("population", "endpoint")} | {"file": part[key]}
    return about | {column: row[column] for column in columns}


def parity_rows(cohort: Cohort, parts: Mapping, conventions: Mapping, read: Callable) -> list[dict]:
    """Return a row for each convention that matters in the study.

    Parameters as in `retrocohort.verify.study.checks_of`.
    """
    found = [
        *_of_ties(cohort, parts["models"], conventions, read),
        *_of_curves(cohort, parts["survival"], conventions, read),
        *_of_tests(cohort, parts["baseline"], read),
    ]
    most = {name: _most(each for each in found if each.convention == name) for name in CONVENTIONS}
    return [printed.row() for printed in most.values() if printed]


def _most(found: Iterable[Printed]) -> Printed | None:
    """Return the number that differs most between programs, None where no reader would see it."""
    largest = max(found, key=lambda printed: printed.spread, default=None)
    return largest if largest and largest.spread >= VISIBLE else None


def _of_ties(cohort: Cohort, parts: Sequence[Mapping], conventions, read) -> Iterator[Printed]:
    """Yield the hazard ratios of each multivariable model, in its first part, with both rules."""
    first = {part["name"]: part for part in reversed(parts)}
    for part in first.values():
        asked = {"ties": conventions["ties"]} | part["asked"]
        if asked["kind"] == "univariable" or asked.get("penalty"):
            continue
        for model in models_of(cohort, part | {"asked": asked}, read):
            if model.group.delayed:  # COXREG does not know it
                continue
            ratios = {ties: _ratios(model, ties) for ties in ("efron", "breslow")}
            for row in (row for row in model.rows if row["coef"]):
                column = row["variable"], row["level"]
                own = {program: ratios[ties].get(column, np.nan) for program, ties in TIES.items()}
                place = _place(part, "estimates", row, "variable", "level")
                yield Printed("ties", place, own, row["hr"])


def _ratios(model: Model, ties: str) -> dict[tuple[str, str], float]:
    found = fit(model.design, model.group, model.strata, ties)
    return dict(zip(found.columns, np.exp(found.beta), strict=True)) if found else {}


def _of_curves(cohort: Cohort, parts: Sequence[Mapping], conventions, read) -> Iterator[Printed]:
    """Yield limits of survival at fixed times, of medians, and medians, of all patients."""
    confidence = conventions["confidence"]
    for part in parts:
        group = cohort.followed(part["population"], part["endpoint"])
        if group.delayed or not group.event.any():  # neither KM nor LIFETEST knows delayed entry
            continue
        curves = {
            program: steps(group, {"interval": interval, "confidence": confidence})
            for program, interval in INTERVALS.items()
        }
        whole = [row for row in read(part["landmarks"]) if not row["variable"] and row["ci_low"]]
        for row in whole:
            lows = {name: float(c.at(float(row["time"]))[1]) for name, c in curves.items()}
            place = _place(part, "landmarks", row, "time")
            yield Printed("interval", place, {"spss": np.nan} | lows, row["ci_low"])
        row = next((row for row in read(part["quantiles"]) if not row["variable"]), None)
        if row is None:
            continue
        place = _place(part, "quantiles", row)
        tops = {n: quantile(c.time, c.high, c.last, 0.5, "r") for n, c in curves.items()}
        own = {"spss": symmetric_top(curves["r"], confidence)}
        yield Printed("median", place, own | tops, row["median_high"])
        c = curves["r"]
        middle = {n: quantile(c.time, c.survival, c.last, 0.5, r) for n, r in QUANTILES.items()}
        yield Printed("quantile", place, middle, row["median"])


def symmetric_top(curve: Steps, confidence: float) -> float:
    """Return the upper limit of the median that SPSS prints, NaN where it prints none.

    The median and 1.96 standard errors: that of S (here of limits around log S) over the slope of
    the curve between the last event with S >= 0.55 and the first with S <= 0.45 (Klein and
    Moeschberger, Survival Analysis, 2003, page 122; IBM SPSS Statistics Algorithms, KM).
    """
    median = quantile(curve.time, curve.survival, curve.last, 0.5, "spss")
    above = np.flatnonzero(curve.survival >= 0.55 - EQUAL)
    below = np.flatnonzero(curve.survival <= 0.45 + EQUAL)
    if np.isnan(median) or not len(above) or not len(below) or confidence != SPSS_CONFIDENCE:
        return np.nan
    survival, low, _ = curve.at(median)
    error = survival * np.log(survival / low) / norm.ppf(0.5 + confidence / 2)
    first, last = above[-1], below[0]
    fall = curve.survival[first] - curve.survival[last]
    return median + 1.96 * error * (curve.time[last] - curve.time[first]) / fall


def _of_tests(cohort: Cohort, parts: Sequence[Mapping], read) -> Iterator[Printed]:
    """Yield the P of the tests of two arms whose variants differ between programs."""
    for part in parts:
        groups = list(filter(len, baseline.arms_of(cohort, part).values()))
        for row in (row for row in read(part["tests"]) if row["test"] and row["p"]):
            kind, own = _variants(cohort, row, groups)
            if kind:
                numbers = {program: float(p) for program, p in own.items()}
                yield Printed(kind, _place(part, "tests", row, "variable"), numbers, row["p"])


def _variants(cohort: Cohort, row: Mapping[str, str], groups) -> tuple[str, dict[str, float]]:
    """Return the convention that a test depends on, and its P by each program's choice."""
    name, test = row["variable"], row["test"]
    if test in ("pearson", "yates"):
        table = baseline.counts(cohort, name, groups)
        if table.shape == (2, 2):
            found = {
                kind: comparisons.CATEGORICAL[kind](table)[0]["p"] for kind in ("pearson", "yates")
            }
            return "contingency", {p: found[kind] for p, kind in CONTINGENCY.items()}
    elif test in ("welch", "student"):
        values = baseline.numbers(cohort, name, groups)
        found = {kind: comparisons.t_test(values, kind)[0]["p"] for kind in ("welch", "student")}
        return "t_test", {p: found[kind] for p, kind in MEANS.items()}
    elif test == "mann_whitney":
        values = baseline.numbers(cohort, name, groups)
        found = {kind: comparisons.rank_sum(*values, corrected=kind)["p"] for kind in (True, False)}
        return "rank_test", {p: found[kind] for p, kind in CORRECTED.items()}
    return "", {}
