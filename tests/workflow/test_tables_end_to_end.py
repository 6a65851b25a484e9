"""The tables of the whole workflow against R: baseline (tables.R made tables.csv) and survival.

Reads results/, which `make test` makes before. R takes the cohorts from the raw files by itself.
"""

import csv
import math
from pathlib import Path

import pytest
from tests.reference import expected
from tests.reference import test_cox_against_r as cox
from tests.reference import test_survival_against_r as survival

from retrocohort import io

RESULTS = Path("results")
STUDIES = ["rotterdam", "nafld"]
SURVIVAL_TABLES = [
    ("rotterdam", "os"), ("rotterdam", "rfs"), ("nafld", "death"), ("nafld", "hf_mi"),
]  # fmt: skip


def oracle(study):
    """Return {(variable, level, arm or test, quantity): R's number}."""
    with open(Path(__file__).parent / "tables.csv", encoding="utf-8", newline="") as file:
        return {
            (row["variable"], row["level"], row["group"], row["quantity"]): expected.number(
                row["value"]
            )
            for row in csv.DictReader(file)
            if row["study"] == study
        }


def table(study, name):
    return io.read_rows(RESULTS / study / "tables" / "full" / f"{name}.csv")


@pytest.mark.parametrize("study", STUDIES)
def test_baseline_table_equals_r(study):
    found = {
        (row["variable"], row["level"], row["arm"], row["statistic"]): row["value"]
        for row in table(study, "baseline")
    }
    for row in table(study, "baseline_tests"):
        if row["contrast"]:
            found[row["variable"], "", row["contrast"], "smd"] = row["smd"]
        else:
            for name in ("statistic", "df", "p"):
                found[row["variable"], "", row["test"], name] = row[name]
    wanted = oracle(study)
    assert expected.differences(wanted, found) == []
    # nothing in the files that R has not
    assert set(found) - set(wanted) == set()


def with_a_level(curves, variable):
    """Return R's number of patients with a known level of a variable; of all for no variable."""
    if not variable:
        return curves["", "", "", "", "", "", "n"]
    levels = [key for key in curves if key[0] == variable and key[1] and key[-1] == "n"]
    return sum(curves[key] for key in levels)


@pytest.mark.parametrize("study, endpoint", SURVIVAL_TABLES)
def test_survival_table_equals_r(study, endpoint):
    curves = survival.ORACLE[study, "full", endpoint]
    model = cox.ORACLE[study, "adjusted", "full", endpoint, "efron"]
    wanted, found, of_model = {}, {}, 0
    for row in table(study, f"survival_{endpoint}"):
        variable, level = row["variable"], row["level"]
        key = (variable, level)
        found |= {(*key, name): value for name, value in row.items()}
        if variable and not level:
            wanted[*key, "p_logrank"] = curves[variable, "", "", "", "", "", "p"]
            continue
        for name in ("n", "events"):
            wanted[*key, name] = curves[variable, level, "", "", "", "", name]
        wanted[*key, "percent"] = 100 * wanted[*key, "n"] / with_a_level(curves, variable)
        for name in ("median", "q1", "q3"):
            wanted[*key, name] = curves[variable, level, "log", "", "", "", name]
        for name, theirs in {
            "hr": "hr",
            "hr_low": "hr_low",
            "hr_high": "hr_high",
            "p_cox": "p",
        }.items():
            wanted[*key, name] = model.get(("", variable, level, theirs), math.nan)
            of_model += not math.isnan(wanted[*key, name])
    levels = {key[:2] for key in curves if key[0] and key[1]}
    asked = {row["variable"] for row in table(study, f"survival_{endpoint}") if row["variable"]}
    assert {key for key in levels if key[0] in asked} == {k[:2] for k in wanted if k[1]}
    assert of_model >= 4 * 5
    assert expected.differences(wanted, found) == []
