"""The mess: from clean records to the cells that hospitals deliver, and what each cell meant.

A layer with a seed of its own: another seed gives other spellings, other errors and other patients
with a second row, of the same people.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from twin.people import KEPT
from twin.spell import Cell, mistyped, spell, wide, with_letter

TRUTH = ["source", "row", "patient", "variable", "value", "fate"]
# what must become of a cell: its value, a problem (and missing), or missing as delivered
VALUE, PROBLEM, MISSING = "value", "problem", "missing"
BLANKS = (" ", "  ", "\u3000", "\t")


class Delivery(NamedTuple):
    """The cells of each source, and the meaning of each of them."""

    tables: dict[str, list[list[Cell]]]
    records: dict[str, list[dict]]
    truth: list[dict]


def make_mess(people: Sequence[Mapping], calls: Sequence[Mapping], settings: Mapping) -> Delivery:
    """Write the records as the hospitals do.

    Parameters
    ----------
    people, calls : sequence of mapping
        Clean records and follow-up calls; `hospital` says where a record is from.
    settings : mapping
        "mess_seed", "mess", "sources" and "calls".

    Returns
    -------
    Delivery
        tables : source -> rows of cells, in the order of its columns.
        records : source -> the record behind each of its rows.
        truth : one row a cell but for identifiers: source, row (as the pipeline counts), patient,
        variable, the clean value that the cell meant, and its fate.
    """
    seed, mess = settings["mess_seed"], settings["mess"]
    rng = Random(f"{seed} rows")
    caller = settings["calls"]["hospital"]
    hospitals = list(dict.fromkeys(row["hospital"] for row in people))
    second = _second_rows(rng, people, hospitals, settings)
    rows = {h: [r for r in [*people, *second] if r["hospital"] == h] for h in sorted(hospitals)}
    repeated = [row for row in calls if rng.random() < mess["repeated_calls"]]
    heard = [row for row in second if row["hospital"] == caller]
    rows[settings["calls"]["source"]] = [*calls, *repeated, *map(_as_call(settings), heard)]
    tables, truth = {}, []
    for source, spec in settings["sources"].items():
        cells = Random(f"{seed} {source}")
        cells.shuffle(rows[source])
        tables[source] = []
        for number, row in enumerate(rows[source], start=spec["first_row"]):
            written = [_written(cells, row, column, spec, mess) for column in spec["columns"]]
            tables[source].append([cell for cell, _, _ in written])
            place = {"source": source, "row": number, "patient": row["id"]}
            truth += [
                place | {"variable": column["of"], "value": value or "", "fate": fate}
                for column, (_, value, fate) in zip(spec["columns"], written, strict=True)
                if not column.get("identifier")
            ]
    return Delivery(tables, {source: rows[source] for source in tables}, truth)


def _second_rows(rng: Random, people: Sequence[Mapping], hospitals: list, settings) -> list[dict]:
    """Return rows of patients in another hospital, where they were last seen alive, earlier."""
    mess, spec = settings["mess"], settings["mess"]["second_row"]
    rows = []
    for person in rng.sample(list(people), k=mess["shared"]):
        first, last = (date.fromisoformat(person[spec[key]]) for key in ("from", "of"))
        seen = first + timedelta(days=(last - first).days // 2)
        row = dict(person, hospital=rng.choice([h for h in hospitals if h != person["hospital"]]))
        row |= {spec["of"]: seen.isoformat(), spec["state"]: spec["reached"], "is_second": True}
        for name in person:
            if rng.random() < spec["blank"] and name not in {*mess["never_lost"], "id", "hospital"}:
                row[name] = None
        rows.append(row)
    return rows


def _as_call(settings: Mapping):
    """Return a function that makes a call of what a second row knows."""
    spec = settings["calls"]

    def call(row: Mapping) -> dict:
        return {**row, "call_date": row[spec["of"]], "call_state": row[spec["state"]]}

    return call


def _written(rng: Random, row: Mapping, column: Mapping, spec: Mapping, mess: Mapping) -> tuple:
    """Return a cell, the value that it meant ("" where lost), and its fate."""
    name = column["of"]
    value = row[name]
    spare = (row["excluded"] != KEPT or "is_second" in row) and name not in mess["never_lost"]
    if spare and rng.random() < mess["typing_errors"]:
        wrong = mistyped(value, column, rng)
        if wrong is not None:
            return wrong, value, PROBLEM
    cell = spell(rng, value, column)
    if isinstance(cell, str):
        if "styles" in column and rng.random() < mess["letter_o"]:
            cell = with_letter(cell)
        if rng.random() < spec.get("wide", 0):
            cell = wide(cell)
        if rng.random() < spec.get("blanks", 0):
            cell += rng.choice(BLANKS)
    return cell, value, VALUE if value else MISSING
