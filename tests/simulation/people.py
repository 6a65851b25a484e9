"""Draw patients: who they are, what happens to them, what is known of them.

A patient is a dictionary of clean texts, None for what no hospital ever knew, with the endpoints in
whole days. The draw knows nothing of the package: it is what the package must find again.
"""

from datetime import date, timedelta

import numpy as np

from tests.simulation import truth

PATIENTS = 150  # of one cohort, before anybody is excluded
FIRST_DAY, LAST_DAY, END = date(2008, 1, 1), date(2015, 12, 31), date(2018, 12, 31)
YES_NO = ("no", "yes")
UNKNOWN = {  # share of patients of whom a variable is unknown, whatever else is true of them
    "sex": 0.02,
    "age": 0.01,
    "prior_cancer": 0.02,
    "treatment": 0.015,
    "grade": 0.02,
    "side": 0.02,
    "died": 0.005,
}
SIZE_UNKNOWN = (0.08, 0.03)  # by grade, which the model adjusts for
CRP_UNKNOWN = (0.03, 0.06)  # by treatment, likewise
WINDOW = 60  # days before the index date in which the laboratory counts


def draw_people(rng: np.random.Generator, n: int) -> list[dict]:
    """Return n patients, those that the criteria exclude among them.

    What excludes is drawn without regard to the prognosis, so that who is left is a random sample
    of the patients that `truth` describes.
    """
    centres = rng.choice(list(truth.CENTRES), size=n, p=list(truth.CENTRES.values()))
    covariates = _covariates(rng, centres)
    index = [FIRST_DAY + timedelta(days=int(d)) for d in rng.integers(_days(LAST_DAY), size=n)]
    course = _course(rng, covariates, np.array([_days(END) - _days(day) for day in index]))
    numbers = rng.choice(np.arange(100_000, 1_000_000), size=n, replace=False)
    people = []
    for place in range(n):
        own = truth.Covariates(*(int(values[place]) for values in covariates))
        events = {name: int(values[place]) for name, values in course.items()}
        person = {"case_number": str(numbers[place]), "centre": str(centres[place])}
        person |= _at_index(rng, index[place], own) | _outcome(rng, index[place], events)
        people.append(person | _lost(rng, own))
    return people


def _days(day: date) -> int:
    return (day - FIRST_DAY).days


def _covariates(rng: np.random.Generator, centres: np.ndarray) -> truth.Covariates:
    n = len(centres)
    grade = (rng.random(n) < truth.GRADE_HIGH).astype(int)
    first = np.array([truth.SIZES[g].start for g in grade])
    size = first + rng.integers(len(truth.SIZES[0]), size=n)
    crp = rng.integers(truth.CRP.start, truth.CRP.stop, size=n)
    by_centre = np.array([truth.DRUG_BY_CENTRE[centre] for centre in centres])
    drug = rng.random(n) < truth.drug_chance(grade, size, crp, by_centre)
    return truth.Covariates(drug.astype(int), grade, size, crp)


def _course(rng, covariates: truth.Covariates, room: np.ndarray) -> dict[str, np.ndarray]:
    """Return the day of the recurrence, of death, and the last on which anybody looked."""
    n, relative = len(room), covariates.relative_hazard()
    days = {
        name: np.ceil(scale * (rng.exponential(size=n) / relative) ** (1 / truth.SHAPE))
        for name, scale in truth.SCALE.items()
    }
    watched = np.floor(np.minimum(rng.exponential(truth.LOSS_DAYS, size=n), room))
    return days | {"watched": np.maximum(watched, 1)}


def _at_index(rng: np.random.Generator, day: date, own: truth.Covariates) -> dict:
    """Return what is known at the index date."""
    minor = rng.random() < 0.04
    arm = ("surgery", "drug")[own.treatment]
    return {
        "sex": ("female", "male")[rng.integers(2)],
        "age": str(rng.integers(8, 18) if minor else rng.integers(18, 89)),
        "prior_cancer": YES_NO[int(rng.random() < 0.04)],
        "treatment": arm,
        "surgery_date": day.isoformat() if arm == "surgery" else None,
        "drug_date": day.isoformat() if arm == "drug" else None,
        "index_date": day.isoformat(),
        "grade": ("low", "high")[own.grade],
        "size": str(own.size),
        "side": ("left", "right")[rng.integers(2)],
        "crp": str(own.crp),
    }


def _outcome(rng: np.random.Generator, index: date, events: dict) -> dict:
    """Return what happened thereafter, as far as anybody looked."""
    end = min(events["death"], events["watched"])
    died, recurred = events["death"] <= end, events["recurrence"] <= end
    metastasis = None
    if rng.random() < 0.12:  # a third of them had it before
        metastasis = int(rng.integers(1, end + 1) if rng.random() < 0.67 else -rng.integers(90))
    return {
        "died": YES_NO[died],
        "last_seen": _day(index, end),
        "recurred": YES_NO[recurred],
        "recurrence_date": _day(index, events["recurrence"] if recurred else None),
        "metastasis_date": _day(index, metastasis),
        "to_metastasis": metastasis,
        "os": (end, int(died)),
        "rfs": (min(end, events["recurrence"]), int(died or recurred)),
    }


def _day(index: date, days: int | None) -> str | None:
    return None if days is None else (index + timedelta(days=days)).isoformat()


def _lost(rng: np.random.Generator, own: truth.Covariates) -> dict:
    """Return the variables of a patient that nobody knows, as None."""
    chances = UNKNOWN | {
        "size": SIZE_UNKNOWN[own.grade],
        "crp": CRP_UNKNOWN[own.treatment],
    }
    return {name: None for name, chance in chances.items() if rng.random() < chance}


def laboratory(rng: np.random.Generator, people: list[dict]) -> list[dict]:
    """Return the rows of the laboratory: what counts, and what must not be taken for it.

    What counts is the last C-reactive protein in the window. Where there is an earlier one, which
    would be taken in its place, it is not to be spoilt.
    """
    rows = []
    for person in people:
        index = date.fromisoformat(person["index_date"])
        own = {"case_number": person["case_number"], "test": "crp"}
        if person["crp"] is not None:
            last = -int(rng.integers(14))
            has_rival = rng.random() < 0.2
            value = {"test_value": person["crp"], "can_be_spoilt": not has_rival, "counts": True}
            rows.append(own | value | {"test_date": _day(index, last)})
            if has_rival:
                rows.append(own | _other(rng, index, last - 30, last - 1))
        if rng.random() < 0.3:
            rows.append(own | _other(rng, index, -400, -WINDOW - 1))
        if rng.random() < 0.3:
            rows.append(own | _other(rng, index, 1, 300))
        if rng.random() < 0.3:
            test = {"test": ("ldh", "platelets")[rng.integers(2)]}
            rows.append(own | _other(rng, index, -WINDOW, 0, 120, 600) | test)
    return rows


def _other(rng, index: date, first: int, last: int, low: int = 1, high: int = 61) -> dict:
    """Return day and value of a row that does not count."""
    day = _day(index, int(rng.integers(first, last + 1)))
    return {"test_date": day, "test_value": str(rng.integers(low, high))}
