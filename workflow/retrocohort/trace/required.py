"""What a trace needs: results that are there, and that a run would not change."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from retrocohort.faults import Fault, FaultsFound
from retrocohort.trace.steps import Step

REMEDY = "Run make report, then trace again."


def require(paths: Iterable[str]) -> None:
    """Raise a fault for every file that has not been made yet."""
    faults = [Fault(p, "", "does not exist yet.", REMEDY) for p in paths if not Path(p).is_file()]
    if faults:
        raise FaultsFound(faults)


def check_current(made_by: Mapping[str, Step]) -> None:
    """Raise a fault for every step that would run again.

    Definitions are read from the study file and values from the results: they must belong together.
    """
    stale = {step.rule: step for step in made_by.values() if step.stale}
    faults = [
        Fault("results", rule, f"is to run again: {step.stale}.", REMEDY)
        for rule, step in stale.items()
    ]
    if faults:
        raise FaultsFound(faults)
