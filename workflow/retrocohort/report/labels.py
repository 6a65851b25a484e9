"""Names, levels and conditions of a study as its readers call them; no raw name reaches a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrocohort.format import MINUS
from retrocohort.io import number_text
from retrocohort.language import listed, say, template
from retrocohort.tables.layout import name_with_unit

MISSING, KNOWN = template("{label} is missing"), template("{label} is not missing")
COMPARISONS = {"above": ">", "at_least": "≥", "below": "<", "at_most": "≤"}


def exact(value: float) -> str:
    """Return a number that somebody decided: as it stands in the study file, not rounded."""
    return number_text(value).replace("-", MINUS)


@dataclass(frozen=True)
class Labels:
    """The labels of a study.

    Attributes
    ----------
    variables : mapping
        Name -> label, type, unit and levels.
    populations, endpoints, sources : mapping
        Name -> entry of the study file with its label.
    """

    variables: Mapping[str, Mapping]
    populations: Mapping[str, Mapping]
    endpoints: Mapping[str, Mapping]
    sources: Mapping[str, Mapping]

    def variable(self, name: str) -> str:
        """Return the label of a variable."""
        return self.variables[name]["label"]

    def with_unit(self, name: str) -> str:
        """Return "Age, years"."""
        return name_with_unit(self.variables[name])

    def quoted(self, name: str) -> str:
        """Return the label of a variable in quotation marks, to be read as a name."""
        return f"“{self.variable(name)}”"

    def level(self, name: str, level: str) -> str:
        """Return the label of a level."""
        return self.variables[name]["levels"][level]

    def value(self, name: str, value) -> str:
        """Return a level by its label, a number with the unit of the variable."""
        entry = self.variables[name]
        if str(value) in entry["levels"]:
            return entry["levels"][str(value)]
        if isinstance(value, (int, float)):
            return " ".join(filter(None, (exact(value), entry["unit"])))
        return str(value)

    def population(self, name: str) -> str:
        """Return the label of a population."""
        return self.populations[name]["label"]

    def endpoint(self, name: str) -> str:
        """Return the label of an endpoint."""
        return self.endpoints[name]["label"]

    def source(self, name: str) -> str:
        """Return the label of a delivered file."""
        return self.sources[name]["label"]

    def names(self, names) -> str:
        """Return the labels of several variables, separated by commas."""
        return listed(self.variable(name) for name in names)

    def condition(self, condition: Mapping) -> str:
        """Return a condition of the study file in words; empty for no condition."""
        return self._joined([{key: asked} for key, asked in condition.items()], say(" and "))

    def _joined(self, conditions: Sequence[Mapping], word: str) -> str:
        """Return conditions joined by a word, those of several parts in brackets."""
        texts = []
        for condition in conditions:
            text = say(" and ").join(self._clause(key, asked) for key, asked in condition.items())
            compound = len(condition) > 1 or any(
                len(asked) > 1 for key, asked in condition.items() if key in ("all", "any")
            )
            texts.append(say("({text})", text=text) if compound and len(conditions) > 1 else text)
        return word.join(texts)

    def _clause(self, key: str, asked) -> str:
        if key == "not":
            return say("not ({asked})", asked=self.condition(asked))
        if key in ("all", "any"):
            return self._joined(asked, say(" and ") if key == "all" else say(" or "))
        label = self.variable(key)
        if isinstance(asked, Mapping):
            return say(" and ").join(self._test(key, label, *test) for test in asked.items())
        if isinstance(asked, list):
            return self._test(key, label, "one_of", asked)
        return self._test(key, label, "is", asked)

    def _test(self, key: str, label: str, test: str, asked) -> str:
        if test == "missing":
            return say(MISSING if asked else KNOWN, label=label)
        if test in COMPARISONS:
            return f"{label} {COMPARISONS[test]} {self.value(key, asked)}"
        values = asked if isinstance(asked, list) else [asked]
        return say(
            "{label}: {n}",
            label=label,
            n=say(" or ").join(self.value(key, value) for value in values),
        )
