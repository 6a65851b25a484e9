"""The law of the records: raw files + both logs + the declared derivations give cleaned.csv.

Written from the design alone: it imports nothing of the package, reads the raw files itself, and
computes the named operations of the study file in plain Python, patient by patient.
"""

import csv
import gzip
import hmac
import math
import unicodedata
from collections import defaultdict
from datetime import date
from pathlib import Path

import yaml
from tests.workflow.replay_files import number, read_rows

DAYS_PER = {"days": 1, "months": 30.4375, "years": 365.25}


def read_csv(path):
    """Return the rows of a csv file, gzipped or not, as dictionaries."""
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pairs(text, mark):
    """Return `a=b|c=d` as a dictionary."""
    return dict(item.split(mark, 1) for item in text.split("|")) if text else {}


def days_between(start, end):
    """Return the days from one ISO date to another."""
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


class Replay:
    """One study, computed again from its raw files and the logs of a run."""

    def __init__(self, study: Path, data: Path, key: bytes, logs: Path):
        text = (study / "study.yaml").read_text(encoding="utf-8")
        self.study = yaml.load(text, yaml.BaseLoader)  # every value as text
        self.dictionary = {row["name"]: row for row in read_csv(study / "dictionary.csv")}
        self.columns = {v: pairs(row["columns"], ":") for v, row in self.dictionary.items()}
        self.key, self.hashes = key, {}
        self.sources = {
            name: source | {"header_row": int(source.get("header_row", 1))}
            for name, source in self.study["sources"].items()
        }
        self.rows = {
            name: dict(read_rows(data / source["file"], source))
            for name, source in self.sources.items()
        }
        self.names = {(s["file"], s.get("sheet", "")): n for n, s in self.sources.items()}
        self.changed, self.mismatched = {}, []
        self._read_cleaning_log(logs / "cleaning_log.csv")
        self.chosen = defaultdict(list)
        for row in read_csv(logs / "derivation_log.csv"):
            at = self.names[row["source_file"], row["source_sheet"]], int(row["source_row"])
            self.chosen[row["record_id"], row["variable"]].append((*at, row["operation"]))
        self.one = [n for n, s in self.sources.items() if s.get("rows", "one") == "one"]
        self.places = defaultdict(list)  # patient -> its rows, in the order of the sources
        for name in self.one:
            for row in self.rows[name]:
                self.places[self.record_id(name, row)].append((name, row))
        self.memo = {}

    def hashed(self, text):
        if text not in self.hashes:
            plain = unicodedata.normalize("NFKC", text).strip()
            self.hashes[text] = hmac.new(self.key, plain.encode(), "sha256").hexdigest()[:16]
        return self.hashes[text]

    def record_id(self, source, row):
        return self.hashed(self.rows[source][row][self.sources[source]["id"]])

    def delivered(self, source, row, variable):
        """Return a raw cell, identifiers hashed unless they are a declared missing code."""
        text = self.rows[source][row][self.columns[variable][source]]
        entry = self.dictionary[variable]
        if entry["type"] == "id" and text not in ("", *entry["missing"].split("|")):
            return self.hashed(text)
        return text

    def _read_cleaning_log(self, path):
        for row in read_csv(path):
            source = self.names[row["source_file"], row["source_sheet"]]
            at = (source, int(row["source_row"]), row["variable"])
            is_same_cell = row["raw_value"] == self.delivered(*at)
            if not is_same_cell or row["record_id"] != self.record_id(*at[:2]):
                self.mismatched.append(at)
            if row["raw_value"] == row["clean_value"] or at in self.changed:
                self.mismatched.append(at)  # no change, or one cell changed twice
            self.changed[at] = row["clean_value"]

    def clean(self, source, row, variable):
        """Return the clean text of a cell: as logged, else as delivered."""
        at = (source, row, variable)
        return self.changed[at] if at in self.changed else self.delivered(*at)

    def value(self, patient, variable):
        """Return the text of a variable of a patient."""
        at = (patient, variable)
        if at not in self.memo:
            if self.columns[variable]:
                self.memo[at] = self.reconciled(patient, variable)
            else:
                ((operation, asked),) = self.study["derive"][variable].items()
                self.memo[at] = getattr(self, operation)(patient, asked, variable)
        return self.memo[at]

    def reconciled(self, patient, variable):
        """Return the value of the rows of a patient, by the rule of the dictionary."""
        entry, columns = self.dictionary[variable], self.columns[variable]
        cells = [self.clean(s, row, variable) for s, row in self.places[patient] if s in columns]
        known = [cell for cell in cells if cell]
        if len(set(known)) < 2:
            return known[0] if known else ""
        rule = entry["reconcile"] or "all_equal"
        if rule == "all_equal":
            return ""
        if rule in ("first", "last"):
            return known[0 if rule == "first" else -1]
        if rule == "any":
            return "yes" if "yes" in known else "no"
        order = list(pairs(entry["levels"], "="))
        is_number = entry["type"] in ("integer", "number")
        ranked = order.index if order else float if is_number else str
        return (min if rule == "min" else max)(known, key=ranked)

    def table(self):
        """Return the header and the rows of cleaned.csv."""
        names = [
            name
            for name, entry in self.dictionary.items()
            if (set(self.one) & set(self.columns[name]) and entry["protect"] != "drop")
            or name in self.study["derive"]
        ]
        rows = []
        for patient, places in self.places.items():
            centre = self.sources[places[0][0]].get("centre", "")
            rows.append([patient, centre, *(self.value(patient, name) for name in names)])
        return ["record_id", "centre", *names], rows

    # conditions, in three values: True, False, None for unknown

    def meets(self, value_of, condition):
        """Decide a condition; `value_of` gives the text of a variable."""
        return all_of(self._one(value_of, key, asked) for key, asked in condition.items())

    def _one(self, value_of, key, asked):
        if key == "all":
            return all_of(self.meets(value_of, part) for part in asked)
        if key == "any":
            return negated(all_of(negated(self.meets(value_of, part)) for part in asked))
        if key == "not":
            return negated(self.meets(value_of, asked))
        value, tests = value_of(key), asked if isinstance(asked, dict) else {"one_of": asked}
        return all_of(self._test(key, value, test, want) for test, want in tests.items())

    def _test(self, variable, value, test, want):
        if test == "missing":
            return (value == "") == (want == "true")
        if not value:
            return None
        if test in ("is", "one_of"):
            return value in (want if isinstance(want, list) else [want])
        typed = float if self.dictionary[variable]["type"] in ("integer", "number") else str
        have, bound = typed(value), typed(want)
        compared = {"above": have > bound, "at_least": have >= bound}
        return (compared | {"below": have < bound, "at_most": have <= bound})[test]

    def of(self, patient):
        """Return a function that gives the variables of a patient."""
        return lambda variable: self.value(patient, variable)

    # the named operations

    def where(self, patient, condition, _):
        met = self.meets(self.of(patient), condition)
        return "" if met is None else "yes" if met else "no"

    def equals(self, patient, names, _):
        first, second = (self.value(patient, name) for name in names)
        return "" if "" in (first, second) else "yes" if first == second else "no"

    def member(self, patient, spec, _):
        if ("", spec["among"]) not in self.memo:
            self.memo["", spec["among"]] = {self.value(p, spec["among"]) for p in self.places} - {
                ""
            }
        value = self.value(patient, spec["of"])
        return "" if not value else "yes" if value in self.memo["", spec["among"]] else "no"

    def choose(self, patient, choices, _):
        for choice in choices:
            met = self.meets(self.of(patient), choice["where"])
            if met is None:
                return ""
            if met:
                return choice["level"]
        return ""

    def cut(self, patient, spec, _):
        value = self.value(patient, spec["of"])
        passed = sum(float(value) >= float(at) for at in spec["at"]) if value else None
        return spec["levels"][passed] if value else ""

    def power(self, patient, spec, _):
        value, exponent = self.value(patient, spec["of"]), float(spec["exponent"])
        is_log = spec.get("times_log") == "true"
        x = float(value) / float(spec.get("divide_by", 1)) if value else None
        if not value or (x == 0 and (exponent < 0 or is_log)):
            return ""
        return number(x**exponent * (math.log(x) if is_log else 1.0))

    def duration(self, patient, spec, _):
        start, end = (self.value(patient, spec[key]) for key in ("from", "to"))
        if not start or not end:
            return ""
        days = days_between(start, end)
        is_signed = spec.get("signed") == "true"
        return number(days / DAYS_PER[spec.get("unit", "days")]) if days >= 0 or is_signed else ""

    def last_of(self, patient, names, _):
        return max(self.value(patient, name) for name in names)  # ISO dates; "" is before all

    def first_known(self, patient, names, _):
        return next(filter(None, (self.value(patient, name) for name in names)), "")

    def reduce(self, patient, spec, variable):
        """Return a reduction from the rows that the derivation log says it used."""
        take = spec["take"]
        rows = self.chosen[patient, variable]
        assert all(s == spec["from"] and op == f"reduce {take}" for s, _, op in rows)
        if take == "any":
            return "yes" if rows else "no"
        if not rows:
            return ""
        values = [self.clean(spec["from"], row, spec["value"]) for _, row, _ in rows]
        if self.dictionary[spec["value"]]["type"] not in ("integer", "number"):
            assert len(set(values)) == 1
            return values[0]
        values = [float(value) for value in values]
        if take in ("min", "max"):
            return number(min(values) if take == "min" else max(values))
        return number(sum(values) / len(values))

    # which rows a reduction must use, found without the derivation log

    def selected(self, variable):
        """Return record_id -> rows (as a person counts them) of one reduction."""
        spec = self.study["derive"][variable]["reduce"]
        rows = defaultdict(list)
        for row in self.rows[spec["from"]]:
            patient = self.record_id(spec["from"], row)
            rank = self._rank_if_met(patient, row, spec) if patient in self.places else None
            if rank is not None:
                rows[patient].append((rank, row))
        return {p: self._taken(found, spec) for p, found in rows.items()}

    def _rank_if_met(self, patient, row, spec):
        """Return the day of a row, or its value where the smallest or largest is taken."""
        source = spec["from"]

        def value_of(variable):
            return self.clean(source, row, variable)

        if not self.meets(value_of, spec.get("where", {})):
            return None
        if "value" in spec and not value_of(spec["value"]):
            return None
        day = 0.0
        if "window" in spec:
            window, day = spec["window"], value_of(spec["window"]["of"])
            if "around" in window:
                start = self.value(patient, window["around"])
                day = days_between(start, day) if start and day else ""
            if day == "" or not (
                float(window.get("from", -1e9)) <= float(day) <= float(window.get("to", 1e9))
            ):
                return None
        if spec["take"] in ("min", "max"):
            value = value_of(spec["value"])
            is_date = self.dictionary[spec["value"]]["type"] == "date"
            return date.fromisoformat(value).toordinal() if is_date else float(value)
        return float(day)

    def _taken(self, found, spec):
        take, ranks = spec["take"], [rank for rank, _ in found]
        if take in ("any", "mean"):
            return {row for _, row in found}
        best = {
            "min": min(ranks),
            "first": min(ranks),
            "max": max(ranks),
            "last": max(ranks),
            "nearest": min(sorted(ranks), key=abs),  # of two equally near the earlier
        }[take]
        return {row for rank, row in found if rank == best}


def all_of(parts):
    """Return the conjunction of three-valued parts."""
    parts = list(parts)
    return False if False in parts else None if None in parts else True


def negated(met):
    """Return the negation of a three-valued part."""
    return None if met is None else not met
