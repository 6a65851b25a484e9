"""Every estimate of a study by a second engine, file by file."""

from collections.abc import Callable, Iterator, Mapping

from retrocohort.verify import baseline, estimates, fits, further
from retrocohort.verify.check import Check
from retrocohort.verify.cohort import Cohort

ESTIMATED = ("quantiles", "landmarks", "followup", "logrank")
FURTHER = {
    "interaction": further.of_interaction,
    "subgroups": further.of_subgroups,
    "landmark": further.of_landmark,
    "rmst": further.of_means,
}


def checks_of(
    cohort: Cohort, parts: Mapping, conventions: Mapping, read: Callable
) -> Iterator[Check]:
    """Yield the checks of every estimate.

    Parameters
    ----------
    parts : mapping
        What there is of each kind, as `plan.verified.verified_parts` lists it.
    conventions : mapping
        Those of the study.
    read : callable
        Path below the results of the study -> rows.
    """
    for part in parts["baseline"]:
        yield from baseline.of_baseline(cohort, part | {"conventions": conventions}, read)
    for part in parts["survival"]:
        yield from _of_survival(cohort, part, conventions, read)
    for part in parts["curves"]:
        group = cohort.followed(part["population"], part["endpoint"])
        rows = read(part["km"])
        yield from estimates.of_curve(cohort, group, part["km"], rows, part["by"], conventions)
    for part in parts["models"]:
        asked = {"ties": conventions["ties"]} | part["asked"]
        how = {"asked": asked, "confidence": conventions["confidence"]}
        yield from fits.of_model(cohort, part | how, read)
    for part in parts["further"]:
        asked = part | {"conventions": conventions}
        yield from FURTHER[part["kind"]](cohort, asked, read)


def _of_survival(cohort: Cohort, part: Mapping, conventions: Mapping, read) -> Iterator[Check]:
    group, asked = cohort.followed(part["population"], part["endpoint"]), part["asked"]
    each = {name: (part[name], read(part[name])) for name in ESTIMATED}
    names = asked["variables"]
    yield from estimates.of_quantiles(cohort, group, *each["quantiles"], names, conventions)
    yield from estimates.of_landmarks(cohort, group, *each["landmarks"], asked, conventions)
    yield from estimates.of_follow_up(cohort, group, *each["followup"], names, conventions)
    yield from estimates.of_log_rank(cohort, group, *each["logrank"], asked)
