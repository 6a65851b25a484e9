"""The labels of criteria, populations, arms and reasons, put beside the counts of the cohort.

A step of its own, so that a changed label makes no patient's row, estimate or model anew.
"""

from retrocohort.language import noted, told

FLOW = ["step", "criterion", "label", "n_before", "n_excluded", "n_after", "n_unknown"]
POPULATIONS = ["population", "label", "n", "parent", "n_parent"]
ARMS = ["arm", "variable", "level", "label", "population", "n"]
ENDPOINTS = ["endpoint", "n", "events", "n_not_at_risk", "reason", "n_events_after_followup"]
DELIVERED = {"": noted("Delivered records")}


def declared_reason(place: int) -> str:
    """Return the name of a reason for not being at risk that the study declares."""
    return f"not_at_risk.{place}"


def flow_rows(counts: list[dict], criteria: dict[str, str]) -> list[dict]:
    """Return the rows of flow.csv, given the label of each criterion."""
    labels = DELIVERED | criteria
    return [row | {"label": told(labels[row["criterion"]])} for row in counts]


def population_rows(counts: list[dict], populations: dict[str, str]) -> list[dict]:
    """Return the rows of populations.csv, given the label of each population."""
    return [row | {"label": populations[row["population"]]} for row in counts]


def arm_rows(counts: list[dict], levels: dict[str, dict[str, str]]) -> list[dict]:
    """Return the rows of arms.csv, given variable -> level -> label."""
    return [row | {"label": levels[row["variable"]][row["level"]]} for row in counts]


def endpoint_rows(counts: list[dict], reasons: dict[str, list[str]]) -> list[dict]:
    """Return the rows of endpoints.csv, given the labels of each endpoint's declared reasons."""
    rows = []
    for row in counts:
        labels = {declared_reason(i): label for i, label in enumerate(reasons[row["endpoint"]])}
        rows.append(row | {"reason": labels.get(row["reason"]) or told(row["reason"])})
    return rows
