"""Who is counted where: of each record the box of the flowchart, its populations, its arms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from retrocohort.faults import Fault, FaultsFound

Rows = Sequence[Mapping[str, str]]
COHORT = ""  # the box of those who are in the cohort
FLOW, POPULATION, ARM = "flow", "population", "arm"  # what a record may move in
INSIDE, OUTSIDE = "in", "out"  # of a population


@dataclass(frozen=True)
class Move:
    """Records that are counted elsewhere than before.

    Attributes
    ----------
    kind, name : str
        In what they moved: `FLOW`, or `POPULATION` or `ARM` with its name.
    old, new : str or None
        The criterion that excludes them, `COHORT`; `INSIDE`, `OUTSIDE`; the level of the arm,
        "" for none. None: no such record was delivered.
    records : tuple of str
        Their hashes.
    """

    kind: str
    name: str
    old: str | None
    new: str | None
    records: tuple[str, ...]


def states(
    exclusions: Rows,
    cohort: tuple[Sequence[str], Iterable[Sequence[str]]],
    populations: Sequence[str],
    arms: Mapping[str, str],
) -> dict:
    """Return what a snapshot keeps of the records.

    Parameters
    ----------
    exclusions : rows of cohort/exclusions.csv.
    cohort : head and rows of cohort/cohort.csv.
    populations : names.
    arms : name -> variable whose levels are the arms.

    Returns
    -------
    dict
        populations, arms (names); states: lists [box, populations, arm -> level]; records: hash ->
        place in the states.
    """
    head, rows = cohort
    at = {name: i for i, name in enumerate(head)}
    needed = {"record_id", *arms.values(), *(f"in_{name}" for name in populations)}
    if needed - at.keys():
        problem = f"has no column {', '.join(sorted(needed - at.keys()))}."
        raise FaultsFound([Fault("cohort/cohort.csv", "", problem, "It was altered by hand.")])
    inside = [(name, at[f"in_{name}"]) for name in populations]
    levels = [(name, at[variable]) for name, variable in sorted(arms.items())]
    own = at["record_id"]
    found = {row["record_id"]: (row["criterion"], (), ()) for row in exclusions}
    for row in rows:
        named = tuple(name for name, i in inside if row[i] == "True")
        found[row[own]] = (COHORT, named, tuple((arm, row[i]) for arm, i in levels))
    distinct = {state: i for i, state in enumerate(sorted(set(found.values())))}
    return {
        "populations": list(populations),
        "arms": sorted(arms),
        "states": [[box, list(named), dict(levels)] for box, named, levels in distinct],
        "records": {record: distinct[found[record]] for record in sorted(found)},
    }


def moves(before: Mapping, after: Mapping) -> list[Move]:
    """Return who moved between two snapshots, those of the flowchart first.

    Populations and arms that one of both does not know are left out: nobody moved, they are new.
    """
    places = {(FLOW, ""): None}
    places |= {(POPULATION, n): None for n in after["populations"] if n in before["populations"]}
    places |= {(ARM, n): None for n in after["arms"] if n in before["arms"]}
    found: dict[tuple, list[str]] = {}
    for record in sorted(before["records"].keys() | after["records"].keys()):
        old, new = (_state(side, record) for side in (before, after))
        if old == new:
            continue
        for place in places:
            was, is_ = _within(old, *place), _within(new, *place)
            if was != is_:
                found.setdefault((*place, was, is_), []).append(record)
    order = {place: i for i, place in enumerate(places)}
    ranked = sorted(found.items(), key=lambda item: (order[item[0][:2]], -len(item[1])))
    return [Move(*move, tuple(records)) for move, records in ranked]


def _state(side: Mapping, record: str) -> list | None:
    i = side["records"].get(record)
    return None if i is None else side["states"][i]


def _within(state: list | None, kind: str, name: str) -> str | None:
    """Return where a record is in one respect."""
    if state is None:
        return None
    box, populations, arms = state
    if kind == FLOW:
        return box
    if kind == POPULATION:
        return INSIDE if name in populations else OUTSIDE
    return arms.get(name, "")
