"""Write the patients as hospitals do, and keep what each cell means.

How a value is spelt is the business of `twin.spell`; here it is decided which rows there are, which
cells are spoilt, and what must become of each.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from twin.spell import Cell, spell, wide, with_letter

VALUE, MISSING, SPOILT, TOO_EARLY = "value", "missing", "spoilt", "too early"
CENTRES, LABORATORY = ("north", "east", "west"), "laboratory"
STRANGERS = ("X1", "X2", "")  # of whom the laboratory has a row, and no hospital knows
BLANKS = (" ", "  ")
STARTS = ("surgery_date", "drug_date")
CAN_BE_BLANK = (
    *("sex", "age", "prior_cancer", "treatment", "grade", "size", "side", "metastasis_date"),
)
YEARS_TOO_EARLY = 20  # more than anybody is followed: nobody can have been seen then


class Meant(NamedTuple):
    """What a delivered cell means ("" for nothing), and what must become of it.

    The value comes back where the fate is `value`, nothing where it is `missing`; a `spoilt` cell
    is a problem; a day that is `too early` makes one of the follow-up that is computed from it.
    """

    patient: str
    value: str
    fate: str


class Delivery(NamedTuple):
    """The rows of each source, and (source, row, variable) -> what the cell means.

    `counts` are the rows of the laboratory that count, by patient.
    """

    tables: dict[str, list[list[Cell]]]
    meant: dict[tuple[str, int, str], Meant]
    counts: dict[str, int]


def make_mess(rng: Random, people: Sequence[dict], tests: Sequence[dict], hospitals: Mapping):
    """Return what the hospitals and the laboratory deliver of the patients."""
    rates = hospitals["rates"]
    second = [_second_row(rng, p, rates) for p in people if rng.random() < rates["second_row"]]
    several = {row["case_number"] for row in second}
    rows = [*people, *second]
    rng.shuffle(rows)
    delivery = Delivery({name: [] for name in (*CENTRES, LABORATORY)}, {}, {})
    for row in rows:
        _write(rng, row, row["centre"], hospitals, delivery)
        if row["case_number"] not in several and rng.random() < rates["too_early"]:
            _put_too_early(rng, row["centre"], hospitals, delivery)
    pairs = zip(tests, STRANGERS, strict=False)
    strangers = [{**test, "case_number": number, "counts": False} for test, number in pairs]
    rows = [*tests, *strangers]
    rng.shuffle(rows)
    for row in rows:
        number = _write(rng, row, LABORATORY, hospitals, delivery)
        if row.get("counts"):
            delivery.counts[row["case_number"]] = number
    return delivery


def _second_row(rng: Random, person: Mapping, rates: Mapping) -> dict:
    """Return the row of a patient who was seen earlier, in another hospital or the same."""
    is_same = rng.random() < rates["same_hospital"]
    others = [centre for centre in CENTRES if centre != person["centre"]]
    centre = person["centre"] if is_same else rng.choice(others)
    days = person["os"][0] // 2
    seen = date.fromisoformat(person["index_date"]) + timedelta(days=days)
    row = person | {"centre": centre, "last_seen": seen.isoformat()}
    row["died"] = person["died"] and "no"
    if person["rfs"][0] > days:
        row |= {"recurred": "no", "recurrence_date": None}
    for name in CAN_BE_BLANK:
        if rng.random() < rates["blank"]:
            row[name] = None
    if row["side"] and rng.random() < rates["other_side"]:
        row["side"] = "left" if row["side"] == "right" else "right"
    return row


def _write(rng: Random, row: Mapping, source: str, hospitals: Mapping, delivery: Delivery):
    """Add the cells of a row to its source, and what they mean; return the number of the row."""
    spec, rates = hospitals[source], hospitals["rates"]
    number = spec["header_row"] + 1 + len(delivery.tables[source])
    cells = []
    for column in spec["columns"]:
        name, value = column["of"], row[column["of"]]
        can_be_spoilt = value and "spoilt" in column and row.get("can_be_spoilt", True)
        if can_be_spoilt and rng.random() < rates["spoilt"]:
            cell, fate = _spoilt(rng, value, column), SPOILT
        else:
            cell, fate = _written(rng, value, column, spec, rates), VALUE if value else MISSING
        cells.append(cell)
        delivery.meant[source, number, name] = Meant(row["case_number"], value or "", fate)
    delivery.tables[source].append(cells)
    return number


def _written(rng: Random, value: str | None, column: Mapping, spec: Mapping, rates: Mapping):
    """Return a cell that says a value."""
    cell = spell(rng, value, column)
    if not isinstance(cell, str):
        return cell
    if "comma" in column:
        cell = cell.replace(".", ",")
    elif "styles" in column and rng.random() < rates["letter_o"]:
        cell = with_letter(cell)
    if rng.random() < spec.get("wide", 0):
        cell = wide(cell)
    if rng.random() < rates["blanks"]:
        cell += rng.choice(BLANKS)
    return cell


def _spoilt(rng: Random, value: str, column: Mapping) -> Cell:
    """Return a cell that says it so that no reader can or should make it out."""
    ((kind, choices),) = column["spoilt"].items()
    chosen = rng.choice(choices)
    if kind == "words":
        return chosen
    cell = spell(rng, value, {kind: {chosen: 1}})
    return cell.replace(".", ",") if "comma" in column else cell


def _put_too_early(rng: Random, source: str, hospitals: Mapping, delivery: Delivery) -> None:
    """Let the last row of a source say a last contact of long before the index date."""
    columns = hospitals[source]["columns"]
    number = hospitals[source]["header_row"] + len(delivery.tables[source])
    meant = {c["of"]: delivery.meant[source, number, c["of"]] for c in columns}
    seen = meant["last_seen"]
    if seen.fate != VALUE or not any(meant[name].fate == VALUE for name in STARTS):
        return
    place = [column["of"] for column in columns].index("last_seen")
    day = date.fromisoformat(seen.value)
    wrong = day.replace(year=day.year - YEARS_TOO_EARLY).isoformat()
    delivery.tables[source][-1][place] = spell(rng, wrong, columns[place])
    delivery.meant[source, number, "last_seen"] = seen._replace(fate=TOO_EARLY)
