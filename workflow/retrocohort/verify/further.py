"""The checks of further analyses: interaction, effects in subgroups, landmark, restricted means."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy.stats import chi2, norm

from retrocohort.verify import estimates
from retrocohort.verify.check import COMPACT, OWN, Check, Checks
from retrocohort.verify.cohort import Cohort, Followed
from retrocohort.verify.cox import Design, Fit, coded, design_of, fit
from retrocohort.verify.curves import ENGINE
from retrocohort.verify.partial import Cox
from retrocohort.verify.rows import Key, Matched, Rows, item

POPULATIONS = "populations"  # the split into populations
RATIO = ("coef", "se", "hr", "hr_low", "hr_high", "z", "p")
TEST = ("loglik_without", "loglik_with", "statistic", "df", "p")
TEST_KEY = ("split", "variable", "subgroups")
RATIO_KEY = ("split", "subgroup", "variable", "level", "reference")
Found = dict[Key, dict[str, float]]


def of_interaction(cohort: Cohort, part: Mapping, read) -> Iterator[Check]:
    """Yield the checks of the tests of interaction, and of the hazard ratio in each subgroup."""
    group = cohort.followed(part["population"], part["endpoint"])
    asked = part["asked"]
    split = Split(cohort, group, "", asked["subgroups"])
    others = asked["covariates"]
    tests, ratios = _of_split(cohort, group, part, split, others, asked["without"])
    files = ((part["tests"], TEST_KEY[1:], tests), (part["ratios"], RATIO_KEY[1:], ratios))
    for file, columns, found in files:
        own = {key[1:]: numbers for key, numbers in found.items()}
        yield from _of_file(file, columns, read(file), own)


def of_subgroups(cohort: Cohort, part: Mapping, read) -> Iterator[Check]:
    """Yield the same of several splits, after the effect in all patients."""
    group, asked = cohort.followed(part["population"], part["endpoint"]), part["asked"]
    overall = exposure(cohort, group, part, asked["covariates"])
    tests, effects = {}, {("", "", *key): numbers for key, numbers in overall.items()}
    splits = [(POPULATIONS, asked["subgroups"])] if asked.get("subgroups") else []
    for name, subgroups in [*splits, *((name, name) for name in asked["across"])]:
        split = Split(cohort, group, name, subgroups)
        others = [other for other in asked["covariates"] if other != name]
        own = _of_split(cohort, group, part, split, others, [])
        tests, effects = tests | own[0], effects | own[1]
    yield from _of_file(part["tests"], TEST_KEY, read(part["tests"]), tests)
    yield from _of_file(part["effects"], RATIO_KEY, read(part["effects"]), effects)


def _of_file(file: str, columns: Sequence[str], rows: Rows, found: Found) -> Iterator[Check]:
    """Yield the checks of the rows of a file, of which the keys have these numbers."""
    checks = Checks("further", file, OWN, COMPACT)
    matched = Matched(checks, rows, columns, found)
    yield from matched.faults()
    for key, row in matched.pairs():
        yield from checks.either(item(key), row, found[key])


def exposure(cohort: Cohort, group: Followed, part: Mapping, covariates) -> Found:
    """Return (variable, level, reference) -> counts and hazard ratio of the exposure."""
    by, how = part["asked"]["by"], part["conventions"]
    own = group.where(cohort.known([by, *covariates], group.rows))
    design = design_of(cohort, own, [by, *covariates], {})
    fitted = fit(design, own, np.zeros(own.n), how["ties"])
    levels, texts, found = cohort.levels(by), cohort.texts(by, own.rows), {}
    for level in levels:
        names = None if level == levels[0] else ((by, level), (by, levels[0]))
        base = (by, _base(levels, texts, own))
        ratio = _ratio(fitted, names, base, how["confidence"])
        found[by, level, levels[0]] = _counts(own, texts == level) | ratio
    return found


def _counts(own: Followed, here: np.ndarray) -> dict[str, int]:
    return {"n": int(here.sum()), "events": int(own.event[here].sum())}


def _base(levels: Sequence[str], texts: np.ndarray, own: Followed) -> str:
    """Return the first level with events, that all others are compared with; empty without any."""
    return next((level for level in levels if own.event[texts == level].any()), "")


def _ratio(fitted: Fit | None, names, base, confidence: float) -> dict[str, float]:
    """Return the hazard ratio of one column against another, NaN where one has no estimate.

    Parameters
    ----------
    names : both columns, the reference last; None of a row that is the reference itself.
    base : what the columns are compared with, which has none of its own.
    """
    none = dict.fromkeys(RATIO, np.nan)
    if fitted is None or names is None:
        return none
    contrast = np.zeros(len(fitted.columns))
    for name, sign in zip(names, (1, -1), strict=True):
        if name == base:
            continue
        if name not in fitted.columns or fitted.running[fitted.columns.index(name)]:
            return none
        contrast[fitted.columns.index(name)] = sign
    coef = float(contrast @ fitted.beta)
    error = float(np.sqrt(contrast @ fitted.covariance @ contrast))
    width = norm.ppf(0.5 + confidence / 2) * error
    limits = {"hr_low": np.exp(coef - width), "hr_high": np.exp(coef + width)}
    p = 2 * norm.sf(abs(coef / error))
    return {"coef": coef, "se": error, "hr": np.exp(coef), "z": coef / error, "p": p} | limits


class Split:
    """Patients in subgroups, as (n,) names; empty for who is in none."""

    def __init__(self, cohort: Cohort, group: Followed, name: str, asked):
        """Name the subgroup of each patient: a level of a variable, or a population."""
        self.name = name
        if isinstance(asked, str):
            self.names = cohort.levels(asked)
            texts = cohort.texts(asked, group.rows)
            self.of = np.where(np.isin(texts, self.names), texts, "")
        else:
            self.names = list(asked)
            self.of = np.full(group.n, "", dtype=object)
            for population in asked:
                self.of[np.isin(group.rows, cohort.members(population))] = population


def _of_split(cohort, group: Followed, part, split: Split, covariates, without) -> tuple:
    """Return the tests of a split, with and without some subgroups, and its hazard ratios."""
    by, how = part["asked"]["by"], part["conventions"]
    tests, ratios = {}, {}
    for left_out in ([], without) if without else ([],):
        names = [name for name in split.names if name not in left_out]
        inside = np.isin(split.of, names)
        known = inside & cohort.known([by, *covariates], group.rows)
        own, subgroup = group.where(known), split.of[known]
        found = _counts(own, np.ones(own.n, dtype=bool))
        found |= {"n_outside": int((~inside).sum()), "n_missing": int((inside & ~known).sum())}
        found["terms"] = (len(names) - 1) * (len(cohort.levels(by)) - 1)
        designs = [
            _design(cohort, own, subgroup, names, by, covariates, crossed, part)
            for crossed in (False, True)
        ]
        fits = [fit(design, own, np.zeros(own.n), how["ties"]) for design, _ in designs]
        found |= _ratio_test(fits, designs[1][1] - designs[0][1])
        tests[split.name, by, "|".join(names)] = found
        if not left_out:
            ratios = _cells(cohort, own, subgroup, split, by, fits[1], how["confidence"])
    return tests, ratios


def _ratio_test(fits, df: int) -> dict[str, float]:
    """Return the likelihood-ratio test of two nested fits; NaN where there is none."""
    if None in fits or df == 0:
        return dict.fromkeys(TEST, np.nan)
    first, second = (fitted.value for fitted in fits)
    statistic = 2 * (second - first)
    found = {"loglik_without": first, "loglik_with": second, "statistic": statistic, "df": df}
    return found | {"p": float(chi2.sf(statistic, df))}


def _design(cohort, own: Followed, subgroup, names, by: str, covariates, crossed: bool, part):
    """Return the design with or without a column for each subgroup and level, and its rank."""
    levels = cohort.levels(by)
    exposed = cohort.texts(by, own.rows)
    if crossed:
        cells = np.array([f"{s}|{e}" for s, e in zip(subgroup, exposed, strict=True)], dtype=object)
        own_cells = [f"{name}|{level}" for name in names for level in levels]
        blocks = [("cell", cells, own_cells)]
    else:
        blocks = [("exposure", exposed, levels), ("subgroup", subgroup, list(names))]
    others = design_of(cohort, own, covariates, {})
    columns, x, live = [], [], others.live.copy()
    for name, texts, order in blocks:
        shown, own_columns, counts = coded(texts, order, own.event, order[0], False)
        columns += [(name, level) for level in shown]
        x.append(own_columns)
        live &= counts
    x = np.column_stack([*x, others.x])
    return Design([*columns, *others.columns], x, live), _rank(
        cohort, own, blocks, covariates, part
    )


def _rank(cohort, own: Followed, blocks, covariates, part) -> int:
    """Return how many columns, also of levels without events, have information of their own."""
    x = [coded(texts, order, own.event, order[0], True)[1] for _, texts, order in blocks]
    x = np.column_stack([*x, design_of(cohort, own, covariates, {}, penalised=True).x])
    ties = part["conventions"]["ties"]
    information = Cox(own, x, np.zeros(own.n), ties).terms(np.zeros(x.shape[1])).information
    unit = np.sqrt(np.maximum(np.diag(information), 1e-300))
    inside = information / np.outer(unit, unit)
    return int(np.linalg.matrix_rank(inside, tol=1e-9, hermitian=True))


def _cells(cohort, own: Followed, subgroup, split: Split, by: str, fitted, confidence) -> Found:
    """Return counts and hazard ratio of the exposure within each subgroup."""
    levels, exposed, found = cohort.levels(by), cohort.texts(by, own.rows), {}
    cells = np.array([f"{s}|{e}" for s, e in zip(subgroup, exposed, strict=True)], dtype=object)
    base = ("cell", _base([f"{s}|{level}" for s in split.names for level in levels], cells, own))
    for name in split.names:
        for level in levels:
            names = None
            if level != levels[0]:
                names = ("cell", f"{name}|{level}"), ("cell", f"{name}|{levels[0]}")
            counts = _counts(own, cells == f"{name}|{level}")
            ratio = _ratio(fitted, names, base, confidence)
            found[split.name, name, by, level, levels[0]] = counts | ratio
    return found


def of_landmark(cohort: Cohort, part: Mapping, read) -> Iterator[Check]:
    """Yield the checks of a landmark analysis: who is left out, and all that is estimated after."""
    entry, how = part["asked"], part["conventions"]
    group = cohort.followed(part["population"], part["endpoint"], exact=True)
    early, by = group.time <= entry["at"], entry["by"]
    known = cohort.known([by], group.rows)
    reasons = {
        "before": np.ones(group.n, dtype=bool),
        "event_before": early & (group.event == 1),
        "censored_before": early & (group.event == 0),
        "group_unknown": ~early & ~known,
        "analysed": ~early & known,
    }
    checks = Checks("further", part["excluded"], OWN, ENGINE)
    wanted = [(reason,) for reason in reasons]
    matched = Matched(checks, read(part["excluded"]), ("reason",), wanted)
    yield from matched.faults()
    for (reason,), row in matched.pairs():
        yield from checks(reason, row, _counts(group, reasons[reason]))
    later = group.where(known).beyond(entry["at"])
    files = {name: (part[name], read(part[name])) for name in ("quantiles", "logrank", "cox", "km")}
    asked = {"variables": [by], "logrank_strata": []}
    yield from estimates.of_quantiles(cohort, later, *files["quantiles"], [by], how)
    yield from estimates.of_log_rank(cohort, later, *files["logrank"], asked)
    crude = exposure(cohort, later, part, [])
    yield from _of_file(files["cox"][0], RATIO_KEY[2:], files["cox"][1], crude)
    yield from estimates.of_curve(cohort, later, *files["km"], by, how)


def of_means(cohort: Cohort, part: Mapping, read) -> Iterator[Check]:
    """Yield the checks of restricted means."""
    group, confidence = (
        cohort.followed(part["population"], part["endpoint"]),
        part["conventions"]["confidence"],
    )
    file = part["means"]
    yield from estimates.of_means(cohort, group, file, read(file), part["asked"], confidence)
