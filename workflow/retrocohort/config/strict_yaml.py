"""YAML without its surprises: `no`, `010`, `12:30` and dates stay text, a key stands once."""

import re

import yaml

from retrocohort.faults import Fault, FaultsFound

_BASE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"
_REMEDIES = {  # words of the parser -> what would be right
    "stands twice": "Keep one of them.",
    "mapping values": "Quote a text that holds a colon, and indent keys alike.",
    "tab": "Indent with blanks.",
    "start any token": "Indent with blanks instead of tabs; quote a text that begins with a sign.",
    "',' or": "Close the bracket, and put commas between the items.",
    "end of stream": "Close the quote or the bracket.",
    "undefined alias": "Quote a text that begins with *, or give the anchor first.",
}


class StrictLoader(_BASE):
    """Safe loader with the scalars of YAML 1.2's core schema and unique keys."""

    def flatten_mapping(self, node):
        """Merge what `<<` names into a mapping, once its own keys are known to be unique."""
        if not getattr(node, "is_checked", False):  # a merged key may stand in the mapping too
            node.is_checked = True
            self._check_keys(node)
        super().flatten_mapping(node)

    def _check_keys(self, node) -> None:
        """Refuse a repeated key, of which the last one would win, and a key that is no name."""
        seen = {}
        for key, _ in node.value:
            if key.tag == _MERGE:
                continue
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(
                    problem="a list or mapping stands where a key is due",
                    problem_mark=key.start_mark,
                )
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"'{key.value}' stands twice, first in line {seen[key.value]}",
                    problem_mark=key.start_mark,
                )
            seen[key.value] = key.start_mark.line + 1


StrictLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)?(?:\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("float", r"^[-+]?[1-9][0-9]*[eE][-+]?[0-9]+$", "-+123456789"),
    ("merge", r"^<<$", "<"),
):
    StrictLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first)
    )


def load(path: str, text: str):
    """Return what a YAML text holds.

    Raises
    ------
    FaultsFound
        When it is not YAML or a key is repeated; names the line.
    """
    try:
        return yaml.load(text, StrictLoader)  # noqa: S506  a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}" if mark else ""
        known = (right for words, right in _REMEDIES.items() if words in str(error.problem))
        remedy = next(known, "Look at the indentation, quotes and brackets here and above.")
        raise FaultsFound([Fault(path, place, f"{error.problem}.", remedy)]) from None
    except yaml.YAMLError as error:
        problem = f"is not YAML: {str(error).splitlines()[0]}."
        raise FaultsFound([Fault(path, "", problem, "Save it as plain text.")]) from None
