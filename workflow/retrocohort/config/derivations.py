"""Check of the `derive` block: what each operation reads, and what it gives."""

from collections.abc import Callable

from retrocohort.config.dictionary import LEVELLED, NUMERIC
from retrocohort.config.references import References
from retrocohort.where import variables_of

ORDERED = (*NUMERIC, "date")


def check_derivations(refs: References) -> None:
    """Check every derived variable, and that none is derived from itself."""
    graph = {}
    for name, operation in refs.study["derive"].items():
        ((kind, asked),) = operation.items()
        place = f"derive.{name}"
        graph[name] = _inputs(kind, asked)
        CHECKS[kind](refs, f"{place}.{kind}", asked, name)
        if refs.choice(place, name, refs.variables, "in the dictionary"):
            _check_result(refs, place, name, kind, asked)
            if refs.variables[name]["columns"]:
                refs.fault(place, f"'{name}' is both a column and derived.", "Keep one of them.")
    refs.no_circle("derive", graph, "A variable cannot be derived from itself.")


def _inputs(kind: str, asked) -> set[str]:
    """Return the variables of the patient that a derivation reads."""
    if kind in ("equals", "first_known", "first_of", "last_of"):
        return set(asked)
    if kind == "where":
        return variables_of(asked)
    if kind == "choose":
        return set().union(*(variables_of(item["where"]) for item in asked))
    if kind == "reduce":  # its other variables are those of the rows of a source
        return {asked["window"]["around"]} if "around" in asked.get("window", {}) else set()
    return {asked[key] for key in ("of", "among", "from", "to") if key in asked}


def _check_result(refs: References, place: str, name: str, kind: str, asked) -> None:
    """Check that the dictionary types a variable as its operation gives it."""
    entry = refs.variables[name]
    types = RESULTS.get(kind, ORDERED)
    if kind == "reduce":
        value = refs.variables.get(asked.get("value"), {})
        by_value = NUMERIC if value.get("type") in NUMERIC else (value.get("type"),)
        types = TAKEN.get(asked["take"], by_value if value else (*ORDERED, *LEVELLED))
    what = f"{kind}{' ' + asked['take'] if kind == 'reduce' else ''}"
    if entry["type"] not in types:
        problem = f"{what} cannot give the type {entry['type']}."
        refs.fault(place, problem, f"Type of '{name}' in the dictionary: {' or '.join(types)}.")
    elif kind in ANSWERS or (kind == "reduce" and asked["take"] == "any"):
        for answer in ("yes", "no"):
            refs.level(place, name, answer)
    elif kind == "reduce" and entry["type"] in LEVELLED:
        for level in refs.variables.get(asked.get("value"), {}).get("levels", {}):
            refs.level(place, name, level)


def _check_alike(refs: References, place: str, names: list[str], types: tuple = ()) -> None:
    """Check variables that are compared with each other: all numbers, or all of one type."""
    known = [name for name in names if refs.variable(place, name, types)]
    kinds = {refs.variables[name]["type"] for name in known}
    if len(kinds) > 1 and not kinds <= set(NUMERIC):
        shown = ", ".join(f"'{name}' is {refs.variables[name]['type']}" for name in known)
        refs.fault(place, f"cannot be compared: {shown}.", "Give them one type.")


def _equals(refs: References, place: str, asked: list[str], name: str) -> None:
    _check_alike(refs, place, asked)


def _first_of(refs: References, place: str, asked: list[str], name: str) -> None:
    _check_alike(refs, place, asked, ORDERED)


def _first_known(refs: References, place: str, asked: list[str], name: str) -> None:
    _check_alike(refs, place, [*asked, name])
    for source in asked:
        for level in refs.variables.get(source, {}).get("levels", {}):
            _level(refs, place, name, level)


def _member(refs: References, place: str, asked: dict, name: str) -> None:
    _check_alike(refs, place, [asked["of"], asked["among"]])


def _where(refs: References, place: str, asked: dict, name: str) -> None:
    refs.condition(place, asked)


def _power(refs: References, place: str, asked: dict, name: str) -> None:
    refs.variable(place, asked["of"], NUMERIC)


def _duration(refs: References, place: str, asked: dict, name: str) -> None:
    for end in ("from", "to"):
        refs.variable(f"{place}.{end}", asked[end], ("date",))


def _choose(refs: References, place: str, asked: list[dict], name: str) -> None:
    for item in asked:
        refs.condition(place, item["where"])
        _level(refs, place, name, item["level"])


def _cut(refs: References, place: str, asked: dict, name: str) -> None:
    refs.variable(place, asked["of"], NUMERIC)
    needed = len(asked["at"]) + 1
    if len(asked["levels"]) != needed:
        problem = f"{len(asked['levels'])} levels for {len(asked['at'])} thresholds."
        refs.fault(place, problem, f"Give {needed} levels.")
    if asked["at"] != sorted(set(asked["at"])):
        refs.fault(place, "the thresholds do not rise.", "Write the smallest first, each once.")
    for level in asked["levels"]:
        _level(refs, place, name, level)


def _level(refs: References, place: str, name: str, level: str) -> None:
    """Check a level that a derived variable is given, unless its type is wrong anyway."""
    if refs.variables.get(name, {}).get("type") in LEVELLED:
        refs.level(place, name, level)


def _reduce(refs: References, place: str, asked: dict, name: str) -> None:
    source, take = asked["from"], asked["take"]
    if not refs.choice(f"{place}.from", source, refs.long, "a source with rows: many"):
        return
    refs.condition(f"{place}.where", asked.get("where", {}), source)
    if "window" in asked:
        _window(refs, f"{place}.window", asked["window"], source)
    if "value" in asked:
        types = VALUES.get(take, (*ORDERED, *LEVELLED))
        refs.variable(f"{place}.value", asked["value"], types, source)
    elif take not in ("any", "count"):
        refs.fault(place, f"take: {take} needs a value.", "Name the variable to take.")
    if take in ("first", "last", "nearest") and "window" not in asked:
        remedy = "Say which day orders the rows."
        refs.fault(place, f"take: {take} needs a window.", remedy)


def _window(refs: References, place: str, window: dict, source: str) -> None:
    """Check that days are numbers, or dates that are counted from a date of the patient."""
    of, low, high = window["of"], window.get("from"), window.get("to")
    if low is not None and high is not None and low > high:
        refs.fault(place, f"from {low} is after to {high}.", "Exchange them.")
    if "around" in window:
        refs.variable(f"{place}.around", window["around"], ("date",))
    if not refs.variable(place, of, (*NUMERIC, "date"), source):
        return
    is_date = refs.variables[of]["type"] == "date"
    if is_date and "around" not in window:
        remedy = "Name the patient's date that is day 0: around."
        refs.fault(place, f"'{of}' is a date, and it is not said from when days count.", remedy)
    elif not is_date and "around" in window:
        remedy = "Leave out around, or name a date under of."
        refs.fault(place, f"'{of}' is a number, its days are counted already.", remedy)


CHECKS: dict[str, Callable] = {
    "choose": _choose,
    "cut": _cut,
    "duration": _duration,
    "equals": _equals,
    "first_known": _first_known,
    "first_of": _first_of,
    "last_of": _first_of,
    "member": _member,
    "power": _power,
    "reduce": _reduce,
    "where": _where,
}
ANSWERS = ("equals", "member", "where")
RESULTS = dict.fromkeys((*ANSWERS, "choose", "cut"), LEVELLED) | {
    "duration": NUMERIC,
    "first_known": (*ORDERED, *LEVELLED),
    "power": NUMERIC,
}
VALUES = {"mean": NUMERIC, "min": ORDERED, "max": ORDERED}  # the others take any of them
TAKEN = {"any": LEVELLED, "count": NUMERIC, "mean": NUMERIC}
