"""The methods of the further analyses, in words."""

from collections.abc import Mapping

from retrocohort.format import singular
from retrocohort.report.labels import Labels, exact
from retrocohort.report.methods import TIES, Item, as_words


def method(name: str, study: Mapping, labels: Labels) -> Item:
    """Return the method of one further analysis."""
    entry = study["further"][name]
    return entry["label"], FURTHER[entry["kind"]](entry, study, labels)


def _interaction(entry: Mapping, study: Mapping, labels: Labels) -> list[str]:
    asked = entry["subgroups"]
    groups = labels.variable(asked) if isinstance(asked, str) else ""
    listed = groups or "; ".join(map(labels.population, asked))
    facts = [
        f"Does the effect of {labels.quoted(entry['by'])} differ between subgroups ({listed})?"
        f" The likelihood-ratio test compares Cox models of all subgroups together, with and"
        f" without the interaction. Ties: {TIES[study['conventions']['ties']]}."
    ]
    facts.append(f"{as_words(adjustment(entry, labels))}.")
    facts.append(
        "Patients in no subgroup are left out; a term without any patient is dropped and costs no"
        " degree of freedom."
    )
    return facts


def adjustment(entry: Mapping, labels: Labels) -> str:
    """Return "adjusted for Age, Sex", or that nothing is adjusted for."""
    if not entry["covariates"]:
        return "not adjusted for other variables"
    return f"adjusted for {labels.names(entry['covariates'])}"


def duration(time: float, unit: str) -> str:
    """Return "6 months", "1 year"."""
    return f"{exact(time)} {singular(unit) if time == 1 else unit}"


def _landmark(entry: Mapping, study: Mapping, labels: Labels) -> list[str]:
    unit = study["endpoints"][entry["endpoints"][0]]["unit"]
    at = duration(entry["at"], unit)
    exactly = " Times are not rounded here." if "round_to" in study["time"] else ""
    return [
        f"Landmark analysis at {at}: patients followed beyond {at} without the event are compared"
        f" by {labels.quoted(entry['by'])}, as known at that time, and time is counted from there."
        " Who was treated later thus counts in the group that he was in, and no group owes survival"
        f" to the wait for its treatment (immortal time).{exactly}",
        "Kaplan-Meier estimates, log-rank test and a crude Cox model"
        f" ({TIES[study['conventions']['ties']]} for ties).",
    ]


def _rmst(entry: Mapping, study: Mapping, labels: Labels) -> list[str]:
    unit = study["endpoints"][entry["endpoints"][0]]["unit"]
    upto = "the smallest of the groups' last times of follow-up"
    if "tau" in entry:
        upto = duration(entry["tau"], unit)
    return [
        f"Restricted mean survival time by {labels.quoted(entry['by'])}: the area under the"
        f" Kaplan-Meier curve up to {upto}, with Greenwood's variance; differences by the normal"
        " approximation. It needs no proportional hazards."
    ]


def _subgroups(entry: Mapping, study: Mapping, labels: Labels) -> list[str]:
    named = map(labels.population, entry.get("subgroups", []))
    listed = "; ".join([*named, *map(labels.variable, entry["across"])])
    return [
        f"Effect of {labels.quoted(entry['by'])} in subgroups ({listed}): for each of these one Cox"
        " model of all its subgroups together, and the likelihood-ratio test of its interaction."
        f" Ties: {TIES[study['conventions']['ties']]}.",
        f"{as_words(adjustment(entry, labels))}. The tests are not corrected for their number.",
    ]


FURTHER = {
    "interaction": _interaction,
    "landmark": _landmark,
    "rmst": _rmst,
    "subgroups": _subgroups,
}
