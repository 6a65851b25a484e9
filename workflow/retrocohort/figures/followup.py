"""The follow-up picture: the share of patients still followed, by the reverse Kaplan-Meier method.

Schemper M, Smith TL. Control Clin Trials 1996;17:343. Censoring is its event, and the event ends
the follow-up of a patient as censoring ends that of others.
"""

from collections.abc import Mapping

from matplotlib.figure import Figure

from retrocohort.figures import curves
from retrocohort.figures.curve_data import Rows
from retrocohort.io import as_number, number_text
from retrocohort.language import say, template
from retrocohort.wording import within_sentence

NOTE = template(
    "Reverse Kaplan-Meier estimate: follow-up ends when a patient is censored, not at the event"
)


def draw(
    part: Mapping[str, str],
    rows: Rows,
    followup: Rows,
    curve: Mapping,
    by: Mapping | None,
    conventions: Mapping,
) -> Figure:
    """Return the follow-up picture of the groups of a Kaplan-Meier figure.

    Parameters
    ----------
    rows, followup : rows
        Of km_<curve>.csv and followup.csv.
    part, curve, by, conventions : mapping
        As for `curves.draw`.
    """
    label = say("Follow-up, {endpoint}", endpoint=within_sentence(part["endpoint_label"]))
    part = {**part, "endpoint_label": label, "note": say(NOTE)}
    shown = {key: value for key, value in curve.items() if key not in ("title", "median_lines")}
    shown |= {
        "share": say("In follow-up"),
        "event": template("{n} censored"),
        "bands": False,
        "censor_marks": False,
    }
    return curves.draw(part, reverse(rows), followup, [], shown, by, conventions)


def reverse(rows: Rows) -> list[dict[str, str]]:
    """Return the rows of curves whose events are the censored.

    Everybody who is followed to a time is at risk of being censored then, also those whose event
    is at that time, as in R's `survfit(Surv(time, 1 - event) ~ group)`.
    """
    found: list[dict[str, str]] = []
    share, level = 1.0, None
    for row in rows:
        share = 1.0 if row["level"] != level else share
        level = row["level"]
        share *= 1 - as_number(row["n_censor"]) / as_number(row["n_risk"])
        changed = {"survival": number_text(share), "ci_low": "", "ci_high": ""}
        swapped = {"n_event": row["n_censor"], "n_censor": row["n_event"]}
        found.append({**row, **swapped, **changed})
    return found
