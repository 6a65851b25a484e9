"""What a comparison names, as its readers call it; a name that the study no longer has as it is."""

from collections.abc import Callable, Mapping

from retrocohort.config.translation import titled
from retrocohort.history.conclusions import Result
from retrocohort.history.records import ARM, COHORT, FLOW, INSIDE, Move
from retrocohort.language import all_of, listed, say
from retrocohort.report.labels import Labels

ENTRIES = ("models", "further", "tables")
BESIDE = "|"  # between the groups of a contrast


class Names:
    """The labels of two runs of a study; those of the later run hold where both have one."""

    def __init__(self, before: Mapping, after: Mapping):
        """Join what both reports stated, in one language."""
        both = {
            key: {**before[key], **after[key]}
            for key in ("variables", "populations", "endpoints", "arms", *ENTRIES)
        }
        self.study = both
        self.labels = Labels(both["variables"], both["populations"], both["endpoints"], {})
        criteria = (*before["criteria"], *after["criteria"])
        self.criteria = {criterion["exclude"]: criterion["label"] for criterion in criteria}

    def analysis(self, result: Result) -> str:
        """Return "Cox model: Adjusted. Full cohort, Overall survival"."""
        about = result.about
        what = say(result.kind)
        for section in ENTRIES:
            if section in about:
                what = say("{label}: {n}", label=what, n=self._entry(section, about[section]))
        places = [_or_name(self.labels.population, about["population"])]
        if "endpoint" in about:
            places.append(_or_name(self.labels.endpoint, about["endpoint"]))
        return say("{what}. {where}", what=what, where=listed(places))

    def _entry(self, section: str, name: str) -> str:
        return self.study[section].get(name, {}).get("label") or titled(name)

    def term(self, result: Result) -> str:
        """Return "Sex: Women", with the subgroup, the groups compared and the strata if any."""
        row = result.new
        variable, split = row["variable"], row.get("split", "")
        parts = [self.variable(variable)]
        if row.get("level"):
            parts = [say("{label}: {n}", label=parts[0], n=self.level(variable, row["level"]))]
        if row.get("contrast"):
            groups = row["contrast"].split(BESIDE)
            parts.append(say(" vs ").join(self.level(variable, group) for group in groups))
        if row.get("strata"):
            parts.append(say("stratified by {strata}", strata=self.variable(row["strata"])))
        subgroups = row.get("subgroup") or row.get("subgroups", "")
        if subgroups:
            parts.append(all_of([self._subgroup(split, name) for name in subgroups.split(BESIDE)]))
        return listed(parts)

    def _subgroup(self, split: str, name: str) -> str:
        """Return the label of a subgroup: of a population, or of a level of a variable."""
        if split in self.study["variables"]:
            own = {"label": self.variable(split), "n": self.level(split, name)}
            return say("{label}: {n}", **own)
        return _or_name(self.labels.population, name)

    def variable(self, name: str) -> str:
        """Return the label of a variable."""
        return _or_name(self.labels.variable, name)

    def level(self, variable: str, level: str) -> str:
        """Return the label of a level."""
        return _or_name(lambda name: self.labels.level(variable, name), level)

    def moved(self, move: Move) -> tuple[str, str, str]:
        """Return in what records moved, from where and where to."""
        if move.kind == FLOW:
            what = say("Flowchart")
        elif move.kind == ARM:
            what = self.variable(self._by(move.name))
        else:
            what = say("{label}: {n}", label=say("Population"), n=self._population(move.name))
        return what, self._place(move, move.old), self._place(move, move.new)

    def _population(self, name: str) -> str:
        return _or_name(self.labels.population, name)

    def _by(self, arm: str) -> str:
        return self.study["arms"].get(arm, {}).get("variable", arm)

    def _place(self, move: Move, place: str | None) -> str:
        if place is None:
            return say("not delivered")
        if move.kind == FLOW:
            if place == COHORT:
                return say("in the cohort")
            return say("excluded: {label}", label=self.criteria.get(place, place))
        if move.kind == ARM:
            return self.level(self._by(move.name), place) if place else say("in no arm")
        return say("inside") if place == INSIDE else say("outside")


def _or_name(called: Callable[[str], str], name: str) -> str:
    """Return how something is called; its name where the study does not know it."""
    try:
        return called(name)
    except KeyError:
        return name
