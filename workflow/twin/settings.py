"""What a twin is asked to be: the study's twin.yaml, with its names checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

UNKNOWN = ""


@dataclass(frozen=True)
class Settings:
    """The declared part of a twin.

    Attributes
    ----------
    variables : levels by variable, the first level being the reference of models.
    populations : allowed levels by variable, by population; {} is everybody.
    models : covariates and references by the file that prints the hazard ratios.
    patients : records that the printed numbers force (where, given, months).
    """

    arm: str
    variables: dict[str, list[str]]
    populations: dict[str, dict[str, list[str]]]
    may_be_unknown: list[str] = field(default_factory=list)
    may_deviate: list[dict] = field(default_factory=list)
    facts: list[dict] = field(default_factory=list)
    no_difference: dict = field(default_factory=lambda: {"alpha": 0.05, "except": {}})
    models: dict[str, dict] = field(default_factory=dict)
    select_below: float | None = None
    survival: dict = field(default_factory=dict)
    patients: list[dict] = field(default_factory=list)
    stages: list[dict] = field(default_factory=list)
    seed: int = 1
    solver_limit: float = 60.0

    def members(self, population: str, patient: Mapping[str, str]) -> bool:
        """Return whether a patient (level by variable) belongs to a population."""
        conditions = self.populations[population]
        return all(patient[variable] in levels for variable, levels in conditions.items())

    def defining(self) -> list[str]:
        """Return the arm and the variables by which populations are defined, in their order."""
        named = {variable for where in self.populations.values() for variable in where}
        return [variable for variable in self.variables if variable in named | {self.arm}]


def read_settings(path: Path) -> Settings:
    """Read a twin.yaml.

    Raises
    ------
    ValueError
        Names every variable or level that the file uses and does not declare.
    """
    settings = Settings(**yaml.safe_load(path.read_text(encoding="utf-8")))
    wrong = list(_undeclared(settings))
    if wrong:
        raise ValueError(f"{path}: " + "; ".join(wrong))
    return settings


def _undeclared(settings: Settings):
    """Yield what is named and not declared under variables."""
    wheres = [(f"populations.{name}", where) for name, where in settings.populations.items()]
    for number, patient in enumerate(settings.patients):
        own = {**patient["where"], **patient.get("given", {})}
        wheres.append((f"patients.{number}", {key: [level] for key, level in own.items()}))
    for place, where in wheres:
        for variable, levels in where.items():
            for level in levels:
                if level not in settings.variables.get(variable, []):
                    yield f"{place}: {variable} = {level!r} is not among the variables' levels"
    for file, model in settings.models.items():
        for variable in set(model["covariates"]) - set(settings.variables):
            yield f"models.{file}: {variable!r} is not a variable"
    for number, stage in enumerate(settings.stages):
        for variable in set(stage.get("only", [])) - set(settings.variables):
            yield f"stages.{number}: {variable!r} is not a variable"
