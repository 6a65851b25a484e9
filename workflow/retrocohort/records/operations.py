"""The named operations of `derive`: what each is computed from, and the order to run them in."""

from graphlib import CycleError, TopologicalSorter

from retrocohort.faults import Fault, FaultsFound
from retrocohort.where import variables_of

INPUTS = {  # the keys of an operation that name variables of the patient
    "cut": ("of",),
    "duration": ("from", "to"),
    "member": ("of", "among"),
    "power": ("of",),
}


LISTS = ("equals", "first_known", "first_of", "last_of")  # operations on a list of variables


def needs(operation: str, asked) -> set[str]:
    """Return the variables of the patient that a derivation is computed from."""
    if operation in LISTS:
        return set(asked)
    if operation == "choose":
        return set().union(*(variables_of(choice.get("where", {})) for choice in asked))
    if operation == "where":
        return variables_of(asked)
    if operation == "reduce":  # its other variables are those of the rows of a source
        around = asked.get("window", {}).get("around")
        return {around} if around else set()
    return {asked[key] for key in INPUTS[operation]}


def in_order(derive: dict) -> list[tuple]:
    """Return (variable, operation, what it is asked) so that each comes after those it needs.

    Raises
    ------
    FaultsFound
        If derivations need each other in a circle.
    """
    steps = {name: next(iter(derivation.items())) for name, derivation in derive.items()}
    graph = {name: needs(*step) & set(steps) for name, step in steps.items()}
    try:
        return [(name, *steps[name]) for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise FaultsFound([Fault("study.yaml", "derive", f"circular: {circle}.")]) from error
