"""The methods of the further analyses, in words."""

from collections.abc import Mapping

from retrocohort.language import say
from retrocohort.report.labels import Labels, exact
from retrocohort.report.statistics import TIES, Item
from retrocohort.units import amount
from retrocohort.wording import sentence


def method(name: str, study: Mapping, labels: Labels) -> Item:
    """Return the method of one further analysis."""
    entry = study["further"][name]
    return entry["label"], FURTHER[entry["kind"]](entry, study, labels)


def _interaction(entry: Mapping, study: Mapping, labels: Labels) -> list[str]:
    asked = entry["subgroups"]
    groups = labels.variable(asked) if isinstance(asked, str) else ""
    listed = groups or say("; ").join(map(labels.population, asked))
    facts = [
        say(
            "Does the effect of {by} differ between subgroups ({listed})? The "
            "likelihood-ratio test compares Cox models of all subgroups together, with and "
            "without the interaction. Ties: {ties}.",
            by=labels.quoted(entry["by"]),
            listed=listed,
            ties=say(TIES[study["conventions"]["ties"]]),
        )
    ]
    facts.append(sentence(adjustment(entry, labels)))
    facts.append(
        say(
            "Patients in no subgroup are left out; a term without any patient is dropped and costs"
            " no degree of freedom."
        )
    )
    return facts


def adjustment(entry: Mapping, labels: Labels) -> str:
    """Return "adjusted for Age, Sex", or that nothing is adjusted for."""
    if not entry["covariates"]:
        return say("not adjusted for other variables")
    return say("adjusted for {covariates}", covariates=labels.names(entry["covariates"]))


def duration(time: float, unit: str) -> str:
    """Return "6 months", "1 year"."""
    return amount(exact(time), unit)


def _landmark(entry: Mapping, study: Mapping, labels: Labels) -> list[str]:
    unit = study["endpoints"][entry["endpoints"][0]]["unit"]
    at = duration(entry["at"], unit)
    exactly = [say("Times are not rounded here.")] if "round_to" in study["time"] else []
    return [
        say(
            "Landmark analysis at {at}: patients followed beyond {at} without the event "
            "are compared by {by}, as known at that time, and time is counted from there. "
            "Who was treated later thus counts in the group that he was in, and no group "
            "owes survival to the wait for its treatment (immortal time).",
            at=at,
            by=labels.quoted(entry["by"]),
        ),
        *exactly,
        say(
            "Kaplan-Meier estimates, log-rank test and a crude Cox model ({ties} for ties).",
            ties=say(TIES[study["conventions"]["ties"]]),
        ),
    ]


def _rmst(entry: Mapping, study: Mapping, labels: Labels) -> list[str]:
    unit = study["endpoints"][entry["endpoints"][0]]["unit"]
    upto = say("the smallest of the groups' last times of follow-up")
    if "tau" in entry:
        upto = duration(entry["tau"], unit)
    return [
        say(
            "Restricted mean survival time by {by}: the area under the Kaplan-Meier curve "
            "up to {upto}, with Greenwood's variance; differences by the normal "
            "approximation. It needs no proportional hazards.",
            by=labels.quoted(entry["by"]),
            upto=upto,
        )
    ]


def _subgroups(entry: Mapping, study: Mapping, labels: Labels) -> list[str]:
    named = map(labels.population, entry.get("subgroups", []))
    listed = say("; ").join([*named, *map(labels.variable, entry["across"])])
    return [
        say(
            "Effect of {by} in subgroups ({listed}): for each of these one Cox model of "
            "all its subgroups together, and the likelihood-ratio test of its interaction. "
            "Ties: {ties}.",
            by=labels.quoted(entry["by"]),
            listed=listed,
            ties=say(TIES[study["conventions"]["ties"]]),
        ),
        sentence(adjustment(entry, labels)),
        say("The tests are not corrected for their number."),
    ]


FURTHER = {
    "interaction": _interaction,
    "landmark": _landmark,
    "rmst": _rmst,
    "subgroups": _subgroups,
}
