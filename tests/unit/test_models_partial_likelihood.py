"""The partial likelihood against its definition, its own derivatives, and its concordance."""

import numpy as np
import pytest

from retrocohort.models.concordance import concordance, pair_counts
from retrocohort.models.cox import own_information
from retrocohort.models.newton import aliased, maximise
from retrocohort.models.partial_likelihood import PartialLikelihood, risk_sets
from retrocohort.models.samples import sample_of


def random_design(seed, late, n=40, p=2):
    rng = np.random.default_rng(seed)
    entry = rng.integers(0, 4, n).astype(float) if late else None
    time = (0 if entry is None else entry) + rng.integers(1, 9, n)
    sample = sample_of(time, rng.random(n) < 0.7, entry)
    return sample, rng.normal(size=(n, p)), rng.integers(0, 2, n)


def by_definition(sample, x, strata, ties, beta):
    """Return the log partial likelihood, patient by patient, time by time."""
    eta, value = x @ beta, 0.0
    entry = np.full(sample.n, -np.inf) if sample.entry is None else sample.entry
    for stratum in np.unique(strata):
        own = strata == stratum
        for t in np.unique(sample.time[sample.event & own]):
            tied = own & sample.event & (sample.time == t)
            at_risk = own & (entry < t) & (sample.time >= t)
            for k in range(tied.sum()):
                removed = k / tied.sum() if ties == "efron" else 0
                total = np.exp(eta[at_risk]).sum() - removed * np.exp(eta[tied]).sum()
                value -= np.log(total)
            value += eta[tied].sum()
    return value


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_value_gradient_and_information(ties, late):
    for seed in range(5):
        sample, x, strata = random_design(seed, late)
        likelihood = PartialLikelihood(risk_sets(sample, strata, ties), x)
        beta = np.array([0.4, -0.7])
        here = likelihood.at(beta)
        assert here.value == pytest.approx(by_definition(sample, x, strata, ties, beta))
        h = 1e-5
        for j in range(2):
            step = h * np.eye(2)[j]
            up, down = likelihood.at(beta + step), likelihood.at(beta - step)
            slope = (up.value - down.value) / (2 * h)
            assert here.gradient[j] == pytest.approx(slope, rel=1e-5, abs=1e-6)
            bend = (down.gradient - up.gradient) / (2 * h)
            assert here.information[j] == pytest.approx(bend, rel=1e-5, abs=1e-5)


def test_weights_of_one_give_the_plain_sums_and_shares_add_up():
    sample, x, strata = random_design(1, True)
    likelihood = PartialLikelihood(risk_sets(sample, strata, "efron"), x)
    here = likelihood.at(np.array([0.1, 0.2]))
    d = len(likelihood.sets.deaths)
    gradient, *parts = likelihood.weighted(np.array([0.1, 0.2]), np.ones(d))
    assert gradient == pytest.approx(here.gradient)
    for part in parts:
        assert part == pytest.approx(here.information)
    gradient, plain, once, twice = likelihood.weighted(np.array([0.1, 0.2]), np.full(d, 3.0))
    assert (once, twice) == (pytest.approx(3 * plain), pytest.approx(9 * plain))


def test_unknown_rule_of_ties_is_refused():
    with pytest.raises(ValueError, match="ties"):
        risk_sets(sample_of([1], [1]), np.zeros(1, int), "exact")


def test_patients_of_enormous_hazard_do_not_swamp_those_who_stay():
    # the first dies at once with a hazard e^60 times that of the others
    sample = sample_of([1, 2, 3, 4], [1, 1, 1, 0])
    x = np.array([[60.0], [0.3], [0.1], [0.0]])
    strata = np.zeros(4, dtype=int)
    value = PartialLikelihood(risk_sets(sample, strata, "efron"), x).at(np.ones(1)).value
    wanted = by_definition(sample, x, strata, "efron", np.ones(1))
    assert value == pytest.approx(wanted, rel=1e-12)


def test_monotone_likelihood_names_the_coefficient_that_runs_away():
    rng = np.random.default_rng(3)
    time = np.arange(1.0, 41.0)
    x = np.column_stack([time <= 8, rng.normal(size=40)]).astype(float)  # all 8 die first
    found = maximise(PartialLikelihood(risk_sets(sample_of(time, time > 0), time * 0, "efron"), x))
    assert found.converged and found.diverging.tolist() == [True, False]


def test_columns_determined_by_others_are_found():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(50, 2))
    x = np.column_stack([x, x @ [2, -1], np.ones(50)])
    sample = sample_of(rng.exponential(1, 50), np.ones(50))
    likelihood = PartialLikelihood(risk_sets(sample, np.zeros(50, int), "efron"), x)
    most = 50 * likelihood.x.var(axis=0)
    found = aliased(likelihood.at(np.zeros(4)).information, most)
    assert found.tolist() == [False, False, True, True]


def pairs_by_definition(sample, score, strata):
    counts = np.zeros((3, sample.n))
    entry = np.full(sample.n, -np.inf) if sample.entry is None else sample.entry
    for i in np.flatnonzero(sample.event):
        for j in np.flatnonzero(strata == strata[i]):
            later = sample.time[j] > sample.time[i]
            goes_on = later or (sample.time[j] == sample.time[i] and not sample.event[j])
            if goes_on and entry[j] < sample.time[i]:
                kind = 0 if score[i] > score[j] else 1 if score[i] < score[j] else 2
                counts[kind, [i, j]] += 1
    return counts


@pytest.mark.parametrize("late", [False, True])
def test_pairs_by_definition(late):
    rng = np.random.default_rng(7)
    for seed in range(15):
        sample, _, strata = random_design(seed, late, n=25)
        score = rng.integers(0, 6, sample.n)
        found = pair_counts(sample, score, strata)
        assert np.array_equal(found, pairs_by_definition(sample, score, strata))


def test_concordance_equals_lifelines_without_ties_in_time():
    from lifelines.utils import concordance_index

    rng = np.random.default_rng(8)
    sample = sample_of(rng.exponential(1, 300), rng.random(300) < 0.6)
    score = rng.integers(0, 20, 300)
    theirs = concordance_index(sample.time, -score, sample.event)
    found, error = concordance(sample, score, np.zeros(300, int))
    assert found == pytest.approx(theirs, rel=1e-12)
    assert 0.01 < error < 0.04


def test_concordance_of_perfect_and_of_no_prediction():
    sample = sample_of(np.arange(1, 11), np.ones(10))
    strata = np.zeros(10, int)
    assert concordance(sample, -sample.time, strata) == (1.0, 0.0)
    assert concordance(sample, np.ones(10), strata)[0] == 0.5
    assert np.isnan(concordance(sample_of([1, 2], [0, 0]), np.arange(2), np.zeros(2, int))).all()


def test_strata_of_enormous_hazard_do_not_swamp_the_others():
    # e^60 and e^-60 in turn: no stratum may feel what another one adds to a running sum
    sample = sample_of([1, 2, 3, 4] * 2, [1, 1, 0, 1] * 2, [0, 0, 1, 2] * 2)
    x = np.array([[-60.0], [0.5], [60.0], [0.1], [60.0], [-60.0], [0.2], [0.0]])
    strata = np.repeat([0, 7], 4)
    for ties in ("efron", "breslow"):
        here = PartialLikelihood(risk_sets(sample, strata, ties), x).at(np.ones(1))
        wanted = by_definition(sample, x, strata, ties, np.ones(1))
        assert here.value == pytest.approx(wanted, rel=1e-12)


def test_a_covariate_that_only_tells_strata_apart_has_no_information():
    rng = np.random.default_rng(6)
    strata = rng.integers(0, 5, 60)
    x = np.column_stack([rng.normal(size=60), 0.1 * strata])
    sets = risk_sets(sample_of(rng.exponential(1, 60), np.ones(60)), strata, "efron")
    assert own_information(PartialLikelihood(sets, x)).tolist() == [True, False]
