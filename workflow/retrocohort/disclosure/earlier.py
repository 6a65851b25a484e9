"""Earlier releases: what they told, and what they tell together with a new one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from retrocohort import io
from retrocohort.disclosure.bounds import ENOUGH, possible, told
from retrocohort.disclosure.counts import Counts, range_of
from retrocohort.disclosure.keys import Facts, Key
from retrocohort.disclosure.suppress import Decision
from retrocohort.disclosure.system import Equation, equations_of, sorted_by
from retrocohort.faults import Fault, FaultsFound
from retrocohort.where import FULL

OLD, MORE = "earlier ", "more than earlier "  # before what a count counts
WAIT = (
    "Wait until at least {min_cell} more patients have come or gone, or release the earlier cohort"
    " again."
)
DAMAGED = "is damaged: what an earlier release told is not known."
RESTORE = "Restore it from a backup: without it nobody knows what a new release gives away."


@dataclass(frozen=True)
class Release:
    """What a release told: every printed count, those withheld, and its rounding."""

    values: Mapping[Key, int]
    withheld: frozenset[Key]
    round_to: int | None

    def ranges(self) -> dict[Key, tuple[int, int]]:
        """Return what is known of each count that was told."""
        return {
            key: range_of(n, self.round_to)
            for key, n in self.values.items()
            if key not in self.withheld
        }


def write(path: str, counts: Counts, control: Mapping) -> None:
    """Write what a release tells."""
    rows = [
        [key.population, sorted(key.where), key.what, sorted(key.complete)]
        + [counts.values[key], key in counts.withheld]
        for key in sorted(counts.values, key=sorted_by)
    ]
    io.write_json(path, {"round_to": control["round_to"], "counts": rows})


def read(path: str) -> Release:
    """Read what an earlier release told.

    Raises
    ------
    FaultsFound
        Where it is damaged.
    """
    try:
        stored = io.read_json(path)
        values, withheld = {}, set()
        for population, where, what, complete, n, is_withheld in stored["counts"]:
            pairs = frozenset((variable, level) for variable, level in where)
            key = Key(population, pairs, what, frozenset(complete))
            values[key] = n
            if is_withheld:
                withheld.add(key)
        return Release(values, frozenset(withheld), stored["round_to"])
    except (ValueError, KeyError, TypeError) as error:
        raise FaultsFound([Fault(path, "", DAMAGED, RESTORE)]) from error


def near(values: Mapping[Key, int], before: Iterable[Release], min_cell: int) -> set[Key]:
    """Return the counts that differ from one told earlier by a number that is too small."""
    return {
        key
        for release in before
        for key, n in values.items()
        if key in release.values
        and key not in release.withheld
        and 0 < abs(n - release.values[key]) < min_cell
    }


def refusals(values: Mapping[Key, int], found: Iterable[Key], min_cell: int) -> list[Fault]:
    """Return why there can be no release: the cohort itself differs too little."""
    if Key(FULL) not in found:
        return []
    problem = f"differs from an earlier release by fewer than {min_cell} patients."
    return [Fault("cohort/counts/populations.csv", FULL, problem, WAIT.format(min_cell=min_cell))]


def given_away(
    values: Mapping[Key, int],
    decision: Decision,
    ranges: Mapping[Key, tuple[int, int]],
    facts: Facts,
    before: Release,
) -> set[Key]:
    """Return the counts that two releases together tell though each of them withholds them.

    A reader takes it that patients only ever come, where no count that was told contradicts it.
    """
    now = {key: ranges[key] for key in values if key not in decision.withheld}
    then = {_tagged(key, OLD): told_of for key, told_of in before.ranges().items()}
    withheld_then = {_tagged(key, OLD) for key in before.withheld}
    own = equations_of(values, facts)
    old = [_of_old(equation, OLD) for equation in equations_of(before.values, facts)]
    both = sorted(before.values.keys() & values.keys(), key=sorted_by)
    grown = all(before.values[key] <= values[key] for key in both)
    joints = [Equation(key, (_tagged(key, OLD), _tagged(key, MORE))) for key in both]
    equations = [*own, *old, *(joints if grown else [])]
    known = told(now | then, decision.withheld | withheld_then)
    targets = decision.withheld | withheld_then
    found = possible(equations, known, targets)
    failing = {key for key in targets if found[key] < ENOUGH}
    return {_untagged(key) for key in failing}


def _tagged(key: Key, tag: str) -> Key:
    return key.also(f"{tag}{key.what}")


def _untagged(key: Key) -> Key:
    return key.also(key.what.removeprefix(OLD))


def _of_old(equation: Equation, tag: str) -> Equation:
    return Equation(
        _tagged(equation.total, tag), tuple(_tagged(part, tag) for part in equation.parts)
    )
