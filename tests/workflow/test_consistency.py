"""Each kind of artefact is broken in turn, and the gate of consistency sees it."""

import csv
import io
import re
from functools import cache
from pathlib import Path

import pytest

from retrocohort.audit.agreement import Cells
from retrocohort.audit.consistency import IDENTITIES, agreements
from retrocohort.config.study import load_studies
from retrocohort.plan.checked import checked_files, checked_parts
from retrocohort.plan.entries import Plan

STUDY = "xu2025"
# No other file holds these numbers, and nothing follows from them: a second engine has to check
# them (or, of a rank, a quartile or a test of a baseline table, R in tests/reference).
ALONE = {
    "followup": {"median", "median_low", "median_high", "min", "max"},
    "quantiles": {"median_low", "median_high"},
    "logrank": {"statistic", "df", "p_holm"},
    "landmarks": {"ci_low", "ci_high"},
    "km_by_surgery": {"time", "ci_low", "ci_high"},
    "cox_adjusted_fit": {"p"},
    "landmark_six_months_quantiles": {"median", "median_low", "median_high", "q1", "q3"},
    "landmark_six_months_km": {"time", "ci_low", "ci_high"},
    "landmark_six_months_cox": {"n", "events"},
    "rmst_rmst": {"tau", "z", "p"},
    "interaction_surgery_by_subgroup_tests": {"events", "terms", "df", "p"},
    "interaction_surgery_by_subgroup_ratios": {"n", "events"},
    "subgroups_surgery_across_tests": {"events", "terms", "df", "p"},
    "subgroups_surgery_across_effects": {"n", "events"},
    "flow": {"n_unknown", "step"},
    "endpoints": {"n_events_after_followup"},
}
FILES = [
    *(f"cohort/{name}.csv" for name in ("flow", "populations", "arms", "endpoints")),
    *(f"tables/full/{name}.csv" for name in ("table1", "table2")),
    *(
        f"models/full/os/{name}.csv"
        for name in (
            *("quantiles", "followup", "logrank", "landmarks", "km_by_surgery", "rmst_rmst"),
            *(f"cox_adjusted{end}" for end in ("", "_fit")),
            *(f"landmark_six_months_{end}" for end in ("excluded", "quantiles", "km", "cox")),
            *(f"interaction_surgery_by_subgroup_{end}" for end in ("tests", "ratios")),
            *(f"subgroups_surgery_across_{end}" for end in ("tests", "effects")),
        )
    ),
]
NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?$")


@pytest.fixture(scope="module")
def plan():
    return Plan(STUDY, load_studies([STUDY], lambda *_: [])[STUDY])


@pytest.fixture(scope="module")
def parts(plan):
    return checked_parts(plan)


@cache
def cells(path):
    return Cells(f"results/{STUDY}/{path}", path)


def broken(plan, parts, path="", rows=None):
    """Return the identities that do not hold when a file has other rows."""

    def read(asked):
        if asked != path:
            return cells(asked)
        changed = Cells(f"results/{STUDY}/{asked}", asked)
        changed.rows = rows
        return changed

    found = agreements(read, parts, plan.conventions("confidence"))
    return {each.identity for each in found if not each.holds}


def changes():
    """Return (path, column, row) of a number of each column, the last that stands in a curve."""
    found = []
    for path in FILES:
        with open(f"results/{STUDY}/{path}", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for column in (name for name in rows[0] if name != "level"):
            numeric = [i for i, row in enumerate(rows) if NUMBER.match(row[column])]
            drawn = [i for i in numeric if rows[i].get("variable") == "surgery"]
            drawn = [i for i in drawn if not rows[i].get("contrast")] or drawn
            ends = [i for i in numeric if rows[i].get("statistic") in ("aic", "lr")]
            if numeric:
                i = (ends or drawn or numeric)[-1]
                found.append(pytest.param(path, column, i, id=f"{Path(path).stem}-{column}"))
    return found


def test_the_results_agree(plan, parts):
    found = list(agreements(cells, parts, plan.conventions("confidence")))
    assert {each.identity for each in found} == set(IDENTITIES)
    assert [each.row() for each in found if not each.holds] == []


def test_the_rows_stand_in_the_same_order_in_every_process(plan, parts):
    """No set is walked through, whose order differs from process to process."""
    found = list(agreements(cells, parts, plan.conventions("confidence")))
    items = [each.item.rpartition(", ")[2] for each in found if each.identity == "models"]
    fits = [item for item in items if item in ("lr", "aic", "epv")]
    assert len(fits) > 20 and re.fullmatch("(lr (aic )?epv )+", f"{' '.join(fits)} ")


@pytest.mark.parametrize(("path", "column", "i"), changes())
def test_a_changed_number_is_seen(plan, parts, path, column, i):
    rows = [dict(row) for row in cells(path).rows]
    rows[i][column] = str(2 * float(rows[i][column]) + 1)
    seen = bool(broken(plan, parts, path, rows))
    assert seen == (column not in ALONE.get(Path(path).stem, ()))


@pytest.mark.parametrize(
    "path",
    [
        "cohort/flow.csv",
        "models/full/os/landmark_six_months_km.csv",
    ],
)
def test_a_lost_row_is_seen(plan, parts, path):
    assert broken(plan, parts, path, cells(path).rows[:-1])


def test_a_record_less_in_the_list_behind_a_box_is_seen(plan, parts):
    rows = cells("cohort/exclusions.csv").rows
    assert broken(plan, parts, "cohort/exclusions.csv", rows[1:]) == {"lists"}


def test_the_gate_reads_every_table_of_estimates(plan):
    """What it does not read are tests, which agree with R in tests/reference."""
    read = {Path(path).relative_to(plan.folder).as_posix() for path in checked_files(plan)}
    made = {
        path.relative_to(plan.folder).as_posix()
        for folder in ("cohort", "tables", "models")
        for path in Path(plan.folder, folder).rglob("*.csv")
    }
    left = {path.rpartition("/")[2] for path in made - read if "cohort/counts" not in path}
    proportional = {f"cox_{name}_ph.csv" for name in plan.study["models"]}
    pairs = {"landmark_six_months_logrank.csv"}
    assert left - proportional - pairs == {"table1_tests.csv", "operations_tests.csv"}


def test_the_report_of_the_gate(plan):
    with open(f"results/{STUDY}/audit/consistency.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    told = Path(f"results/{STUDY}/audit/consistency.passed").read_text(encoding="utf-8")
    assert told == f"checked: {len(rows)} of {len(rows)}\n" and len(rows) > 3000
