"""Which decision a job was told otherwise, or a step was planned for: evidence, not a guess.

The parameters, inputs and jobs of a run are made of the configuration by the code that plans.
If that code is the same in both runs, they can differ by a decision alone.
"""

from collections.abc import Iterable, Mapping, Sequence

from retrocohort.history.decisions import Decision, differing, words_of

Key = tuple[str, Decision]  # a configuration file and what differs in it


class Evidence:
    """The decisions that differ, and whether the same code planned both runs."""

    def __init__(self, keys: Sequence[Key], same_plan: bool):
        """Keep what differs."""
        self.keys, self.same_plan = keys, same_plan

    def of_parameters(self, old: Mapping, new: Mapping) -> tuple[list[Key], list[Decision]]:
        """Return the decisions that a job was told otherwise, and what no decision explains.

        A decision explains a parameter that changed as it did, or that names what it names on one
        side alone: a model that loses a covariate is no longer told its type either. What is left
        follows from those, or from any of all that differ, if the same code planned both runs.
        """
        told = list(differing(old, new))
        alike = {parameter: self._like(parameter) for parameter in told}
        sure = list(dict.fromkeys(key for keys in alike.values() for key in keys))
        found, left = list(sure), []
        for parameter in (own for own in told if not alike[own]):
            named = _naming(sure, parameter.names) or _naming(self.keys, parameter.names)
            found += named
            left += [] if named else [parameter]
        if left and self.same_plan and self.keys:
            found, left = found or list(self.keys), []
        return list(dict.fromkeys(found)), left

    def of_step(self, rule: str, params: Mapping) -> list[Key]:
        """Return the decisions for which one run alone has a step, or an input of it."""
        words = words_of(params)
        named = [
            key
            for key in self.keys
            if key[1].names & words or any(rule.endswith(f"_{name}") for name in key[1].names)
        ]
        return named or (list(self.keys) if self.same_plan else [])

    def _like(self, parameter: Decision) -> list[Key]:
        """Return the decisions that changed as a parameter did, with the most names in common."""
        like = [key for key in self.keys if key[1].is_like(parameter)]
        common = max((key[1].alike(parameter) for key in like), default=0)
        return [key for key in like if key[1].alike(parameter) == common]


def _naming(keys: Iterable[Key], names: frozenset[str]) -> list[Key]:
    return [key for key in keys if key[1].names & names]
