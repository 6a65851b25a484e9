"""Which estimates the second engine computes again, part by part."""

from retrocohort.plan.checked import checked_parts
from retrocohort.plan.entries import Plan, without

SHOWN = ("label", "endpoints", "populations", "role", "beside", "draw")  # decide no number


def verified_parts(plan: Plan) -> dict[str, list[dict]]:
    """Return kind -> its parts: paths below the results, and what the study file asks for."""
    parts, study = checked_parts(plan), plan.study
    for kind, section in (("baseline", "tables"), ("models", "models"), ("further", "further")):
        for part in parts[kind]:
            part["asked"] = without(study[section][part["name"]], *SHOWN)
    for part in parts["survival"]:
        part["asked"] = plan.survival_of(part["endpoint"])
    for part in parts["baseline"]:
        part["tests"] = f"tables/{part['population']}/{part['name']}_tests.csv"
    del parts["tables"]  # of survival: they repeat what is verified here
    return parts


def verified_files(plan: Plan) -> list[str]:
    """Return every file whose numbers are computed again."""
    every = [part for kind in verified_parts(plan).values() for part in kind]
    paths = [path for part in every for path in part.values() if str(path).endswith(".csv")]
    return [f"{plan.folder}/{path}" for path in dict.fromkeys(paths)]


def verified_variables(plan: Plan) -> dict[str, dict]:
    """Return type and levels of each variable; labels change no number."""
    dictionary = plan.texts(plan.study["variables"], "type", "levels")
    return {name: entry | {"levels": list(entry["levels"])} for name, entry in dictionary.items()}


def verified_conventions(plan: Plan) -> dict:
    """Return the conventions that decide a number."""
    return without(plan.study["conventions"], "alpha")
