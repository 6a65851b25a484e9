"""Check of shape: a file against its schema, every fault at once, in words of the user."""

from collections.abc import Iterator
from copy import deepcopy

from jsonschema import Draft202012Validator

from retrocohort.faults import Fault, suggest

_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}
_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}
ENTRY_DEPTH = 2  # sources.patients, criteria.0, survival.landmarks: what is judged as a whole


def shape_faults(file: str, value, schema: dict, place: str = "") -> list[Fault]:
    """Return all departures of `value` from `schema`."""
    return [fault for error in _errors(value, schema) for fault in _explain(file, error, place)]


def sound_part(value: dict, schema: dict) -> tuple[dict, set[str]]:
    """Return what of a mapping has the right shape, so that its sense can be checked too.

    Unknown keys are left out, and entries (`models.adjusted`) with any other fault.

    Returns
    -------
    sound : dict
        A copy without them.
    lost : set of str
        Names of the sections and entries left out, to which others may refer.
    """
    sound, lost = deepcopy(value), set()
    for error in _errors(value, schema):
        path = list(error.absolute_path)
        if _is_unknown_key(error):
            place = _at(sound, path)
            for key in set(place) - set(error.schema.get("properties", {})) if place else ():
                del place[key]
        if path and (not _is_unknown_key(error) or not place):
            lost.add(str(path[:ENTRY_DEPTH][-1]))
            _mark_lost(sound, path[:ENTRY_DEPTH])
    for key, part in list(sound.items()):
        if isinstance(part, list):
            sound[key] = [item for item in part if item is not None]
    return sound, lost


def _mark_lost(sound: dict, path: list) -> None:
    """Take a part away; an item of a list is emptied, as those behind keep their places."""
    *above, last = path
    holder = _at(sound, above)
    if isinstance(holder, list):
        holder[last] = None
    elif holder is not None:
        holder.pop(last, None)


def _at(value, path: list):
    """Return the part at a path, None if it was taken away."""
    for key in path:
        inside = isinstance(value, list) or (isinstance(value, dict) and key in value)
        value = value[key] if inside else None
    return value


def _errors(value, schema: dict) -> list:
    found = Draft202012Validator(schema).iter_errors(value)
    return sorted(found, key=lambda error: [str(part) for part in error.path])


def _is_unknown_key(error) -> bool:
    return error.validator == "additionalProperties" and isinstance(error.validator_value, bool)


def _explain(file: str, error, place: str) -> Iterator[Fault]:
    path = ".".join([place] * bool(place) + [str(part) for part in error.absolute_path])
    match error.validator:
        case "additionalProperties" if _is_unknown_key(error):
            valid = list(error.schema.get("properties", {}))
            for key in error.instance:
                if key not in valid:
                    at = f"{path}.{key}" if path else str(key)
                    yield Fault(file, at, f"unknown key '{key}'.", suggest(key, valid))
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            # jsonschema reports each missing key by itself; its message starts with the key
            key = next(k for k in missing if error.message.startswith(repr(k)))
            about = error.schema.get("properties", {}).get(key, {}).get("description", "")
            yield Fault(file, path, f"the key '{key}' is missing.", about)
        case "enum":
            shown = [choice for choice in error.validator_value if choice != ""]
            remedy = suggest(error.instance, shown)
            yield Fault(file, path, f"{_shown(error.instance)} is unknown.", remedy)
        case "pattern" | "type" if "propertyNames" in error.absolute_schema_path:
            yield Fault(file, path, f"{_shown(error.instance)} is not a name.", _about(error))
        case "type" if error.instance is None:
            yield Fault(file, path, "must not be empty.", _about(error))
        case "type":
            yield Fault(file, path, _wrong_kind(error), _remedy_of_kind(error))
        case _:
            yield Fault(file, path, *_wrong_value(error))


def _about(error) -> str:
    return error.schema.get("description", "")


def _wrong_kind(error) -> str:
    kinds = error.validator_value
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return f"{_shown(error.instance)} is not {' or '.join(_KINDS[kind] for kind in kinds)}."


def _remedy_of_kind(error) -> str:
    """Return what would be right; a number where a text is due is a text in quotes."""
    if "string" in error.validator_value and isinstance(error.instance, bool | int | float):
        text = str(error.instance)
        return f'Put it in quotes: "{text.lower() if isinstance(error.instance, bool) else text}".'
    return _about(error)


def _wrong_value(error) -> tuple[str, str]:
    """Return problem and remedy of a value of the right kind."""
    about = _about(error)
    match error.validator:
        case "minItems" | "minProperties" | "minLength":
            return "must not be empty.", about
        case "maxProperties":
            return f"has several operations ({', '.join(error.instance)}).", "Give exactly one."
        case "uniqueItems":
            twice = next(item for item in error.instance if error.instance.count(item) > 1)
            return f"{_shown(twice)} stands twice.", "Give each item once."
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            bound = f"{_BOUNDS[error.validator]} {error.validator_value}"
            return f"{_shown(error.instance)} must be {bound}.", about
        case "maxLength" | "maxItems":
            return f"{_shown(error.instance)} is longer than {error.validator_value}.", about
    return f"{_shown(error.instance)} is not allowed.", about


def _shown(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return f"'{value}'"
    return "a mapping" if isinstance(value, dict) else "a list"
