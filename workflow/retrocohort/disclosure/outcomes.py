"""Who is counted of each endpoint and of each landmark analysis, patient by patient.

Deaths from cancer, from the heart and from other causes make up all deaths; who is analysed from
month 6 on, but not from month 7 on, left between. Only who is counted tells what makes up what.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from retrocohort.disclosure.populations import Populations, grouped
from retrocohort.models.samples import at_risk, level_codes
from retrocohort.where import FULL

LEFT = ("event_before", "censored_before", "group_unknown")  # why who is at risk is not analysed
KINDS = ("n", "events", *(f"{why} {what}" for why in LEFT for what in ("n", "events")))


def analysed(frame, study: Mapping) -> dict[str, list]:
    """Return, of each landmark analysis, its events of who is analysed, and why others are not.

    Returns
    -------
    dict
        "os>six_months_event": 1 or 0, None for who is not analysed; "os>six_months_left": one of
        `LEFT`, None for who is analysed or was never at risk.
    """
    found = {}
    for name, entry in study.get("further", {}).items():
        for endpoint in entry["endpoints"] if entry["kind"] == "landmark" else ():
            sample, levels = at_risk(frame, endpoint, FULL, exact=True), entry["by"]
            codes = level_codes(frame, levels, study["variables"][levels]["levels"], sample.rows)
            early = sample.time <= entry["at"]
            why = np.where(early, np.where(sample.event, LEFT[0], LEFT[1]), "")
            why[~early & (codes < 0)] = LEFT[2]
            event, left = [None] * len(frame), [None] * len(frame)
            for row, reason, is_event in zip(sample.rows, why, sample.event, strict=True):
                event[row] = None if reason else float(is_event)
                left[row] = str(reason) or None
            analysis = f"{endpoint}>{name}"
            found |= {f"{analysis}_event": event, f"{analysis}_left": left}
    return found


def counted_of(frame, what: str) -> np.ndarray | None:
    """Return which patients a kind of count is about, (n,) bool; None where the cohort cannot tell.

    Parameters
    ----------
    frame : data frame
        The cohort as `earlier.coded` has it.
    what : as `Key` has it.
    """
    kind, _, name = what.partition("@")
    why, _, of = kind.rpartition(" ")
    if of not in ("n", "events", "censored") or (why and why not in LEFT):
        return None
    if not name:
        return np.ones(len(frame), dtype=bool) if kind == "n" else None
    endpoint = name.partition(">")[0] if why else name
    columns = [f"{endpoint}_event", *([f"{name}_left"] if why else [])]
    if not {*columns} <= {*frame.columns}:
        return None
    event = frame[columns[0]].to_numpy(dtype=float, na_value=np.nan)
    counted = {"n": ~np.isnan(event), "events": event == 1, "censored": event == 0}[of]
    return counted & (frame[columns[1]] == why).to_numpy(bool, na_value=False) if why else counted


def outcomes_of(frame, endpoints: Iterable[str]) -> dict[str, Populations]:
    """Return kind of count -> the groups of who is counted of endpoints and landmark analyses."""
    names = [c.removesuffix("_event") for c in frame.columns if ">" in c and c.endswith("_event")]
    found = {}
    for kind in KINDS:
        of = {name: counted_of(frame, f"{kind}@{name}") for name in [*endpoints, *sorted(names)]}
        flags = {name: counted for name, counted in of.items() if counted is not None}
        if flags:
            found[kind] = grouped(flags, {name: {} for name in flags})
    return found
