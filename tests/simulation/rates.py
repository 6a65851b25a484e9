"""How often the intervals cover, the test rejects and cells are wrong, over many cohorts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import NamedTuple

from tests.simulation.compare import RECOVERED, REPORTED, WRONG, Verdict
from tests.simulation.simulate import Outcome
from tests.simulation.truth import LOG_HR as TRUE

COVERAGE, TYPE_I = (0.94, 0.96), (0.04, 0.06)
PRECISE = 0.0025  # a rate is judged if its Monte-Carlo standard error can be this small


class Rate(NamedTuple):
    """The share of cohorts in which something is so, with the band that it must lie in."""

    label: str
    share: float
    n: int
    band: tuple[float, float]

    @property
    def error(self) -> float:
        """Return the Monte-Carlo standard error."""
        return sqrt(self.share * (1 - self.share) / self.n)

    @property
    def is_judged(self) -> bool:
        """Say whether there are cohorts enough to judge the rate."""
        middle = fmean(self.band)
        return sqrt(middle * (1 - middle) / self.n) <= PRECISE

    @property
    def is_right(self) -> bool:
        """Say whether it lies in its band."""
        return self.band[0] <= self.share <= self.band[1]

    def __str__(self) -> str:
        """Return one line."""
        low, high = (f"{100 * bound:g}%" for bound in self.band)
        told = (
            ("in the band" if self.is_right else "OUTSIDE")
            if self.is_judged
            else "too few to judge"
        )
        return (
            f"{self.label:<58} {100 * self.share:6.2f}% (standard error {100 * self.error:.2f},"
            f" {self.n:,} cohorts)  {low} to {high}: {told}"
        )


def rate_of(label: str, answers: Iterable[bool | None], band: tuple[float, float]) -> Rate:
    """Return the share of those that have an answer."""
    known = [answer for answer in answers if answer is not None]
    return Rate(label, fmean(known), len(known), band)


def rates(outcomes: Sequence[Outcome]) -> list[Rate]:
    """Return the coverage of each interval and the type I error of the log-rank test."""
    coverage = [
        rate_of(
            f"coverage of the 95% interval: {label}", (o.covers[label] for o in outcomes), COVERAGE
        )
        for label in outcomes[0].covers
    ]
    test = "type I error of the log-rank test at 5%"
    return [*coverage, rate_of(test, (outcome.rejects for outcome in outcomes), TYPE_I)]


def bias(outcomes: Sequence[Outcome]) -> str:
    """Return how far the estimates of the log hazard ratio are from the truth, in a line."""
    known = [o for o in outcomes if o.coef == o.coef]
    coefs, true = [o.coef for o in known], TRUE["treatment"]
    error = stdev(coefs) / sqrt(len(coefs))
    errors, crude = fmean(o.se for o in known), fmean(o.crude for o in outcomes)
    return (
        f"log hazard ratio {true}: bias {fmean(coefs) - true:+.4f} (standard error {error:.4f}),"
        f" standard deviation {stdev(coefs):.4f}, mean of the standard errors {errors:.4f};"
        f" not adjusted, bias {crude - true:+.3f}"
    )


def cells(verdicts: Iterable[Verdict]) -> list[str]:
    """Return how many cells, and other facts of patients, are right, reported or silently wrong."""
    counts = defaultdict(Counter)
    for verdict in verdicts:
        for (_, judged), n in verdict.cells.items():
            counts["cell"][judged] += n
        for (kind, judged), n in verdict.others.items():
            counts[kind][judged] += n
    return [
        f"{kind:<10} {sum(own.values()):>12,}: "
        + ", ".join(f"{own[judged]:,} {judged}" for judged in (RECOVERED, REPORTED, WRONG))
        for kind, own in counts.items()
    ]
