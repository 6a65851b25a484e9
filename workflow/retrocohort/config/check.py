"""Check of sense: do all names exist, do levels fit, does nothing go in a circle."""

from collections.abc import Iterable

from retrocohort.config.derivations import check_derivations
from retrocohort.config.dictionary import CENTRE, LEVELLED, NUMERIC
from retrocohort.config.references import References
from retrocohort.config.results import check_results
from retrocohort.faults import Fault, suggest
from retrocohort.where import FULL

SECTIONS = {  # a study without faults of shape has those that are needed; the others are optional
    "sources": {},
    "time": {},
    "derive": {},
    "checks": [],
    "criteria": [],
    "endpoints": {},
    "arms": {},
    "populations": {},
    "survival": {},
    "curves": {},
    "panels": {},
    "figures": {},
    "models": {},
    "tables": {},
    "further": {},
}
DAYS = ("days", "day", "d")  # units of a variable that an endpoint may be made from


def cross_faults(
    file: str, dictionary_file: str, study: dict, variables: dict, lost: Iterable[str] = ()
) -> list[Fault]:
    """Return every fault between the parts of a study whose shape is right.

    Parameters
    ----------
    file, dictionary_file : str
        Where to say that a fault is.
    study : dict
        The study file, without the entries whose shape is wrong.
    variables : dict
        The dictionary, without the variables whose rows are wrong.
    lost : iterable of str
        Names of those entries and variables.
    """
    study = SECTIONS | study
    study["survival"] = {"endpoints": [], "variables": []} | study["survival"]
    refs = References(file, study, variables, set(lost))
    if study.get("data") == "synthetic" and "notice" not in {*study, *lost}:
        remedy = "Say that no patient is described, and what the data cannot show."
        refs.fault("", "synthetic data need the key 'notice'.", remedy)
    _check_sources(refs)
    _check_centres(refs)
    _check_unit(refs, "time", study["time"], "the defaults")
    refs.faults += _variable_faults(dictionary_file, refs)
    check_derivations(refs)
    _check_cohort(refs)
    check_results(refs)
    return refs.faults


def _check_sources(refs: References) -> None:
    """Check that somebody is described once, and that nothing is read twice."""
    sources = refs.study["sources"]
    if sources and set(sources) <= refs.long and not refs.lost:
        refs.fault("sources", "every source has rows: many.", "One must have a row a patient.")
    one = {name for name in sources if name not in refs.long}
    if one and not refs.lost and all(sources[n].get("patients") == "known" for n in one):
        problem = "every source adds to known patients only."
        refs.fault("sources", problem, "One must deliver them (patients: new).")
    for name in sources:
        if name in refs.long and "patients" in sources[name]:
            problem = "'patients' is said of a source with rows: many."
            refs.fault(f"sources.{name}", problem, "Remove it: such rows are never patients.")
    readers = {}
    for name, entry in sources.items():
        key = (entry["file"], entry.get("sheet", ""), entry.get("rows", "one"))
        if key in readers:
            problem = f"reads the same file as '{readers[key]}'."
            refs.fault(f"sources.{name}", problem, "Name another file, or another sheet of it.")
        readers.setdefault(key, name)


def _check_centres(refs: References) -> None:
    """Check that each patient has one of the centres, where the dictionary makes them levels."""
    if CENTRE not in refs.variables:
        return
    if CENTRE in refs.study["derive"]:
        refs.fault(f"derive.{CENTRE}", "the centre comes from the sources.", "Remove it.")
    for name, entry in refs.study["sources"].items():
        place, centre = f"sources.{name}", entry.get("centre")
        if centre is None and name not in refs.long and entry.get("patients") != "known":
            remedy = "Name one of its levels, or {column: ...}."
            refs.fault(place, f"'{CENTRE}' is a variable, and this source names none.", remedy)
        elif isinstance(centre, str):
            refs.level(f"{place}.centre", CENTRE, centre)


def _variable_faults(file: str, refs: References) -> list[Fault]:
    """Return the faults of variables that come from nowhere or whose name is taken."""
    faults = []
    taken = {f"in_{name}" for name in refs.populations}
    taken |= {f"{e}_{end}" for e in refs.study["endpoints"] for end in ("time", "event", "entry")}
    for name, entry in refs.variables.items():
        for source in entry["columns"]:
            if source not in {*refs.study["sources"], *refs.lost}:
                problem = f"'{source}' is no source of the study."
                faults.append(Fault(file, name, problem, suggest(source, refs.study["sources"])))
        for source in sorted(set(entry["convert_in"]) - set(entry["columns"])):
            problem = f"'{source}' in convert is no source of this variable."
            faults.append(Fault(file, name, problem, suggest(source, entry["columns"])))
        if not entry["columns"] and name not in {*refs.study["derive"], *refs.lost, CENTRE}:
            remedy = "Give its columns, or derive it in the study file."
            faults.append(Fault(file, name, "has neither a column nor a derivation.", remedy))
        if name in taken:
            problem = "the cohort has a column of that name, made from the study file."
            faults.append(Fault(file, name, problem, "Choose another name."))
    return faults


def _check_cohort(refs: References) -> None:
    """Check the checks, criteria, endpoints, arms and populations."""
    study = refs.study
    for section, key in (("checks", "check"), ("criteria", "exclude")):
        names = [entry[key] for entry in study[section]]
        for entry in study[section]:
            refs.condition(f"{section}.{entry[key]}.where", entry["where"])
        for name in dict.fromkeys(n for n in names if names.count(n) > 1):
            remedy = f"Give each {'check' if key == 'check' else 'criterion'} its own name."
            refs.fault(section, f"'{name}' stands twice.", remedy)
    for check in study["checks"]:
        refs.variable(f"checks.{check['check']}.variable", check["variable"])
    for name, endpoint in study["endpoints"].items():
        _check_endpoint(refs, f"endpoints.{name}", endpoint)
    for name, arm in study["arms"].items():
        refs.variable(f"arms.{name}.variable", arm["variable"], LEVELLED)
    for name, population in study["populations"].items():
        place = f"populations.{name}"
        if name == FULL:
            refs.fault(place, "'full' is always the whole cohort.", "Choose another name.")
        refs.condition(f"{place}.where", population["where"])
        if "parent" in population:
            refs.choice(f"{place}.parent", population["parent"], refs.populations, "a population")
    parents = {name: {entry.get("parent", FULL)} for name, entry in study["populations"].items()}
    refs.no_circle("populations", parents, "A population cannot lie within itself.")


def _check_endpoint(refs: References, place: str, endpoint: dict) -> None:
    """Check the variables, levels and unit of an endpoint."""
    _check_unit(refs, place, endpoint, "those of `time`")
    for key in ("events", "censor"):
        for number, item in enumerate(endpoint.get(key, [])):
            _check_days(refs, f"{place}.{key}.{number}.time", item["time"])
            refs.condition(f"{place}.{key}.{number}.where", item.get("where", {}))
    _check_days(refs, f"{place}.followup", endpoint["followup"])
    for number, item in enumerate(endpoint.get("not_at_risk", [])):
        refs.condition(f"{place}.not_at_risk.{number}.where", item["where"])
    if "entry" in endpoint:
        if "round_to" in refs.study["time"] and "unit" not in endpoint:
            problem = "times that are rounded cannot start at an entry that is not."
            refs.fault(f"{place}.entry", problem, "Give the endpoint its own unit.")
        refs.variable(f"{place}.entry.variable", endpoint["entry"]["variable"], NUMERIC)


def _check_unit(refs: References, place: str, entry: dict, otherwise: str) -> None:
    """Check that a unit of time comes with its days."""
    if ("unit" in entry) != ("days_per_unit" in entry):
        problem = "has one of unit and days_per_unit."
        refs.fault(place, problem, f"Give both, or neither to use {otherwise}.")


def _check_days(refs: References, place: str, name: str) -> None:
    """Check that a variable counts days."""
    if refs.variable(place, name, NUMERIC) and refs.variables[name]["unit"] not in DAYS:
        problem = f"'{name}' is in '{refs.variables[name]['unit']}'; endpoints are made from days."
        refs.fault(place, problem, "Give the unit 'days' in the dictionary, and values in days.")
