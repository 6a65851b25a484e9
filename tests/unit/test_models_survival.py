"""The rows of the survival estimates, and the two scripts that write the files of the models."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from retrocohort import io
from retrocohort.models import survival
from retrocohort.models.samples import at_risk, stratum_codes

VARIABLES = {
    "stage": {"type": "ordinal", "levels": {"i": "I", "ii": "II", "iii": "III", "iv": "IV"}},
    "sex": {"type": "category", "levels": {"f": "Women", "m": "Men"}},
    "age": {"type": "number", "levels": {}},
}
CONVENTIONS = {"ties": "efron", "interval": "log", "quantiles": "r", "confidence": 0.95}


@pytest.fixture
def frame():
    rng = np.random.default_rng(2)
    n = 120
    made = pd.DataFrame(
        {"stage": rng.choice(["i", "ii", "iii"], n), "sex": rng.choice(["f", "m"], n)}
    )
    made["age"] = rng.normal(60, 10, n)
    made["os_time"] = np.ceil(rng.exponential(30, n))
    made["os_event"] = (rng.random(n) < 0.6).astype(float)
    made.loc[made["stage"] == "i", "os_event"] = 0.0
    made.loc[:4, "stage"] = None
    made["in_full"], made["in_men"], made["in_nobody"] = True, made["sex"] == "m", False
    return made


def by_level(rows):
    return {(row["variable"], row["level"]): row for row in rows}


def test_first_row_is_everybody_and_levels_follow_the_dictionary(frame):
    sample = at_risk(frame, "os", "full")
    rows = survival.quantile_rows(frame, sample, ["stage", "age"], VARIABLES, CONVENTIONS)
    levels = ["i", "ii", "iii", "iv"]
    assert list(by_level(rows)) == [("", "")] + [("stage", level) for level in levels]
    assert rows[0]["n"] == 120
    assert sum(row["n"] for row in rows[1:]) == 115  # five have no stage
    assert rows[0]["q1"] < rows[0]["median"] < rows[0]["q3"]


def test_levels_without_patients_or_events_say_so(frame):
    sample = at_risk(frame, "os", "full")
    rows = by_level(survival.quantile_rows(frame, sample, ["stage"], VARIABLES, CONVENTIONS))
    assert rows["stage", "i"]["note"] == "not estimable: no event"
    assert rows["stage", "iv"] == {
        "variable": "stage", "level": "iv", "n": 0, "events": 0,
        "note": "not estimable: no patient",
    }  # fmt: skip


def test_median_that_is_not_reached_says_so(frame):
    few = frame.assign(
        os_event=(np.arange(120) % 10 == 0).astype(float), os_time=1.0 * (1 + np.arange(120) % 7)
    )
    row = survival.quantile_rows(few, at_risk(few, "os", "full"), [], VARIABLES, CONVENTIONS)[0]
    assert row["events"] == 12 and np.isnan(row["median"]) and row["note"] == "not reached"


def test_landmarks_end_with_follow_up(frame):
    sample = at_risk(frame, "os", "full")
    last = sample.time.max()
    times = [1, last, last + 0.1]
    rows = survival.landmark_rows(frame, sample, [], VARIABLES, times, CONVENTIONS)
    assert [row["n_risk"] for row in rows] == [120, int((sample.time == last).sum()), 0]
    assert "survival" in rows[1]
    assert rows[2]["note"] == "not estimable: follow-up ends before this time"
    assert "survival" not in rows[2]
    empty = survival.landmark_rows(frame, sample, ["stage"], VARIABLES, [1], CONVENTIONS)
    assert by_level(empty)["stage", "iv"]["note"] == "not estimable: no patient"


def test_landmarks_before_anybody_is_at_risk(frame):
    late = frame.assign(os_entry=50.0, os_time=frame["os_time"] + 50)
    sample = at_risk(late, "os", "full")
    row = survival.landmark_rows(late, sample, [], VARIABLES, [40], CONVENTIONS)[0]
    assert row["note"] == "not estimable: nobody is at risk at this time"


def test_log_rank_rows(frame):
    sample = at_risk(frame, "os", "full")
    rows = survival.log_rank_rows(frame, sample, ["stage", "sex", "age"], VARIABLES, ["sex"])
    kinds = [(row["variable"], row.get("strata"), row.get("contrast")) for row in rows]
    pairs = ["", "i|ii", "i|iii", "ii|iii"]
    assert kinds == [("stage", strata, pair) for strata in ("", "sex") for pair in pairs] + [
        ("sex", "", ""),  # not stratified by itself
        ("age", None, None),
    ]
    assert rows[0]["n"] == 115 and rows[0]["df"] == 2
    assert all(row["p_holm"] >= row["p"] for row in rows if "p_holm" in row)
    assert rows[-1]["note"].startswith("not estimable: ")


def test_each_combination_of_levels_is_a_stratum_and_who_lacks_one_is_in_none():
    frame = pd.DataFrame({"sex": ["f", "m", "m", None], "stage": ["iv", "i", None, "i"]})
    rows = np.array([3, 2, 1, 0])
    assert stratum_codes(frame, ["sex", "stage"], VARIABLES, rows).tolist() == [-1, -1, 4, 3]
    assert stratum_codes(frame, [], VARIABLES, rows).tolist() == [0, 0, 0, 0]


def test_follow_up(frame):
    sample = at_risk(frame, "os", "full")
    rows = survival.follow_up_rows(frame, sample, ["stage"], VARIABLES, CONVENTIONS)
    whole = rows[0]
    assert (whole["min"], whole["max"]) == (sample.time.min(), sample.time.max())
    assert whole["min"] <= whole["median_low"] <= whole["median"] <= whole["max"]
    dead = frame.assign(os_event=1.0)
    row = survival.follow_up_rows(dead, at_risk(dead, "os", "full"), [], VARIABLES, CONVENTIONS)[0]
    assert row["note"] == "not estimable: no patient is censored" and row["n"] == 120


def test_curve_of_everybody_and_by_level(frame):
    sample = at_risk(frame, "os", "full")
    whole = survival.curve_rows(frame, sample, "", VARIABLES, CONVENTIONS)
    assert {row["level"] for row in whole} == {""}
    assert sum(row["n_event"] for row in whole) == sample.events
    by_stage = survival.curve_rows(frame, sample, "stage", VARIABLES, CONVENTIONS)
    assert list(dict.fromkeys(row["level"] for row in by_stage)) == ["i", "ii", "iii"]
    assert sum(row["n_event"] + row["n_censor"] for row in by_stage) == 115


def test_population_is_a_part_and_may_be_empty(frame):
    men = at_risk(frame, "os", "men")
    assert men.n == (frame["sex"] == "m").sum()
    nobody = at_risk(frame, "os", "nobody")
    assert nobody.n == 0
    group = (frame, nobody, ["stage"], VARIABLES)
    for rows in (
        survival.quantile_rows(*group, CONVENTIONS),
        survival.landmark_rows(*group, [1], CONVENTIONS),
        survival.follow_up_rows(*group, CONVENTIONS),
        survival.log_rank_rows(*group, ["sex"]),
    ):
        assert rows and all(row["note"].startswith("not estimable: ") for row in rows)
    assert survival.curve_rows(frame, nobody, "stage", VARIABLES, CONVENTIONS) == []


SCRIPTS = """
import json, sys
sys.path[:0] = ["workflow", "workflow/scripts"]
import {script}
def plain(value):
    return SimpleNamespace(**value)
from types import SimpleNamespace
job = json.loads(sys.argv[1])
{script}.main(SimpleNamespace(**{{part: plain(value) for part, value in job.items()}}))
print(json.dumps(sorted(name for name in {watched} if name in sys.modules)))
"""


def run_script(script, job):
    """Run the main of a script in a process of its own; return the heavy libraries it loaded."""
    watched = ["lifelines", "matplotlib.pyplot", "scipy.stats", "statsmodels"]
    code = SCRIPTS.format(script=script, watched=watched)
    command = [sys.executable, "-W", "error", "-c", code, json.dumps(job)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_script_of_the_survival_estimates(frame, tmp_path):
    cohort = str(tmp_path / "cohort.parquet")
    frame.to_parquet(cohort)
    populations = ["full", "men", "nobody"]
    names = ("quantiles", "logrank", "landmarks", "followup")
    output = {name: [str(tmp_path / p / f"{name}.csv") for p in populations] for name in names}
    output["curves"] = [str(tmp_path / "curve.csv")]
    params = {
        "endpoint": "os", "populations": populations, "variables": VARIABLES,
        "survival": {"variables": ["stage", "age"], "landmarks": [12], "logrank_strata": ["sex"]},
        "curves": [{"name": "all", "by": "", "population": "men"}], "conventions": CONVENTIONS,
    }  # fmt: skip
    loaded = run_script(
        "estimate_survival", {"input": {"cohort": cohort}, "params": params, "output": output}
    )
    assert loaded == []  # a job that fits no model starts fast
    rows = io.read_rows(output["quantiles"][1])
    assert list(rows[0]) == survival.QUANTILE_COLUMNS
    assert rows[0]["n"] == str((frame["sex"] == "m").sum())
    assert io.read_rows(output["logrank"][2])[0]["note"].startswith("not estimable: ")
    curve = io.read_rows(output["curves"][0])
    assert list(curve[0]) == survival.CURVE_COLUMNS and curve[0]["level"] == ""


@pytest.mark.parametrize(("ties", "engine"), [("efron", "lifelines"), ("breslow", "statsmodels")])
def test_script_of_the_models(frame, tmp_path, ties, engine):
    cohort = str(tmp_path / "cohort.parquet")
    frame.to_parquet(cohort)
    parts = [{"population": name, "endpoint": "os"} for name in ("full", "nobody")]
    names = ("estimates", "fit", "ph")
    output = {name: [str(tmp_path / str(i) / f"{name}.csv") for i in (0, 1)] for name in names}
    params = {
        "model": {"covariates": ["age", "stage"], "strata": ["sex"], "ties": ties},
        "parts": parts, "variables": VARIABLES, "conventions": CONVENTIONS,
    }  # fmt: skip
    loaded = run_script(
        "fit_cox", {"input": {"cohort": cohort}, "params": params, "output": output}
    )
    assert engine in loaded
    assert {"lifelines", "statsmodels"} - {engine} - set(loaded)  # and not the other one
    rows = by_level(io.read_rows(output["estimates"][0]))
    assert float(rows["age", ""]["hr"]) > 0
    assert rows["stage", "ii"]["note"] == "not estimable: no event in the reference level"
    assert rows["stage", "iv"]["note"] == "not estimable: no patient"
    nobody = io.read_rows(output["estimates"][1])
    assert all(row["note"] for row in nobody) and not any(row["hr"] for row in nobody)
