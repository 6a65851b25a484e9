"""The derived variables of a study in words: one sentence for each named operation."""

from collections.abc import Callable, Mapping

from retrocohort.format import number
from retrocohort.report.labels import Labels, exact

WHOLE = {"any": "whether there is any row of", "count": "the number of rows of"}
TAKEN = {
    "first": "the first",
    "last": "the last",
    "nearest": "the nearest to day 0",
    "min": "the smallest",
    "max": "the largest",
    "mean": "the mean",
}


def derivations(derive: Mapping, labels: Labels) -> list[tuple[str, str]]:
    """Return (label, definition in words) of each derived variable."""
    found = []
    for name, operation in derive.items():
        ((kind, asked),) = operation.items()
        found.append((labels.with_unit(name), OPERATIONS[kind](name, asked, labels)))
    return found


def _reduce(name: str, asked: Mapping, labels: Labels) -> str:
    take, window = asked["take"], asked.get("window", {})
    if take in WHOLE:
        what = WHOLE[take]
    else:
        what = f"{_taken(asked, labels)} of {labels.quoted(asked['value'])}, among the rows of"
    rows = labels.condition(asked.get("where", {}))
    told = [f"with {rows}" if rows else "", _window(window)]
    text = " ".join([what, f"“{labels.source(asked['from'])}”", *filter(None, told)])
    if "around" in window:
        ends = [labels.quoted(window[key]) for key in ("around", "of")]
        text += f", days counted from {ends[0]} to {ends[1]}"
    return text


def _taken(asked: Mapping, labels: Labels) -> str:
    """Return which value is taken, and what is done with several of the same day."""
    is_number = labels.variables[asked["value"]]["type"] in ("integer", "number")
    text = TAKEN[asked["take"]]
    if asked["take"] in ("min", "max") and not is_number:
        return {"min": "the earliest", "max": "the latest"}[asked["take"]]
    if asked["take"] in ("min", "max", "mean"):
        return text
    several = "of several a day the mean" if is_number else "none if those of that day differ"
    if asked["take"] != "nearest":
        return text if is_number else f"{text} ({several})"
    return f"{text} (at equal distance the earlier; {several})"


def _window(window: Mapping) -> str:
    """Return "on days −730 to 0", "up to day 0" or "from day 1 on"; empty for no limit."""
    start, end = (number(window.get(key), 0) for key in ("from", "to"))
    if "from" in window and "to" in window:
        return f"on days {start} to {end}"
    if "to" in window:
        return f"up to day {end}"
    return f"from day {start} on" if "from" in window else ""


def _equals(name: str, asked: list, labels: Labels) -> str:
    return f"whether {labels.quoted(asked[0])} and {labels.quoted(asked[1])} are equal"


def _member(name: str, asked: Mapping, labels: Labels) -> str:
    of, among = (labels.quoted(asked[key]) for key in ("of", "among"))
    return f"whether the value of {of} occurs in {among}"


def _choose(name: str, asked: list, labels: Labels) -> str:
    chosen = [
        f"“{labels.level(name, item['level'])}” if {labels.condition(item['where'])}"
        for item in asked
    ]
    return f"the first that holds: {'; '.join(chosen)}"


def _cut(name: str, asked: Mapping, labels: Labels) -> str:
    levels = [f"“{labels.value(name, level)}”" for level in asked["levels"]]
    at = [labels.value(asked["of"], threshold) for threshold in asked["at"]]
    pieces = [f"{levels[0]} below {at[0]}"]
    pieces += [f"{level} from {start} on" for level, start in zip(levels[1:], at, strict=True)]
    return f"{labels.quoted(asked['of'])} cut: {', '.join(pieces)}"


def _duration(name: str, asked: Mapping, labels: Labels) -> str:
    start, end = (labels.quoted(asked[key]) for key in ("from", "to"))
    signed = ", negative if it is earlier" if asked.get("signed") else ""
    return f"time from {start} to {end} in {asked.get('unit', 'days')}{signed}"


def _first_of(name: str, asked: list, labels: Labels) -> str:
    return f"the earliest of: {labels.names(asked)}"


def _last_of(name: str, asked: list, labels: Labels) -> str:
    return f"the latest of: {labels.names(asked)}"


def _first_known(name: str, asked: list, labels: Labels) -> str:
    return f"the first that is known of: {labels.names(asked)}"


def _power(name: str, asked: Mapping, labels: Labels) -> str:
    x = labels.quoted(asked["of"])
    if asked.get("divide_by", 1) != 1:
        x = f"{x} / {exact(asked['divide_by'])}"
    text = x if asked["exponent"] == 1 else f"({x}) to the power {exact(asked['exponent'])}"
    return f"{text}, times the natural logarithm of ({x})" if asked.get("times_log") else text


def _where(name: str, asked: Mapping, labels: Labels) -> str:
    return f"whether {labels.condition(asked)}"


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
