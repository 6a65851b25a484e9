"""The derived variables of a study in words: one sentence for each named operation."""

from collections.abc import Callable, Mapping

from retrocohort.io import number_text
from retrocohort.report.labels import Labels

TAKEN = {
    "any": "whether there is any such row",
    "count": "the number of such rows",
    "first": "the first",
    "last": "the last",
    "nearest": "the nearest to day 0 (at equal distance the earlier; of several a day the mean)",
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
    what = TAKEN[asked["take"]]
    if "value" in asked:
        what = f"{what} of {labels.variable(asked['value'])}"
    rows = labels.condition(asked.get("where", {}))
    return (
        f"{what}, of the rows of “{asked['from'].replace('_', ' ')}”"
        + (f" with {rows}" if rows else "")
        + _window(asked.get("window"))
    )


def _window(window: Mapping | None) -> str:
    if not window:
        return ""
    limits = [
        f"{word} day {window[key]}"
        for key, word in (("from", "from"), ("to", "to"))
        if key in window
    ]
    return f", {' '.join(limits)}"


def _equals(name: str, asked: list, labels: Labels) -> str:
    return f"whether {labels.variable(asked[0])} and {labels.variable(asked[1])} are equal"


def _member(name: str, asked: Mapping, labels: Labels) -> str:
    of, among = (labels.variable(asked[key]) for key in ("of", "among"))
    return f"whether the value of {of} occurs in {among}"


def _choose(name: str, asked: list, labels: Labels) -> str:
    chosen = [
        f"{labels.level(name, item['level'])} if {labels.condition(item['where'])}"
        for item in asked
    ]
    return f"the first that holds: {'; '.join(chosen)}"


def _cut(name: str, asked: Mapping, labels: Labels) -> str:
    of, levels = (
        labels.variable(asked["of"]),
        [labels.value(name, level) for level in asked["levels"]],
    )
    at = [labels.value(asked["of"], threshold) for threshold in asked["at"]]
    pieces = [f"{levels[0]} below {at[0]}"]
    pieces += [f"{level} from {start}" for level, start in zip(levels[1:], at, strict=True)]
    return f"{of}, cut: {', '.join(pieces)}"


def _duration(name: str, asked: Mapping, labels: Labels) -> str:
    start, end = (labels.variable(asked[key]) for key in ("from", "to"))
    return f"time from {start} to {end} in {asked.get('unit', 'days')}"


def _first_of(name: str, asked: list, labels: Labels) -> str:
    return f"the earliest of: {labels.names(asked)}"


def _power(name: str, asked: Mapping, labels: Labels) -> str:
    x = labels.variable(asked["of"])
    if asked.get("divide_by", 1) != 1:
        x = f"({x} / {number_text(asked['divide_by'])})"
    text = x if asked["exponent"] == 1 else f"{x} to the power {number_text(asked['exponent'])}"
    return f"{text}, times the natural logarithm of {x}" if asked.get("times_log") else text


def _where(name: str, asked: Mapping, labels: Labels) -> str:
    return f"whether {labels.condition(asked)}"


OPERATIONS: dict[str, Callable[[str, Mapping, Labels], str]] = {
    "reduce": _reduce,
    "equals": _equals,
    "member": _member,
    "choose": _choose,
    "cut": _cut,
    "duration": _duration,
    "first_of": _first_of,
    "power": _power,
    "where": _where,
}
