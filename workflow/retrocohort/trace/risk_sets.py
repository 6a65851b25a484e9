"""In which curves and models a patient is: from when to when, and as a complete case or not."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from retrocohort.models.design import complete_cases
from retrocohort.models.interaction import subgroups_of
from retrocohort.models.landmark import restarted
from retrocohort.models.samples import Sample, at_risk, level_codes
from retrocohort.models.subgroups import POPULATIONS
from retrocohort.plan.entries import FURTHER, PLACE, Plan

UNKNOWN_LEVEL = None
MODEL = "model"
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Stay:
    """A patient in the risk sets of a curve: at risk at each t with entry < t <= time."""

    level: str  # of what the curve compares; empty where it compares nothing
    entry: float | None  # in the unit of the curve; None where nobody enters late
    time: float
    event: bool


@dataclass(frozen=True)
class Part:
    """A part of a study: `file` below the results, names of the study file, who is at risk.

    The `rows` of the sample are those of the cohort frame.
    """

    file: str
    name: str
    endpoint: str
    population: str
    sample: Sample

    @cached_property
    def places(self) -> dict[int, int]:
        """Return row of the cohort frame -> place in the sample."""
        return {row: place for place, row in enumerate(self.sample.rows.tolist())}


@dataclass(frozen=True)
class Curve(Part):
    """The curves of one file.

    Attributes
    ----------
    by : the variable that they compare, or empty.
    levels : (n,) its level, None where it is missing.
    start : when their time begins, in the unit of the endpoint: a landmark, or 0.
    """

    by: str
    levels: np.ndarray
    start: float

    def stay(self, row: int) -> Stay | None:
        """Return when a patient of the cohort frame is at risk, None if in no curve."""
        i = self.places.get(row)
        if i is None or self.levels[i] is UNKNOWN_LEVEL:
            return None
        entry = None if self.sample.entry is None else float(self.sample.entry[i])
        return Stay(self.levels[i], entry, float(self.sample.time[i]), bool(self.sample.event[i]))


@dataclass(frozen=True)
class Analysis(Part):
    """One fit, which uses the complete cases of its patients.

    Attributes
    ----------
    kind : "model", or the kind of a further analysis.
    selector : column -> value of the rows of the file that count its patients.
    inside : (n,) bool, who belongs to one of the subgroups that it compares.
    known : variable -> (n,) bool, who has a value of it.
    """

    kind: str
    selector: Mapping[str, str]
    inside: np.ndarray
    known: Mapping[str, np.ndarray]

    def missing(self, row: int) -> list[str] | None:
        """Return what a patient has no value of; None if the analysis is not about them."""
        i = self.places.get(row)
        if i is None or not self.inside[i]:
            return None
        return [name for name, known in self.known.items() if not known[i]]


def sampler(frame) -> Callable[..., Sample]:
    """Return `at_risk` of a cohort frame, each sample made once."""

    @cache
    def samples(endpoint: str, population: str, exact: bool = False) -> Sample:
        return at_risk(frame, endpoint, population, exact=exact)

    return samples


def files_read(plan: Plan) -> list[str]:
    """Return the files of curves and fits, below the results of the study."""
    entries = (*_drawn(plan), *_fitted(plan), *_compared(plan))
    return list(dict.fromkeys(file for file, *_ in entries))


def _drawn(plan: Plan) -> Iterator[tuple[str, str, dict, dict]]:
    """Yield (file, name, entry, part) of all curves: of endpoints, then from a landmark on."""
    landmark = FURTHER["landmark"]["km"]
    for name, curve in plan.study["curves"].items():
        for part in plan.parts(curve):
            yield f"models/{PLACE}/km_{name}.csv".format(**part), name, curve, part
    for name, entry in plan.study["further"].items():
        for part in plan.parts(entry) if entry["kind"] == "landmark" else ():
            file = f"models/{PLACE}/landmark_{name}{landmark}.csv".format(**part)
            yield file, name, entry, part


def _fitted(plan: Plan) -> Iterator[tuple[str, str, dict, dict]]:
    """Yield (file, name, entry, part) of the fits of all models."""
    for name, model in plan.study["models"].items():
        for part in plan.parts(model):
            yield f"models/{PLACE}/cox_{name}_fit.csv".format(**part), name, model, part


def _compared(plan: Plan) -> Iterator[tuple[str, str, dict, dict]]:
    """Yield (file, name, entry, part) of the comparisons of all subgroups."""
    for name, entry in plan.study["further"].items():
        if entry["kind"] in ("interaction", "subgroups"):
            end = FURTHER[entry["kind"]]["tests"]
            for part in plan.parts(entry):
                file = f"models/{PLACE}/{entry['kind']}_{name}{end}.csv".format(**part)
                yield file, name, entry, part


def curves(plan: Plan, frame, samples: Callable[..., Sample]) -> Iterator[Curve]:
    """Yield every curve of a study: those of its endpoints, then those from a landmark on."""
    for file, name, entry, part in _drawn(plan):
        endpoint, population, by = part["endpoint"], part["population"], entry.get("by", "")
        start = entry.get("at", 0.0)
        sample = samples(endpoint, population, "at" in entry)
        sample = restarted(sample, start) if "at" in entry else sample
        levels = _levels(plan, frame, by, sample)
        yield Curve(file, name, endpoint, population, sample, by, levels, start)


def _levels(plan: Plan, frame, by: str, sample: Sample) -> np.ndarray:
    """Return the level of each patient: empty where nothing is compared, None for missing."""
    if not by:
        return np.full(sample.n, "", dtype=object)
    named = plan.study["variables"][by]["levels"]
    levels = np.array([*named, UNKNOWN_LEVEL], dtype=object)
    return levels[level_codes(frame, by, named, sample.rows)]  # -1 takes the last


def models(
    plan: Plan, frame, samples: Callable[..., Sample], read: Callable[[str], Rows]
) -> Iterator[Analysis]:
    """Yield every Cox model of a study, of a univariable entry one for each covariate.

    Parameters
    ----------
    read : returns the rows of a file below the results; of a model that selects its covariates
        the fit says which entered.
    """
    for file, name, model, part in _fitted(plan):
        sample = samples(part["endpoint"], part["population"])
        everybody = np.ones(sample.n, dtype=bool)
        for covariate, names in _fits(model, read(file)):
            known = _known(plan, frame, sample, [*names, *model["strata"]])
            about = file, name, part["endpoint"], part["population"], sample
            yield Analysis(*about, MODEL, {"model": covariate}, everybody, known)


def _fits(model: Mapping, fit: Rows) -> Iterator[tuple[str, list[str]]]:
    """Yield (name in the file of the fit, covariates) of each fit of a model entry."""
    if model["kind"] == "univariable":
        yield from ((name, [name]) for name in model["covariates"])
    elif isinstance(model["select"], Mapping):
        yield "", [r["model"] for r in fit if r["statistic"] == "entered" and r["value"] == "1"]
    else:
        yield "", model["covariates"]


def further(plan: Plan, frame, samples: Callable[..., Sample]) -> Iterator[Analysis]:
    """Yield the tests of interaction of a study, and the comparisons of its subgroups."""
    variables = plan.study["variables"]
    for file, name, entry, part in _compared(plan):
        sample = samples(part["endpoint"], part["population"])
        for split, left_out, covariates in _splits(entry):
            groups = subgroups_of(frame, sample, split, variables, f"further.{name}")
            chosen = [group for group in groups.names if group not in left_out]
            inside = np.isin(groups.codes, [groups.names.index(group) for group in chosen])
            selector = {"subgroups": "|".join(chosen)}
            if entry["kind"] == "subgroups":
                selector["split"] = split if isinstance(split, str) else POPULATIONS
            known = _known(plan, frame, sample, [entry["by"], *covariates])
            about = file, name, part["endpoint"], part["population"], sample
            yield Analysis(*about, entry["kind"], selector, inside, known)


def _splits(entry: Mapping) -> Iterator[tuple[str | list[str], list[str], list[str]]]:
    """Yield (variable or populations, subgroups left out, covariates) of each test."""
    if entry["kind"] == "interaction":
        for left_out in ([], entry["without"]) if entry["without"] else ([],):
            yield entry["subgroups"], left_out, entry["covariates"]
        return
    for split in [*filter(None, [entry.get("subgroups")]), *entry["across"]]:
        yield split, [], [name for name in entry["covariates"] if name != split]


def _known(plan: Plan, frame, sample: Sample, names: list[str]) -> dict[str, np.ndarray]:
    """Return variable -> who of a sample has a value of it."""
    variables = plan.study["variables"]
    return {name: complete_cases(frame, sample, [name], variables) for name in names}
