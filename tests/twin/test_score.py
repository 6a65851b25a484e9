"""The committed cohorts against the printed numbers, in Python and in R."""

import shutil
import subprocess
from pathlib import Path

import pytest

from twin.ledger import read_ledger, targets
from twin.score import members, model_terms, read_calibrated, score
from twin.settings import read_settings

STUDIES = Path("config/studies")
CALIBRATED = sorted(path.parent.name for path in STUDIES.glob("*/calibrated.csv"))
SCORE_R = Path("workflow/twin/score.R")

# The goals of the search, which it has reached. A new cohort must not be worse.
AS_PRINTED, FARTHEST = 0.9, 0.03
REVERSED = set()


@pytest.fixture(scope="module", params=CALIBRATED)
def scored(request):
    folder = STUDIES / request.param
    settings = read_settings(folder / "twin.yaml")
    cohort = read_calibrated(folder / "calibrated.csv")
    wanted = targets(read_ledger(folder / "published.csv"), settings)
    return settings, cohort, score(cohort, wanted, settings)


def test_there_is_a_calibrated_cohort():
    assert CALIBRATED


def test_every_count_holds(scored):
    table = scored[2]
    counts = table[table["kind"].isin(["count", "deaths", "lost"])]
    assert len(counts) and counts["match"].all()


def test_as_many_survival_numbers_are_as_printed_as_the_search_has_reached(scored):
    table = scored[2]
    survival = table[~table["kind"].isin(["count", "deaths", "lost"])]
    assert survival["match"].mean() >= AS_PRINTED


def test_hazard_ratios_and_limits_are_as_near_as_the_search_has_come(scored):
    table = scored[2]
    ratios = table[table["kind"].isin(["hr", "hr_low", "hr_high"])]
    assert ((ratios["got"] / ratios["printed"].astype(float) - 1).abs() <= FARTHEST).all()


def test_no_sign_and_no_significance_is_reversed_but_those_that_are_known(scored, request):
    table, study = scored[2], request.node.callspec.params["scored"]
    reversed_ = set()
    for kind, edge in (("hr", 1), ("p_cox", 0.05), ("p_logrank", 0.05)):
        own = table[table["kind"] == kind]
        printed = own["printed"].str.lstrip("<").astype(float)
        turned = own[(printed <= edge) != (own["got"] <= edge)]
        reversed_ |= {(study, *place) for place in turned[["population", "variable"]].to_numpy()}
    assert reversed_ == {place for place in REVERSED if place[0] == study}


def test_unknown_cells_are_only_where_they_may_be(scored):
    settings, cohort, _ = scored
    empty = {name for name in settings.variables if (cohort[name] == "").any()}
    assert empty <= set(settings.may_be_unknown)


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
def test_r_computes_the_same_score(scored, tmp_path):
    settings, cohort, table = scored
    frames = {"calibrated": cohort, "score": table, "members": members(cohort, settings)}
    for name, frame in (frames | {"terms": model_terms(settings)}).items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    done = subprocess.run(["Rscript", SCORE_R, tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Python and R agree" in done.stdout
