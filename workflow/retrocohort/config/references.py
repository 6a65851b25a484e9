"""Whether every name that a study file uses exists, and is of the kind that is needed there."""

from collections.abc import Iterable, Iterator

from retrocohort.config.dictionary import LEVELLED, NUMERIC
from retrocohort.faults import Fault, suggest
from retrocohort.where import COMBINATIONS, COMPARISONS, FULL, ISO_DATE


class References:
    """The names of one study, and the faults that are found in their use.

    Names in `lost` are those of entries that are faulty themselves: they exist, and nothing more is
    said of them.
    """

    def __init__(self, file: str, study: dict, variables: dict, lost: set[str]):
        """Keep the parts of the study that all checks ask for."""
        self.file, self.study, self.variables, self.lost = file, study, variables, lost
        self.faults: list[Fault] = []
        self.long = {name for name, s in study["sources"].items() if s.get("rows") == "many"}
        self.populations = {FULL, *study["populations"]}

    def fault(self, place: str, problem: str, remedy: str = "") -> None:
        """Add a fault of the study file."""
        self.faults.append(Fault(self.file, place, problem, remedy))

    def choice(self, place: str, name: str, valid: Iterable[str], what: str) -> bool:
        """Check that a name is one of those valid; tell whether more can be asked about it."""
        valid = list(valid)
        if name in valid:
            return True
        if name not in self.lost and (valid or not self.lost):
            remedy = suggest(name, valid) or "There is none to choose."
            self.fault(place, f"'{name}' is not {what}.", remedy)
        return False

    def variable(self, place: str, name: str, types: tuple = (), source: str = "") -> bool:
        """Check that a variable exists, stands once a patient (or in `source`), and its type."""
        if not self.choice(place, name, self.variables, "in the dictionary"):
            return False
        entry = self.variables[name]
        columns, sources = set(entry["columns"]), set(self.study["sources"])
        if not columns <= sources:  # a fault of the dictionary, which is told there
            return False
        if source and source not in columns:
            remedy = suggest(name, [n for n, v in self.variables.items() if source in v["columns"]])
            self.fault(place, f"'{name}' is not a column of the source '{source}'.", remedy)
        elif not source and columns and columns <= self.long != sources:
            problem = f"'{name}' has several rows a patient."
            self.fault(place, problem, "Reduce it under derive first.")
        elif entry["protect"] == "drop":
            problem = f"'{name}' is dropped at the first step."
            self.fault(place, problem, "Use another variable, or protect it by hash.")
        elif types and entry["type"] not in types:
            needed = " or ".join(types)
            self.fault(place, f"'{name}' is of type {entry['type']}.", f"Needed: {needed}.")
        else:
            return True
        return False

    def level(self, place: str, name: str, level) -> None:
        """Check that a value asked of a variable can be one of its values."""
        kind, levels = self.variables[name]["type"], self.variables[name]["levels"]
        if kind in LEVELLED and levels and str(level) not in levels:
            self.fault(place, f"'{level}' is no level of '{name}'.", suggest(str(level), levels))
        elif kind in NUMERIC and isinstance(level, str):
            self.fault(place, f"'{name}' is a number, '{level}' is not.", "Write a number.")
        elif kind == "date" and not ISO_DATE.fullmatch(str(level)):
            self.fault(place, f"'{name}' is a date, '{level}' is not.", "Write it as 2020-12-31.")

    def condition(self, place: str, condition: dict, source: str = "") -> None:
        """Check every variable and value inside a condition."""
        for at, name, asked in _leaves(condition, place):
            if not self.variable(at, name, source=source):
                continue
            tests = asked if isinstance(asked, dict) else {"one_of": asked}
            for test, value in tests.items():
                kind = self.variables[name]["type"]
                if test in COMPARISONS and kind not in (*NUMERIC, "date"):
                    problem = f"'{test}' needs a number or a date; '{name}' is of type {kind}."
                    self.fault(at, problem, "Name the levels.")
                elif test != "missing":
                    for level in value if isinstance(value, list) else [value]:
                        self.level(at, name, level)

    def no_circle(self, place: str, graph: dict[str, set], remedy: str) -> None:
        """Check that names do not need each other in a circle."""
        waiting = _in_circles({name: needed & set(graph) for name, needed in graph.items()})
        while waiting:  # every name left needs another one that is left: walk until one comes again
            path = [min(waiting)]
            while path.count(path[-1]) == 1:
                path.append(min(waiting[path[-1]]))
            circle = path[path.index(path[-1]) :]
            self.fault(place, f"circular definition {' -> '.join(circle)}.", remedy)
            others = {n: needed - set(circle) for n, needed in waiting.items() if n not in circle}
            waiting = _in_circles(others)


def _in_circles(waiting: dict[str, set]) -> dict[str, set]:
    """Return the names that need a circle, each with those that it needs of them."""
    free = {name for name, needed in waiting.items() if not needed}
    while free:
        waiting = {n: needed - free for n, needed in waiting.items() if n not in free}
        free = {name for name, needed in waiting.items() if not needed}
    return waiting


def _leaves(condition: dict, place: str) -> Iterator[tuple[str, str, object]]:
    """Yield (place, variable, what is asked) of every condition inside a condition."""
    for key, asked in condition.items():
        at = f"{place}.{key}"
        if key not in COMBINATIONS:
            yield at, key, asked
            continue
        for part in [asked] if key == "not" else asked:
            yield from _leaves(part, at)
