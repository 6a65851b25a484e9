"""The chi-square distribution, without SciPy, which the twin does not install."""

import math


def upper_tail(x: float, df: int) -> float:
    """Return P(X > x) for whole degrees of freedom (recurrence of the incomplete gamma)."""
    if x <= 0:
        return 1.0
    if df == 1:
        return math.erfc(math.sqrt(x / 2))
    if df == 2:
        return math.exp(-x / 2)
    term = (x / 2) ** (df / 2 - 1) * math.exp(-x / 2) / math.gamma(df / 2)
    return upper_tail(x, df - 2) + term


def root_of_tail(p: float, df: int) -> float:
    """Return the root of the chi-square whose upper tail is p, by bisection."""
    low, high = 0.0, 60.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if upper_tail(middle**2, df) > p else (low, middle)
    return low
