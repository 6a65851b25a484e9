"""The second engine asks for each row and each number; what the files leave out it computes too."""

import re
from collections import Counter

import pytest

from retrocohort.config.study import load_studies
from retrocohort.io import read_rows
from retrocohort.plan.entries import Plan
from retrocohort.plan.verified import (
    verified_conventions,
    verified_files,
    verified_parts,
    verified_variables,
)
from retrocohort.verify.cohort import Cohort
from retrocohort.verify.study import checks_of

POPULATIONS = [("xu2025", "bt"), ("rotterdam", "large"), ("nafld", "diabetic")]
KEYS = ("variable", "level", "reference", "arm", "statistic", "contrast", "strata", "time")
KEYS += ("subgroup", "subgroups", "split", "reason", "model", "test", "summary", "note")
NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")


class Study:
    """A finished study, of which one population is verified again with some files changed."""

    def __init__(self, name, population):
        self.plan = Plan(name, load_studies([name], lambda *_: [])[name])
        self.cohort = Cohort(f"results/{name}/cohort/cohort.csv", verified_variables(self.plan))
        self.how = verified_conventions(self.plan)
        self.parts = {
            kind: [part for part in own if part["population"] == population]
            for kind, own in verified_parts(self.plan).items()
        }
        paths = [path.removeprefix(f"{self.plan.folder}/") for path in verified_files(self.plan)]
        self.files = {
            path: read_rows(f"{self.plan.folder}/{path}")
            for path in paths
            if f"/{population}/" in path
        }

    def disagreeing(self, changed, parts=None):
        """Return the disagreeing checks where some files have other rows."""
        files = self.files | changed
        checks = checks_of(self.cohort, parts or self.parts, self.how, files.__getitem__)
        return [check for check in checks if not check.agrees]

    def only(self, kind, name, endpoint):
        """Return the parts of one entry."""
        chosen = [p for p in self.parts[kind] if (p["name"], p["endpoint"]) == (name, endpoint)]
        return {other: chosen if other == kind else [] for other in self.parts}


@pytest.fixture(scope="module", params=POPULATIONS, ids="-".join)
def study(request):
    return Study(*request.param)


@pytest.fixture(scope="module")
def rotterdam():
    return Study("rotterdam", "full")


def lost_or_double(found):
    return Counter(check.file for check in found if check.quantity == "rows")


def test_nothing_disagrees_where_nothing_is_changed(study):
    assert study.disagreeing({}) == []


def test_every_row_of_an_emptied_file_is_missed(study):
    found = lost_or_double(study.disagreeing({path: [] for path in study.files}))
    for path, rows in study.files.items():
        statistics = ("score", "aic", "engines_agree")  # whether there are any, the fit decides
        assert found[path] >= sum(row.get("statistic") not in statistics for row in rows), path


@pytest.mark.parametrize("share", [0, 0.4, 1])
def test_a_lost_a_double_and_an_unknown_row_are_named(study, share):
    places = {path: round(share * (len(rows) - 1)) for path, rows in study.files.items() if rows}
    for keep, found in ((0, 0), (2, 2)):
        changed = {
            path: [*rows[:place], *[rows[place]] * keep, *rows[place + 1 :]]
            for path, rows in study.files.items()
            for place in ([places[path]] if rows else [])
        }
        checks = [check for check in study.disagreeing(changed) if check.quantity == "rows"]
        assert {(c.file, c.value, c.second) for c in checks} == {(p, found, 1) for p in places}
        for check in checks:
            row = study.files[check.file][places[check.file]]
            assert all(row[key] in check.item for key in ("variable", "level") if key in row)


def test_a_row_that_nobody_asked_for_is_named(study):
    changed = {}
    for path, rows in study.files.items():
        column = next((c for c in ("level", "reason", "subgroups") if rows and c in rows[0]), "")
        column = column or (rows and next(iter(rows[0])))
        changed[path] = [*rows, rows[-1] | {column: "nowhere"}] if rows else []
    checks = [check for check in study.disagreeing(changed) if check.quantity == "rows"]
    assert {check.file for check in checks} == {path for path, rows in changed.items() if rows}
    assert all(
        "nowhere" in check.item and (check.value, check.second) == (1, 0) for check in checks
    )


def blanked(rows, places, note):
    changed = [dict(row) for row in rows]
    for place in places:
        for column, text in changed[place].items():
            if column not in KEYS and NUMBER.fullmatch(text):
                changed[place][column] = ""
        if note and "note" in changed[place]:
            changed[place]["note"] = note
    return changed


@pytest.mark.parametrize("note", ["", "not estimable: no event"])
def test_every_number_that_is_blanked_is_missed(study, note):
    """Also where the row says that it is not estimable; of a curve one number of each level."""
    changed = {path: blanked(rows, range(len(rows)), note) for path, rows in study.files.items()}
    seen = Counter((c.file, c.quantity) for c in study.disagreeing(changed))
    for path, rows in study.files.items():
        is_curve = "/km_" in path or path.endswith("_km.csv")
        for column in rows[0] if rows else ():
            lost = {
                row["level"] if is_curve else place
                for place, row in enumerate(rows)
                if row[column] != changed[path][place][column] and column != "note"
            }
            assert seen[path, column] >= len(lost), (path, column)


@pytest.mark.parametrize("share", [0.2, 0.6, 1])
def test_one_row_that_is_blanked_is_missed(study, share):
    changed = {}
    for path, rows in study.files.items():
        filled = [i for i in range(len(rows)) if blanked(rows, [i], "") != rows]
        if filled:
            place = filled[round(share * (len(filled) - 1))]
            changed[path] = blanked(rows, [place], "not estimable: no patient")
    assert {check.file for check in study.disagreeing(changed)} == set(changed)


def test_a_covariate_that_the_first_engine_left_out_is_missed(rotterdam):
    parts = rotterdam.only("models", "adjusted", "os")
    (part,) = parts["models"]
    assert "year" not in part["asked"]["covariates"]
    asked = part["asked"] | {"covariates": [*part["asked"]["covariates"], "year"]}
    found = rotterdam.disagreeing({}, parts | {"models": [part | {"asked": asked}]})
    assert {check.file for check in found} == {part["estimates"], part["fit"], part["ph"]}
    assert ("year", "rows") in {(check.item, check.quantity) for check in found}
    assert {"coef", "hr"} <= {check.quantity for check in found}


def test_a_covariate_that_nobody_asked_for_is_seen(rotterdam):
    parts = rotterdam.only("models", "adjusted", "os")
    (part,) = parts["models"]
    first, *others = part["asked"]["covariates"]
    asked = part["asked"] | {"covariates": others}
    found = rotterdam.disagreeing({}, parts | {"models": [part | {"asked": asked}]})
    assert any(first in check.item and check.quantity == "rows" for check in found)


def test_another_reference_level_is_seen(rotterdam):
    parts = rotterdam.only("models", "adjusted", "os")
    (part,) = parts["models"]
    level = rotterdam.cohort.levels("size")[-1]
    asked = part["asked"] | {"reference": {"size": level}}
    found = rotterdam.disagreeing({}, parts | {"models": [part | {"asked": asked}]})
    rows = [check for check in found if check.quantity == "rows"]
    assert rows and all("size" in check.item for check in rows)


def test_another_selection_is_seen():
    study = Study("xu2025", "full")
    parts = study.only("models", "adjusted", "os")
    (part,) = parts["models"]
    asked = part["asked"] | {"select": {"below": 1e-9, "always": ["surgery"]}}
    found = study.disagreeing({}, parts | {"models": [part | {"asked": asked}]})
    assert {"value", "rows", "coef"} <= {check.quantity for check in found}


def test_a_note_excuses_no_wrong_number(rotterdam):
    parts = rotterdam.only("models", "adjusted", "os")
    path = parts["models"][0]["fit"]
    wrong = ("lr", "wald", "score", "aic", "concordance", "loglik")
    changed = [
        row | {"value": "1", "note": "not estimable: no event"}
        if row["statistic"] in wrong
        else row
        for row in rotterdam.files[path]
    ]
    found = rotterdam.disagreeing({path: changed}, parts)
    assert {check.item for check in found} == set(wrong)
