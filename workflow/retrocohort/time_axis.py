"""The unit of the time axis of a figure, which need not be that of the times."""

from collections.abc import Mapping

DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}


def unit_of(part: Mapping, curve: Mapping) -> str:
    """Return the unit of the axis: the `axis` of the curve, or the `unit` of the times."""
    return curve.get("axis", part["unit"])


def scale_of(part: Mapping, curve: Mapping) -> float:
    """Return how many units of the axis one unit of the times is, by its `days_per_unit`."""
    return part["days_per_unit"] / DAYS[curve["axis"]] if "axis" in curve else 1.0
