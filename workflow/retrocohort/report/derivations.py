"""The derived variables of a study in words: one sentence for each named operation."""

from collections.abc import Callable, Mapping

from retrocohort.format import number
from retrocohort.language import clauses, say, template
from retrocohort.report.labels import Labels, exact
from retrocohort.units import unit_name

WHOLE = {
    "any": template("whether there is any row of {source}"),
    "count": template("the number of rows of {source}"),
}
TAKEN = {
    "first": template("the first"),
    "last": template("the last"),
    "nearest": template("the nearest to day 0"),
    "min": template("the smallest"),
    "max": template("the largest"),
    "mean": template("the mean"),
}

UNSIGNED = template("time from {start} to {end} in {unit}")
SIGNED = template("time from {start} to {end} in {unit}, negative if it is earlier")


def derivations(derive: Mapping, labels: Labels) -> list[tuple[str, str]]:
    """Return (label, definition in words) of each derived variable."""
    found = []
    for name, operation in derive.items():
        ((kind, asked),) = operation.items()
        found.append((labels.with_unit(name), OPERATIONS[kind](name, asked, labels)))
    return found


def _reduce(name: str, asked: Mapping, labels: Labels) -> str:
    take, window = asked["take"], asked.get("window", {})
    source = f"“{labels.source(asked['from'])}”"
    rows = labels.condition(asked.get("where", {}))
    source = say("{source} with {rows}", source=source, rows=rows) if rows else source
    source = _window(source, window)
    if take in WHOLE:
        text = say(WHOLE[take], source=source)
    else:
        text = say(
            "{taken} of {value}, among the rows of {source}",
            taken=_taken(asked, labels),
            value=labels.quoted(asked["value"]),
            source=source,
        )
    if "around" not in window:
        return text
    start, end = (labels.quoted(window[key]) for key in ("around", "of"))
    return say("{text}, days counted from {start} to {end}", text=text, start=start, end=end)


def _taken(asked: Mapping, labels: Labels) -> str:
    """Return which value is taken, and what is done with several of the same day."""
    is_number = labels.variables[asked["value"]]["type"] in ("integer", "number")
    text = say(TAKEN[asked["take"]])
    if asked["take"] in ("min", "max") and not is_number:
        return {"min": say("the earliest"), "max": say("the latest")}[asked["take"]]
    if asked["take"] in ("min", "max", "mean"):
        return text
    several = (
        say("of several a day the mean") if is_number else say("none if those of that day differ")
    )
    if asked["take"] != "nearest":
        return text if is_number else say("{text} ({several})", text=text, several=several)
    return say("{text} (at equal distance the earlier; {several})", text=text, several=several)


def _window(source: str, window: Mapping) -> str:
    """Return the source with "on days −730 to 0", "up to day 0", "from day 1 on", or as it is."""
    limits = {key: number(window[key], 0) for key in ("from", "to") if key in window}
    start, end = limits.get("from", ""), limits.get("to", "")
    if start and end:
        return say("{source} on days {start} to {end}", source=source, start=start, end=end)
    if end:
        return say("{source} up to day {end}", source=source, end=end)
    return say("{source} from day {start} on", source=source, start=start) if start else source


def _equals(name: str, asked: list, labels: Labels) -> str:
    return say(
        "whether {a} and {b} are equal",
        a=labels.quoted(asked[0]),
        b=labels.quoted(asked[1]),
    )


def _member(name: str, asked: Mapping, labels: Labels) -> str:
    of, among = (labels.quoted(asked[key]) for key in ("of", "among"))
    return say("whether the value of {of} occurs in {among}", of=of, among=among)


def _choose(name: str, asked: list, labels: Labels) -> str:
    chosen = [
        say(
            "“{level}” if {where}",
            level=labels.level(name, item["level"]),
            where=labels.condition(item["where"]),
        )
        for item in asked
    ]
    return say("the first that holds: {chosen}", chosen=say("; ").join(chosen))


def _cut(name: str, asked: Mapping, labels: Labels) -> str:
    levels = [f"“{labels.value(name, level)}”" for level in asked["levels"]]
    at = [labels.value(asked["of"], threshold) for threshold in asked["at"]]
    pieces = [say("{level} below {at}", level=levels[0], at=at[0])]
    pieces += [
        say("{level} from {start} on", level=level, start=start)
        for level, start in zip(levels[1:], at, strict=True)
    ]
    return say("{of} cut: {pieces}", of=labels.quoted(asked["of"]), pieces=clauses(pieces))


def _duration(name: str, asked: Mapping, labels: Labels) -> str:
    start, end = (labels.quoted(asked[key]) for key in ("from", "to"))
    told = SIGNED if asked.get("signed") else UNSIGNED
    return say(told, start=start, end=end, unit=unit_name(asked.get("unit", "days")))


def _first_of(name: str, asked: list, labels: Labels) -> str:
    return say("the earliest of: {names}", names=labels.names(asked))


def _last_of(name: str, asked: list, labels: Labels) -> str:
    return say("the latest of: {names}", names=labels.names(asked))


def _first_known(name: str, asked: list, labels: Labels) -> str:
    return say("the first that is known of: {names}", names=labels.names(asked))


def _power(name: str, asked: Mapping, labels: Labels) -> str:
    x = labels.quoted(asked["of"])
    if asked.get("divide_by", 1) != 1:
        x = f"{x} / {exact(asked['divide_by'])}"
    text = (
        x
        if asked["exponent"] == 1
        else say("({x}) to the power {exponent}", x=x, exponent=exact(asked["exponent"]))
    )
    return (
        say("{text}, times the natural logarithm of ({x})", text=text, x=x)
        if asked.get("times_log")
        else text
    )


def _where(name: str, asked: Mapping, labels: Labels) -> str:
    return say("whether {condition}", condition=labels.condition(asked))


OPERATIONS: dict[str, Callable[[str, Mapping, Labels], str]] = {
    "reduce": _reduce,
    "equals": _equals,
    "member": _member,
    "choose": _choose,
    "cut": _cut,
    "duration": _duration,
    "first_known": _first_known,
    "first_of": _first_of,
    "last_of": _last_of,
    "power": _power,
    "where": _where,
}
