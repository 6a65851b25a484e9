"""Follow-up calls: several rows a patient, of which the last tells the state."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

APART = 35  # days between calls at least, so that a month alone never changes their order


def follow_up(people: Sequence[Mapping], settings: Mapping) -> list[dict]:
    """Return the calls of the patients of the hospital that calls.

    Before the last date there are some calls that reached the patient; on it one tells the state.
    Who is lost was reached on the last date, and not any more thereafter.
    """
    spec = settings["calls"]
    rng = Random(f"{settings['seed']} calls")
    rows = []
    for person in people:
        if person["hospital"] == spec["hospital"]:
            rows += _calls(rng, person, spec)
    return rows


def _calls(rng: Random, person: Mapping, spec: Mapping) -> list[dict]:
    first, last = (date.fromisoformat(person[spec[key]]) for key in ("from", "of"))
    days = range(APART, (last - first).days - APART, APART)
    chosen = sorted(rng.sample(days, k=min(len(days), rng.randint(1, spec["most"]))))
    calls = [(first + timedelta(days=day), spec["reached"]) for day in chosen]
    state = person[spec["state"]]
    if state == spec["not_reached"]:
        calls.append((last, spec["reached"]))
        for _ in range(rng.randint(1, 2)):
            calls.append((calls[-1][0] + timedelta(days=rng.randint(APART, 150)), state))
    else:
        calls.append((last, state))
    return [{**person, "call_date": day.isoformat(), "call_state": told} for day, told in calls]
