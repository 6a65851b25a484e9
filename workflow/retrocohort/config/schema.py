"""Check of shape: a file against its schema, every fault at once, in words of the user."""

from collections.abc import Iterator

from jsonschema import Draft202012Validator

from retrocohort.faults import Fault, suggest

_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}


def shape_faults(file: str, value, schema: dict, place: str = "") -> list[Fault]:
    """Return all departures of `value` from `schema`."""
    errors = sorted(
        Draft202012Validator(schema).iter_errors(value), key=lambda e: [str(p) for p in e.path]
    )
    return [fault for error in errors for fault in _explain(file, error, place)]


def _explain(file: str, error, place: str) -> Iterator[Fault]:
    path = ".".join([place] * bool(place) + [str(part) for part in error.absolute_path])
    match error.validator:
        case "additionalProperties" if isinstance(error.validator_value, bool):
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
            yield Fault(
                file, path, f"'{error.instance}' is unknown.", suggest(error.instance, shown)
            )
        case "type":
            kinds = error.validator_value
            kinds = [kinds] if isinstance(kinds, str) else kinds
            wanted = " or ".join(_KINDS[kind] for kind in kinds)
            yield Fault(file, path, f"{_shown(error.instance)} is not {wanted}.", _about(error))
        case "minItems" | "minProperties" | "minLength":
            yield Fault(file, path, "must not be empty.", _about(error))
        case "maxProperties":
            named = ", ".join(error.instance)
            yield Fault(file, path, f"has several operations ({named}).", "Give exactly one.")
        case "uniqueItems":
            yield Fault(file, path, "an item stands twice.", "Give each item once.")
        case _:
            yield Fault(file, path, f"{_shown(error.instance)} is not allowed.", _about(error))


def _about(error) -> str:
    return error.schema.get("description", "")


def _shown(value) -> str:
    return f"'{value}'" if isinstance(value, str | int | float) else f"a {type(value).__name__}"
