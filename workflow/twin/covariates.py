"""Covariates that give every printed count at once, by integer programming (OR-tools CP-SAT).

Every printed count is of one variable within a population and an arm. So it is enough to count
patients by pattern (one level of each variable that defines arms or populations), and each other
variable by level within these patterns; which patient of a pattern has which level is then free.

That arms do not differ (`no_difference` of the settings) is no count and is not stated here: no
linear constraint bounds Pearson's statistic, only a list of all admitted tables, which is short for
two levels with printed margins and out of reach for four levels with unknown values. The search
that follows moves covariates within the counts and has to keep the rule in any case;
`survival.balance` brings its start there.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
from ortools.sat.python import cp_model

from twin.ledger import Target
from twin.settings import UNKNOWN, Settings

PER_PATIENT = 10_000  # the scale of a relative deviation, in whole numbers for the solver


class Counts:
    """The integer program of a ledger's counts.

    Attributes
    ----------
    patterns : level by defining variable, one dict a pattern.
    at : solver variable by (variable, level, pattern number): patients with this level.
    deviations : by row that may deviate (file, variable, level): what the cohort will have.
    """

    def __init__(self, settings: Settings, counts: list[Target]):
        """State the program; every count is a constraint."""
        self.settings, self.model = settings, cp_model.CpModel()
        self.size = next(int(t.value) for t in counts if t.population == "full" and not t.variable)
        defining = settings.defining()
        levels = [settings.variables[variable] for variable in defining]
        self.patterns = [dict(zip(defining, choice, strict=True)) for choice in product(*levels)]
        self.patients = [self._whole(f"pattern {k}") for k in range(len(self.patterns))]
        self.at = {}
        for variable in settings.variables:
            for k, pattern in enumerate(self.patterns):
                self._split(variable, k, pattern)
        self.deviations, costs = {}, []
        self.model.add(sum(self.patients) == self.size)
        for target in counts:
            costs += self._constrain(target)
        for fact in settings.facts:
            found = self._sum(fact["population"], fact["variable"], fact["level"], "")
            self.model.add(found == fact["n"])
        self.model.minimize(sum(costs))

    def _whole(self, name: str):
        return self.model.new_int_var(0, self.size, name)

    def _split(self, variable: str, k: int, pattern: dict[str, str]) -> None:
        """Count the levels of a variable within a pattern."""
        if variable in pattern:
            self.at[variable, pattern[variable], k] = self.patients[k]
            return
        levels = list(self.settings.variables[variable])
        if variable in self.settings.may_be_unknown:
            levels.append(UNKNOWN)
        for level in levels:
            self.at[variable, level, k] = self._whole(f"{variable} {level} {k}")
        self.model.add(sum(self.at[variable, level, k] for level in levels) == self.patients[k])

    def _sum(self, population: str, variable: str, level: str, arm: str):
        """Return the patients of a level, arm and population."""
        inside = [
            k
            for k, pattern in enumerate(self.patterns)
            if self.settings.members(population, pattern)
            and arm in ("", pattern[self.settings.arm])
        ]
        if not variable:
            return sum(self.patients[k] for k in inside)
        return sum(self.at.get((variable, level, k), 0) for k in inside)

    def _constrain(self, target: Target) -> list:
        """Hold one printed count; return the cost of deviating where that is allowed."""
        found = self._sum(target.population, target.variable, target.level, target.arm)
        loose = {"file": target.file, "variable": target.variable} in self.settings.may_deviate
        if not loose:
            self.model.add(found == int(target.value))
            return []
        deviation = self._whole(f"deviation {target.ids[0]}")
        self.model.add_abs_equality(deviation, found - int(target.value))
        self.deviations[target] = found
        return [deviation * round(PER_PATIENT / max(target.value, 1))]


def solve(settings: Settings, counts: list[Target]) -> tuple[list[dict[str, str]], dict]:
    """Return patients with which all counts hold.

    Deterministic: one worker, a fixed seed, a limit in deterministic time.

    Returns
    -------
    patients : level by variable ("" is unknown), in the order of the patterns.
    deviating : what the cohort has instead of the printed count, by target.

    Raises
    ------
    ValueError
        No cohort has these counts, or none was found within the limit.
    """
    program, solver = Counts(settings, counts), cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = settings.seed
    solver.parameters.max_deterministic_time = settings.solver_limit
    status = solver.solve(program.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise ValueError(
            f"no cohort has the printed counts ({solver.status_name(status)}); "
            "mark the row that contradicts the others impossible, or let it deviate in twin.yaml"
        )
    deviating = {
        target: solver.value(found)
        for target, found in program.deviations.items()
        if solver.value(found) != target.value
    }
    return list(_expand(program, solver, np.random.default_rng(settings.seed))), deviating


def _expand(program: Counts, solver, rng: np.random.Generator) -> Iterator[dict[str, str]]:
    """Yield the patients of each pattern, the other variables dealt out at random."""
    for k, pattern in enumerate(program.patterns):
        n = solver.value(program.patients[k])
        dealt = {}
        for variable in program.settings.variables:
            levels = [*program.settings.variables[variable], UNKNOWN]
            times = [
                solver.value(program.at[variable, level, k])
                if (variable, level, k) in program.at
                else 0
                for level in levels
            ]
            dealt[variable] = rng.permutation(np.repeat(levels, times))
        for i in range(n):
            yield pattern | {variable: str(dealt[variable][i]) for variable in dealt}
