"""The methods as run, in words: what the study file and its defaults decided."""

from collections.abc import Mapping

from retrocohort.language import clauses, say, template
from retrocohort.report.labels import Labels, exact
from retrocohort.report.statistics import TIES, Item
from retrocohort.units import unit_name
from retrocohort.wording import capital

TIMES = template(
    "Day 0 is the index date: {index}. Times are summed in days and divided once by {days} days to"
    " give {unit}; a patient is at risk at time t when entry < t ≤ end of follow-up."
)
TIMES_ROUNDED = template(
    "Day 0 is the index date: {index}. Times are summed in days and divided once by {days} days to"
    " give {unit}, rounded to the nearest multiple of {step}; a patient is at risk at time t when"
    " entry < t ≤ end of follow-up."
)
FIRTH = template(
    "Firth's penalised likelihood (Heinze and Schemper 2001), which has an estimate also where a"
    " level has no event; intervals and P are from the profile of the penalised likelihood."
)
EACH_OF, COVARIATES = (
    template("One model for each of: {covariates}."),
    template("Covariates: {covariates}."),
)
SELECTIONS = {
    "listed": template("every covariate listed"),
    "all": template("every covariate listed"),
}


def sources(study: Mapping) -> list[Item]:
    """Return the delivered files, one item each."""
    rows = {"one": say("one row a patient"), "many": say("several rows a patient")}
    items = []
    for source in study["sources"].values():
        facts = [
            rows[source["rows"]],
            say("encoding {encoding}", encoding=source["encoding"].upper()),
        ]
        facts += [say("sheet {sheet}", sheet=source["sheet"])] if "sheet" in source else []
        if source["header_row"] != 1:
            facts.append(say("column names in row {header_row}", header_row=source["header_row"]))
        named = say("{label}: {n}", label=source["label"], n=source["file"])
        items.append((named, [as_words(clauses(facts))]))
    return items


def as_words(text: str) -> str:
    """Return a text with a capital first letter; the name of an entry as words."""
    return capital(text.replace("_", " "))


def time_scale(study: Mapping) -> str:
    """Return what day 0 is and how times are counted."""
    time = study["time"]
    values = {
        "index": time["index"],
        "days": exact(time["days_per_unit"]),
        "unit": unit_name(time["unit"]),
    }
    if "round_to" in time:
        return say(TIMES_ROUNDED, **values, step=exact(time["round_to"]))
    return say(TIMES, **values)


def criteria(study: Mapping, labels: Labels) -> list[tuple[str, str]]:
    """Return (label, condition in words) of the exclusions, in the order in which they apply."""
    return [(item["label"], labels.condition(item["where"])) for item in study["criteria"]]


def populations(study: Mapping, labels: Labels) -> list[tuple[str, str]]:
    """Return (label, condition in words) of the populations; one within another says so."""
    found = []
    for name, entry in study["populations"].items():
        text = labels.condition(entry["where"]) or say("Every patient of the cohort")
        parent = entry["parent"]
        inside = study["populations"][parent]["where"] if parent else {}
        found.append(
            (
                labels.population(name),
                say("{text}, of {parent}", text=text, parent=labels.population(parent))
                if inside
                else text,
            )
        )
    return found


def endpoint(name: str, study: Mapping, labels: Labels) -> Item:
    """Return the definition of one endpoint."""
    entry = study["endpoints"][name]
    events = say("; ").join(_event(event, labels) for event in entry["events"])
    unit = unit_name(entry["unit"])
    if len(entry["events"]) > 1:
        events = say("the first of: {events}", events=events)
    delayed = entry.get("entry")
    if delayed:
        scale = labels.quoted(delayed["variable"])
        facts = [
            say("Time scale: {unit}. Event: {events}.", unit=unit, events=events),
            say(
                "Delayed entry: a patient is in the risk sets after the value of {scale} on day 0.",
                scale=scale,
            ),
        ]
    else:
        facts = [say("Time in {unit} from the index date to {events}.", unit=unit, events=events)]
    if entry["unit"] != study["time"]["unit"]:
        facts.append(
            say("One unit is {days_per_unit} days.", days_per_unit=exact(entry["days_per_unit"]))
        )
    facts.append(
        say(
            "Without the event a patient is censored at the end of follow-up ({followup}).",
            followup=labels.quoted(entry["followup"]),
        )
    )
    facts += [_censoring(item, labels) for item in entry.get("censor", [])]
    if "horizon_days" in entry:
        facts.append(
            say(
                "Everybody still followed is censored after {horizon_days} days.",
                horizon_days=exact(entry["horizon_days"]),
            )
        )
    facts += [
        say("Not at risk: {label}.", label=item["label"]) for item in entry.get("not_at_risk", [])
    ]
    if "competing" in entry:
        text = as_words(entry["competing"])
        facts.append(say("{text}; 1 − S(t) is not presented as a risk.", text=text))
    return entry["label"], facts


def _event(event: Mapping, labels: Labels) -> str:
    """Return "death (Death: Yes; day from “Time to death or last follow-up”)"."""
    day = say("day from {time}", time=labels.quoted(event["time"]))
    told = say("; ").join(filter(None, [labels.condition(event.get("where", {})), day]))
    return say("{label} ({told})", label=event.get("label") or say("event"), told=told)


def _censoring(item: Mapping, labels: Labels) -> str:
    whom, day = labels.condition(item.get("where", {})), labels.quoted(item["time"])
    if whom:
        return say("Censored earlier on the day of {day}, where {whom}.", day=day, whom=whom)
    return say("Censored earlier on the day of {day}.", day=day)


def model(name: str, study: Mapping, labels: Labels) -> Item:
    """Return the definition of one Cox model."""
    entry = study["models"][name]
    single = entry["kind"] == "univariable"
    covariates = say("; ").join(map(labels.with_unit, entry["covariates"]))
    facts = [say(EACH_OF if single else COVARIATES, covariates=covariates)]
    if entry["strata"]:
        facts.append(say("Stratified by {strata}.", strata=labels.names(entry["strata"])))
    facts.append(say("Ties: {ties}.", ties=say(TIES[entry["ties"]])))
    if "penalty" in entry:
        facts.append(say(FIRTH))
    if not single:
        facts.append(say("Selection: {select}.", select=selection(entry["select"], labels)))
    for variable, level in entry["reference"].items():
        facts.append(
            say(
                "Reference of {variable}: {level}.",
                variable=labels.variable(variable),
                level=labels.level(variable, level),
            )
        )
    where = _listed(map(labels.population, entry["populations"]))
    what = _listed(map(labels.endpoint, entry["endpoints"]))
    return model_label(name, entry), [
        *facts,
        say("Endpoints: {what}. Populations: {where}.", what=what, where=where),
    ]


def model_label(name: str, entry: Mapping) -> str:
    """Return the label of a model, its name as words where the study gives none."""
    return entry.get("label") or as_words(name)


def selection(rule, labels: Labels) -> str:
    """Return the selection rule of covariates in words."""
    if not isinstance(rule, Mapping):
        return say(SELECTIONS[rule])
    below, always = exact(rule["below"]), rule.get("always")
    if not always:
        return say("covariates with a univariable P below {below}", below=below)
    return say(
        "covariates with a univariable P below {below}, and always {always}",
        below=below,
        always=labels.names(always),
    )


def _listed(texts) -> str:
    return say("; ").join(texts)
