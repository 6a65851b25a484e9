"""What the values of a patient are called."""

from collections.abc import Iterable, Mapping

from retrocohort.report.labels import Labels


def labels_of(study: Mapping) -> Labels:
    """Return the labels of a study."""
    return Labels(*(study[key] for key in ("variables", "populations", "endpoints", "sources")))


def named(code: str, label: str) -> str:
    """Return "pr (Resection of the primary)"; a label that only repeats the code is left out."""
    return f"{code} ({label})" if label and label != code else code


def shown(labels: Labels, name: str, value: str) -> str:
    """Return the value of a variable with the label of its level, or a dash for a missing one."""
    return named(value, labels.variables[name]["levels"].get(value, "")) or "-"


def given(names: Iterable[str], values: Mapping[str, str]) -> str:
    """Return "a = 1; b missing" of some values of a patient."""
    return "; ".join(f"{n} = {values[n]}" if values[n] else f"{n} missing" for n in names)
