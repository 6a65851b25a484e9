"""Quantiles of small samples with ties against R: small.R made small.csv."""

import csv
import math

import numpy as np
from tests.reference import expected

from retrocohort.models.kaplan_meier import QUARTILES, kaplan_meier, quantile, quantile_interval
from retrocohort.models.samples import sample_of


def same(ours, theirs):
    """Return whether a time is R's, exactly; an empty cell is R's NA."""
    return math.isnan(ours) if theirs == "" else math.isclose(ours, float(theirs), rel_tol=1e-12)


def test_quantiles_of_small_samples_equal_r():
    with open(expected.HERE / "small.csv", encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    assert len(cases) == 900
    wrong = []
    for case in cases:
        entry, time, event = (np.array(case[k].split(), float) for k in ("entry", "time", "event"))
        sample = sample_of(time, event, entry if case["late"] == "1" else None)
        curve = kaplan_meier(sample, case["interval"])
        ours = [quantile(curve, s, "r") for s in QUARTILES] + [*quantile_interval(curve, 0.5)]
        theirs = [case[name] for name in ("q1", "median", "q3", "low", "high")]
        if not all(same(a, b) for a, b in zip(ours, theirs, strict=True)):
            wrong.append((case["case"], case["interval"], ours, theirs))
    assert wrong == []
