"""The kinds of draws: each takes the rows that a rule fits and returns a text for each of them."""

import math
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random

DAYS_PER_MONTH = 30.4375  # 365.25 / 12
MONTH = 30  # days to a day of the next month
MID_MONTH = 15  # the day that stands for a month


def value(rng: Random, rows: list, rule: Mapping, settings: Mapping, people: list) -> list:
    """Return the same value for all."""
    return [rule["value"]] * len(rows)


def copy(rng: Random, rows: list, rule: Mapping, settings: Mapping, people: list) -> list:
    """Return the value of another variable."""
    return [row[rule["copy"]] for row in rows]


def choice(rng: Random, rows: list, rule: Mapping, settings: Mapping, people: list) -> list:
    """Draw levels by their weights."""
    levels, weights = list(rule["choice"]), list(rule["choice"].values())
    return rng.choices(levels, weights, k=len(rows))


def deal(rng: Random, rows: list, rule: Mapping, settings: Mapping, people: list) -> list:
    """Deal levels in exact counts, in random order; who is left takes `rest`."""
    hand = [level for level, count in rule["deal"].items() for _ in range(count)]
    if len(hand) > len(rows) or (len(hand) < len(rows) and "rest" not in rule):
        raise ValueError(f"{len(rows)} rows cannot be dealt {dict(rule['deal'])}")
    hand += [rule["rest"]] * (len(rows) - len(hand)) if "rest" in rule else []
    rng.shuffle(hand)
    return hand


def whole(rng: Random, rows: list, rule: Mapping, settings: Mapping, people: list) -> list:
    """Draw whole numbers, both ends in."""
    low, high = rule["whole"]
    return [str(rng.randint(low, high)) for _ in rows]


def stretch(rng: Random, rows: list, rule: Mapping, settings: Mapping, people: list) -> list:
    """Draw times behind the last event anew, up to `to`: no curve depends on them."""
    spec = rule["stretch"]
    events = [row for row in people if all(row[k] == v for k, v in spec["event"].items())]
    last = max(int(row[spec["of"]]) for row in events)
    times = [int(row[spec["of"]]) for row in rows]
    return [str(rng.randint(t, spec["to"]) if t > last else t) for t in times]


def days_of(months: int) -> tuple[int, int]:
    """Return the fewest and the most days that round to these months."""
    return (
        math.ceil((months - 0.5) * DAYS_PER_MONTH),
        math.floor((months + 0.5) * DAYS_PER_MONTH),
    )


def start(rng: Random, rows: list, rule: Mapping, settings: Mapping, people: list) -> list:
    """Draw first days that leave room for the months to come; later years are more frequent."""
    first, last = (date.fromisoformat(settings["calendar"][key]) for key in ("start", "end"))
    drawn = []
    for row in rows:
        most = days_of(int(row[rule["start"]["months"]]))[1] + rule["start"]["room"]
        room = (last - first).days - most
        if room < 0:
            raise ValueError(f"record {row['id']}: {most} days do not fit into the calendar")
        offset = max(rng.randint(0, room), rng.randint(0, room))
        drawn.append(_by_month(rng, first, offset, 0, room, settings))
    return drawn


def end(rng: Random, rows: list, rule: Mapping, settings: Mapping, people: list) -> list:
    """Draw last days so that the time since the first one rounds to the months."""
    drawn = []
    for row in rows:
        low, high = days_of(int(row[rule["end"]["months"]]))
        low = max(low, 1)
        origin = date.fromisoformat(row[rule["end"]["of"]])
        drawn.append(_by_month(rng, origin, rng.randint(low, high), low, high, settings))
    return drawn


def after(rng: Random, rows: list, rule: Mapping, settings: Mapping, people: list) -> list:
    """Draw days after a date and before another; `half`: in the first half between them."""
    spec, drawn = rule["date"], []
    for row in rows:
        origin = date.fromisoformat(row[spec["of"]])
        between = (date.fromisoformat(row[spec["before"]]) - origin).days - 1
        low, high = spec["days"]
        high = min(high, between // 2 if spec.get("half") else between)
        low = min(low, high)
        if high < 0:
            raise ValueError(f"record {row['id']}: no day after {spec['of']}")
        drawn.append(_by_month(rng, origin, rng.randint(low, high), low, high, settings))
    return drawn


def birth(rng: Random, rows: list, rule: Mapping, settings: Mapping, people: list) -> list:
    """Draw days of birth that give the age in completed years."""
    drawn = []
    for row in rows:
        day = date.fromisoformat(row[rule["birth"]["of"]]) - timedelta(days=rng.randint(1, 360))
        years = int(row[rule["birth"]["age"]])
        drawn.append(date(day.year - years, day.month, min(day.day, 28)).isoformat())
    return drawn


def _by_month(rng: Random, origin: date, offset: int, low: int, high: int, settings) -> str:
    """Return a day as ISO; of a share of dates the month alone is known: then its 15th, if it can.

    What nobody knows has no other truth than the day that stands for it.
    """
    day = origin + timedelta(days=offset)
    if rng.random() < settings["month_only"]:
        months = (day + timedelta(days=days) for days in (0, MONTH, -MONTH))
        middles = (month.replace(day=MID_MONTH) for month in months)
        day = next((m for m in middles if low <= (m - origin).days <= high), day)
    return day.isoformat()


DRAWS: dict[str, Callable] = {
    "birth": birth,
    "choice": choice,
    "copy": copy,
    "date": after,
    "deal": deal,
    "end": end,
    "start": start,
    "stretch": stretch,
    "value": value,
    "whole": whole,
}
