"""YAML without its surprises: `no`, `010`, `12:30` and dates stay text, a key stands once."""

import re

import yaml

from retrocohort.faults import Fault, FaultsFound

_BASE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class StrictLoader(_BASE):
    """Safe loader with the scalars of YAML 1.2's core schema and unique keys."""

    def construct_mapping(self, node, deep=False):
        """Build one mapping; a repeated key is an error, not the last one wins."""
        seen = {}
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"'{name}' stands twice, first in line {seen[name]}",
                    problem_mark=key.start_mark,
                )
            seen[name] = key.start_mark.line + 1
        return super().construct_mapping(node, deep)


StrictLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)?\.?[0-9]+(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
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
        remedy = "Keep one of them." if "twice" in str(error.problem) else "Correct the YAML."
        raise FaultsFound([Fault(path, place, f"{error.problem}.", remedy)]) from None
    except yaml.YAMLError as error:
        raise FaultsFound([Fault(path, "", f"not YAML: {error}.")]) from None
