"""The sections before and after the outcomes: findings, methods, participants, provenance."""

from collections.abc import Mapping

from retrocohort.format import count
from retrocohort.io import as_number
from retrocohort.language import say, sentences, template
from retrocohort.report import counts, further_methods, methods, provenance, statistics
from retrocohort.report.blocks import Block, Sheet, definitions, details, heading, items, text
from retrocohort.report.derivations import derivations
from retrocohort.report.estimates import Rows
from retrocohort.report.findings import (
    exposure,
    hazard_findings,
    opening,
    survival_findings,
)
from retrocohort.report.outcomes import is_whole
from retrocohort.report.verified import verified_blocks
from retrocohort.source import tally
from retrocohort.where import FULL
from retrocohort.wording import sentence, within_sentence

Files = Mapping[str, Rows]
PICTURES = {
    "balance": template("Balance of the arms, standardised mean differences"),
    "missing": template("Share of unknown values"),
}
FOLLOWUP = template(
    "Follow-up, {endpoint_label}: {population_label}. Share of patients still followed, reverse"
    " Kaplan-Meier estimate."
)


def findings_section(sheet: Sheet, files: Files, contents: Mapping) -> list[Block]:
    """Return what was found, in numbers."""
    variable = exposure(sheet.study)
    label = within_sentence(sheet.labels.variable(variable))
    whole = [part for part in contents["survival"] if is_whole(part)]
    models = [part for part in contents["models"] if is_whole(part)]
    about = variable, sheet.level, sheet.labels
    caption = say(
        "Events, median time to the event and follow-up by {label}: full cohort", label=label
    )
    survival = survival_findings("findings-survival", caption, whole, *about)
    caption = say("Hazard ratios, full cohort")
    ratios = hazard_findings("findings-hazard", caption, models, *about)
    return [
        text(opening(files["flow"], files["arms"], variable, sheet.labels)),
        *sheet.summary(survival),
        *sheet.summary(ratios),
    ]


def methods_section(sheet: Sheet, lock: str) -> list[Block]:
    """Return the methods as run."""
    study, labels = sheet.study, sheet.labels
    rules = [say("{label} ({rule}).", label=a, rule=b) for a, b in methods.criteria(study, labels)]
    derived = derivations(study["derive"], labels)
    blocks = [
        heading("methods-data", say("Data and time")),
        definitions(methods.sources(study)),
        text(methods.time_scale(study)),
        heading("methods-criteria", say("Criteria and populations")),
        text(say("Excluded, in this order:")) if rules else text(say("Nobody is excluded.")),
        items(rules, ordered=True),
        definitions(
            [(name, [sentence(rule)]) for name, rule in methods.populations(study, labels)]
        ),
    ]
    if derived:
        pairs = [(name, [sentence(rule)]) for name, rule in derived]
        blocks.append(details(say("Derived variables"), [definitions(pairs)]))
    endpoints = [methods.endpoint(name, study, labels) for name in study["endpoints"]]
    models = [methods.model(name, study, labels) for name in study["models"]]
    further = [further_methods.method(name, study, labels) for name in study["further"]]
    return [
        *blocks,
        heading("methods-endpoints", say("Endpoints")),
        definitions(endpoints),
        heading("methods-statistics", say("Statistics")),
        definitions(statistics.statistics(study, labels)),
        heading("methods-models", say("Cox models")),
        definitions(models),
        *(
            [heading("methods-further", say("Further analyses")), definitions(further)]
            if further
            else []
        ),
        heading("methods-software", say("Software")),
        text(
            say(
                "{software}; all versions stand under Provenance.",
                software=provenance.software(lock),
            )
        ),
    ]


def participants_section(sheet: Sheet, files: Files, flowchart: Mapping) -> list[Block]:
    """Return who was studied: the flowchart, its numbers, and who is at risk of what."""
    labels = sheet.labels
    flow = counts.flow_table("flow", say("Flow of patients"), files["flow"])
    risk = counts.at_risk_table(
        "at-risk", say("Patients at risk of each endpoint"), files["endpoints"], labels
    )
    arms = counts.arms_table(
        "arms", say("Arms in each population"), files["arms"], files["populations"], labels
    )
    centres = counts.centres_table("centres", say("Records by centre"), files["centres"], labels)
    behind = [block for table in (flow, arms, risk, centres) for block in sheet.table(table)]
    caption = say("Flow of patients from the delivered records to the populations and arms.")
    return [
        sheet.figure(flowchart["svg"], "flowchart", caption, flowchart["links"], behind, main=True)
    ]


def baseline_section(sheet: Sheet, files: Files, contents: Mapping) -> list[Block]:
    """Return the baseline tables with their pictures, those of the whole cohort open."""
    size = {row["population"]: count(as_number(row["n"])) for row in files["populations"]}
    shown = sorted(
        (table for table in contents["tables"] if table["kind"] == "baseline"),
        key=lambda table: not is_whole(table),
    )
    blocks = []
    for table in shown:
        name, label = table["population"], table["population_label"]
        own = sheet.made(table["layout"], table["name"], main=name == FULL)
        told = [block["table"].id for block in own]
        for picture in contents["pictures"]:
            if (picture["population"], picture["name"]) == (name, table["name"]):
                place = f"{picture['kind']}-{picture['name']}-{name}"
                caption = say("{what}: {label}.", what=say(PICTURES[picture["kind"]]), label=label)
                drawn = picture["svg"], place, caption, picture["links"]
                own.append(sheet.figure(*drawn, main=name == FULL, told=told))
        blocks += (
            own
            if name == FULL
            else [details(say("{label}: {n} patients", label=label, n=size[name]), own)]
        )
    followed = [picture for picture in contents["pictures"] if picture["kind"] == "followup"]
    for picture in sorted(followed, key=lambda picture: not is_whole(picture)):
        place = "followup-{name}-{population}-{endpoint}".format(**picture)
        named = {key: picture[key] for key in ("endpoint_label", "population_label")}
        caption = say(FOLLOWUP, **named)
        drawn = picture["svg"], place, caption, picture["links"]
        told = ["quantiles-{population}-{endpoint}".format(**picture)]
        blocks.append(sheet.figure(*drawn, main=is_whole(picture), told=told))
    return blocks


def warnings_section(sheet: Sheet, files: Files) -> list[Block]:
    """Return what was noticed on the way, in counts; nothing of a release."""
    if sheet.study.get("is_disclosed"):
        return []
    linkage = counts.linkage_table(
        "linkage", say("Delivered files"), files["linkage"], sheet.labels
    )
    blocks = sheet.table(linkage, main=True)
    if not files["warnings"]:
        return [*blocks, text(say("No warning."))]
    about = files["warnings"], sheet.labels, sheet.study
    totals = counts.warning_totals("warning-totals", say("Problems and warnings by kind"), *about)
    every = counts.warning_table("warning-list", say("Every problem and warning"), *about)
    more = details(
        say(
            "Every warning ({warnings})", warnings=count(tally(counts.WARNINGS, files["warnings"]))
        ),
        sheet.table(every),
    )
    return [*blocks, *sheet.table(totals, main=True), more]


def checked_section(sheet: Sheet, files: Files) -> list[Block]:
    """Return how many numbers were compared and computed twice, and what agrees."""
    if sheet.study.get("is_disclosed"):
        return []
    rows = files["consistency"]
    agree, n = (count(tally(counts.CHECKED, rows, **w)) for w in ({"holds": "yes"}, {}))
    told = say("Checked: {agree} of {n} agree.", agree=agree, n=n)
    why = say(
        "Each pair stands in audit/consistency.csv with the file, row and column of both numbers; a"
        " run in which one does not agree stops."
    )
    table = counts.checked_table("checked", say("Numbers of the results that must agree"), rows)
    compared = sheet.table(table)
    again = verified_blocks(sheet, files["verification"], files["parity"])
    return [text(sentences((told, why))), *compared, *again]


def provenance_section(linkage: Rows, texts: Mapping[str, str]) -> list[Block]:
    """Return the delivered files with their checksums, what is known of them, and all versions."""
    sums = [(row["file"], [row["sha256"]]) for row in linkage]
    versions = [f"{name} {version}" for name, version in provenance.versions(texts["lock"])]
    return [
        heading("provenance-files", say("Delivered files")),
        text(say("SHA-256 of each file as it was read:")),
        definitions(sums) | {"code": True},
        {"kind": "document", "blocks": provenance.blocks(texts["provenance"])},
        heading("provenance-software", say("Software")),
        text(
            say(
                "The environment is that of the lock file; this page holds neither the time nor the"
                " machine of the run, so that the same inputs give the same page."
            )
        ),
        details(say("All {versions} packages", versions=len(versions)), [items(versions)]),
    ]
