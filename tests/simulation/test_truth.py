"""The truth of the simulation, without the package: what is computed is what is drawn."""

import numpy as np
import pytest

from tests.simulation import people, truth
from tests.simulation.rates import COVERAGE, Rate, rate_of

DRAWN = 40_000


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(1)
    centres = rng.choice(list(truth.CENTRES), size=DRAWN, p=list(truth.CENTRES.values()))
    covariates = people._covariates(rng, centres)
    return covariates, people._course(rng, covariates, np.full(DRAWN, 10_000))


@pytest.mark.parametrize("treatment", [None, 0, 1])
def test_survival_is_that_of_the_draw(drawn, treatment):
    covariates, course = drawn
    own = slice(None) if treatment is None else covariates.treatment == treatment
    death, survival = course["death"][own], truth.Survival(treatment)
    for day in (100, 730, 2000):
        true = survival.at(day)
        assert np.mean(death > day) == pytest.approx(true, abs=4 * (true / len(death)) ** 0.5)
    assert survival.at(survival.median()) <= 0.5 < survival.at(survival.median() - 1)


def test_hazards_are_proportional_as_told(drawn):
    """Cumulative hazards, divided by what the covariates say, are exponential of mean 1."""
    covariates, course = drawn
    for name, scale in truth.SCALE.items():
        hazard = (course[name] / scale) ** truth.SHAPE * covariates.relative_hazard()
        for own in (covariates.treatment == 1, covariates.grade == 0, covariates.size > 60):
            assert hazard[own].mean() == pytest.approx(1, abs=4 / own.sum() ** 0.5)
    both = np.minimum(course["death"], course["recurrence"])
    assert both.mean() < course["death"].mean()


def test_who_gets_the_drug_would_do_worse_without_it(drawn):
    covariates, _ = drawn
    prognosis = covariates._replace(treatment=0 * covariates.treatment).relative_hazard()
    drug = covariates.treatment == 1
    assert 0.4 < drug.mean() < 0.6
    assert prognosis[drug].mean() > 1.3 * prognosis[~drug].mean()


def test_the_variable_without_an_effect_has_none():
    drawn = people.draw_people(np.random.default_rng(2), 5_000)
    left = np.array([person["side"] == "left" for person in drawn if person["side"]])
    days = np.array([person["os"][0] for person in drawn if person["side"]])
    error = days.std() * (2 / left.sum()) ** 0.5
    assert days[left].mean() == pytest.approx(days[~left].mean(), abs=4 * error)


@pytest.mark.parametrize(
    ("share", "n", "is_judged", "is_right"),
    [(0.95, 10_000, True, True), (0.939, 10_000, True, False), (0.961, 10_000, True, False),
     (1.0, 40, False, False)],
)  # fmt: skip
def test_a_rate_is_judged_by_its_band_when_there_are_cohorts_enough(share, n, is_judged, is_right):
    rate = Rate("coverage", share, n, COVERAGE)
    assert (rate.is_judged, rate.is_right) == (is_judged, is_right)
    assert ("OUTSIDE" in str(rate)) == (is_judged and not is_right)


def test_cohorts_without_an_interval_are_not_counted():
    rate = rate_of("coverage", [True, None, False, True, True], COVERAGE)
    assert (rate.share, rate.n) == (0.75, 4)
    assert rate.error == pytest.approx(0.2165, abs=1e-4)
