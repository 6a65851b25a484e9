"""The law of the records: raw files + both logs + the declared derivations give cleaned.csv.

Written from the design alone: it imports nothing of the package, reads the raw files with the csv
module, and computes the named operations of the study file in plain Python, patient by patient.
"""

import csv
import gzip
import hmac
import math
from collections import defaultdict
from pathlib import Path

import yaml


def read_csv(path):
    """Return the rows of a csv file, gzipped or not, as dictionaries."""
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pairs(text, mark):
    """Return `a=b|c=d` as a dictionary."""
    return dict(item.split(mark, 1) for item in text.split("|")) if text else {}


def number(value):
    """Return a number in its shortest text, whole ones without a point."""
    return str(int(value)) if value == int(value) else repr(value)


class Replay:
    """One study, computed again from its raw files and the logs of a run."""

    def __init__(self, study: Path, data: Path, key: bytes, logs: Path):
        self.study = yaml.safe_load((study / "study.yaml").read_text(encoding="utf-8"))
        self.dictionary = {row["name"]: row for row in read_csv(study / "dictionary.csv")}
        self.columns = {v: pairs(row["columns"], ":") for v, row in self.dictionary.items()}
        self.key, self.hashes = key, {}
        self.rows = {
            name: read_csv(data / source["file"]) for name, source in self.study["sources"].items()
        }
        self.changed, self.mismatched = {}, []
        self._read_cleaning_log(logs / "cleaning_log.csv")
        self.chosen = defaultdict(list)
        for row in read_csv(logs / "derivation_log.csv"):
            self.chosen[row["record_id"], row["variable"]].append(
                (row["source_file"], int(row["source_row"]), row["operation"])
            )
        (self.patients,) = [n for n, s in self.study["sources"].items() if "rows" not in s]
        self.places = {
            self.record_id(self.patients, row): row for row in range(len(self.rows[self.patients]))
        }
        assert len(self.places) == len(self.rows[self.patients])
        self.memo = {}

    def hashed(self, text):
        if text not in self.hashes:
            self.hashes[text] = hmac.new(self.key, text.strip().encode(), "sha256").hexdigest()[:16]
        return self.hashes[text]

    def record_id(self, source, row):
        return self.hashed(self.rows[source][row][self.study["sources"][source]["id"]])

    def delivered(self, source, row, variable):
        """Return a raw cell, identifiers hashed unless they are a declared missing code."""
        text = self.rows[source][row][self.columns[variable][source]]
        entry = self.dictionary[variable]
        if entry["type"] == "id" and text not in ("", *entry["missing"].split("|")):
            return self.hashed(text)
        return text

    def _read_cleaning_log(self, path):
        files = {source["file"]: name for name, source in self.study["sources"].items()}
        for row in read_csv(path):
            source, place = files[row["source_file"]], int(row["source_row"]) - 2  # header is row 1
            at = (source, place, row["variable"])
            is_same_cell = row["raw_value"] == self.delivered(*at)
            if not is_same_cell or row["record_id"] != self.record_id(source, place):
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
                self.memo[at] = self.clean(self.patients, self.places[patient], variable)
            else:
                ((operation, asked),) = self.study["derive"][variable].items()
                self.memo[at] = getattr(self, operation)(patient, asked, variable)
        return self.memo[at]

    def table(self):
        """Return the header and the rows of cleaned.csv."""
        names = [
            name
            for name in self.dictionary
            if self.patients in self.columns[name] or name in self.study["derive"]
        ]
        header = ["record_id", "centre", *names]
        return header, [[p, "", *(self.value(p, name) for name in names)] for p in self.places]

    # the named operations

    def meets(self, patient, condition):
        """Return True, False, or None for unknown; conditions of the derive block are levels."""
        ((variable, level),) = condition.items()
        value = self.value(patient, variable)
        return value == level if value else None

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
            met = self.meets(patient, choice["where"])
            if met is None:
                return ""
            if met:
                return choice["level"]
        return ""

    def cut(self, patient, spec, _):
        value = self.value(patient, spec["of"])
        passed = sum(float(value) >= at for at in spec["at"]) if value else None
        return spec["levels"][passed] if value else ""

    def power(self, patient, spec, _):
        value = self.value(patient, spec["of"])
        x = float(value) / spec.get("divide_by", 1) if value else None
        if not value or (x == 0 and (spec["exponent"] < 0 or spec.get("times_log"))):
            return ""
        return number(x ** spec["exponent"] * (math.log(x) if spec.get("times_log") else 1.0))

    def reduce(self, patient, spec, variable):
        """Return a reduction from the rows that the derivation log says it used."""
        file, take = self.study["sources"][spec["from"]]["file"], spec["take"]
        rows = self.chosen[patient, variable]
        assert all(source == file and op == f"reduce {take}" for source, _, op in rows)
        if take == "any":
            return "yes" if rows else "no"
        if not rows:
            return ""
        values = [float(self.clean(spec["from"], row - 2, spec["value"])) for _, row, _ in rows]
        if take in ("min", "max"):
            return number(min(values) if take == "min" else max(values))
        return number(sum(values) / len(values))

    # which rows a reduction must use, found without the derivation log

    def selected(self, variable):
        """Return record_id -> rows (as a person counts them) of one reduction."""
        spec = self.study["derive"][variable]["reduce"]
        rows = defaultdict(list)
        for row in range(len(self.rows[spec["from"]])):
            day = self._day_if_met(row, spec)
            if day is not None and self.record_id(spec["from"], row) in self.places:
                rows[self.record_id(spec["from"], row)].append((day, row))
        return {p: self._taken(found, spec) for p, found in rows.items()}

    def _day_if_met(self, row, spec):
        source = spec["from"]
        for variable, levels in spec["where"].items():
            levels = levels if isinstance(levels, list) else [levels]
            if self.clean(source, row, variable) not in levels:
                return None
        if "value" in spec and not self.clean(source, row, spec["value"]):
            return None
        window = spec["window"]
        day = float(self.clean(source, row, window["of"]))
        inside = window.get("from", -1e9) <= day <= window.get("to", 1e9)
        return day if inside else None

    def _taken(self, found, spec):
        take, days = spec["take"], [day for day, _ in found]
        if take in ("any", "mean"):
            return {row + 2 for _, row in found}
        best = {
            "min": min(days),
            "first": min(days),
            "last": max(days),
            "nearest": min(sorted(days), key=abs),  # of two equally near the earlier
        }[take]
        return {row + 2 for day, row in found if day == best}
