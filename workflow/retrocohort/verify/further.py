"""The checks of further analyses: interaction, effects in subgroups, landmark, restricted means."""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy.stats import chi2, norm

from retrocohort.verify import estimates
from retrocohort.verify.check import COMPACT, OWN, Check, Checks, item_of
from retrocohort.verify.cohort import Cohort, Followed
from retrocohort.verify.cox import Design, Fit, coded, design_of, fit
from retrocohort.verify.curves import ENGINE
from retrocohort.verify.partial import Cox

Rows = Sequence[Mapping[str, str]]
POPULATIONS = "populations"  # the split into populations


def of_interaction(cohort: Cohort, part: Mapping, read) -> Iterator[Check]:
    """Yield the checks of the tests of interaction, and of the hazard ratio in each subgroup."""
    group = cohort.followed(part["population"], part["endpoint"])
    entry, subgroups = part["asked"], part["asked"]["subgroups"]
    tests, ratios = read(part["tests"]), read(part["ratios"])
    yield from _of_split(cohort, group, part, subgroups, entry["covariates"], tests, ratios)


def of_subgroups(cohort: Cohort, part: Mapping, read) -> Iterator[Check]:
    """Yield the same of several splits, after the effect in all patients."""
    group = cohort.followed(part["population"], part["endpoint"])
    entry = part["asked"]
    tests, effects = read(part["tests"]), read(part["effects"])
    overall = [row for row in effects if not row["split"]]
    yield from of_cox(cohort, group, part, part["effects"], entry["covariates"], overall)
    for split in dict.fromkeys(row["split"] for row in tests):
        own = [[row for row in rows if row["split"] == split] for rows in (tests, effects)]
        asked = entry["subgroups"] if split == POPULATIONS else split
        others = [name for name in entry["covariates"] if name != split]
        yield from _of_split(cohort, group, part, asked, others, *own)


def of_cox(cohort: Cohort, group: Followed, part, file: str, covariates, rows) -> Iterator[Check]:
    """Yield the checks of the hazard ratios of the exposure in one model."""
    by, how = part["asked"]["by"], part["conventions"]
    own = group.where(cohort.known([by, *covariates], group.rows))
    design = design_of(cohort, own, [by, *covariates], {})
    found = fit(design, own, np.zeros(own.n), how["ties"])
    for row in rows:
        here = cohort.texts(by, own.rows) == row["level"]
        counts = {"n": int(here.sum()), "events": int(own.event[here].sum())}
        contrast = _contrast(found, {(by, row["level"]): 1})
        yield from _of_ratio(file, row, counts, found, contrast, how["confidence"])


def _contrast(found: Fit | None, wanted: Mapping) -> np.ndarray | None:
    """Return the (p,) weights of some columns, None where no model was fitted."""
    if found is None:
        return None
    return np.array([wanted.get(column, 0) for column in found.columns], dtype=float)


def _of_ratio(file: str, row, counts, found: Fit | None, contrast, confidence: float):
    """Yield the checks of a hazard ratio, a contrast of the coefficients of a model."""
    checks = Checks("further", file, OWN, COMPACT)
    item = item_of({"split": "", "subgroup": ""} | row, "split", "subgroup", "variable", "level")
    yield from checks(item, row, counts)
    if not row["coef"]:
        return
    coef = float(contrast @ found.beta)
    error = float(np.sqrt(contrast @ found.covariance @ contrast))
    width = norm.ppf(0.5 + confidence / 2) * error
    numbers = {"coef": coef, "se": error, "hr": np.exp(coef), "z": coef / error}
    numbers |= {"hr_low": np.exp(coef - width), "hr_high": np.exp(coef + width)}
    yield from checks(item, row, numbers | {"p": 2 * norm.sf(abs(coef / error))})


class Split:
    """Patients in subgroups, as (n,) names; empty for who is in none."""

    def __init__(self, cohort: Cohort, group: Followed, asked, names: Sequence[str]):
        """Name the subgroup of each patient, of those that a test compares."""
        self.names = names
        if isinstance(asked, str):
            texts = cohort.texts(asked, group.rows)
            self.of = np.where(np.isin(texts, names), texts, "")
        else:
            self.of = np.full(group.n, "", dtype=object)
            for name in names:
                self.of[np.isin(group.rows, cohort.members(name))] = name


def _of_split(cohort, group: Followed, part, asked, covariates, tests: Rows, ratios: Rows):
    """Yield the checks of the tests of one split; those of its ratios with the first test."""
    by, how = part["asked"]["by"], part["conventions"]
    for place, row in enumerate(tests):
        split = Split(cohort, group, asked, row["subgroups"].split("|"))
        inside = split.of != ""
        known = inside & cohort.known([by, *covariates], group.rows)
        own, subgroup = group.where(known), split.of[known]
        counts = {"n": own.n, "events": int(own.event.sum()), "n_outside": int((~inside).sum())}
        counts |= {"n_missing": int((inside & ~known).sum())}
        without, cells = (
            _design(cohort, own, subgroup, split.names, by, covariates, crossed, part)
            for crossed in (False, True)
        )
        fits = [fit(design, own, np.zeros(own.n), how["ties"]) for design, _ in (without, cells)]
        checks = Checks("further", part["tests"], OWN, COMPACT)
        found = dict(counts)
        if row["statistic"]:
            found |= _ratio_test(fits, cells[1] - without[1])
        yield from checks(
            item_of({"split": ""} | row, "split", "variable", "subgroups"), row, found
        )
        if place == 0:
            yield from _of_cells(cohort, own, subgroup, by, fits[1], part, ratios)


def _ratio_test(fits, df: int) -> dict[str, float]:
    """Return the likelihood-ratio test of two nested fits; NaN where one could not be fitted."""
    first, second = (found.value if found else math.nan for found in fits)
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


def _of_cells(cohort, own: Followed, subgroup, by: str, found: Fit | None, part, ratios: Rows):
    """Yield the checks of the hazard ratios of the exposure within each subgroup."""
    file = part["ratios"] if "ratios" in part else part["effects"]
    reference, exposed = cohort.levels(by)[0], cohort.texts(by, own.rows)
    for row in ratios:
        here = (subgroup == row["subgroup"]) & (exposed == row["level"])
        counts = {"n": int(here.sum()), "events": int(own.event[here].sum())}
        wanted = {("cell", f"{row['subgroup']}|{reference}"): -1}
        wanted[("cell", f"{row['subgroup']}|{row['level']}")] = 1
        contrast = _contrast(found, wanted)
        yield from _of_ratio(file, row, counts, found, contrast, part["conventions"]["confidence"])


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
    for row in read(part["excluded"]):
        here = reasons[row["reason"]]
        counts = {"n": int(here.sum()), "events": int(group.event[here].sum())}
        yield from checks(row["reason"], row, counts)
    later = group.where(known).beyond(entry["at"])
    files = {name: (part[name], read(part[name])) for name in ("quantiles", "logrank", "cox", "km")}
    asked = {"variables": [by], "logrank_strata": []}
    yield from estimates.of_quantiles(cohort, later, *files["quantiles"], [by], how)
    yield from estimates.of_log_rank(cohort, later, *files["logrank"], asked)
    yield from of_cox(cohort, later, part, files["cox"][0], [], files["cox"][1])
    yield from estimates.of_curve(cohort, later, *files["km"], by, how)


def of_means(cohort: Cohort, part: Mapping, read) -> Iterator[Check]:
    """Yield the checks of restricted means."""
    group, confidence = (
        cohort.followed(part["population"], part["endpoint"]),
        part["conventions"]["confidence"],
    )
    file = part["means"]
    yield from estimates.of_means(cohort, group, file, read(file), part["asked"], confidence)
