"""What must be found of a patient, by the draw and by the delivered cells that can be read.

Nothing here asks the package: the rules are those that the study declares, said again in words of
their own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tests.simulation.mess import LABORATORY, SPOILT, STARTS, TOO_EARLY, VALUE, Delivery

SEEN = (*STARTS, "last_seen", "died")
ENDPOINTS = {"os": SEEN, "rfs": (*SEEN, "recurred", "recurrence_date")}  # what each is made of
CHOSEN = ("last_seen", "died", "recurred")  # of several the last day, and yes before no
CRITERIA = {  # in their order: the variable, and whom its value excludes ("" is unknown)
    "minor": ("age", lambda age: age != "" and int(age) < 18),
    "prior_cancer": ("prior_cancer", lambda answer: answer == "yes"),
    "metastatic": ("to_metastasis", lambda days: days != "" and int(days) <= 0),
    "untreated": ("treatment", lambda arm: arm == ""),
}
LABORATORY_CELLS = ("test", "test_date", "test_value")
DIFFER = None  # rows of a patient that contradict each other: no value, and a problem
OUTSIDE = "not in the cohort"
NOT_AT_RISK = "not at risk"


class Expected:
    """What must be found of the patients of one delivery."""

    def __init__(self, delivery: Delivery):
        """Gather the cells of each patient."""
        self.delivery = delivery
        self.cells = defaultdict(lambda: defaultdict(list))
        for (source, _, variable), meant in delivery.meant.items():
            if source != LABORATORY:
                self.cells[meant.patient][variable].append(meant)

    def known(self, patient: str, variable: str) -> str | None:
        """Return what the cells of a patient say that can be read."""
        values = {meant.value for meant in self.cells[patient][variable] if meant.fate == VALUE}
        if len(values) > 1:
            return max(values) if variable in CHOSEN else DIFFER
        return next(iter(values), "")

    def is_readable(self, patient: str, variables: Sequence[str]) -> bool:
        """Say whether no cell of these variables of a patient is spoilt."""
        own = self.cells[patient]
        return not any(m.fate in (SPOILT, TOO_EARLY) for name in variables for m in own[name])

    def values(self, person: Mapping) -> dict[str, str | None]:
        """Return the value of each variable, but of a last contact that a cell says wrongly."""
        patient = person["case_number"]
        values = {name: self.known(patient, name) for name in self.cells[patient]}
        del values["case_number"]
        size, metastasis = values["size"], values["metastasis_date"]
        values["size_group"] = size and ("under_50" if int(size) < 50 else "from_50")
        is_dated = any(values[name] for name in STARTS)
        values["index_date"] = person["index_date"] if is_dated else ""
        values["crp"] = self._crp(person) if is_dated else ""
        values["to_metastasis"] = str(person["to_metastasis"]) if metastasis and is_dated else ""
        if self.is_readable(patient, ["last_seen"]):
            values["follow_up"] = str(person["os"][0]) if is_dated else ""
        else:
            del values["last_seen"]  # too early, or of another row: its cell is judged
        return values

    def _crp(self, person: Mapping) -> str:
        """Return the value of the row of the laboratory that counts, if all of it can be read."""
        row = self.delivery.counts.get(person["case_number"])
        cells = [self.delivery.meant[LABORATORY, row, name] for name in LABORATORY_CELLS if row]
        return person["crp"] if cells and all(cell.fate == VALUE for cell in cells) else ""

    def criteria(self, values: Mapping) -> list[str]:
        """Return the criteria that a patient fails, the first of them first."""
        return [c for c, (name, excludes) in CRITERIA.items() if excludes(values.get(name, ""))]

    def endpoint(self, person: Mapping, name: str) -> tuple | str | None:
        """Return days and event of a patient of the cohort; None where nothing is said of it."""
        patient = person["case_number"]
        is_certain = self.is_readable(patient, ENDPOINTS[name])
        if is_certain and person["died"] is not None:
            return tuple(map(float, person[name]))
        has_one_row = len(self.cells[patient]["died"]) == 1
        if name == "os" and has_one_row:
            return NOT_AT_RISK
        return None
