"""The counts that the results print, cell by cell, each with the key of whom it counts."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from retrocohort import io
from retrocohort.disclosure.keys import UNKNOWN, Facts, Key
from retrocohort.disclosure.system import left_after, reason_key
from retrocohort.where import FULL

COUNTS = ("n", "events")
POPULATIONS = "populations"  # the split of subgroups that are populations


@dataclass(frozen=True)
class Cell:
    """A count in a file: where it stands, and the keys whose sum (minus others) it is."""

    file: str
    row: int
    column: str
    keys: tuple[Key, ...]
    minus: tuple[Key, ...] = ()

    @property
    def key(self) -> Key | None:
        """Return the key of a cell that prints one, None of one that is computed of several."""
        return self.keys[0] if len(self.keys) == 1 and not self.minus else None


class Reader:
    """Gives the cells of each kind of file; rows are read once and kept in `rows`."""

    def __init__(self, folder: str, study: Mapping, facts: Facts):
        """Keep where the results are and what the study says; nothing is read."""
        self.folder, self.study, self.facts = folder, study, facts
        self.rows: dict[str, list[dict]] = {}

    def read(self, file: str) -> list[dict]:
        """Return the rows of a file below the results."""
        if file not in self.rows:
            self.rows[file] = io.read_rows(f"{self.folder}/{file}")
        return self.rows[file]

    def columns(self, file: str) -> list[str]:
        """Return the columns of a file below the results."""
        with open(f"{self.folder}/{file}", encoding="utf-8", newline="") as opened:
            return next(csv.reader(opened))

    def cells(self, parts: Mapping[str, Sequence[Mapping]]) -> Iterator[Cell]:
        """Give every count of a study; `parts` as `plan.checked.checked_parts` has them."""
        yield from self._cohort()
        for part in parts["baseline"]:
            yield from self._baseline(part)
        for part in parts["survival"]:
            yield from self._survival(part, part["quantiles"], part["followup"], part["logrank"])
        for part in parts["models"]:
            yield from self._model(part)
        for part in parts["further"]:
            yield from getattr(self, f"_{part['kind']}")(part)

    def _cell(self, file, row, column, keys, minus=()) -> Iterator[Cell]:
        """Give a cell with canonical keys; one of nobody by definition needs none."""
        own = [key for key in map(self.facts.canonical, keys) if key]
        less = [key for key in map(self.facts.canonical, minus) if key]
        if own:
            yield Cell(file, row, column, tuple(own), tuple(less))

    def _counts(self, file: str, row: int, keys: Sequence[Key], endpoint: str) -> Iterator[Cell]:
        """Give the patients and events of a row."""
        for column in COUNTS:
            if column in self.read(file)[row]:
                own = [key.also(f"{column}@{endpoint}") for key in keys]
                yield from self._cell(file, row, column, own)

    # who is studied

    def _cohort(self) -> Iterator[Cell]:
        flow, last = "cohort/counts/flow.csv", len(self.read("cohort/counts/flow.csv")) - 1
        for i in range(last + 1):
            for column in ("n_before", "n_excluded", "n_after", "n_unknown"):
                yield Cell(flow, i, column, (flow_key(i, column, last),))
        for i, row in enumerate(self.read("cohort/counts/populations.csv")):
            file = "cohort/counts/populations.csv"
            yield from self._cell(file, i, "n", [Key(row["population"])])
            if row["parent"]:
                yield from self._cell(file, i, "n_parent", [Key(row["parent"])])
        for i, row in enumerate(self.read("cohort/counts/arms.csv")):
            own = Key(row["population"]).having(row["variable"], row["level"])
            yield from self._cell("cohort/counts/arms.csv", i, "n", [own])
        for i, row in enumerate(self.read("cohort/counts/endpoints.csv")):
            file, endpoint = "cohort/counts/endpoints.csv", row["endpoint"]
            yield from self._counts(file, i, [Key(FULL)], endpoint)
            outside = reason_key(endpoint, row["reason"])
            yield from self._cell(file, i, "n_not_at_risk", [outside])
            late = Key(FULL, what=f"late {endpoint}")
            yield from self._cell(file, i, "n_events_after_followup", [late])

    def _baseline(self, part: Mapping) -> Iterator[Cell]:
        file, by = part["values"], part["by"]
        for i, row in enumerate(self.read(file)):
            key = Key(part["population"])
            key = key.having(by, row["arm"]) if row["arm"] else key
            if row["statistic"] == "n":
                level = row["level"]
                same = level and row["variable"] == by and row["arm"]
                if same and level != row["arm"]:
                    continue
                own = key.having(row["variable"], level) if level and not same else key
                if row["variable"] and not level:
                    own = key._replace(complete=frozenset({row["variable"]}))
                yield from self._cell(file, i, "value", [own])
            elif row["statistic"] == "missing":
                yield from self._cell(file, i, "value", [key.having(row["variable"], UNKNOWN)])

    # estimates

    def _survival(self, part, quantiles: str, followup: str, logrank: str, endpoint: str = ""):
        population, endpoint = part["population"], endpoint or part["endpoint"]
        for file in filter(None, (quantiles, followup)):
            for i, row in enumerate(self.read(file)):
                key = _of_level(Key(population), row)
                yield from self._counts(file, i, [key], endpoint)
        for i, row in enumerate(self.read(logrank)):
            strata = frozenset(filter(None, row["strata"].split("+")))
            whole = Key(population, complete=strata)
            if row["contrast"]:
                keys = [whole.having(row["variable"], x) for x in row["contrast"].split("|")]
            else:
                known = {row["variable"]} if self.facts.levels[row["variable"]] else set()
                keys = [whole._replace(complete=strata | known)]
            yield from self._counts(logrank, i, keys, endpoint)

    def _model(self, part: Mapping) -> Iterator[Cell]:
        population, endpoint = part["population"], part["endpoint"]
        model = self.study["models"][part["name"]]
        rows = self.read(part["estimates"])
        alone = model["kind"] == "univariable"
        entered = {row["variable"] for row in rows} | set(model["strata"])
        for i, row in enumerate(rows):
            complete = {row["variable"], *model["strata"]} if alone else entered
            key = _of_level(Key(population, complete=frozenset(complete)), row)
            yield from self._counts(part["estimates"], i, [key], endpoint)
        for i, row in enumerate(self.read(part["fit"])):
            complete = {row["model"], *model["strata"]} if row["model"] else entered
            key = Key(population, complete=frozenset(complete))
            at_risk = key._replace(complete=frozenset()).also(f"n@{endpoint}")
            if row["statistic"] in COUNTS:
                own = key.also(f"{row['statistic']}@{endpoint}")
                yield from self._cell(part["fit"], i, "value", [own])
            elif row["statistic"] == "n_missing":
                own = [key.also(f"n@{endpoint}")]
                yield from self._cell(part["fit"], i, "value", [at_risk], own)

    # further analyses

    def _subgroups(self, part: Mapping) -> Iterator[Cell]:
        entry = self.study["further"][part["name"]]
        covariates = frozenset(entry["covariates"])
        for i, row in enumerate(self.read(part["effects"])):
            key = self._subgroup(part, row["split"], row["subgroup"], covariates)
            own = [_of_level(key, row)]
            yield from self._counts(part["effects"], i, own, part["endpoint"])
        yield from self._tests(part, covariates | {entry["by"]})

    def _interaction(self, part: Mapping) -> Iterator[Cell]:
        entry = self.study["further"][part["name"]]
        covariates, subgroups = frozenset(entry["covariates"]), entry["subgroups"]
        split = POPULATIONS if isinstance(subgroups, list) else subgroups
        for i, row in enumerate(self.read(part["ratios"])):
            key = self._subgroup(part, split, row["subgroup"], covariates)
            own = [_of_level(key, row)]
            yield from self._counts(part["ratios"], i, own, part["endpoint"])
        yield from self._tests(part, covariates | {entry["by"]}, split)

    def _tests(self, part: Mapping, complete: frozenset, split: str = "") -> Iterator[Cell]:
        """Give the sizes of tests over several subgroups, which are sums of those of each."""
        file, endpoint = part["tests"], part["endpoint"]
        for i, row in enumerate(self.read(file)):
            names = row["subgroups"].split("|")
            about = row.get("split") or split
            own = [self._subgroup(part, about, name, complete) for name in names]
            base = [key._replace(complete=frozenset()).also(f"n@{endpoint}") for key in own]
            used = [key.also(f"n@{endpoint}") for key in own]
            whole = Key(part["population"], what=f"n@{endpoint}")
            yield from self._counts(file, i, own, endpoint)
            yield from self._cell(file, i, "n_outside", [whole], base)
            yield from self._cell(file, i, "n_missing", base, used)

    def _subgroup(self, part: Mapping, split: str, name: str, complete: frozenset) -> Key:
        key = Key(part["population"], complete=complete)
        if not split:
            return key
        return key._replace(population=name) if split == POPULATIONS else key.having(split, name)

    def _rmst(self, part: Mapping) -> Iterator[Cell]:
        for i, row in enumerate(self.read(part["means"])):
            levels = filter(None, (row["level"], row["reference"]))
            keys = [Key(part["population"]).having(row["variable"], level) for level in levels]
            yield from self._counts(part["means"], i, keys, part["endpoint"])

    def _landmark(self, part: Mapping) -> Iterator[Cell]:
        endpoint, file = part["endpoint"], part["excluded"]
        later = f"{endpoint}>{part['name']}"
        for i, row in enumerate(self.read(file)):
            whole = Key(part["population"])
            for column in COUNTS:
                at = {"before": endpoint, "analysed": later}.get(row["reason"])
                what = f"{column}@{at}" if at else f"{row['reason']} {column}@{later}"
                yield from self._cell(file, i, column, [whole.also(what)])
        yield from self._survival(part, part["quantiles"], "", part["logrank"], later)
        for i, row in enumerate(self.read(part["cox"])):
            key = _of_level(Key(part["population"]), row)
            yield from self._counts(part["cox"], i, [key], later)


def flow_key(step: int, column: str, last: int) -> Key:
    """Return the key of a number of the flowchart: who is left after a step begins the next."""
    if column == "n_before":
        return left_after(max(step - 1, 0), last)
    return left_after(step, last) if column == "n_after" else Key("", what=f"{column} {step}")


def _of_level(key: Key, row: Mapping) -> Key:
    return key.having(row["variable"], row["level"]) if row["level"] else key
