"""A patient after the records, in words: criteria, arms, endpoints, risk sets, models."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from retrocohort.io import number_text, read_rows
from retrocohort.report import methods
from retrocohort.trace import risk_sets
from retrocohort.trace.finished import COHORT, COUNTS, EXCLUSIONS, Finished, Rows
from retrocohort.trace.lines import STEP, section, table, wrapped
from retrocohort.trace.risk_sets import Analysis, Curve, Stay
from retrocohort.trace.selection import FollowUp, Selection
from retrocohort.trace.words import given, labels_of, named, shown
from retrocohort.units import amount
from retrocohort.where import variables_of

DEEP = " " * 2 * STEP
OUTSIDE = ["", "Not in the cohort: in no arm, population, endpoint, risk set or model."]


class Course:
    """What happens to the patients of a study after cleaning; computed once for all of them."""

    def __init__(self, finished: Finished):
        """Keep the results of the study."""
        self.finished, self.plan, self.study = finished, finished.plan, finished.plan.study
        self.selection, self.labels = Selection(finished), labels_of(self.study)
        self._samples = risk_sets.sampler(finished.cohort)
        self._read: dict[str, Rows] = {}

    def rows(self, path: str) -> Rows:
        """Return the rows of a file below the results of the study."""
        if path not in self._read:
            self._read[path] = read_rows(self.plan.at(path))
        return self._read[path]

    @cached_property
    def curves(self) -> list[Curve]:
        """Return every curve of the study."""
        return list(risk_sets.curves(self.plan, self.finished.cohort, self._samples))

    @cached_property
    def analyses(self) -> list[Analysis]:
        """Return every fit of the study that uses complete cases."""
        about = self.plan, self.finished.cohort, self._samples
        return [*risk_sets.models(*about, self.rows), *risk_sets.further(*about)]

    def lines(self, record: str, values: Mapping[str, str]) -> list[str]:
        """Return the course of a patient."""
        text = section("Criteria, in order", self._criteria(record, values), EXCLUSIONS)
        if record not in self.finished.members:
            return text + OUTSIDE
        inside = self.selection.populations(record)
        followed = {each.endpoint: each for each in self.selection.followed(record)}
        row = self.finished.members[record]
        text += section("Arms and populations", self._groups(inside, values), COHORT)
        text += section("Endpoints", self._endpoints(followed, values), COHORT)
        risk = self._risk_sets(row, inside, followed)
        text += section("Risk sets (at risk at each t with entry < t <= exit)", risk)
        return text + section("Models: complete cases", self._models(row, inside))

    def _criteria(self, record: str, values: Mapping) -> Iterator[str]:
        """Yield each criterion with its answer, and the box that the patient is in."""
        answers, box = self.selection.answers(record), self.selection.excluded_by(record)
        for i, criterion in enumerate(self.study["criteria"], start=1):
            asked = given(sorted(variables_of(criterion["where"])), values)
            yield from wrapped(named(criterion["exclude"], criterion["label"]), 5, f"  {i}. ")
            answer = answers[criterion["exclude"]]
            condition = self.labels.condition(criterion["where"])
            yield from wrapped(f"excludes where {condition}: {answer} ({asked})", 7, " " * 5)
        flow = self.rows(f"{COUNTS}/flow.csv")
        told = f"In the cohort: one of {flow[-1]['n_after']} patients."
        if box:
            row = next(row for row in flow if row["criterion"] == box)
            told = (
                f"Excluded by criterion {row['step']}, '{box}': one of the {row['n_excluded']} in"
                f" that box of the flowchart, of {row['n_before']} before it."
            )
        yield from wrapped(told, STEP, " " * STEP)

    def _groups(self, inside: list[str], values: Mapping) -> list[str]:
        """Return the level of each arm, and who of the populations holds the patient."""
        sizes = {row["population"]: row["n"] for row in self.rows(f"{COUNTS}/populations.csv")}
        told = [
            [f"arm {name}", f"{arm['variable']} = {shown(self.labels, arm['variable'], value)}"]
            for name, arm in self.study["arms"].items()
            for value in [values[arm["variable"]]]
        ]
        for name, entry in self.study["populations"].items():
            where = self.labels.condition(entry["where"])
            answer = f"yes, one of {sizes[name]}" if name in inside else "no"
            about = entry["label"] + (f": {where}" if where else "")
            told.append([f"population {name}", f"{answer} ({about})"])
        return table(told)

    def _endpoints(self, followed: Mapping[str, FollowUp], values: Mapping) -> Iterator[str]:
        """Yield each endpoint: what became of the patient, the values, the definition."""
        for name, each in followed.items():
            entry = self.study["endpoints"][name]
            yield from wrapped(named(name, entry["label"]), STEP, " " * STEP)
            _, definition = methods.endpoint(name, self.study, self.labels)
            asked = given(dict.fromkeys(_asked(entry)), values)
            for told in (self._followed(each), asked, " ".join(definition)):
                yield from wrapped(told, 3 * STEP, DEEP)

    def _followed(self, each: FollowUp) -> str:
        """Return entry, time and event of an endpoint, or why the patient is not at risk."""
        if each.reason:
            return f"not at risk: {each.reason}"
        told = f"{'event' if each.event else 'censored'} at {self._time(each.endpoint, each.time)}"
        told += f"; entry at {number_text(each.entry)}" if each.entry is not None else ""
        told += f"; not rounded {number_text(each.exact)}" if each.exact != each.time else ""
        return told + ("; an event after the end of follow-up is not counted" if each.late else "")

    def _time(self, endpoint: str, time: float) -> str:
        return str(amount(number_text(time), self.study["endpoints"][endpoint]["unit"]))

    def _risk_sets(self, row: int, inside: list[str], followed: Mapping) -> Iterator[str]:
        """Yield each curve of the patient's populations: from when to when at risk."""
        for curve in (each for each in self.curves if each.population in inside):
            yield from wrapped(curve.file, STEP, " " * STEP)
            stay, each = curve.stay(row), followed[curve.endpoint]
            if stay is None:
                yield from wrapped(self._why_not(curve, each), 3 * STEP, DEEP)
                continue
            yield from wrapped(self._stay(curve, stay), 3 * STEP, DEEP)

    def _stay(self, curve: Curve, stay: Stay) -> str:
        """Return from when to when a patient is at risk in a curve, and who leaves with him."""
        level = f"level {shown(self.labels, curve.by, stay.level)}: " if curve.by else ""
        start = "the start" if stay.entry is None else number_text(stay.entry)
        since = f" after the landmark at {number_text(curve.start)}" if curve.start else ""
        line, row = self._leaving(curve, stay)
        return (
            f"{level}at risk from {start} to {self._time(curve.endpoint, stay.time)}{since}, leaves"
            f" {'with the event' if stay.event else 'censored'}; at that time {row['n_risk']} at"
            f" risk, {row['n_event']} with the event, {row['n_censor']} censored (line {line})"
        )

    def _why_not(self, curve: Curve, each: FollowUp) -> str:
        """Return why a patient of a population is in none of the curves of a file."""
        if each.reason:
            return f"not at risk: {each.reason}"
        if curve.start and each.exact <= curve.start:
            how = "with the event" if each.event else "censored"
            return f"left {how} at {number_text(each.exact)}, not after {number_text(curve.start)}"
        return f"{curve.by} is missing"

    def _leaving(self, curve: Curve, stay: Stay) -> tuple[int, dict[str, str]]:
        """Return line and row of a curve's file at the time at which a patient leaves."""
        for line, row in enumerate(self.rows(curve.file), start=2):
            if row["level"] == stay.level and float(row["time"]) == stay.time:
                return line, row
        raise ArithmeticError(f"{curve.file} has no row for a patient's exit")

    def _models(self, row: int, inside: list[str]) -> Iterator[str]:
        """Yield each fit in the patient's populations: held as a complete case, or why not."""
        for file in dict.fromkeys(a.file for a in self.analyses if a.population in inside):
            yield from wrapped(file, STEP, " " * STEP)
            for analysis in (a for a in self.analyses if a.file == file):
                n, n_missing = self.counts(analysis)
                missing = analysis.missing(row)
                if missing is None:
                    told = "not in it: not at risk, or in none of the subgroups"
                elif missing:
                    told = f"left out, one of {n_missing}: {', '.join(missing)} missing"
                else:
                    told = f"a complete case, one of {n}"
                about = "; ".join(f"{k} {v}" for k, v in analysis.selector.items() if v)
                asked = ", ".join(analysis.known) or "no covariate"
                yield from wrapped(
                    f"{about + ': ' if about else ''}{told} ({asked})", 3 * STEP, DEEP
                )

    def counts(self, analysis: Analysis) -> tuple[int, int]:
        """Return how many complete cases a fit has and how many it leaves out, by its file."""
        own = [r for r in self.rows(analysis.file) if analysis.selector.items() <= r.items()]
        if analysis.kind == risk_sets.MODEL:
            told = {row["statistic"]: row["value"] for row in own}
            return int(told["n"]), int(told["n_missing"])
        return int(own[0]["n"]), int(own[0]["n_missing"])


def _asked(endpoint: Mapping) -> Iterator[str]:
    """Yield the variables of which an endpoint is made."""
    for item in (*endpoint["events"], *endpoint.get("censor", [])):
        yield from (item["time"], *sorted(variables_of(item.get("where", {}))))
    yield endpoint["followup"]
    if "entry" in endpoint:
        yield endpoint["entry"]["variable"]
    for item in endpoint.get("not_at_risk", []):
        yield from sorted(variables_of(item["where"]))
