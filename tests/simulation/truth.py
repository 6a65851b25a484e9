"""What is true of the patients of a simulated cohort, in numbers that nobody estimated.

Both hazards (death, recurrence) are of Weibull's form and proportional, with the same log hazard
ratios, so that death or recurrence, whichever comes first, has them too. The drug is given more
often to patients of a worse prognosis: who does not adjust sees it harm more than it does. Side has
no effect on anything. All covariates are whole numbers on a known grid: marginal survival is a sum,
no simulation.
"""

from bisect import bisect_left
from math import exp
from typing import NamedTuple

import numpy as np

LOG_HR = {"treatment": 0.5, "grade": 0.6, "size": 0.015, "crp": 0.012}
SHAPE = 1.2
SCALE = {"death": 1500.0, "recurrence": 1300.0}  # days at which the hazard of all zeros sums to 1
LAST_DAY = 10_000  # by which more than half have died
LOSS_DAYS = 4400.0  # mean time to loss of contact, exponential
GRADE_HIGH = 0.4
SIZES = {0: range(8, 80), 1: range(20, 92)}  # mm, by grade, all equally likely
CRP = range(1, 61)  # mg/l, all equally likely
CENTRED = {"size": 45.0, "crp": 30.0}
CENTRES = {"north": 0.4, "east": 0.33, "west": 0.27}
DRUG_BY_CENTRE = {"north": 0.0, "east": 0.3, "west": -0.3}  # on the logit scale
DRUG = {"grade": 0.9, "size": 0.02, "crp": 0.02}
DRUG_LOGIT = -0.4  # of a patient of zeros


class Covariates(NamedTuple):
    """Arrays of one shape."""

    treatment: np.ndarray  # 1: drug
    grade: np.ndarray  # 1: high
    size: np.ndarray
    crp: np.ndarray

    def relative_hazard(self) -> np.ndarray:
        """Return the hazard relative to a patient of zeros."""
        size, crp = self.size - CENTRED["size"], self.crp - CENTRED["crp"]
        values = {"treatment": self.treatment, "grade": self.grade, "size": size, "crp": crp}
        return np.exp(sum(LOG_HR[name] * value for name, value in values.items()))


def drug_chance(grade, size, crp, centre_logit) -> np.ndarray:
    """Return the probability that a patient gets the drug."""
    about = DRUG["size"] * (size - CENTRED["size"]) + DRUG["crp"] * (crp - CENTRED["crp"])
    return 1 / (1 + np.exp(-(DRUG_LOGIT + DRUG["grade"] * grade + about + centre_logit)))


def everybody() -> tuple[Covariates, np.ndarray]:
    """Return every kind of patient and how frequent it is."""
    kinds, shares = [], []
    for grade, sizes in SIZES.items():
        size, crp = (a.ravel() for a in np.meshgrid(list(sizes), list(CRP)))
        share = (GRADE_HIGH if grade else 1 - GRADE_HIGH) / len(size)
        for centre, part in CENTRES.items():
            drug = drug_chance(grade, size, crp, DRUG_BY_CENTRE[centre])
            for treatment, chance in ((1, drug), (0, 1 - drug)):
                same = np.full(len(size), treatment), np.full(len(size), grade)
                kinds.append(Covariates(*same, size, crp))
                shares.append(part * share * chance)
    joined = (np.concatenate(parts) for parts in zip(*kinds, strict=True))
    return Covariates(*joined), np.concatenate(shares)


class Survival:
    """Marginal survival of all patients, or of those of one treatment."""

    def __init__(self, treatment: int | None = None):
        """Take the patients together."""
        kinds, shares = everybody()
        chosen = slice(None) if treatment is None else kinds.treatment == treatment
        self.relative = kinds.relative_hazard()[chosen]
        self.shares = shares[chosen] / shares[chosen].sum()

    def at(self, day: int) -> float:
        """Return the probability to be alive after a day, of which days are counted whole."""
        return float(self.shares @ np.exp(-((day / SCALE["death"]) ** SHAPE) * self.relative))

    def median(self) -> int:
        """Return the first day after which at most half are alive."""
        return bisect_left(range(LAST_DAY), -0.5, key=lambda day: -self.at(day))


HAZARD_RATIO = exp(LOG_HR["treatment"])
