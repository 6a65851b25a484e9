"""YAML without its surprises: `no`, `010`, `12:30` and dates stay text, a key stands once.

A file can neither name what is to be made of it (tags) nor be larger than it looks: aliases are
counted as what they stand for, as the checks of a study walk through each.
"""

import math
import re

import yaml

from retrocohort.faults import Fault, FaultsFound

_BASE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"
LONGEST = 2_000_000  # characters of a file
DEEPEST = 50  # levels of lists and mappings
MOST_NODES = 50_000  # values and keys
LARGEST = 2**53  # of a number: larger whole ones have no float of their own
_REMEDIES = {  # words of the parser -> what would be right
    "stands twice": "Keep one of them.",
    "mapping values": "Quote a text that holds a colon, and indent keys alike.",
    "tab": "Indent with blanks.",
    "start any token": "Indent with blanks instead of tabs; quote a text that begins with a sign.",
    "',' or": "Close the bracket, and put commas between the items.",
    "end of stream": "Close the quote or the bracket.",
    "is a tag": "Remove it: a file says nothing but texts, numbers, lists and mappings.",
    "too deep": "Lay it out flat, as the studies that come with the workflow are.",
    "too much": "Write out what is needed, without aliases of aliases.",
    "within itself": "Write it out where it is needed.",
    "too large a number": "Put it in quotes if it is a text.",
    "undefined alias": "Quote a text that begins with *, or give the anchor first.",
}


class StrictLoader(_BASE):
    """Safe loader with the scalars of YAML 1.2's core schema and unique keys."""

    def get_single_node(self):
        """Return the node of the document, none of which stands for more than a person wrote."""
        node = super().get_single_node()
        if node is not None:
            _measure(node, {})
        return node

    def construct_number(self, node):
        """Return a whole or a decimal number that arithmetic can hold."""
        whole = node.tag.endswith(":int") and len(node.value) < 20
        value = int(node.value) if whole else float(node.value)
        if not math.isfinite(value) or abs(value) > LARGEST:
            raise _wrong(f"'{node.value[:30]}' is too large a number", node.start_mark)
        return value

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


def _wrong(problem: str, mark) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def _measure(node, known: dict) -> tuple[int, int]:
    """Return how many nodes a node stands for and how deep it is, aliases written out.

    `known` holds the measures of nodes by identity, None of one that is being measured.
    """
    if id(node) in known:
        if known[id(node)] is None:
            raise _wrong("stands within itself", node.start_mark)
        return known[id(node)]
    known[id(node)] = None
    parts = [] if isinstance(node, yaml.ScalarNode) else node.value
    parts = [each for part in parts for each in (part if isinstance(part, tuple) else (part,))]
    measures = [_measure(part, known) for part in parts]
    size, depth = 1 + sum(s for s, _ in measures), 1 + max((d for _, d in measures), default=0)
    if size > MOST_NODES:
        raise _wrong(f"stands for too much, {size:,} values", node.start_mark)
    if depth > DEEPEST:
        raise _wrong(f"is too deep, {depth} levels", node.start_mark)
    known[id(node)] = size, depth
    return size, depth


def _check_events(text: str) -> None:
    """Refuse tags, and a depth at which nodes could not be made."""
    depth = 0
    for event in yaml.parse(text, _BASE):
        if getattr(event, "tag", None):
            raise _wrong(f"'{event.tag[:60]}' is a tag", event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _wrong("is too deep", event.start_mark)


StrictLoader.yaml_implicit_resolvers = {}
for _kind in ("int", "float"):
    StrictLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", StrictLoader.construct_number)
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
    if len(text) > LONGEST:
        problem = f"is too long, {len(text):,} characters."
        raise FaultsFound([Fault(path, "", problem, f"At most {LONGEST:,} are read.")])
    try:
        _check_events(text)
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
