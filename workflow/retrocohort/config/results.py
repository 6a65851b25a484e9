"""Check of sense of what a study estimates, draws, fits and tabulates."""

from collections.abc import Iterable

from retrocohort.config.dictionary import LEVELLED, NUMERIC
from retrocohort.config.further import check_further
from retrocohort.config.references import References
from retrocohort.where import FULL

OWN_ENDINGS = {"models": ("_fit", "_ph"), "tables": ("_tests",)}  # of files beside an entry's own


def check_results(refs: References) -> None:
    """Check what is estimated, drawn, fitted and tabulated."""
    survival = refs.study["survival"]
    _check_selection(refs, "survival", survival, refs.study["endpoints"], "an endpoint")
    for key in ("variables", "logrank_strata"):
        for name in survival.get(key, []):
            refs.variable(f"survival.{key}", name, LEVELLED)
    for name, curve in refs.study["curves"].items():
        place = f"curves.{name}"
        _check_selection(refs, place, curve, survival["endpoints"], "in survival.endpoints")
        _check_estimated(refs, place, curve)
        if "by" in curve:
            refs.variable(f"{place}.by", curve["by"], LEVELLED)
        _check_followup(refs, place, curve)
    for name, panels in refs.study["panels"].items():
        _check_panels(refs, f"panels.{name}", panels)
    for name in refs.study["figures"].get("flowchart", {}).get("without", []):
        parts, what = refs.populations - {FULL}, "a named part of the cohort"
        refs.choice("figures.flowchart.without", name, parts, what)
    for name, model in refs.study["models"].items():
        _check_model(refs, f"models.{name}", model)
    for name, table in refs.study["tables"].items():
        _check_table(refs, f"tables.{name}", table)
    for name, analysis in refs.study["further"].items():
        place = f"further.{name}"
        _check_selection(refs, place, analysis, refs.study["endpoints"], "an endpoint")
        check_further(refs, place, analysis)
    for section, endings in OWN_ENDINGS.items():
        names = refs.study[section]
        for name in sorted({f"{n}{ending}" for n in names for ending in endings} & set(names)):
            problem = f"'{name}' is also the name of a file of another entry."
            refs.fault(f"{section}.{name}", problem, "Choose another name.")


def _check_selection(
    refs: References, place: str, entry: dict, endpoints: Iterable[str], what: str
) -> None:
    """Check the endpoints and populations that an entry names."""
    for name in entry.get("endpoints", []):
        refs.choice(f"{place}.endpoints", name, endpoints, what)
    for name in entry.get("populations", []):
        refs.choice(f"{place}.populations", name, refs.populations, "a population")


def _check_estimated(refs: References, place: str, entry: dict) -> None:
    """Check that survival is estimated in each population that an entry shows it in."""
    shown = set(entry.get("populations", refs.populations)) & refs.populations
    for name in sorted(shown - set(refs.study["survival"].get("populations", refs.populations))):
        problem = f"survival is not estimated in the population '{name}'."
        refs.fault(f"{place}.populations", problem, "Add it to survival.populations.")


def _check_followup(refs: References, place: str, curve: dict) -> None:
    """Check that follow-up is drawn where the curves are, and counted from time 0."""
    if "followup" not in curve:
        return
    drawn = curve.get("populations", refs.populations)
    for name in curve["followup"]:
        refs.choice(f"{place}.followup", name, drawn, "a population of the curve")
    for name in curve.get("endpoints", refs.study["survival"]["endpoints"]):
        if "entry" in refs.study["endpoints"].get(name, {}):
            problem = f"'{name}' has delayed entry, and its follow-up is no curve on this axis."
            refs.fault(f"{place}.followup", problem, "Draw it in a curve of the other endpoints.")


def _check_panels(refs: References, place: str, panels: dict) -> None:
    """Check that the panels of a figure are drawn as curves."""
    curves, survival = refs.study["curves"], refs.study["survival"]
    if place == "panels.flowchart":
        refs.fault(place, "'flowchart' is a figure of its own.", "Choose another name.")
    if not refs.choice(f"{place}.curve", panels["curve"], curves, "an entry of curves"):
        return
    curve = curves[panels["curve"]]
    endpoints = curve.get("endpoints", survival["endpoints"])
    refs.choice(f"{place}.endpoint", panels["endpoint"], endpoints, "an endpoint of the curve")
    drawn = curve.get("populations", refs.populations)
    for name in panels["populations"]:
        refs.choice(f"{place}.populations", name, drawn, "a population of the curve")


def _check_model(refs: References, place: str, model: dict) -> None:
    """Check the variables and levels of a Cox model."""
    _check_selection(refs, place, model, refs.study["endpoints"], "an endpoint")
    strata, covariates = model.get("strata", []), model["covariates"]
    for name in covariates:
        refs.variable(f"{place}.covariates", name, (*LEVELLED, *NUMERIC))
        if name in strata:
            refs.fault(f"{place}.strata", f"'{name}' is a covariate too.", "Keep one of them.")
    for name in strata:
        refs.variable(f"{place}.strata", name, LEVELLED)
    for name, level in model.get("reference", {}).items():
        at = f"{place}.reference.{name}"
        if refs.choice(at, name, covariates, "a covariate of the model") and refs.variable(
            at, name, LEVELLED
        ):
            refs.level(at, name, level)
    if "beside" in model:
        others = set(refs.study["models"]) - {place.removeprefix("models.")}
        refs.choice(f"{place}.beside", model["beside"], others, "another entry of models")
    select = model.get("select")
    for name in select.get("always", []) if isinstance(select, dict) else []:
        refs.choice(f"{place}.select.always", name, covariates, "a covariate of the model")


def _check_table(refs: References, place: str, table: dict) -> None:
    """Check the variables of a table, and that what it shows is estimated."""
    _check_selection(refs, place, table, (), "")
    is_survival = table["kind"] == "survival"
    for key in ("endpoint", "model") if is_survival else ("by",):
        if key not in table:
            refs.fault(place, f"a {table['kind']} table needs the key '{key}'.", "Add it.")
    if is_survival and "draw" in table:
        refs.fault(f"{place}.draw", "a survival table has no pictures.", "Remove it.")
    if "by" in table:
        refs.variable(f"{place}.by", table["by"], LEVELLED)
    for name in table["variables"]:
        types = LEVELLED if is_survival else (*LEVELLED, *NUMERIC)
        is_right = refs.variable(f"{place}.variables", name, types)
        if is_survival and is_right and name not in refs.study["survival"]["variables"]:
            problem = f"'{name}' is not estimated."
            refs.fault(f"{place}.variables", problem, "Add it to survival.variables.")
    for key in ("numbers", "remarks"):
        for name in table.get(key, {}):
            at = f"{place}.{key}"
            shown = table.get("populations", refs.populations)
            refs.choice(at, name, shown, "a population of the table")
    for key in ("summary", "tests"):
        for name in table.get(key, {}):
            refs.choice(f"{place}.{key}", name, table["variables"], "a variable of the table")
    if is_survival:
        _check_estimated(refs, place, table)
        endpoints = refs.study["survival"]["endpoints"]
        if "endpoint" in table:
            at = f"{place}.endpoint"
            refs.choice(at, table["endpoint"], endpoints, "in survival.endpoints")
        if "model" in table:
            _check_table_model(refs, f"{place}.model", table)


def _check_table_model(refs: References, place: str, table: dict) -> None:
    """Check that the model of a survival table is fitted to its endpoint and populations."""
    models = refs.study["models"]
    if not refs.choice(place, table["model"], models, "a model"):
        return
    model, endpoint = models[table["model"]], table.get("endpoint")
    fitted_to = model.get("endpoints", refs.study["survival"]["endpoints"])
    if endpoint in refs.study["endpoints"] and endpoint not in fitted_to:
        problem = f"'{table['model']}' is not fitted to '{endpoint}'."
        refs.fault(place, problem, f"Add it to models.{table['model']}.endpoints.")
    fitted_in = model.get("populations", refs.populations)
    shown = set(table.get("populations", refs.populations)) & refs.populations
    for name in sorted(shown - set(fitted_in)):
        problem = f"'{table['model']}' is not fitted in the population '{name}'."
        refs.fault(place, problem, f"Add it to models.{table['model']}.populations.")
