"""An attack on a release: from the files alone, what can every withheld count be?

Written without the code that decides what is withheld. It reads the tables of counts as a reader
would, writes down what must add up, and asks an integer solver for the least and the greatest value
of each "[c]". What is known besides is printed in the methods of the report: which population is
part of which, which ones exclude each other, which one is a level of a variable.
"""

import csv
from pathlib import Path

import numpy as np
import yaml
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix
from tests.workflow import red_team_links

MARK, ENOUGH, MANY, FEW = "[c]", 3, 10**6, 5


class Attack:
    """The unknown counts of one release, or of several, and what must hold between them."""

    def __init__(self):
        self.place, self.low, self.high = {}, [], []
        self.rows, self.targets, self.told = [], set(), {}
        self.differences = set()  # between releases: no small one may be known
        self.few = set()  # groups that nobody prints: that one is small may not be known

    # what is known

    def count(self, *name):
        """Return the number of a count, a new one if nobody has named it yet."""
        if name not in self.place:
            self.place[name] = len(self.place)
            self.low.append(0), self.high.append(MANY)
        return self.place[name]

    def read(self, text, *name):
        """Take note of what a cell prints."""
        i = self.count(*name)
        if text == MARK:
            self.targets.add(name)
            self.low[i] = max(self.low[i], 1)
        elif text not in ("", None):
            told = self.told.setdefault(name, int(float(text)))
            assert told == int(float(text)), (name, "is told twice, and differs")
            self.low[i] = self.high[i] = int(float(text))

    def read_sum(self, text, *name):
        """Take note of a sum or difference of counts, withheld where one of them is."""
        if text != MARK:
            self.read(text, *name)

    def adds_up(self, total, *parts):
        """Take note that parts add up to a total."""
        self.rows.append([(self.count(*total), -1), *((self.count(*part), 1) for part in parts)])

    def within(self, larger, smaller, label):
        """Take note that some are among others: what is left over is a count, too."""
        self.adds_up(larger, smaller, ("rest", label, larger, smaller))

    # what follows

    def recovered(self):
        """Return the withheld counts of which fewer than three values are possible.

        Of differences between releases those that can be nothing but a few patients.
        """
        seen = {i: set() for i in self.place.values()}
        wanted = sorted(self.place[name] for name in self.targets | self.differences | self.few)
        for part in self._parts():
            for i in [i for i in wanted if i in part.columns]:
                for sign in (1, -1):
                    if len(seen[i]) < ENOUGH:
                        part.solve(i, sign, seen)
                if len(seen[i]) == 2 and max(seen[i]) - min(seen[i]) > 1:
                    part.solve(i, 0, seen, between=sorted(seen[i]))
        for name in self.differences:
            _, _, larger, smaller = name
            if larger in self.told and smaller in self.told:
                seen[self.place[name]] = {self.told[larger] - self.told[smaller]}
        names = {i: name for name, i in self.place.items()}
        found = {names[i]: sorted(seen[i]) for i in wanted if len(seen[i]) < ENOUGH}
        return {
            name: values
            for name, values in found.items()
            if name not in self.differences | self.few or all(0 < n < FEW for n in values)
        }

    def _parts(self):
        """Yield the rows that share counts which are not told."""
        known = [low == high for low, high in zip(self.low, self.high, strict=True)]
        owner = list(range(len(known)))

        def root(i):
            while owner[i] != i:
                owner[i] = owner[owner[i]]
                i = owner[i]
            return i

        for row in self.rows:
            free = [i for i, _ in row if not known[i]]
            for i in free[1:]:
                owner[root(i)] = root(free[0])
        groups = {i: [] for i in {root(i) for i, told in enumerate(known) if not told}}
        for row in self.rows:
            free = [i for i, _ in row if not known[i]]
            if free:
                groups[root(free[0])].append(row)
            else:
                assert sum(sign * self.low[i] for i, sign in row) == 0, "the release contradicts"
        for one, rows in groups.items():
            members = {one} | {i for row in rows for i, _ in row if not known[i]}
            yield _Part(self, sorted(members), rows)


class _Part:
    def __init__(self, attack, columns, rows):
        self.columns = columns
        place = {column: i for i, column in enumerate(columns)}
        entries = [(r, place[i], s) for r, row in enumerate(rows) for i, s in row if i in place]
        right = [-sum(s * attack.low[i] for i, s in row if i not in place) for row in rows]
        shape = (len(rows), len(columns))
        if rows:
            r, c, v = zip(*entries, strict=True)
            self.must = [LinearConstraint(coo_matrix((v, (r, c)), shape).tocsr(), right, right)]
        else:
            self.must = []
        self.low = np.array([attack.low[i] for i in columns], dtype=float)
        self.high = np.array([attack.high[i] for i in columns], dtype=float)
        self.place = place

    def solve(self, column, sign, seen, between=None):
        cost, low, high = np.zeros(len(self.columns)), self.low.copy(), self.high.copy()
        at = self.place[column]
        cost[at] = sign
        if between:
            low[at], high[at] = between[0] + 1, between[1] - 1
        whole = np.ones(len(cost))
        done = milp(cost, constraints=self.must, bounds=Bounds(low, high), integrality=whole)
        if done.x is not None:
            for i, value in zip(self.columns, np.round(done.x), strict=True):
                if len(seen[i]) < ENOUGH:
                    seen[i].add(int(value))


def compare(attack, one, other, moved=""):
    """Take note that all who are counted in one release are in another one, and some more.

    Where a variable's threshold was `moved`, its lower level grew, the upper one shrank, and all
    other counts are of the same patients.
    """
    for name in [name for name in attack.place if name[0] == one and name[1] != "curve"]:
        same = (other, *name[1:])
        own = dict(part for part in name[3:] if len(part) == 2)
        if same not in attack.place:
            continue
        if moved and own.get(moved) not in ("under", "over"):
            attack.adds_up(same, name)
            continue
        pair = (name, same) if own.get(moved) == "over" else (same, name)
        attack.within(*pair, "in one release alone")
        attack.differences.add(("rest", "in one release alone", *pair))


def attack_on(counts, study_file, attack=None, when="", cohort=None):
    """Return the attack on a folder of released counts; `when` tells releases apart.

    Of a `cohort` (data frame) it is used which levels and events go together: who knows what is
    meant knows that too.
    """
    attack = attack or Attack()
    reader = _Reader(Path(counts), yaml.safe_load(Path(study_file).read_text()), attack, when)
    reader.everything()
    if cohort is not None:
        red_team_links.levels(attack, when, reader.study, cohort)
        red_team_links.endpoints(attack, when, reader.study, cohort)
        red_team_links.landmarks(attack, when, reader.study)
    return attack


class _Reader:
    def __init__(self, folder, study, attack, when):
        self.folder, self.study, self.attack, self.when = folder, study, attack, when
        self.populations = {"full": {}} | study.get("populations", {})
        self.endpoints, self.tested = {}, {}

    def rows(self, path):
        file = self.folder / path
        return list(csv.DictReader(file.open(encoding="utf-8"))) if file.is_file() else []

    def name(self, population, what="n", **levels):
        """Return a name that is the same for a population and for the level that it is."""
        levels = dict(levels)
        while population != "full":
            asked = list(self.populations[population]["where"].items())
            if len(asked) != 1 or not isinstance(asked[0][1], str):
                break
            if levels.get(asked[0][0], asked[0][1]) != asked[0][1]:
                return (self.when, "nobody")
            levels |= dict(asked)
            population = self.populations[population].get("parent", "full")
        return (self.when, population, what, *sorted(levels.items()))

    def everything(self):
        a = self.attack
        a.read("0", self.when, "nobody")
        self.flow()
        for row in self.rows("cohort/endpoints.csv"):
            self.endpoints.setdefault(row["endpoint"], []).append(row)
        for name, rows in self.endpoints.items():
            self.at_risk(name, rows)
        for row in self.rows("cohort/populations.csv"):
            a.read(row["n"], *self.name(row["population"]))
        for row in self.rows("cohort/arms.csv"):
            a.read(row["n"], *self.name(row["population"], **{row["variable"]: row["level"]}))
        for population in self.populations:
            for name, table in self.study.get("tables", {}).items():
                if table["kind"] == "baseline":
                    self.baseline(f"tables/{population}/{name}.csv", population, table["by"])
            for place in sorted((self.folder / "models" / population).glob("*")):
                self.endpoint(f"models/{population}/{place.name}", population, place.name)
        self.nested()

    def flow(self):
        a, before = self.attack, None
        flow = self.rows("cohort/flow.csv")
        for i, row in enumerate(flow):
            after = self.name("full") if i == len(flow) - 1 else (self.when, "flow", i)
            a.read(row["n_after"], *after)
            if i:
                a.read(row["n_excluded"], self.when, "excluded", i)
                a.read(row["n_before"], *before)
                a.adds_up(before, after, (self.when, "excluded", i))
            before = after

    def whats(self, endpoint):
        """Return what is counted of an endpoint: patients at risk, which may be all, and events."""
        (at_risk,) = {row["n"] for row in self.endpoints[endpoint]}
        whole = self.attack.told.get(self.name("full"))
        everybody = at_risk.isdigit() and int(at_risk) == whole
        return ("n" if everybody else f"n {endpoint}"), f"events {endpoint}"

    def at_risk(self, endpoint, rows):
        """Who is in the cohort is at risk, or not for one of the reasons."""
        a, (n, events) = self.attack, self.whats(endpoint)
        a.read(rows[0]["n"], *self.name("full", n))
        a.read(rows[0]["events"], *self.name("full", events))
        self.outcome("full", n, events, {})
        reasons = [(self.when, "not at risk", endpoint, row["reason"]) for row in rows]
        for row, reason in zip(rows, reasons, strict=True):
            a.read(row["n_not_at_risk"], *reason)
        if n != "n":
            a.adds_up(self.name("full"), self.name("full", n), *reasons)

    def baseline(self, path, population, by):
        a, rows = self.attack, self.rows(path)
        if not rows:
            return
        blocks = {}
        for row in rows:
            blocks.setdefault(row["variable"], []).append(row)
        arms = [row["arm"] for row in blocks.pop("", []) if row["arm"]]
        sizes = [self.name(population, **{by: arm}) for arm in [*arms, "?"]]
        a.adds_up(self.name(population), *sizes)
        for variable, block in blocks.items():
            if variable == by:
                continue
            levels = list(dict.fromkeys(row["level"] for row in block if row["level"]))
            for row in block:
                arm = {by: row["arm"]} if row["arm"] else {}
                if row["statistic"] == "n" and row["level"]:
                    a.read(row["value"], *self.name(population, **arm, **{variable: row["level"]}))
                elif row["statistic"] == "n":
                    a.read(row["value"], *self.name(population, f"known {variable}", **arm))
                elif row["statistic"] == "missing":
                    a.read(row["value"], *self.name(population, **arm, **{variable: "?"}))
            for arm in ["", *arms]:
                own = {by: arm} if arm else {}
                known = self.name(population, f"known {variable}", **own)
                unknown = self.name(population, **own, **{variable: "?"})
                a.adds_up(self.name(population, **own), known, unknown)
                if levels:
                    parts = [self.name(population, **own, **{variable: x}) for x in levels]
                    a.adds_up(known, *parts)
            for level in [*levels, "?"]:
                parts = [
                    self.name(population, **{variable: level, by: arm}) for arm in [*arms, "?"]
                ]
                a.adds_up(self.name(population, **{variable: level}), *parts)
                a.within(sizes[-1], parts[-1], "no arm")

    def endpoint(self, place, population, endpoint):
        a = self.attack
        n, events = self.whats(endpoint)
        blocks = {}
        for row in self.rows(f"{place}/quantiles.csv"):
            own = {row["variable"]: row["level"]} if row["level"] else {}
            a.read(row["n"], *self.name(population, n, **own))
            a.read(row["events"], *self.name(population, events, **own))
            self.outcome(population, n, events, own)
            if n != "n":
                larger, smaller = (self.name(population, what, **own) for what in ("n", n))
                a.within(larger, smaller, "not at risk")
            blocks.setdefault(row["variable"], []).append(own)
        for variable, levels in blocks.items():
            for what in (n, events):
                if variable:
                    parts = [self.name(population, what, **own) for own in levels]
                    unknown = self.name(population, what, **{variable: "?"})
                    a.adds_up(self.name(population, what), *parts, unknown)
        whole = {what: self.name(population, what) for what in (n, events)}
        self.curves(place, population, n, events, "")
        for row in self.rows(f"{place}/logrank.csv"):
            self.logrank(population, n, events, row, blocks)
        for row in self.rows(f"{place}/followup.csv"):
            own = {row["variable"]: row["level"]} if row["level"] else {}
            a.read(row["n"], *self.name(population, n, **own))
        self.landmarks(place, population, n, events)
        for file in sorted((self.folder / place).glob("rmst_*.csv")):
            for row in self.rows(f"{place}/{file.name}"):
                self.levels_together(population, n, events, row, (row["level"], row["reference"]))
        for file in sorted((self.folder / place).glob("cox_*.csv")):
            if not file.stem.endswith(("_fit", "_ph")):
                self.model(place, file.stem, population, n, events)
        for file in sorted((self.folder / place).glob("subgroups_*_effects.csv")):
            for row in self.rows(f"{place}/{file.name}"):
                self.subgroup(population, n, events, row["split"], row, file.stem[:-8])
            self.tests(place, file.stem[:-8], population, whole)
        for file in sorted((self.folder / place).glob("interaction_*_ratios.csv")):
            stem = file.stem.removesuffix("_ratios")
            asked = self.study["further"][stem.removeprefix("interaction_")]["subgroups"]
            split = asked if isinstance(asked, str) else "populations"
            for row in self.rows(f"{place}/{file.name}"):
                self.subgroup(population, n, events, split, row, stem)
            self.tests(place, stem, population, whole, split)
        for file in sorted((self.folder / place).glob("landmark_*_excluded.csv")):
            stem = file.stem.removesuffix("_excluded")
            self.landmark(place, stem, population, n, events)

    def landmark(self, place, stem, population, n, events):
        """Who is there at the start leaves, has no group, or is left."""
        a, reasons = self.attack, {}
        for row in self.rows(f"{place}/{stem}_excluded.csv"):
            for what, column in ((n, "n"), (events, "events")):
                named = (
                    (what,) if row["reason"] == "before" else (f"{row['reason']} {what} {stem}",)
                )
                reasons.setdefault(what, []).append(self.name(population, *named))
                a.read(row[column], *reasons[what][-1])
        for before, *parts in reasons.values():
            a.adds_up(before, *parts)
        for part, dead in zip(reasons.get(n, ()), reasons.get(events, ()), strict=True):
            if "event_before" in str(part):
                a.adds_up(part, dead)
            a.within(part, dead, "censored")
        for row in self.rows(f"{place}/{stem}_quantiles.csv"):
            own = {row["variable"]: row["level"]} if row["level"] else {}
            for what, column in ((n, "n"), (events, "events")):
                left = self.name(population, f"analysed {what} {stem}", **own)
                a.read(row[column], *left)
                if own:
                    a.within(self.name(population, what, **own), left, "early")
            self.outcome(population, f"analysed {n} {stem}", f"analysed {events} {stem}", own)
        for what in (n, events):
            levels = [r for r in self.rows(f"{place}/{stem}_quantiles.csv") if r["level"]]
            parts = [
                self.name(population, f"analysed {what} {stem}", **{r["variable"]: r["level"]})
                for r in levels
            ]
            if parts:
                a.adds_up(self.name(population, f"analysed {what} {stem}"), *parts)
        at = f"analysed {n} {stem}", f"analysed {events} {stem}"
        for row in self.rows(f"{place}/{stem}_logrank.csv"):
            if row["contrast"]:
                self.levels_together(population, *at, row, row["contrast"].split("|"))
            else:
                for what, column in zip(at, ("n", "events"), strict=True):
                    a.read(row[column], *self.name(population, what))
        for row in self.rows(f"{place}/{stem}_cox.csv"):
            self.levels_together(population, *at, row, (row["level"],))
        self.curves(place, population, *at, f"{stem}_km")

    def levels_together(self, population, n, events, row, levels):
        """Read the patients and events of a row about one level, or about two."""
        a, levels = self.attack, [level for level in levels if level]
        for what, column in ((n, "n"), (events, "events")):
            parts = [self.name(population, what, **{row["variable"]: each}) for each in levels]
            pair = parts[0] if len(parts) == 1 else (self.when, "of two", *parts)
            if len(parts) > 1:
                a.read_sum(row[column], *pair)
                a.adds_up(pair, *parts)
            else:
                a.read(row[column], *pair)

    def logrank(self, population, n, events, row, blocks):
        """Read how many are compared: all with a known level, or those of two levels."""
        a, variable = self.attack, row["variable"]
        asked = row["contrast"].split("|") if row["contrast"] else [
            own[variable] for own in blocks.get(variable, ()) if own
        ]  # fmt: skip
        for what, column in ((n, "n"), (events, "events")):
            parts = [self.name(population, what, **{variable: each}) for each in asked]
            both = (self.when, "compared", *parts)
            if parts:
                a.adds_up(both, *parts)
            if row["strata"]:  # of which each patient's must be known
                known = (self.when, "stratified", row["strata"], *parts)
                a.within(both, known, "no stratum")
                both = known
            (a.read_sum if row["contrast"] else a.read)(row[column], *both)

    def landmarks(self, place, population, n, events):
        """Who is at risk later was at the start, and before, as far as curves tell."""
        before = {}
        for row in self.rows(f"{place}/landmarks.csv"):
            own = {row["variable"]: row["level"]} if row["level"] else {}
            start = self.name(population, n, **own)
            name = (self.when, "curve", events, start, float(row["time"]))
            self.attack.read_sum(row["n_risk"], *name)
            if row["n_risk"]:
                self.attack.within(before.get(start, start), name, "left")
                before[start] = name

    def curves(self, place, population, n, events, stem):
        """Read the steps of curves: they begin with all and end with all events."""
        a = self.attack
        for file in sorted((self.folder / place).glob(f"{stem or 'km_*'}.csv")):
            kind = "further" if stem else "curves"
            named = stem.removesuffix("_km").removeprefix("landmark_") or file.stem[3:]
            by, groups = self.study[kind][named].get("by", ""), {}
            for row in self.rows(f"{place}/{file.name}"):
                groups.setdefault(row["level"], []).append(row)
            for level, rows in groups.items():
                own = {by: level} if level else {}
                steps = [(int(row["n_event"]), int(row["n_censor"])) for row in rows]
                a.read(str(sum(died for died, _ in steps)), *self.name(population, events, **own))
                a.read(str(sum(map(sum, steps))), *self.name(population, n, **own))

    def tests(self, place, stem, population, whole, split=""):
        """Read the sizes of tests over subgroups: all are in it, outside, or lack a value."""
        a, (n, events) = self.attack, whole
        for i, row in enumerate(self.rows(f"{place}/{stem}_tests.csv")):
            used, others = (self.when, "tested", stem, i), []
            a.read_sum(row["n"], *used, whole[n])
            a.read_sum(row["events"], *used, whole[events])
            for column in ("n_outside", "n_missing"):
                others.append((self.when, column, stem, i, whole[n]))
                a.read_sum(row[column], *others[-1])
            a.adds_up(whole[n], (*used, whole[n]), *others)
            for what in whole.values():
                groups = self.tested.get((stem, row.get("split", split), what), {})
                names = row["subgroups"].split("|")
                if all(name in groups for name in names):
                    a.adds_up((*used, what), *[part for name in names for part in groups[name]])

    def outcome(self, population, n, events, own):
        censored = self.name(population, f"censored {events}", **own)
        self.attack.adds_up(
            self.name(population, n, **own), self.name(population, events, **own), censored
        )

    def subgroup(self, population, n, events, split, row, stem):
        """Read a level of the treatment in a subgroup, of patients whose covariates are known."""
        a, own, whole = self.attack, {row["variable"]: row["level"]}, population
        if split == "populations":
            population = row["subgroup"]
        elif split:
            own[split] = row["subgroup"]
        for what, column in ((n, "n"), (events, "events")):
            part = self.name(population, f"{what} complete for {stem}", **own)
            a.read(row[column], *part)
            found = self.tested.setdefault((stem, split, self.name(whole, what)), {})
            found.setdefault(row["subgroup"], {})[part] = None
            a.within(self.name(population, what, **own), part, "incomplete")
            for variable in own:
                less = {k: v for k, v in own.items() if k != variable}
                a.within(self.name(population, what, **less), part, tuple(own.items()))

    def model(self, place, stem, population, n, events):
        a = self.attack
        fit = self.rows(f"{place}/{stem}_fit.csv")
        if any(row["model"] for row in fit if row["statistic"] == "n"):  # each covariate alone
            self.alone(place, stem, population, n, events, fit)
            return
        for row in fit:
            if row["statistic"] in ("n", "events"):
                what = n if row["statistic"] == "n" else events
                a.read(row["value"], *self.name(population, f"{what} of {stem}"))
                a.within(
                    self.name(population, what), self.name(population, f"{what} of {stem}"), stem
                )
            elif row["statistic"] == "n_missing":
                missing = (self.when, "missing", population, stem, n)
                a.read_sum(row["value"], *missing)
                a.adds_up(
                    self.name(population, n), self.name(population, f"{n} of {stem}"), missing
                )
        blocks = {}
        for row in self.rows(f"{place}/{stem}.csv"):
            if row["level"]:
                own = {row["variable"]: row["level"]}
                for what, column in ((n, "n"), (events, "events")):
                    a.read(row[column], *self.name(population, f"{what} of {stem}", **own))
                    part = self.name(population, f"{what} of {stem}", **own)
                    a.within(self.name(population, what, **own), part, stem)
                self.outcome(population, f"{n} of {stem}", f"{events} of {stem}", own)
                blocks.setdefault(row["variable"], []).append(own)
        for levels in blocks.values():
            for what in (n, events):
                parts = [self.name(population, f"{what} of {stem}", **own) for own in levels]
                a.adds_up(self.name(population, f"{what} of {stem}"), *parts)

    def alone(self, place, stem, population, n, events, fit):
        """Read models of one variable each: as quantiles.csv, where there are no strata."""
        a, levels = self.attack, {}
        strata = self.study["models"][stem.removeprefix("cox_")].get("strata")
        for row in self.rows(f"{place}/{stem}.csv"):
            if row["level"] and not strata:
                levels.setdefault(row["variable"], []).append(row["level"])
                self.levels_together(population, n, events, row, (row["level"],))
        for row in fit:
            variable = row["model"]
            for what in (n, events):
                known = (self.when, "known", variable, strata and tuple(strata))
                known = (*known, self.name(population, what))
                if row["statistic"] == what.split()[0]:
                    a.read(row["value"], *known)
                    parts = [
                        self.name(population, what, **{variable: each})
                        for each in levels.get(variable, ())
                    ]
                    if parts:
                        a.adds_up(known, *parts)
                if row["statistic"] == "n_missing" and what == n:
                    a.read_sum(row["value"], *known, "unknown")
                    a.adds_up(self.name(population, n), known, (*known, "unknown"))

    def nested(self):
        """Take note of what holds between populations, count by count."""
        a = self.attack
        for name in [n for n in a.place if n[0] == self.when and len(n) > 2]:
            _, population, what, *levels = name
            of_model = " of " in str(what)  # whose covariates may be chosen in each population
            if population not in self.populations or population == "full" or of_model:
                continue
            parent = self.populations[population].get("parent", "full")
            above = self.name(parent, what, **dict(levels))
            if above in a.place:
                a.within(above, name, "not in it")
                others = [other for other in self.populations if self.apart(population, other)]
                own = [self.name(other, what, **dict(levels)) for other in others]
                exclusive = all(self.apart(x, y) for x in others for y in others if x < y)
                if others and exclusive and all(each in a.place for each in own):
                    a.adds_up(above, name, *own, ("rest", above, name))

    def apart(self, one, other):
        """Return whether two parts of one population ask for different levels of a variable."""
        a, b = self.levels(one), self.levels(other)
        parents = {self.populations[x].get("parent", "full") for x in (one, other) if x != "full"}
        return len(parents) == 1 and any(not a[v] & b[v] for v in a.keys() & b.keys())

    def levels(self, population):
        where = self.populations[population].get("where", {})
        parts = where.get("all", [where])
        return {
            variable: {asked} if isinstance(asked, str) else set(asked)
            for part in parts
            for variable, asked in part.items()
            if isinstance(asked, (str, list))
        }
