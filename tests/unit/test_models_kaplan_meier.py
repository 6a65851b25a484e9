"""Kaplan-Meier by hand, and against lifelines as the second engine."""

import warnings

import numpy as np
import pytest

from retrocohort.models.kaplan_meier import (
    censoring,
    kaplan_meier,
    n_at_risk,
    quantile,
    quantile_interval,
    survival_at,
)
from retrocohort.models.samples import merge_near_ties, sample_of


def random_samples(n_samples=40, seed=5):
    rng = np.random.default_rng(seed)
    for number in range(n_samples):
        n = int(rng.integers(3, 60))
        entry = rng.integers(0, 4, n).astype(float)
        time = entry + rng.integers(1, 15, n)
        event = rng.random(n) < 0.6
        yield sample_of(time, event, entry if number % 2 else None)


def test_six_deaths_of_six_have_their_median_between_the_third_and_the_fourth():
    curve = kaplan_meier(sample_of([1, 2, 3, 4, 5, 6], [1] * 6))
    assert quantile(curve, 0.5, "r") == 3.5  # S(3) is 0.5000000000000001
    assert quantile(curve, 0.5, "spss") == 3


def test_a_curve_that_ends_on_the_level_counts_to_the_last_time_of_follow_up():
    # R: quantile(survfit(Surv(c(2, 3, 8, 9), c(1, 1, 0, 0)) ~ 1)) gives 2.5, 6 and NA
    curve = kaplan_meier(sample_of([2, 3, 8, 9], [1, 1, 0, 0]))
    assert quantile(curve, 0.75, "r") == 2.5
    assert quantile(curve, 0.5, "r") == 6
    assert np.isnan(quantile(curve, 0.25, "r"))
    assert np.isnan(quantile(curve, 0.25, "spss"))


def test_risk_set_with_delayed_entry_is_entry_before_t_and_t_up_to_exit():
    sample = sample_of([3, 5, 7], [1, 1, 0], [0, 3, 4])
    curve = kaplan_meier(sample)
    assert curve.time.tolist() == [3, 5, 7]
    assert curve.n_risk.tolist() == [1, 2, 1]  # who enters at 3 is not at risk at 3
    assert curve.survival.tolist() == [0, 0, 0]
    assert n_at_risk(sample, [0, 1, 3, 4, 4.5]).tolist() == [0, 1, 1, 1, 2]


def test_counts_add_up():
    for sample in random_samples():
        curve = kaplan_meier(sample)
        assert curve.n_event.sum() == sample.events
        assert curve.n_event.sum() + curve.n_censor.sum() == sample.n


def test_times_that_differ_by_rounding_are_one_time():
    time = np.array([0.1 + 0.2, 0.3, 0.9, 0.3 * 3, 50.0])
    assert len(np.unique(time)) == 5
    assert merge_near_ties(time).tolist() == [0.3, 0.3, 0.3 * 3, 0.3 * 3, 50]
    days = np.array([1e9, 1e9 + 1, 1e9 + 20])  # apart by 1e-9 of their mean, and by 2e-8
    assert merge_near_ties(days).tolist() == [1e9, 1e9, 1e9 + 20]
    kept = np.array([1.0, 1.0 + 1e-6, 2.0])
    assert merge_near_ties(kept).tolist() == kept.tolist()


def test_who_has_no_time_between_entry_and_exit_is_not_at_risk():
    sample = sample_of([3, 3, np.nan, 4], [1, 1, 0, np.nan], [1, 3, 1, 1])
    assert (sample.n, sample.rows.tolist()) == (1, [0])


def test_survival_at_a_time_is_that_of_the_last_step():
    curve = kaplan_meier(sample_of([2, 4, 6], [1, 1, 0]), "plain")
    assert survival_at(curve, 1) == (1, 1, 1)
    assert survival_at(curve, 2)[0] == survival_at(curve, 3.9)[0] == pytest.approx(2 / 3)
    assert survival_at(curve, 4)[0] == pytest.approx(1 / 3)


def test_reverse_kaplan_meier_counts_from_entry():
    reverse = censoring(sample_of([50, 60, 70], [1, 0, 0], [40, 45, 50]))
    assert reverse.time.tolist() == [10, 15, 20]
    assert reverse.event.tolist() == [False, True, True]


def test_interval_contains_the_estimate_and_narrows_with_confidence():
    for sample in random_samples(10):
        for interval in ("log", "log-log", "plain"):
            wide, narrow = (kaplan_meier(sample, interval, c) for c in (0.95, 0.5))
            inside = ~np.isnan(wide.ci_low)
            s = wide.survival[inside]
            assert (wide.ci_low[inside] <= s).all() and (s <= wide.ci_high[inside]).all()
            assert (wide.ci_low[inside] <= narrow.ci_low[inside]).all()


def test_unknown_conventions_are_refused():
    sample = sample_of([1, 2], [1, 1])
    with pytest.raises(ValueError, match="interval"):
        kaplan_meier(sample, "logit")
    with pytest.raises(ValueError, match="rule"):
        quantile(kaplan_meier(sample), 0.5, "sas")


def test_all_censored_has_no_quantile():
    curve = kaplan_meier(sample_of([1, 2], [0, 0]))
    assert np.isnan(quantile(curve, 0.5, "r")) and np.isnan(quantile(curve, 0.5, "spss"))
    assert np.isnan(quantile_interval(curve, 0.5)).all()


def test_survival_equals_lifelines():
    from lifelines import KaplanMeierFitter

    compared = 0
    for sample in random_samples():
        curve = kaplan_meier(sample, "log-log")
        if sample.entry is not None and (curve.survival[:-1] == 0).any():
            continue  # lifelines changes the data when an early risk set dies out
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitter = KaplanMeierFitter().fit(sample.time, sample.event, entry=sample.entry)
        theirs = fitter.survival_function_.iloc[:, 0].reindex(curve.time).to_numpy()
        assert curve.survival == pytest.approx(theirs, rel=1e-9, abs=1e-12)
        interval = fitter.confidence_interval_.reindex(curve.time).to_numpy()
        inside = ~np.isnan(curve.ci_low)
        assert curve.ci_low[inside] == pytest.approx(interval[inside, 0], rel=1e-6)
        assert curve.ci_high[inside] == pytest.approx(interval[inside, 1], rel=1e-6)
        compared += 1
    assert compared > 20
