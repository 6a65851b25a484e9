"""People: a calibrated cohort and the records that its criteria remove, with invented raw values.

Every variable is drawn by its own list of rules, in the order of the settings; the first rule that
fits a record draws its value. Each variable has a random stream of its own, named by seed and
variable, so that a new variable changes no other.
"""

from collections.abc import Mapping, Sequence
from random import Random

from twin.draws import DRAWS

KEPT = "no"  # value of `excluded` of the records of the cohort


def draw_people(cohort: Sequence[Mapping], settings: Mapping) -> list[dict]:
    """Draw the raw values of everybody.

    Parameters
    ----------
    cohort : sequence of mapping
        The calibrated rows: variable -> text, empty for unknown.
    settings : mapping
        "seed", "excluded" (criterion -> how many), "draw" (variable -> rules) and what the draws
        ask for ("calendar", "month_only").

    Returns
    -------
    list of dict
        The cohort in its order, then the excluded: variable -> text, None for unknown. `excluded`
        is the criterion, or "no"; `id` counts on.
    """
    people = [{**row, "excluded": KEPT} for row in cohort]
    people += _excluded(cohort, settings)
    people = [{name: value or None for name, value in row.items()} for row in people]
    for name, rules in settings["draw"].items():
        rng = Random(f"{settings['seed']} {name}")
        chosen = [next((i for i, r in enumerate(rules) if fits(row, r)), None) for row in people]
        for place, rule in enumerate(rules):
            rows = [row for row, taken in zip(people, chosen, strict=True) if taken == place]
            values = _drawn(rng, rows, rule, settings, people)
            for row, value in zip(rows, values, strict=True):
                row[name] = value or None
        for row in people:
            row.setdefault(name, None)
    return people


def fits(row: Mapping, rule: Mapping) -> bool:
    """Say whether a record has the levels that a rule asks for under `where`."""
    return all(
        row[name] in (asked if isinstance(asked, list) else [asked])
        for name, asked in rule.get("where", {}).items()
    )


def _excluded(cohort: Sequence[Mapping], settings: Mapping) -> list[dict]:
    """Return the removed records: covariates as those of a random member of the cohort."""
    rng = Random(f"{settings['seed']} excluded")
    last = max(int(row["id"]) for row in cohort)
    criteria = [name for name, count in settings["excluded"].items() for _ in range(count)]
    return [
        {**rng.choice(cohort), "id": str(last + place), "excluded": criterion}
        for place, criterion in enumerate(criteria, start=1)
    ]


def _drawn(rng: Random, rows: list[dict], rule: Mapping, settings: Mapping, people: list) -> list:
    """Return a value for each of the rows that a rule fits; a rule that draws nothing: unknown."""
    kinds = [kind for kind in DRAWS if kind in rule]
    if not kinds:
        return [None] * len(rows)
    (kind,) = kinds
    return DRAWS[kind](rng, rows, rule, settings, people)
