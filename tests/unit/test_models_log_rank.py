"""The log-rank test: against lifelines, against the Cox score, and where it has no answer."""

import numpy as np
import pytest

from retrocohort.models.log_rank import holm, log_rank
from retrocohort.models.partial_likelihood import PartialLikelihood, risk_sets
from retrocohort.models.samples import sample_of


def random_groups(k, seed, late=False, n=80):
    rng = np.random.default_rng(seed)
    entry = rng.random(n) * 3 if late else None
    time = (0 if entry is None else entry) + rng.exponential(5, n)
    if not late:
        time = np.ceil(time)  # with ties
    return sample_of(time, rng.random(n) < 0.7, entry), rng.integers(0, k, n)


@pytest.mark.parametrize("k", [2, 3, 5])
def test_equals_lifelines(k):
    from lifelines.statistics import multivariate_logrank_test

    for seed in range(10):
        sample, groups = random_groups(k, seed)
        theirs = multivariate_logrank_test(sample.time, groups, sample.event)
        ours = log_rank(sample, groups)
        assert ours.df == k - 1
        assert ours.statistic == pytest.approx(theirs.test_statistic, rel=1e-9)
        assert ours.p == pytest.approx(theirs.p_value, rel=1e-9)


def test_with_delayed_entry_and_strata_it_is_the_score_test_of_cox():
    for seed in range(10):
        sample, groups = random_groups(2, seed, late=True)  # no ties: all rules of ties agree
        strata = np.random.default_rng(seed).integers(0, 3, sample.n)
        x = (groups == 1).astype(float)[:, None]
        null = PartialLikelihood(risk_sets(sample, strata, "efron"), x).at(np.zeros(1))
        score = null.gradient[0] ** 2 / null.information[0, 0]
        assert log_rank(sample, groups, strata).statistic == pytest.approx(score, rel=1e-9)


def test_one_stratum_is_no_stratum_and_order_of_groups_does_not_matter():
    sample, groups = random_groups(3, 1)
    plain = log_rank(sample, groups).statistic
    assert log_rank(sample, groups, np.zeros(sample.n, int)).statistic == pytest.approx(plain)
    assert log_rank(sample, 2 - groups).statistic == pytest.approx(plain)
    assert log_rank(sample, groups, groups % 2).statistic != pytest.approx(plain)


def test_patients_of_no_group_or_stratum_are_left_out():
    sample, groups = random_groups(3, 2)
    two = sample.take(groups < 2)
    wanted = log_rank(two, groups[groups < 2])
    assert log_rank(sample, np.where(groups < 2, groups, -1)) == wanted
    assert log_rank(sample, groups, np.where(groups < 2, 0, -1)) == wanted


def test_a_group_that_is_never_at_risk_at_an_event_does_not_count():
    sample = sample_of([1, 5, 6, 7, 8, 9], [0, 1, 1, 1, 0, 1])
    with_early = log_rank(sample, np.array([2, 0, 1, 0, 1, 1]))
    without = log_rank(sample.take(slice(1, None)), np.array([0, 1, 0, 1, 1]))
    assert (with_early.df, with_early.statistic) == (1, without.statistic)


@pytest.mark.parametrize(
    ("time", "event", "groups", "strata", "reason"),
    [
        ([1, 2], [1, 1], [0, 0], None, "fewer than two groups"),
        ([], [], [], None, "fewer than two groups"),
        ([1, 2], [0, 0], [0, 1], None, "no event"),
        ([1, 2, 3], [0, 1, 1], [1, 0, 0], None, "one group is at risk"),
        ([1, 2, 3, 4], [1, 1, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1], "never at risk together"),
    ],
)
def test_not_estimable(time, event, groups, strata, reason):
    test = log_rank(
        sample_of(time, event),
        np.array(groups, dtype=int),
        None if strata is None else np.array(strata),
    )
    assert test.note.startswith("not estimable: ") and reason in test.note
    assert np.isnan(test.statistic) and np.isnan(test.p) and test.df is None


def test_holm():
    # R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.6]) == [1.0, 1.0]
    adjusted = holm([0.02, float("nan"), 0.01])
    assert adjusted[0] == pytest.approx(0.02) and adjusted[2] == pytest.approx(0.02)
    assert np.isnan(adjusted[1])
