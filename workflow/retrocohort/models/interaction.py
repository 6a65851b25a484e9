"""Does the effect of an exposure differ between subgroups? One Cox model of all of them.

The likelihood-ratio test compares the model with exposure and subgroup with the one in which every
combination of both, a cell, has its own hazard. Both likelihoods are taken at their supremum, as a
cell without events has a hazard ratio of zero; the degrees of freedom are the columns with
information of their own, so that a cell without patients costs none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from retrocohort.faults import Fault, FaultsFound
from retrocohort.language import noted
from retrocohort.models.cox import CoxFit, fit_cox
from retrocohort.models.cox_rows import ESTIMATE_COLUMNS
from retrocohort.models.design import NO_EVENT_IN_REFERENCE, NO_REFERENCE
from retrocohort.models.samples import Sample, level_codes

TEST_COLUMNS = [
    "variable", "subgroups", "n", "events", "n_outside", "n_missing", "terms", "loglik_without",
    "loglik_with", "statistic", "df", "p", "note",
]  # fmt: skip
RATIO_COLUMNS = ["subgroup", *ESTIMATE_COLUMNS]

# no variable of a study can have these names
SUBGROUP, CELL = "(subgroup)", "(cell)"


@dataclass(frozen=True)
class Subgroups:
    """Disjoint parts of n patients: names in order, and the (n,) place of each, -1 for none."""

    names: list[str]
    codes: np.ndarray


def subgroups_of(frame, sample: Sample, asked, variables, place: str) -> Subgroups:
    """Return the subgroups of a sample.

    Parameters
    ----------
    asked : the name of a variable, whose levels are the subgroups, or a list of populations.
    place : of the entry in the study file.

    Raises
    ------
    FaultsFound
        When two populations share patients.
    """
    if isinstance(asked, str):
        levels = list(variables[asked]["levels"])
        return Subgroups(levels, level_codes(frame, asked, levels, sample.rows))
    codes = np.full(sample.n, -1)
    shared = 0
    for code, name in enumerate(asked):
        member = frame[f"in_{name}"].to_numpy(dtype=bool, na_value=False)[sample.rows]
        shared += int((member & (codes >= 0)).sum())
        codes[member] = code
    if shared:
        problem = f"the populations share patients ({shared})."
        remedy = "Name populations that have none in common."
        raise FaultsFound([Fault("study.yaml", f"{place}.subgroups", problem, remedy)])
    return Subgroups(list(asked), codes)


def interaction_tables(
    frame, sample: Sample, entry: Mapping, groups: Subgroups, variables, conventions: Mapping
) -> tuple[list[dict], list[dict]]:
    """Return the rows of the tests, and of the hazard ratios of the exposure in each subgroup.

    Parameters
    ----------
    entry : `by`, the exposure; `covariates` that both models hold; `without`, the subgroups left
        out in a further test.
    groups : those of the sample.
    conventions : ties and confidence.
    """
    tests, ratios = [], []
    for left_out in ([], entry["without"]) if entry["without"] else ([],):
        names = [name for name in groups.names if name not in left_out]
        models = _fit_both(frame, sample, entry, groups, names, variables, conventions["ties"])
        outside = sample.n - models[0].sample.n - models[0].n_missing
        test = {"variable": entry["by"], "subgroups": "|".join(names), "n_outside": outside}
        tests.append(
            test | _test(*models, levels=len(variables[entry["by"]]["levels"]), k=len(names))
        )
        if not left_out:
            ratios = _ratios(models[1], entry["by"], names, variables, conventions["confidence"])
    return tests, ratios


def _fit_both(frame, sample: Sample, entry, groups: Subgroups, names, variables, ties: str):
    """Return the fits without and with interaction."""
    exposure, levels = entry["by"], list(variables[entry["by"]]["levels"])
    chosen = np.isin(groups.codes, [groups.names.index(name) for name in names])
    inside = sample.take(chosen)
    subgroup = np.array([*groups.names, None], dtype=object)[groups.codes[chosen]]
    exposed = level_codes(frame, exposure, levels, inside.rows)
    cell = np.array(
        [f"{s}|{levels[e]}" if e >= 0 else None for s, e in zip(subgroup, exposed, strict=True)],
        dtype=object,
    )
    wide = frame.iloc[inside.rows].assign(**{SUBGROUP: subgroup, CELL: cell})
    inside = Sample(inside.time, inside.event, inside.entry, np.arange(inside.n))
    cells = [f"{name}|{level}" for name in names for level in levels]
    described = variables | {
        SUBGROUP: {"type": "category", "levels": {name: name for name in names}},
        CELL: {"type": "category", "levels": {name: name for name in cells}},
    }
    with_events = set(cell[inside.event])
    base = next((name for name in cells if name in with_events), cells[0])
    others = list(entry["covariates"])  # last: of what determines a cell it is they that go
    return tuple(
        fit_cox(wide, inside, [*own, *others], described, {"reference": {CELL: base}}, ties, False)
        for own in ([exposure, SUBGROUP], [CELL])
    )


def _test(without: CoxFit, with_cells: CoxFit, levels: int, k: int) -> dict:
    """Return the likelihood-ratio test of two nested fits."""
    row = {"n": with_cells.sample.n, "events": with_cells.sample.events}
    row |= {"n_missing": with_cells.n_missing, "terms": (levels - 1) * (k - 1)}
    problem = without.problem or with_cells.problem
    if problem:
        return row | {"note": problem}
    df = len(with_cells.null_columns) - len(without.null_columns)
    if df == 0:
        return row | {"note": noted("not estimable: no interaction term has an estimate")}
    first, second = (float(fit.full.at(fit.beta).value) for fit in (without, with_cells))
    statistic = 2 * (second - first)
    dropped = row["terms"] - df
    note = (
        noted(
            "{n} of {terms} interaction terms left out: no estimate", n=dropped, terms=row["terms"]
        )
        if dropped
        else ""
    )
    row |= {"loglik_without": first, "loglik_with": second, "statistic": statistic, "df": df}
    return row | {"p": float(chdtrc(df, max(statistic, 0.0))), "note": note}


def _ratios(fit: CoxFit, exposure: str, names, variables, confidence: float) -> list[dict]:
    """Return the hazard ratios of the exposure, against its first level, in each subgroup."""
    levels = list(variables[exposure]["levels"])
    cells = {row["level"]: row for row in fit.design.rows if row["variable"] == CELL}
    place = {
        fit.design.rows[fit.design.row_of[column]]["level"]: position
        for position, column in enumerate(fit.used)
        if fit.design.variable_of[column] == CELL and fit.design.row_of[column] >= 0
    }
    rows = []
    for name in names:
        reference = cells[f"{name}|{levels[0]}"]
        for level in levels:
            own = cells[f"{name}|{level}"]
            row = {"subgroup": name, "variable": exposure, "level": level, "reference": levels[0]}
            row |= {"n": own["n"], "events": own["events"]}
            if level != levels[0]:
                row |= _contrast(fit, own, reference, place, confidence)
            rows.append(row)
    return rows


def _contrast(fit: CoxFit, own: dict, reference: dict, place: dict, confidence: float) -> dict:
    """Return the estimate of one cell against another, or why there is none."""
    if fit.problem:
        return {"note": fit.problem}
    if reference["events"] == 0:
        return {"note": NO_EVENT_IN_REFERENCE if reference["n"] else NO_REFERENCE}
    for cell in (own, reference):
        if cell["note"]:
            return {"note": cell["note"]}
    contrast = np.zeros(len(fit.beta))
    for cell, sign in ((own, 1), (reference, -1)):
        if cell["level"] in place:  # the cell that all are compared with has no column
            contrast[place[cell["level"]]] = sign
    used = contrast != 0
    coef = float(contrast[used] @ fit.beta[used])
    se = float(np.sqrt(contrast[used] @ fit.covariance[np.ix_(used, used)] @ contrast[used]))
    width = ndtri((1 + confidence) / 2) * se
    ratios = {"hr": coef, "hr_low": coef - width, "hr_high": coef + width}
    return {"coef": coef, "se": se, "z": coef / se, "p": float(2 * ndtr(-abs(coef / se)))} | {
        key: float(np.exp(value)) for key, value in ratios.items()
    }
