"""Landmark analysis: patients still at risk at a given time, in the group known by then.

Anderson JR, Cain KC, Gelber RD. Analysis of survival by tumor response. J Clin Oncol 1983;1:710.
Groups that are defined by what happens during follow-up, such as an operation, are compared without
immortal time: time starts anew at the landmark, and whoever left before is counted and left out.
"""

import numpy as np

from retrocohort.models.cox import fit_cox
from retrocohort.models.cox_rows import ESTIMATE_COLUMNS, estimate_rows
from retrocohort.models.samples import Sample, level_codes
from retrocohort.models.survival import (
    CURVE_COLUMNS,
    LOGRANK_COLUMNS,
    QUANTILE_COLUMNS,
    curve_rows,
    log_rank_rows,
    quantile_rows,
)

COLUMNS = {
    "excluded": ["reason", "n", "events"],
    "quantiles": QUANTILE_COLUMNS,
    "logrank": LOGRANK_COLUMNS,
    "cox": ESTIMATE_COLUMNS,
    "km": CURVE_COLUMNS,
}


def restarted(sample: Sample, at: float) -> Sample:
    """Return who is followed beyond a time, with the time counted from there."""
    beyond = sample.take(sample.time > at)
    return Sample(beyond.time - at, beyond.event, None, beyond.rows)


def excluded_rows(frame, sample: Sample, at: float, by: str, variables) -> list[dict]:
    """Return how many patients, and events among them, are there, leave, and are analysed."""
    early = sample.time <= at
    unknown = ~early & (level_codes(frame, by, variables[by]["levels"], sample.rows) < 0)
    reasons = {
        "before": np.ones(sample.n, dtype=bool),
        "event_before": early & sample.event,
        "censored_before": early & ~sample.event,
        "group_unknown": unknown,
        "analysed": ~early & ~unknown,
    }
    return [
        {"reason": reason, "n": int(those.sum()), "events": int(sample.event[those].sum())}
        for reason, those in reasons.items()
    ]


def landmark_tables(frame, sample: Sample, entry: dict, variables, conventions: dict) -> dict:
    """Return the rows of a landmark analysis by the table they are for, those of `COLUMNS`.

    Parameters
    ----------
    sample : follow-up from time 0 (no delayed entry), in exact times: rounded ones would set aside
        who left soon after the landmark, while the group as known then goes by the day.
    entry : `at`, the landmark in the unit of the times; `by`, the group as known then.
    conventions : ties, interval, quantiles and confidence.
    """
    by = entry["by"]
    later = restarted(sample, entry["at"])
    known = level_codes(frame, by, variables[by]["levels"], later.rows) >= 0
    group = frame, later.take(known)
    crude = fit_cox(*group, [by], variables, {}, conventions["ties"], two_engines=False)
    return {
        "excluded": excluded_rows(frame, sample, entry["at"], by, variables),
        "quantiles": quantile_rows(*group, [by], variables, conventions),
        "logrank": log_rank_rows(*group, [by], variables, []),
        "cox": estimate_rows(crude, conventions["confidence"]),
        "km": curve_rows(*group, by, variables, conventions),
    }
