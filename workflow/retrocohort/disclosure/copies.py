"""The disclosed copies of the results: counts as they may be told, and what is computed from them.

Each kind of number has one rule (`packet.RULES`); a release is made from these copies alone.
"""

from collections.abc import Iterator, Mapping, Sequence

from retrocohort.disclosure import fits
from retrocohort.disclosure.cells import POPULATIONS, Cell, Reader
from retrocohort.disclosure.changes import Changes, unrounded
from retrocohort.disclosure.coarse import Rule, coarsened, is_fit
from retrocohort.disclosure.counts import Counts
from retrocohort.disclosure.keys import Key
from retrocohort.disclosure.rows import (
    Rows,
    close_statistics,
    is_withheld,
    percent,
    rounded,
    settle,
    texts_in,
    told_row,
)
from retrocohort.format import WITHHELD_NOTE
from retrocohort.models import landmark, rmst, survival
from retrocohort.models.samples import Sample, at_risk, level_codes
from retrocohort.plan.entries import Plan
from retrocohort.source import WITHHELD

EXTREMES = ("min", "max")  # each is one patient's
SPREAD = ("q1", "median", "q3")


class Copies:
    """Makes the copy of every aggregate file of a study."""

    def __init__(
        self,
        plan: Plan,
        frame,
        reader: Reader,
        cells: Sequence[Cell],
        counts: Counts,
        changes: Changes,
    ):
        """Keep the results, the cohort, what is withheld, and what earlier releases were of."""
        self.plan, self.frame, self.reader, self.counts = plan, frame, reader, counts
        self.changes = changes
        self.cells: dict[str, list[Cell]] = {}
        for cell in cells:
            self.cells.setdefault(cell.file, []).append(cell)

    def all(self, parts: Mapping[str, Sequence[Mapping]]) -> Iterator[tuple[str, str, Rows]]:
        """Give path below the results, rule and rows of each copy."""
        for name in ("flow", "populations", "arms", "endpoints"):
            file = f"cohort/counts/{name}.csv"
            yield file, "counts", self.counted(file)
        for part in parts["baseline"]:
            yield part["values"], "baseline", self.baseline(part)
            file = part["values"].removesuffix(".csv") + "_tests.csv"
            yield file, "tests", self.baseline_tests(part, file)
        for part in parts["survival"]:
            yield from self.survival(part)
        for part in parts["curves"]:
            yield part["km"], "curves", self.curve(part)
        for part in parts["models"]:
            yield from self.model(part)
        for part in parts["further"]:
            yield from getattr(self, f"_{part['kind']}")(part)

    def counted(self, file: str) -> Rows:
        """Return the rows of a file with its counts as they may be told."""
        rows = [dict(row) for row in self.reader.read(file)]
        for cell in self.cells.get(file, ()):
            if rows[cell.row][cell.column] != "":
                rows[cell.row][cell.column] = self.counts.shown(cell)
        return rows

    def by_group(self, file: str, *columns: str) -> Rows:
        """Return the same; of rows that agree in some columns all have statistics, or none.

        Estimates of levels are against one reference: the precision of one level tells of how many
        events in both it was computed.
        """
        rows = self.counted(file)
        closed = {texts_in(row, columns) for row in rows if is_withheld(row)}
        for row in rows:
            settle(row, texts_in(row, columns) in closed)
        return rows

    # baseline

    def baseline(self, part: Mapping) -> Rows:
        """Return a baseline table: percentages of the counts that are told."""
        rows = self.counted(part["values"])
        told = {(r["variable"], r["level"], r["arm"], r["statistic"]): r["value"] for r in rows}
        closed = {r["variable"] for r in rows if r["statistic"] == "n" and not r["level"]
                  and r["value"] == WITHHELD}  # fmt: skip
        group, by = Key(part["population"]), part["by"]
        for row in rows:
            variable, level, arm, statistic = (row[k] for k in list(row)[:4])
            whole = told[variable, "", arm, "n"]
            if statistic == "percent":
                n = told[variable, level, arm, "n"]
                row["value"] = percent(n, whole)
            elif statistic not in ("n", "missing") and whole != "0":  # of one there is no spread
                few = whole == WITHHELD or float(whole) < self.counts.least_for(statistic, SPREAD)
                few = few or self.has_changed(group.having(by, arm) if arm else group, variable)
                is_open = variable not in closed and not few and statistic not in EXTREMES
                row["value"] = rounded(row["value"]) if is_open else WITHHELD
        return rows

    def has_changed(self, group: Key, *names: str) -> bool:
        """Return whether an analysis differs from an earlier release in few patients' values.

        Parameters
        ----------
        group : whom it is of
        names : variables and endpoints that it depends on, "in_" with the name of a population
        """
        return self.changes.are_few(group, *sorted({*names}))

    def baseline_tests(self, part: Mapping, file: str) -> Rows:
        """Return tests and differences of the variables of which every count is told exactly."""
        rows = [dict(row) for row in self.reader.read(file)]
        values = self.counted(part["values"])
        closed = {row["variable"] for row in values if row["value"] == WITHHELD}
        is_coded = {row["variable"] for row in values if row["level"]}
        for row in rows:
            variable = row["variable"]
            unsafe = variable in closed or (variable in is_coded and self.counts.is_rounding)
            unsafe = unsafe or self.has_changed(Key(part["population"]), variable, part["by"])
            settle(row, bool(unsafe))
        return rows

    # survival

    def rule(self, endpoint: str) -> Rule:
        """Return how the follow-up of an endpoint is made coarse."""
        return self.counts.rule(self.plan.study["endpoints"][endpoint])

    def survival(self, part: Mapping) -> Iterator[tuple[str, str, Rows]]:
        """Give the estimates of one population and endpoint, from coarse follow-up."""
        study, endpoint = self.plan.study, part["endpoint"]
        asked, conventions = self.plan.survival_of(endpoint), study["conventions"]
        exact = at_risk(self.frame, endpoint, part["population"])
        sample = coarsened(exact, self.rule(endpoint))
        group = self.frame, sample, asked["variables"], study["variables"]
        made = {
            "quantiles": survival.quantile_rows(*group, conventions),
            "landmarks": survival.landmark_rows(*group, asked["landmarks"], conventions),
            "followup": survival.follow_up_rows(*group, conventions),
        }
        closed = self.closed(part["population"], endpoint, exact, endpoint, asked["variables"])
        for name, rows in made.items():
            yield part[name], "survival", self.estimated(part[name], rows, closed)
        yield part["logrank"], "tests", self.logrank(part, endpoint, closed)

    def closed(self, population: str, analysis: str, sample: Sample, endpoint: str, names) -> set:
        """Return (variable, level) of the groups of which no life table may be told.

        Parameters
        ----------
        analysis : the endpoint, or the landmark analysis of one, as the keys of its counts say it.
        """
        closed, rule, is_later = set(), self.rule(endpoint), analysis != endpoint
        variables, facts = self.plan.study["variables"], self.reader.facts
        for name, level, group in survival.groups_of(self.frame, sample, names, variables):
            key = Key(population).having(name, level) if name else Key(population)
            keys = [facts.canonical(key.also(f"{what}@{analysis}")) for what in ("n", "events")]
            hidden = any(each and self.counts.is_hidden(each) for each in keys)
            delayed = sample.entry is not None and self.counts.is_rounding
            changed = self.has_changed(key, endpoint, *[unrounded(endpoint)] * is_later)
            if hidden or delayed or changed or not is_fit(group, rule):
                closed.add((name, level))
        return closed

    def estimated(self, file: str, rows: Rows, closed: set) -> Rows:
        """Return estimates from coarse follow-up beside the counts of a file."""
        found = []
        for row, told in zip(rows, self.counted(file), strict=True):
            row = {column: row.get(column, "") for column in told}
            row |= {column: told[column] for column in ("n", "events") if column in told}
            row |= {column: WITHHELD for column in EXTREMES if told.get(column)}
            settle(row, (row["variable"], row["level"]) in closed)
            found.append(row)
        return found

    def logrank(self, part: Mapping, endpoint: str, closed: set) -> Rows:
        """Return the tests in which every group has a life table."""
        rows = self.counted(part["logrank"])
        for row in rows:
            levels = set(filter(None, row["contrast"].split("|")))
            groups = {level for variable, level in closed if variable == row["variable"]}
            unsafe = bool(groups & levels if levels else groups)
            unsafe = unsafe or WITHHELD in (row["n"], row["events"])
            asked = endpoint, row["variable"], *filter(None, row["strata"].split("+"))
            settle(row, unsafe or self.has_changed(Key(part["population"]), *asked))
        return rows

    def curve(self, part: Mapping) -> Rows:
        """Return the coarse curves of the groups that have a life table."""
        endpoint, by = part["endpoint"], part["by"]
        exact = at_risk(self.frame, endpoint, part["population"])
        names = [by] if by else []
        closed = self.closed(part["population"], endpoint, exact, endpoint, names)
        sample = coarsened(exact, self.rule(endpoint))
        study = self.plan.study
        about = by, study["variables"], study["conventions"]
        rows = survival.curve_rows(self.frame, sample, *about)
        return [told_row(row) for row in rows if (by, row["level"]) not in closed]

    # models

    def model(self, part: Mapping) -> Iterator[tuple[str, str, Rows]]:
        """Give a Cox model: of a variable with a level that is withheld there is no estimate."""
        estimates, fit = self.by_group(part["estimates"], "variable"), self.counted(part["fit"])
        entry, group = self.plan.study["models"][part["name"]], Key(part["population"])
        models = {row["model"] for row in fit if row["statistic"] == "n"}
        closed = fits.too_small(estimates, fit) | {
            model
            for model in models
            if self.has_changed(group, part["endpoint"], *fits.named(estimates, entry, model))
        }
        unsafe = {row["variable"] for row in estimates if is_withheld(row)}  # and all tests of it
        unsafe = closed | (unsafe & models or ({""} if unsafe else set()))
        fits.settle_fit(fit, unsafe, self.untested(part, fit), self.counts.is_rounding)
        for row in estimates:
            if {"", row["variable"]} & closed:
                close_statistics(row)
        yield part["estimates"], "models", estimates
        yield part["fit"], "models", fit
        tests = [dict(row) for row in self.reader.read(part["ph"])]
        for row in tests:
            settle(row, bool(unsafe))
        yield part["ph"], "models", tests

    def untested(self, part: Mapping, fit: Rows) -> set[str]:
        """Return the covariates whose test alone, by which they entered a model, is not told."""
        names = [row["model"] for row in fit if row["statistic"] == fits.ENTERED]
        endpoint, group = part["endpoint"], Key(part["population"])
        exact = at_risk(self.frame, endpoint, part["population"])
        closed = self.closed(part["population"], endpoint, exact, endpoint, names) if names else ()
        changed = {name for name in names if self.has_changed(group, endpoint, name)}
        return changed | {variable for variable, _ in closed}

    # further analyses

    def _subgroups(self, part: Mapping) -> Iterator[tuple[str, str, Rows]]:
        effects = self.effects(part, part["effects"], "split", "subgroup")
        yield part["tests"], "tests", self.subgroup_tests(part["tests"], effects)
        yield part["effects"], "models", effects

    def _interaction(self, part: Mapping) -> Iterator[tuple[str, str, Rows]]:
        ratios = self.effects(part, part["ratios"], "subgroup")
        yield part["tests"], "tests", self.subgroup_tests(part["tests"], ratios)
        yield part["ratios"], "models", ratios

    def effects(self, part: Mapping, file: str, *columns: str) -> Rows:
        """Return the effects in subgroups as `by_group`, none of a model or subgroup of changes."""
        rows, entry = self.by_group(file, *columns), self.plan.study["further"][part["name"]]
        whole, subgroups = Key(part["population"]), entry.get("subgroups", [])
        for row in rows:
            split, name = row.get("split", subgroups), row["subgroup"]
            names = {part["endpoint"], entry["by"], *entry["covariates"]}
            own = whole
            if isinstance(split, str) and split not in ("", POPULATIONS):
                names, own = names | {split}, whole.having(split, name)
            elif split:
                names |= {f"in_{population}" for population in subgroups}
                own = whole._replace(population=name)
            if any(self.has_changed(group, *names) for group in (whole, own)):
                close_statistics(row)
        return rows

    def subgroup_tests(self, file: str, effects: Rows) -> Rows:
        """Return the tests over subgroups of each of which the effect is told."""
        rows = self.counted(file)
        closed = {
            (row.get("split", ""), row["subgroup"])
            for row in effects
            if is_withheld(row) or row["note"] == WITHHELD_NOTE
        }
        for row in rows:
            used = {(row.get("split", ""), name) for name in row["subgroups"].split("|")}
            settle(row, bool(is_withheld(row) or used & closed))
        return rows

    def _rmst(self, part: Mapping) -> Iterator[tuple[str, str, Rows]]:
        """Give the areas under the released curves: those under exact ones tell single times.

        Where such a curve has no event yet, "tau, standard error 0" would say that nobody died.
        """
        study, endpoint, file = self.plan.study, part["endpoint"], part["means"]
        entry = study["further"][part["name"]]
        by, tau = entry["by"], entry.get("tau")
        exact = at_risk(self.frame, endpoint, part["population"])
        closed = self.closed(part["population"], endpoint, exact, endpoint, [by])
        about = by, study["variables"], tau, study["conventions"]["confidence"]
        rows = rmst.rmst_rows(self.frame, coarsened(exact, self.rule(endpoint)), *about)
        is_own = tau is None and bool(closed)  # the last time of a group, which may have no curve
        closed |= {(by, r["level"]) for r in rows if is_own or (r.get("se") == 0 and r["events"])}
        rows = self.estimated(file, rows, closed)
        for row in rows:
            row["tau"] = WITHHELD if is_own else row["tau"]
            if (by, row["reference"]) in closed:
                close_statistics(row)
        yield file, "means", rows

    def _landmark(self, part: Mapping) -> Iterator[tuple[str, str, Rows]]:
        study, endpoint = self.plan.study, part["endpoint"]
        entry, variables = study["further"][part["name"]], study["variables"]
        exact = at_risk(self.frame, endpoint, part["population"], exact=True)
        later = landmark.restarted(exact, entry["at"])
        levels = variables[entry["by"]]["levels"]
        later = later.take(level_codes(self.frame, entry["by"], levels, later.rows) >= 0)
        analysis = f"{endpoint}>{part['name']}"
        closed = self.closed(part["population"], analysis, later, endpoint, [entry["by"]])
        sample = coarsened(later, self.rule(endpoint))
        group = self.frame, sample
        rows = survival.quantile_rows(*group, [entry["by"]], variables, study["conventions"])
        yield part["quantiles"], "survival", self.estimated(part["quantiles"], rows, closed)
        rows = survival.curve_rows(*group, entry["by"], variables, study["conventions"])
        open_ = [told_row(row) for row in rows if (entry["by"], row["level"]) not in closed]
        yield part["km"], "curves", open_
        yield part["logrank"], "tests", self.logrank(part, endpoint, closed)
        cox = self.by_group(part["cox"], "variable")
        if self.has_changed(Key(part["population"]), endpoint, unrounded(endpoint), entry["by"]):
            for row in cox:
                close_statistics(row)
        yield part["cox"], "models", cox
        yield part["excluded"], "counts", self.counted(part["excluded"])
