"""Check of the `further` analyses: does each kind have its keys, do its names exist."""

from retrocohort.config.dictionary import LEVELLED, NUMERIC
from retrocohort.config.references import References
from retrocohort.where import FULL

NEEDED = {"interaction": ("subgroups",), "subgroups": ("across",), "landmark": ("at",), "rmst": ()}
OWN = {  # keys that say something about some kinds only
    "subgroups": ("interaction", "subgroups"),
    "without": ("interaction",),
    "across": ("subgroups",),
    "covariates": ("interaction", "subgroups"),
    "at": ("landmark",),
    "tau": ("rmst",),
}


def check_further(refs: References, place: str, entry: dict) -> None:
    """Check one analysis."""
    kind = entry["kind"]
    for key in NEEDED[kind]:
        if key not in entry:
            refs.fault(place, f"the kind {kind} needs the key '{key}'.", "Add it.")
    for key in sorted(set(entry) & set(OWN)):
        if kind not in OWN[key]:
            problem = f"'{key}' says nothing about the kind {kind}."
            remedy = f"It is for the kind {' or '.join(OWN[key])}."
            refs.fault(f"{place}.{key}", problem, remedy)
    refs.variable(f"{place}.by", entry["by"], LEVELLED)
    if kind == "subgroups":
        _check_splits(refs, place, entry)
    elif kind == "interaction":
        _check_interaction(refs, place, entry)
    else:
        _check_start(refs, place, entry)


def _check_interaction(refs: References, place: str, entry: dict) -> None:
    """Check the subgroups and what the models are adjusted for."""
    asked = entry.get("subgroups", [])
    names: list[str] = []
    if isinstance(asked, str):
        if refs.variable(f"{place}.subgroups", asked, LEVELLED):
            names = list(refs.variables[asked]["levels"])
    else:
        parts, what = refs.populations - {FULL}, "a named part of the cohort"
        names = [n for n in asked if refs.choice(f"{place}.subgroups", n, parts, what)]
    for name in entry.get("without", []):
        refs.choice(f"{place}.without", name, names or [name], "one of the subgroups")
    is_sound = isinstance(asked, str) or len(names) == len(asked)
    if names and is_sound and len(set(names) - set(entry.get("without", []))) < 2:
        refs.fault(place, "fewer than two subgroups are compared.", "Name two or more.")
    for name in entry.get("covariates", []):
        refs.variable(f"{place}.covariates", name, (*LEVELLED, *NUMERIC))
        if name in (entry["by"], asked):
            problem = f"'{name}' is in the models already."
            refs.fault(f"{place}.covariates", problem, "Remove it.")
    if entry["by"] == asked:
        problem = f"'{asked}' is the exposure too."
        refs.fault(f"{place}.subgroups", problem, "Name another variable.")


def _check_splits(refs: References, place: str, entry: dict) -> None:
    """Check the variables and populations whose subgroups are shown."""
    for name in entry.get("across", []):
        refs.variable(f"{place}.across", name, LEVELLED)
        if name == entry["by"]:
            refs.fault(f"{place}.across", f"'{name}' is the exposure too.", "Remove it.")
    listed = entry.get("subgroups", [])
    if isinstance(listed, str):
        refs.fault(f"{place}.subgroups", "is a name.", "Give a list of populations, or use across.")
        listed = []
    for name in listed:
        parts, what = refs.populations - {FULL}, "a named part of the cohort"
        refs.choice(f"{place}.subgroups", name, parts, what)
    for name in entry.get("covariates", []):
        refs.variable(f"{place}.covariates", name, (*LEVELLED, *NUMERIC))
        if name == entry["by"]:
            refs.fault(f"{place}.covariates", f"'{name}' is the exposure too.", "Remove it.")


def _check_start(refs: References, place: str, entry: dict) -> None:
    """Check that everybody is followed from time 0."""
    endpoints = refs.study["endpoints"]
    for name in entry.get("endpoints", refs.study["survival"]["endpoints"]):
        if "entry" in endpoints.get(name, {}):
            problem = f"'{name}' has delayed entry; the kind {entry['kind']} counts from time 0."
            refs.fault(f"{place}.endpoints", problem, "Name the others.")
