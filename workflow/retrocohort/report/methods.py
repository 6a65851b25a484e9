"""The methods as run, in words: what the study file and its defaults decided."""

from collections.abc import Mapping, Sequence

from retrocohort.format import number, p_value
from retrocohort.report.labels import Labels, exact

Item = tuple[str, list[str]]

TIES = {"efron": "Efron's method", "breslow": "Breslow's method"}
INTERVALS = {
    "log": "symmetric on the scale of log S(t)",
    "log-log": "symmetric on the scale of log(−log S(t))",
    "plain": "symmetric on the scale of S(t), cut off at 0 and 1",
}
QUANTILES = {
    "r": "the first time at which S(t) falls below the quantile; where S(t) equals it, the midpoint"
    " of that flat step (the rule of R's survival package, and its numerical tolerance)",
    "spss": "the first time at which S(t) is at or below the quantile (the rule of SPSS)",
}
CONTINGENCY = {
    "yates": "the chi-square test, for 2 × 2 tables with Yates' continuity correction",
    "pearson": "Pearson's chi-square test without continuity correction",
}
T_TESTS = {
    "welch": "Welch's t test (unequal variances)",
    "student": "Student's t test (equal variances)",
}
RANK_TESTS = {
    "corrected": "the Mann-Whitney test (normal approximation with tie and continuity correction)",
    "plain": "the Mann-Whitney test (normal approximation with tie correction, without continuity"
    " correction)",
}
PRESETS = {"r": "R (survival, stats)", "spss": "SPSS (COXREG, KM, CROSSTABS, T-TEST)"}
FIRTH = (
    "Firth's penalised likelihood (Heinze and Schemper 2001), which has an estimate also where a"
    " level has no event; intervals and P are from the profile of the penalised likelihood."
)
SELECTIONS = {"listed": "every covariate listed", "all": "every covariate listed"}


def percent(conventions: Mapping) -> str:
    """Return "95%", the level of the confidence intervals."""
    return f"{number(100 * conventions['confidence'], 1, trim=True)}%"


def sources(study: Mapping) -> list[Item]:
    """Return the delivered files, one item each."""
    rows = {"one": "one row a patient", "many": "several rows a patient"}
    items = []
    for source in study["sources"].values():
        facts = [rows[source["rows"]], f"encoding {source['encoding'].upper()}"]
        facts += [f"sheet {source['sheet']}"] if "sheet" in source else []
        if source["header_row"] != 1:
            facts.append(f"column names in row {source['header_row']}")
        items.append((f"{source['label']}: {source['file']}", [as_words(", ".join(facts))]))
    return items


def as_words(text: str) -> str:
    """Return a text with a capital first letter; the name of an entry as words."""
    words = text.replace("_", " ")
    return words[:1].upper() + words[1:]


def time_scale(study: Mapping) -> str:
    """Return what day 0 is and how times are counted."""
    time = study["time"]
    rounded = ""
    if "round_to" in time:
        rounded = f", rounded to the nearest multiple of {exact(time['round_to'])}"
    return (
        f"Day 0 is the index date: {time['index']}. Times are summed in days and divided once by"
        f" {exact(time['days_per_unit'])} days to give {time['unit']}{rounded}; a patient is at"
        " risk at time t when entry < t ≤ end of follow-up."
    )


def criteria(study: Mapping, labels: Labels) -> list[tuple[str, str]]:
    """Return (label, condition in words) of the exclusions, in the order in which they apply."""
    return [(item["label"], labels.condition(item["where"])) for item in study["criteria"]]


def populations(study: Mapping, labels: Labels) -> list[tuple[str, str]]:
    """Return (label, condition in words) of the populations; one within another says so."""
    found = []
    for name, entry in study["populations"].items():
        text = labels.condition(entry["where"]) or "Every patient of the cohort"
        parent = entry["parent"]
        inside = study["populations"][parent]["where"] if parent else {}
        found.append(
            (labels.population(name), f"{text}, of {labels.population(parent)}" if inside else text)
        )
    return found


def endpoint(name: str, study: Mapping, labels: Labels) -> Item:
    """Return the definition of one endpoint."""
    entry = study["endpoints"][name]
    events = [_event(event, labels) for event in entry["events"]]
    first = "the first of: " if len(events) > 1 else ""
    delayed = entry.get("entry")
    if delayed:
        scale = labels.quoted(delayed["variable"])
        facts = [
            f"Time scale: {entry['unit']}. Event: {first}{'; '.join(events)}.",
            f"Delayed entry: a patient is in the risk sets after the value of {scale} on day 0.",
        ]
    else:
        facts = [f"Time in {entry['unit']} from the index date to {first}{'; '.join(events)}."]
    if entry["unit"] != study["time"]["unit"]:
        facts.append(f"One unit is {exact(entry['days_per_unit'])} days.")
    facts.append(
        f"Without the event a patient is censored at the end of follow-up"
        f" ({labels.quoted(entry['followup'])})."
    )
    facts += [_censoring(item, labels) for item in entry.get("censor", [])]
    if "horizon_days" in entry:
        facts.append(
            f"Everybody still followed is censored after {exact(entry['horizon_days'])} days."
        )
    facts += [f"Not at risk: {item['label']}." for item in entry.get("not_at_risk", [])]
    if "competing" in entry:
        text = as_words(entry["competing"])
        facts.append(f"{text}; 1 − S(t) is not presented as a risk.")
    return entry["label"], facts


def _event(event: Mapping, labels: Labels) -> str:
    """Return "death (Death: Yes; day from “Time to death or last follow-up”)"."""
    told = [labels.condition(event.get("where", {})), f"day from {labels.quoted(event['time'])}"]
    return f"{event.get('label', 'event')} ({'; '.join(filter(None, told))})"


def _censoring(item: Mapping, labels: Labels) -> str:
    whom = labels.condition(item.get("where", {}))
    applies = f", where {whom}" if whom else ""
    return f"Censored earlier on the day of {labels.quoted(item['time'])}{applies}."


def baseline(study: Mapping) -> list[str]:
    """Return how baseline tables are made."""
    conventions = study["conventions"]
    return [
        "Categorical variables are given as n (%) of the patients with a value; missing values are"
        " counted in a row of their own.",
        "A continuous variable is given as mean (SD) when it looks normal in every arm of the full"
        f" cohort (Shapiro-Wilk P > {exact(conventions['alpha'])}, or"
        " skewness within −1 to 1 when an arm has more than 5,000 values), as median (interquartile"
        " range) otherwise, unless the study names the summary.",
        f"Arms are compared by {CONTINGENCY[conventions['contingency']]}; by Fisher's exact test"
        " for a 2 × 2 table with an expected count below 5; means of two arms by"
        f" {T_TESTS[conventions['t_test']]}, of more by one-way analysis of variance; other"
        f" continuous variables of two arms by {RANK_TESTS[conventions['rank_test']]}, of more by"
        " the Kruskal-Wallis test. The test of each variable stands under its table.",
        "SMD is the absolute standardised mean difference.",
    ]


def survival(study: Mapping, labels: Labels) -> list[str]:
    """Return how survival is estimated and compared."""
    conventions, block = study["conventions"], study["survival"]
    facts = [
        "Survival is estimated by the Kaplan-Meier method with Greenwood's variance;"
        f" {percent(conventions)} confidence intervals are"
        f" {INTERVALS[conventions['interval']]}.",
        f"A quantile of survival is {QUANTILES[conventions['quantiles']]}; its interval is read"
        " from the limits of the curve by the same rule. Q1, median and Q3 are the times at which"
        " S(t) reaches 0.75, 0.50 and 0.25.",
        "Median follow-up is estimated by the reverse Kaplan-Meier method.",
        "Groups are compared by the log-rank test (with delayed entry: the score test of a Cox"
        " model with exact ties); pairs of more than two groups with Holm's correction.",
    ]
    if block["logrank_strata"]:
        facts.append(
            f"A further log-rank test is stratified by {labels.names(block['logrank_strata'])}."
        )
    return facts


def cox(study: Mapping) -> list[str]:
    """Return how Cox models are fitted and tested."""
    return [
        "Hazard ratios (HR) come from Cox proportional hazards models of the patients with all"
        " covariates known; P of a coefficient is from the Wald test.",
        "Proportional hazards are tested by the score test on scaled Schoenfeld residuals against"
        " the Kaplan-Meier transform of time, per term and globally.",
        "What cannot be estimated (an empty level, no event, separation) is reported as such; the"
        " other terms keep their estimates.",
    ]


def significance(study: Mapping) -> list[str]:
    """Return level, sidedness and origin of the conventions."""
    conventions = study["conventions"]
    return [
        "All tests are two-sided at a significance level of"
        f" {exact(conventions['alpha'])}; P is printed with three decimals, below 0.001 as"
        f" {p_value(0.0)}.",
        f"Conventions follow {PRESETS[study['preset']]}, but for what the study decides otherwise.",
    ]


def model(name: str, study: Mapping, labels: Labels) -> Item:
    """Return the definition of one Cox model."""
    entry = study["models"][name]
    single = entry["kind"] == "univariable"
    covariates = "; ".join(map(labels.with_unit, entry["covariates"]))
    facts = [f"{'One model for each of' if single else 'Covariates'}: {covariates}."]
    if entry["strata"]:
        facts.append(f"Stratified by {labels.names(entry['strata'])}.")
    facts.append(f"Ties: {TIES[entry['ties']]}.")
    if "penalty" in entry:
        facts.append(FIRTH)
    if not single:
        facts.append(f"Selection: {selection(entry['select'], labels)}.")
    for variable, level in entry["reference"].items():
        facts.append(f"Reference of {labels.variable(variable)}: {labels.level(variable, level)}.")
    where = _listed(map(labels.population, entry["populations"]))
    what = _listed(map(labels.endpoint, entry["endpoints"]))
    return model_label(name, entry), [*facts, f"Endpoints: {what}. Populations: {where}."]


def model_label(name: str, entry: Mapping) -> str:
    """Return the label of a model, its name as words where the study gives none."""
    return entry.get("label") or as_words(name)


def selection(rule, labels: Labels) -> str:
    """Return the selection rule of covariates in words."""
    if not isinstance(rule, Mapping):
        return SELECTIONS[rule]
    text = f"covariates with a univariable P below {exact(rule['below'])}"
    always = rule.get("always")
    return f"{text}, and always {labels.names(always)}" if always else text


def _listed(texts) -> str:
    return "; ".join(texts)


def references(study: Mapping, labels: Labels) -> list[str]:
    """Return how the reference level of a covariate is chosen."""
    return ["The reference is the first level of a covariate unless the model names another."]


def statistics(study: Mapping, labels: Labels) -> Sequence[Item]:
    """Return the conventions of the numbers by topic."""
    return [
        ("Baseline tables", baseline(study)),
        ("Survival", survival(study, labels)),
        ("Cox models", [*cox(study), *references(study, labels)]),
        ("Significance", significance(study)),
    ]
