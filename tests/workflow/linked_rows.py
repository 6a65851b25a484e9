"""A study whose variables, endpoints and landmark analyses tell of each other.

Sparse levels are merged in another variable and are a population; causes of death make up all
deaths; three patients leave between two landmarks.
"""

import numpy as np
import pandas as pd

CAUSES, AFTER = "xyz", {"early": 40, "late": 43}  # have left by the landmark
MERGED = {"low": ["a", "b"], "high": ["c", "d"]}


def linked(study, cleaned):
    """Return a small study with such variables, endpoints and analyses, and its records."""
    (first, entry), *_ = study["endpoints"].items()
    of_causes = {f"of_{cause}": of_cause(entry, cause) for cause in CAUSES}
    asked = study["survival"] | {"endpoints": [first, *of_causes]}
    lows = {"label": "Low", "where": {"sparse": MERGED["low"]}, "parent": "full"}
    choices = [{"level": name, "where": {"sparse": own}} for name, own in MERGED.items()]
    left = np.sort(cleaned["death_days"].to_numpy(dtype=float)) / entry["days_per_unit"]
    (by,) = {table["by"] for table in study["tables"].values()}
    changed = study | {
        "variables": study["variables"] | variables(),
        "derive": {"merged": {"choose": choices}},
        "populations": study["populations"] | {"lows": lows},
        "endpoints": study["endpoints"] | of_causes,
        "survival": asked,
        "further": {name: landmark(name, float(left[n]), by, first) for name, n in AFTER.items()},
        "tables": {
            name: table | {"variables": [*table["variables"], "sparse", "merged"]}
            for name, table in study["tables"].items()
        },
    }
    return changed, cleaned.assign(**columns(cleaned))


def of_cause(entry, cause):
    """Return the endpoint of one cause of death."""
    return entry | {"events": [each | {"where": {"cause": cause}} for each in entry["events"]]}


def landmark(name, at, by, endpoint):
    """Return a landmark analysis of all patients."""
    about = {"kind": "landmark", "label": name, "at": at, "by": by}
    return about | {"endpoints": [endpoint], "populations": ["full"]}


def variables():
    """Return what the study says of the new variables."""
    levels = {"sparse": "abcd", "merged": MERGED, "cause": ["none", *CAUSES]}
    about = {"label": "", "type": "category", "unit": ""}
    return {name: about | {"levels": dict.fromkeys(own, "")} for name, own in levels.items()}


def columns(cleaned):
    """Return the new variables: three patients with the first level, three dead of one cause."""
    rank = cleaned["nodes"].rank(method="first").to_numpy(dtype=int)
    dead = (cleaned["death"] == "yes").to_numpy(dtype=bool)
    sparse = np.where(rank <= 3, "a", np.where(rank % 9 < 4, "b", np.where(rank % 9 < 5, "c", "d")))
    merged = np.where(np.isin(sparse, MERGED["low"]), "low", "high")
    cause = np.where(
        dead, np.where(np.cumsum(dead) <= 3, "x", np.where(rank % 2, "y", "z")), "none"
    )
    own = {"sparse": sparse, "merged": merged, "cause": cause}
    return {name: pd.Series(each, cleaned.index, dtype="string") for name, each in own.items()}
