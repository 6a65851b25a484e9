"""The calibration of survival: a start, the stages of annealing, and the cohort as a table."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from twin.anneal import anneal
from twin.ledger import Target
from twin.losses import fill_losses
from twin.problem import WINDOW, Problem, Start, build, encode
from twin.settings import UNKNOWN, Settings
from twin.state import new_scratch, new_state

WEIGHTS = {"quartile": 1, "test": 1, "cox": 1, "baseline": 1, "followup": 1, "edge": 0.02}
COLUMNS = ("months", "died", "lost")  # of the calibrated table, after the covariates
CHUNK = 2_000_000  # steps after which the best cohort is handed out


def start(
    settings: Settings, wanted: list[Target], patients: list[dict], problem: Problem
) -> Start:
    """Return patients with random exits, the printed number of deaths, and those that are forced.

    A forced patient is the first that fits its `where`; he gets the levels of its `given` by a swap
    with a patient counted in the same groups, dies in its month, and is not moved again.

    Raises
    ------
    ValueError
        No patient fits a forced one.
    """
    rng, n = np.random.default_rng(settings.seed), len(patients)
    covariates = encode(patients, settings)
    months = rng.integers(1, problem.last_death, n)
    dead, pinned = np.zeros(n, np.int64), np.zeros(n, bool)
    for forced in settings.patients:
        i = _find(forced, patients, pinned)
        for variable, level in forced.get("given", {}).items():
            _give(settings, problem, covariates, pinned, i, variable, level)
        months[i], dead[i], pinned[i] = forced["months"], 1, True
    _deal_deaths(settings, wanted, problem, dead, rng)
    return Start(covariates, months, dead, pinned)


def _find(forced: dict, patients: list[dict], pinned: np.ndarray) -> int:
    """Return the first patient who fits and is not taken."""
    for i, patient in enumerate(patients):
        if not pinned[i] and all(patient[k] == level for k, level in forced["where"].items()):
            return i
    raise ValueError(f"twin.yaml: no patient fits {forced['where']}")


def _give(settings, problem, covariates, pinned, i, variable, level) -> None:
    """Give a patient a level, in exchange with one counted in the same groups."""
    v = list(settings.variables).index(variable)
    g = settings.variables[variable].index(level)
    if covariates[i, v] == g:
        return
    same = (problem.code[v] == problem.code[v, i]) & (covariates[:, v] == g) & ~pinned
    if not same.any():
        raise ValueError(f"twin.yaml: no patient can give {variable} = {level!r} to a forced one")
    j = np.flatnonzero(same)[0]
    covariates[i, v], covariates[j, v] = covariates[j, v], covariates[i, v]


def _deal_deaths(settings, wanted, problem, dead, rng) -> None:
    """Let the printed number of patients die; so many in each population as settings say."""
    total = next(int(t.value) for t in wanted if t.kind == "deaths")
    groups = settings.survival.get("deaths", {})
    rest = np.ones(len(dead), bool)
    for population, n in groups.items():
        inside = problem.member[list(settings.populations).index(population)] & rest
        _kill(inside, n, dead, rng)
        rest &= ~inside
    _kill(rest, total - int(dead[~rest].sum()), dead, rng)


def _kill(inside: np.ndarray, n: int, dead: np.ndarray, rng: np.random.Generator) -> None:
    """Let patients of a group die until n of them have."""
    alive = np.flatnonzero(inside & (dead == 0))
    dead[rng.choice(alive, n - int(dead[inside].sum()), replace=False)] = 1


def calibrate(
    settings: Settings, wanted: list[Target], patients: list[dict[str, str]]
) -> Iterator[tuple[int, float, Start]]:
    """Go through the stages; yield stage, least loss and cohort after each part of each."""
    problem = build(settings, wanted, patients)
    best = balance(settings, problem, start(settings, wanted, patients, problem))
    for number, stage in enumerate(settings.stages, start=1):
        for least, cohort in run_stage(settings, problem, best, stage):
            yield number, least, cohort
        best = cohort


def balance(settings: Settings, problem: Problem, begin: Start) -> Start:
    """Return a start in which no baseline variable differs that must not; exits stay."""
    only = {name: 0 for name in WEIGHTS} | {"baseline": 1}
    stage = {"steps": 300_000, "hot": 1.0, "cold": 0.05, "weights": only}
    *_, (_, balanced) = run_stage(settings, problem, begin, stage)
    return replace(begin, covariates=balanced.covariates)


def run_stage(
    settings: Settings, problem: Problem, begin: Start, stage: dict
) -> Iterator[tuple[float, Start]]:
    """Anneal through one stage; yield the least loss and its cohort after each part of it.

    A stage may name the `populations` whose numbers count; whose patients move: those of `free`, or
    all `but` those of a population; the variables of which `only` levels are swapped, no exits; and
    a half width up to which the tests of `loosened` are open.
    """
    names = list(settings.populations)
    counted = [names.index(p) for p in stage.get("populations", names)]
    models = np.flatnonzero(np.isin(problem.model_population, counted))
    moved = ~begin.pinned
    if "free" in stage:
        moved = moved & problem.member[names.index(stage["free"])]
    if "but" in stage:
        moved = moved & ~problem.member[names.index(stage["but"])]
    only = np.array([list(settings.variables).index(v) for v in stage.get("only", [])], np.int64)
    problem = loosened(settings, problem, stage.get("loose", 0))
    weights = np.array(list((WEIGHTS | stage.get("weights", {})).values()), float)
    compared = np.isin(problem.base_population, counted)
    problem = problem._replace(
        base_population=problem.base_population[compared],
        base_variable=problem.base_variable[compared],
    )
    state, scratch = new_state(problem, begin), new_scratch(problem)
    free, hot, cold = np.flatnonzero(moved), stage["hot"], stage["cold"]
    steps = int(stage["steps"])
    least, seed = np.inf, settings.seed + int(stage.get("seed", 0))
    for first in range(0, steps, CHUNK):
        last = min(first + CHUNK, steps)
        between = [hot * (cold / hot) ** (k / steps) for k in (first, last)]
        loss, best = anneal(
            problem,
            state,
            scratch,
            np.array(counted),
            models,
            free,
            only,
            weights,
            seed,
            last - first,
            *between,
        )
        seed = -1
        if loss < least:
            least, found = loss, Start(best[2], best[0], best[1], begin.pinned)
        yield least, found


def loosened(settings: Settings, problem: Problem, half: float) -> Problem:
    """Return the problem with wide windows for tests of variables that no model is about.

    Swaps of levels bring these to the digit afterwards, and leave the models as they are. The
    least half width is one of root chi-square; a model is about the populations inside its own.
    """
    names, populations = [*settings.variables, ""], list(settings.populations)
    modelled = {(p, v) for p in range(len(populations)) for v in (names.index(settings.arm),)}
    for file, model in settings.models.items():
        around = problem.member[populations.index(file.split("/")[1])]
        inside = [p for p, own in enumerate(problem.member) if (own <= around).all()]
        modelled |= {(p, names.index(v)) for p in inside for v in model["covariates"]}
    window = problem.window.copy()
    for a, place in enumerate(zip(problem.population, problem.variable, strict=True)):
        if problem.test[a] == WINDOW and place not in modelled:
            window[a, 1] = max(window[a, 1], half)
    return problem._replace(window=window)


def loss(problem: Problem, cohort: Start) -> float:
    """Return the whole loss of a cohort with all weights 1."""
    everything = np.arange(len(problem.member)), np.arange(len(problem.width))
    state = new_state(problem, cohort)
    return fill_losses(
        problem, state, new_scratch(problem), *everything, np.array(list(WEIGHTS.values()), float)
    )


def cohort_rows(settings: Settings, cohort: Start) -> list[dict[str, str]]:
    """Return the cohort as text, one row a patient.

    Who is censored at the horizon may have been followed for longer, which changes no number:
    they are spread up to the longest follow-up. Of those censored late, the printed number is lost.
    """
    rng, survival = np.random.default_rng(settings.seed), settings.survival
    months = cohort.months.copy()
    beyond = np.flatnonzero((cohort.dead == 0) & (months >= survival["last_death"]))
    months[beyond] = rng.integers(survival["last_death"], survival["longest"] + 1, len(beyond))
    lost = np.zeros(len(months), int)
    if "lost" in survival:
        late = np.flatnonzero((cohort.dead == 0) & (months > survival["lost"]["after"]))
        lost[rng.choice(late, survival["lost"]["n"], replace=False)] = 1
    rows = []
    for i in range(len(months)):
        row = {"id": str(i + 1)}
        for v, (variable, levels) in enumerate(settings.variables.items()):
            g = cohort.covariates[i, v]
            row[variable] = levels[g] if g >= 0 else UNKNOWN
        rows.append(
            row | {"months": str(months[i]), "died": str(cohort.dead[i]), "lost": str(lost[i])}
        )
    return rows


def read_cohort(settings: Settings, rows: list[dict[str, str]], pinned: np.ndarray) -> Start:
    """Return a cohort from its table."""
    months = np.array([int(row["months"]) for row in rows])
    dead = np.array([int(row["died"]) for row in rows])
    months = np.where(dead == 0, np.minimum(months, settings.survival["horizon"]), months)
    return Start(encode(rows, settings), months, dead, pinned)


def write_rows(path: Path, columns: list[str], rows: list[dict]) -> None:
    """Write rows as CSV."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
