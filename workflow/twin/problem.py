"""The targets of a ledger as arrays that the compiled annealing reads."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from twin.chi_square import root_of_tail
from twin.kernels import NOT_REACHED
from twin.ledger import QUARTILES, Target
from twin.settings import Settings

MOST_LEVELS = 4
INSIDE = 0.98  # of half a printed unit: clear of the edge, where programs could round differently
FREE, WINDOW, LARGE, AT_LEAST, BELOW = range(5)  # what is asked of a log-rank test


class Problem(NamedTuple):
    """What is asked, of n patients and v variables (the last one is "all patients").

    Analyses a: one variable in one population; models m; baseline comparisons b.
    """

    member: np.ndarray  # (populations, n) bool; no move changes it
    allowed: np.ndarray  # (populations, v) bit mask of the levels that members have
    defining: np.ndarray  # (v,) bool: populations depend on it
    code: np.ndarray  # (v, n): the counted groups a patient is in; equal codes may swap levels
    population: np.ndarray  # (a,) ascending; within a population those of one or two levels first
    block: np.ndarray  # (populations, 3): first analysis, first of more than two levels, end
    variable: np.ndarray  # (a,)
    levels: np.ndarray  # (a,)
    quartile: (
        np.ndarray
    )  # (q, 4): analysis (ascending), level, place (0 to 2), month or NOT_REACHED
    quartiles: np.ndarray  # (a + 1,) first quartile of each analysis
    test: np.ndarray  # (a,) FREE, WINDOW or LARGE of root chi-square; AT_LEAST or BELOW of P
    window: np.ndarray  # (a, 3) centre, half width, root at P = 0.05; or the bound, 1, 1
    df: np.ndarray  # (a,)
    model_population: np.ndarray  # (m,)
    model_variables: np.ndarray  # (m, most) padded with -1
    term: np.ndarray  # (m, v, 4) index of the term of a level, -1 at the reference
    width: np.ndarray  # (m,) number of terms
    goal: np.ndarray  # (m, most, 4, 2) centre and half width of ln HR, ln limits and |z|
    base_population: np.ndarray  # (b,)
    base_variable: np.ndarray  # (b,)
    critical: np.ndarray  # chi-square by degrees of freedom at which a difference is significant
    arm: int
    arms: int
    followup: int  # reverse Kaplan-Meier median, 0 when not printed
    late: int
    n_late: int  # at least so many are censored after the month `late`
    horizon: int
    last_death: int


@dataclass(frozen=True)
class Start:
    """Patients to start from: covariates (n, v), months, deaths, and who is never moved."""

    covariates: np.ndarray
    months: np.ndarray
    dead: np.ndarray
    pinned: np.ndarray


def encode(patients: list[dict[str, str]], settings: Settings) -> np.ndarray:
    """Return level numbers (n, v), -1 for unknown; the last column is 0 for everybody."""
    table = np.zeros((len(patients), len(settings.variables) + 1), np.int64)
    for v, (variable, levels) in enumerate(settings.variables.items()):
        table[:, v] = [
            levels.index(patient[variable]) if patient[variable] else -1 for patient in patients
        ]
    return table


def build(settings: Settings, wanted: list[Target], patients: list[dict[str, str]]) -> Problem:
    """Return the problem of these patients."""
    names = [*settings.variables, ""]
    populations = list(settings.populations)
    member = np.array([[settings.members(p, x) for x in patients] for p in populations])
    allowed = np.full((len(populations), len(names)), 2**MOST_LEVELS - 1)
    for p, where in enumerate(settings.populations.values()):
        for variable, levels in where.items():
            own = settings.variables[variable]
            allowed[p, names.index(variable)] = sum(1 << own.index(level) for level in levels)
    single = {t.kind: t for t in wanted if t.kind in ("followup", "lost")}
    lost = settings.survival.get("lost", {"after": 0})
    return Problem(
        member=member,
        allowed=allowed,
        defining=np.array([name in settings.defining() for name in names]),
        code=_codes(settings, wanted, patients, member),
        **_analyses(settings, wanted, encode(patients, settings), member),
        **_models(settings, wanted),
        **_baseline(settings),
        critical=np.array([0.0] + [root_of_tail(_alpha(settings), k) ** 2 for k in range(1, 7)]),
        arm=names.index(settings.arm),
        arms=len(settings.variables[settings.arm]),
        followup=int(single["followup"].value) if "followup" in single else 0,
        late=int(lost["after"]),
        n_late=int(single["lost"].value) if "lost" in single else 0,
        horizon=settings.survival["horizon"],
        last_death=settings.survival["last_death"],
    )


def _alpha(settings: Settings) -> float:
    return settings.no_difference["alpha"]


def _codes(settings, wanted, patients, member) -> np.ndarray:
    """Return for each variable the counted groups of each patient, one base-4 digit a group.

    Two patients with equal codes may swap levels, and two pairs whose codes have equal sums may
    swap crosswise: every count stays.
    """
    populations = list(settings.populations)
    code = np.zeros((len(settings.variables) + 1, len(patients)), np.int64)
    for v, variable in enumerate(settings.variables):
        groups = {
            (t.population, t.arm) for t in wanted if t.kind == "count" and t.variable == variable
        } | {(f["population"], "") for f in settings.facts if f["variable"] == variable}
        for digit, (population, arm) in enumerate(sorted(groups)):
            inside = member[populations.index(population)] & np.array(
                [arm in ("", patient[settings.arm]) for patient in patients]
            )
            code[v] += inside.astype(np.int64) << (2 * digit)
    return code


def _analyses(settings, wanted, covariates, member) -> dict[str, np.ndarray]:
    """Return the log-rank tests and quartiles, one entry for each variable of each population."""
    names, populations = [*settings.variables, ""], list(settings.populations)
    asked: dict[tuple[str, str], dict] = {}
    for target in wanted:
        if target.kind in (*QUARTILES, "p_logrank"):
            entry = asked.setdefault((target.population, target.variable), {})
            entry[target.kind, target.level] = target
    for file, model in settings.models.items():
        population = file.split("/")[1]
        for variable in settings.variables if settings.select_below else ():
            chosen = variable in model["covariates"]
            known = ("p_logrank", "") in asked.get((population, variable), {})
            if variable != settings.arm and not known:
                asked.setdefault((population, variable), {})["selected"] = chosen

    def place(key: tuple[str, str]) -> tuple[int, bool]:
        return populations.index(key[0]), len(settings.variables.get(key[1], [""])) > 2

    size = len(asked)
    order = sorted(asked, key=place)
    ranks = [place(key) for key in order]
    arrays = {
        "block": np.array(
            [
                [np.searchsorted([2 * r + more for r, more in ranks], 2 * p + k) for k in range(3)]
                for p in range(len(populations))
            ]
        ),
        "population": np.zeros(size, np.int64),
        "variable": np.zeros(size, np.int64),
        "levels": np.zeros(size, np.int64),
        "test": np.full(size, FREE),
        "window": np.ones((size, 3)),
        "df": np.zeros(size, np.int64),
    }
    asks = []
    for a, (population, variable) in enumerate(order):
        entry = asked[population, variable]
        levels = settings.variables.get(variable, [""])
        inside = covariates[member[populations.index(population)], names.index(variable)]
        arrays["population"][a] = populations.index(population)
        arrays["variable"][a] = names.index(variable)
        arrays["levels"][a] = len(levels)
        arrays["df"][a] = len(set(inside[inside >= 0])) - 1
        for key, target in entry.items():
            if key == "selected":
                arrays["test"][a] = BELOW if target else AT_LEAST
                arrays["window"][a, 0] = settings.select_below
            elif key[0] == "p_logrank":
                arrays["test"][a], arrays["window"][a] = _test_window(target, arrays["df"][a])
            else:
                month = NOT_REACHED if target.value is None else int(target.value)
                asks.append((a, levels.index(key[1]), QUARTILES.index(key[0]), month))
    quartile = np.array(sorted(asks), np.int64).reshape(-1, 4)
    first = np.searchsorted(quartile[:, 0], np.arange(size + 1))
    return arrays | {"quartile": quartile, "quartiles": first}


def _half(target: Target) -> float:
    """Return half a unit of the last printed digit."""
    return 0.5 * 10**-target.decimals * INSIDE


def _test_window(target: Target, df: int) -> tuple[int, tuple[float, float, float]]:
    """Return what root chi-square must be for a printed P."""
    if target.below:
        return LARGE, (root_of_tail(target.value, df), 1.0, 1.0)
    low = root_of_tail(target.value + _half(target), df)
    high = root_of_tail(max(target.value - _half(target), 1e-12), df)
    return WINDOW, ((low + high) / 2, (high - low) / 2, root_of_tail(0.05, df))


def _models(settings, wanted) -> dict[str, np.ndarray]:
    """Return the terms of each Cox model, and the windows of what is printed of them."""
    names, populations = [*settings.variables, ""], list(settings.populations)
    size = max(len(settings.models), 1)
    most = 1 + max((len(m["covariates"]) for m in settings.models.values()), default=0)
    arrays = {
        "model_population": np.zeros(len(settings.models), np.int64),
        "model_variables": np.full((size, most), -1),
        "term": np.full((size, len(names), MOST_LEVELS), -1),
        "width": np.zeros(len(settings.models), np.int64),
        "goal": np.zeros((size, most * MOST_LEVELS, 4, 2)),
    }
    for m, (file, model) in enumerate(settings.models.items()):
        arrays["model_population"][m] = populations.index(file.split("/")[1])
        width = 0
        for k, variable in enumerate(model["covariates"]):
            v = names.index(variable)
            arrays["model_variables"][m, k] = v
            reference = model.get("reference", {}).get(variable, settings.variables[variable][0])
            for g, level in enumerate(settings.variables[variable]):
                if level == reference:
                    continue
                arrays["term"][m, v, g] = width
                for target in wanted:
                    if (target.file, target.variable, target.level) == (file, variable, level):
                        _set_goal(arrays["goal"][m, width], target)
                width += 1
        arrays["width"][m] = width
    return arrays


def _set_goal(goal: np.ndarray, target: Target) -> None:
    """Write the window of one printed number of a term: centre and half width."""
    if target.kind == "p_cox" and not target.below:
        low = NormalDist().inv_cdf(1 - (target.value + _half(target)) / 2)
        high = NormalDist().inv_cdf(1 - max(target.value - _half(target), 1e-12) / 2)
        goal[3] = (low + high) / 2, (high - low) / 2
    elif target.kind in ("hr", "hr_low", "hr_high"):
        low = math.log(target.value - _half(target))
        high = math.log(target.value + _half(target))
        place = ("hr", "hr_low", "hr_high").index(target.kind)
        goal[place] = (low + high) / 2, (high - low) / 2


def _baseline(settings) -> dict[str, np.ndarray]:
    """Return the comparisons that must not be significant."""
    names, populations = list(settings.variables), list(settings.populations)
    pairs = [
        (populations.index(population), v)
        for population, except_for in settings.no_difference["except"].items()
        for v, variable in enumerate(names)
        if variable not in (settings.arm, *except_for)
    ]
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return {"base_population": table[:, 0].copy(), "base_variable": table[:, 1].copy()}
