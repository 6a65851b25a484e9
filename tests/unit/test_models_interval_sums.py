"""Sums over intervals against their definition, with terms of very different size."""

import numpy as np
import pytest

from retrocohort.models.interval_sums import IntervalSums


@pytest.mark.parametrize("m", [1, 2, 3, 7, 8, 9, 100])
def test_sums_by_definition(m):
    rng = np.random.default_rng(m)
    ends = np.sort(rng.integers(0, m + 1, (60, 2)), axis=1)  # some of them empty
    first, last = ends.T
    sums = IntervalSums(first, last, m)
    holds = (first[:, None] <= np.arange(m)) & (np.arange(m) < last[:, None])
    # from e^-60 to e^60: with a running sum the small ones are lost
    of_intervals, of_positions = np.exp(rng.uniform(-60, 60, 60)), np.exp(rng.uniform(-60, 60, m))
    assert sums.at_positions(of_intervals) == pytest.approx(
        holds.T @ of_intervals, rel=1e-12, abs=0
    )
    assert sums.over_intervals(of_positions) == pytest.approx(
        holds @ of_positions, rel=1e-12, abs=0
    )


def test_no_position_and_no_interval():
    none = np.empty(0, dtype=int)
    assert IntervalSums(none, none, 0).at_positions(np.empty(0)).tolist() == []
    empty = IntervalSums(np.array([0]), np.array([0]), 0)
    assert empty.over_intervals(np.empty(0)).tolist() == [0]
    assert empty.at_positions(np.ones(1)).tolist() == []
