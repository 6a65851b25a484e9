"""The section of further analyses: interaction tests, landmarks, restricted means, sensitivity."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from retrocohort.format import count, p_statement
from retrocohort.io import as_number
from retrocohort.language import say, template
from retrocohort.report import further_tables as tables
from retrocohort.report.blocks import Block, Sheet, details, heading, text
from retrocohort.report.further_methods import adjustment, duration
from retrocohort.report.outcomes import (
    Part,
    is_whole,
    model_blocks,
    shown_on_curves,
    whole_first,
)
from retrocohort.wording import sentence, within_sentence

NO_EVIDENCE = template(
    "The data are synthetic. Whatever they were not made to reproduce, such as the results of this"
    " section, shows the method and is no evidence about patients."
)

KNOWN = template(
    "{part}. Of {before} patients {event_before} had the event and {censored_before} were censored"
    " by {at}; {analysed} are analysed."
)
SOME_UNKNOWN = template(
    "{part}. Of {before} patients {event_before} had the event and {censored_before} were censored"
    " by {at}; {group_unknown} of unknown group are left out, {analysed} are analysed."
)
UP_TO = template("Restricted mean survival time up to {tau}, by {by}. {part}")
UP_TO_SMALLEST = template(
    "Restricted mean survival time up to {tau}, the smallest of the groups' last times, by {by}."
    " {part}"
)


def further_section(sheet: Sheet, contents: Mapping[str, Sequence[Part]]) -> list[Block]:
    """Return every further analysis and sensitivity model of a study, nothing if it has none."""
    blocks = []
    for name, own in groupby(contents["further"], key=lambda part: part["name"]):
        entry = sheet.study["further"][name]
        blocks.append(heading(f"further-{name}", entry["label"]))
        blocks += _folded(list(own), lambda part, e=entry: SHOWN[e["kind"]](sheet, part, e))
    models = [part for part in contents["models"] if part["role"] == "sensitivity"]
    for name, own in groupby(models, key=lambda part: part["name"]):
        label = sheet.study["models"][name]["label"]
        blocks.append(heading(f"further-model-{name}", label))
        blocks += _folded(list(own), lambda part: model_blocks(sheet, part))
    if not blocks:
        return []
    caution = [text(say(NO_EVIDENCE))] if sheet.study["data"] == "synthetic" else []
    return [*caution, *blocks]


def _folded(parts: Sequence[Part], show) -> list[Block]:
    """Return what is shown of each part; folded away but for the whole cohort, if that is there."""
    some_whole, blocks = any(map(is_whole, parts)), []
    for part in whole_first(parts):
        own = show(part)
        blocks += [details(_about(part), own)] if some_whole and not is_whole(part) else own
    return blocks


def _place(part: Part) -> str:
    return f"{part['name']}-{part['population']}-{part['endpoint']}"


def _about(part: Part) -> str:
    return say("{label}: {n}", label=part["endpoint_label"], n=part["population_label"])


def _interaction(sheet: Sheet, part: Part, entry: Mapping) -> list[Block]:
    """Return the tests, and the hazard ratios in each subgroup."""
    labels, main = sheet.labels, is_whole(part)
    names = tables.subgroup_labels(entry["subgroups"], labels)
    by = within_sentence(labels.variable(entry["by"]))
    held = adjustment(entry, labels)
    caption = say(
        "Interaction of {by} and subgroup, likelihood-ratio test in one Cox model, {held}. {part}",
        by=by,
        held=held,
        part=_about(part),
    )
    tests = tables.tests_table(f"interaction-{_place(part)}", caption, part["tests"], names)
    caption = say(
        "Hazard ratios of {by} in each subgroup, from the model with interaction, {held}. {part}",
        by=by,
        held=held,
        part=_about(part),
    )
    ratios = tables.ratios_table(
        f"ratios-{_place(part)}", caption, part["ratios"], names, sheet.level, labels
    )
    return [*sheet.table(tests, main), *sheet.table(ratios, main)]


def _landmark(sheet: Sheet, part: Part, entry: Mapping) -> list[Block]:
    """Return who is analysed, and survival from the landmark on."""
    labels, main = sheet.labels, is_whole(part)
    at = duration(entry["at"], part["unit"])
    by = within_sentence(labels.variable(entry["by"]))
    overall = p_statement(as_number(part["logrank"][0]["p"])) or say("not estimable")
    about = say("Survival from {at} on by {by}", at=at, by=by)
    caption = say(
        "{about}: Kaplan-Meier median from the landmark, crude Cox model, log-rank "
        "test {overall}. {part}",
        about=about,
        overall=overall,
        part=_about(part),
    )
    place = _place(part)
    table = tables.landmark_table(f"landmark-{place}", caption, part, sheet.level, labels)
    drawn = say(
        "{about}. {part}. Kaplan-Meier estimates with {level} confidence intervals.",
        about=about,
        part=_about(part),
        level=sheet.level,
    )
    figure = sheet.figure(
        part["svg"],
        f"landmark-curves-{place}",
        drawn,
        part["links"],
        main=main,
        curves=shown_on_curves(sheet, part, [("", part["km"])], {"by": entry["by"]}),
        told=[f"landmark-{place}"],
    )
    return [text(_analysed(part, at)), figure, *sheet.table(table, main)]


def _analysed(part: Part, at: str) -> str:
    """Return "Of 163 patients 10 had the event and 14 were censored by 6 months; ..."."""
    number = {row["reason"]: count(as_number(row["n"])) for row in part["excluded"]}
    told = KNOWN if number["group_unknown"] == "0" else SOME_UNKNOWN
    return say(told, part=_about(part), at=at, **number)


def _rmst(sheet: Sheet, part: Part, entry: Mapping) -> list[Block]:
    """Return the restricted means and their differences."""
    by = within_sentence(sheet.labels.variable(entry["by"]))
    told = UP_TO if "tau" in entry else UP_TO_SMALLEST
    caption = say(told, tau=tables.tau_text(part), by=by, part=_about(part))
    table = tables.means_table(f"rmst-{_place(part)}", caption, part, sheet.level, sheet.labels)
    return sheet.table(table, is_whole(part))


def _subgroups(sheet: Sheet, part: Part, entry: Mapping) -> list[Block]:
    """Return the forest plot of the subgroups, and the tests behind it."""
    labels, main = sheet.labels, is_whole(part)
    names = {name: labels.variable(name) for name in entry["across"]}
    names["populations"] = say("; ").join(map(labels.population, entry.get("subgroups", [])))
    by = within_sentence(labels.variable(entry["by"]))
    caption = say(
        "{label}: hazard ratios of {by} in each subgroup. {part}",
        label=entry["label"],
        by=by,
        part=_about(part),
    )
    place = f"subgroups-{_place(part)}"
    title = say("Tests of interaction. {part}", part=_about(part))
    tests = tables.tests_table(f"{place}-tests", title, part["tests"], names, "split")
    behind = sheet.table(tests)
    return [sheet.figure(part["svg"], place, sentence(caption), part["links"], behind, main=main)]


SHOWN = {
    "interaction": _interaction,
    "landmark": _landmark,
    "rmst": _rmst,
    "subgroups": _subgroups,
}
