"""Mean (SD) or median (IQR)? The rule that decides, once a variable for all populations.

A continuous variable is summarised by mean and standard deviation when it looks normal in every
arm of the whole cohort, by median and quartiles otherwise. An arm looks normal when

- the Shapiro-Wilk test has P > alpha, if no arm has more than 5,000 values;
- its skewness g1 = m3 / m2^1.5 lies within -1 to 1, if one has (Royston's approximation ends
  there, R's `shapiro.test` refuses, and any trifle becomes significant).

An arm of fewer than 3 values, or of equal values, shows nothing and does not look normal. The
whole cohort decides so that a variable reads alike in the tables of all populations.
"""

from collections.abc import Sequence

import numpy as np
from scipy import stats

MEAN_SD = "mean_sd"
MEDIAN_IQR = "median_iqr"
SHAPIRO_LARGEST = 5000
SKEWNESS_LIMIT = 1.0


def choose_summary(arms: Sequence[np.ndarray], alpha: float) -> str:
    """Return `mean_sd` when every arm looks normal, `median_iqr` otherwise.

    Parameters
    ----------
    arms : sequence of array
        Values of each arm, without missing ones.
    alpha : float
        Level of the Shapiro-Wilk test.
    """
    if not arms or any(len(values) < 3 or np.ptp(values) == 0 for values in arms):
        return MEDIAN_IQR
    if max(map(len, arms)) > SHAPIRO_LARGEST:
        normal = all(abs(skewness(values)) <= SKEWNESS_LIMIT for values in arms)
    else:
        normal = all(shapiro_wilk(values)[1] > alpha for values in arms)
    return MEAN_SD if normal else MEDIAN_IQR


def shapiro_wilk(values: np.ndarray) -> tuple[float, float]:
    """Return W and P of the Shapiro-Wilk test (Royston 1995, AS R94)."""
    result = stats.shapiro(values)
    return float(result.statistic), float(result.pvalue)


def skewness(values: np.ndarray) -> float:
    """Return g1 = m3 / m2^1.5, with central moments that divide by n."""
    centred = values - values.mean()
    return float((centred**3).mean() / (centred**2).mean() ** 1.5)
