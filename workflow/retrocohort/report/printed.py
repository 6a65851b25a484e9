"""The sections on a printed paper: each number beside the regenerated one, and its own errors."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from retrocohort.audit.ledger import COUNT as COUNTED
from retrocohort.audit.ledger import KINDS_OF_FINDING, selector
from retrocohort.format import count, missing
from retrocohort.language import say, template, told
from retrocohort.report.blocks import Block, Sheet, text
from retrocohort.report.estimates import Rows
from retrocohort.source import joined, tally
from retrocohort.tables.baseline_layout import arm_cell
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row, row_anchor

PRINTED = "audit/published.csv"
COMPARED = ("yes", "no")
MATCHES = (*COMPARED, "impossible", "not computable")
# what a statistic of the ledger is called, and the kind under which it is counted
COUNT, PERCENT, TIME, RATIO, P = (
    template("Counts"),
    template("Percentages"),
    template("Times"),
    template("Hazard ratios"),
    template("P values"),
)
CONSTANT, ALL = template("Other"), template("All")
STATISTICS = {
    "n": (template("n"), COUNT),
    "percent": (template("%"), PERCENT),
    "median_os": (template("median"), TIME),
    "q1_os": (template("lower quartile"), TIME),
    "q3_os": (template("upper quartile"), TIME),
    "median_followup_months": (template("median follow-up"), TIME),
    "hr": (template("HR"), RATIO),
    "hr_ci_low": (template("HR, lower limit"), RATIO),
    "hr_ci_high": (template("HR, upper limit"), RATIO),
    "p_chi2": (template("P, chi-square"), P),
    "p_logrank": (template("P, log-rank"), P),
    "p_cox": (template("P, Cox model"), P),
}
HEADS = {
    "yes": template("As printed"),
    "no": template("Not as printed"),
    "impossible": template("Impossible"),
    "not computable": template("Not computable"),
}
ANSWERS = {
    "all": template("all"),
    "yes": template("yes"),
    "no": template("no"),
    "impossible": template("impossible"),
    "not computable": template("not computable"),
}
FINDINGS = {"fact": template("fact"), "inference": template("inference")}
SHOWN = ("location", "population", "item", "level", "arm", "reason")
KINDS = (COUNT, PERCENT, TIME, RATIO, P, CONSTANT)
TABLE_FILE = re.compile(r"tables/(\w+)/(\w+?)(_tests)?\.csv$")
MODEL_FILE = re.compile(r"models/(\w+)/(\w+)/(\w+)\.csv$")
PLACES = {  # tables of the page that show a file of counts, and the ends of the ids of its cells
    "cohort/flow.csv": ("flow", "{step}.{column}"),
    "cohort/arms.csv": ("arms", "{arm}-{level}.{population}"),
    "cohort/populations.csv": ("arms", "{population}"),
    "cohort/endpoints.csv": ("at-risk", "{endpoint}.{column}"),
    "records/centres.csv": ("centres", ""),
}
CELLS = {  # column of a survival table -> name of the cell that shows it, where they differ
    "percent": "n",
    **dict.fromkeys(("q1", "q3"), "median"),
    **dict.fromkeys(("hr_low", "hr_high"), "hr"),
}


def printed_section(sheet: Sheet, files: Mapping[str, Rows]) -> list[Block]:
    """Return the comparison with a printed paper, nothing for a study without one.

    Its links lead to what the sheet has shown before.
    """
    rows = files.get("published")
    if not rows:
        return []
    lines = [
        row
        | {key: told(row[key]) for key in SHOWN}
        | {"link": link(row, sheet, files), "statistic": _named(row["statistic"])}
        | {"answer": say(ANSWERS[row["match"]])}
        for row in rows
    ]
    choices = [("all", tally(PRINTED, rows))]
    choices += [(m, n) for m in MATCHES if (n := tally(PRINTED, rows, match=m))]
    return [
        text(_summary(rows)),
        *sheet.table(kinds_table(rows), main=True),
        *sheet.table(places_table(rows), main=True),
        {
            "kind": "published",
            "rows": lines,
            "choices": [(m, say(ANSWERS[m]), count(n)) for m, n in choices],
        },
    ]


def _summary(rows: Rows) -> str:
    """Return how many numbers are as printed, and what the others are."""
    fitting = tally(PRINTED, rows, match="impossible", as_printed="yes")
    yes, no, impossible, constant = (count(tally(PRINTED, rows, match=m)) for m in MATCHES)
    return say(
        "Of {rows} printed numbers {yes} are regenerated as printed and {no} are not; "
        "{impossible} cannot hold beside other numbers of the paper ({fitting} of them "
        "come out as printed all the same); {constant} are constants of the study, "
        "which nothing computes. A number is as printed when it reads the same after "
        "rounding to the printed decimals; exactly half a step may have been rounded "
        "either way; “<” holds when it lies below; “around” when both agree in the "
        "last digit of the printed number that is not zero.",
        rows=count(tally(PRINTED, rows)),
        yes=yes,
        no=no,
        impossible=impossible,
        fitting=count(fitting),
        constant=constant,
    )


def _named(statistic: str) -> str:
    if statistic in STATISTICS:
        return say(STATISTICS[statistic][0])
    return told(statistic.replace("_", " "))


def kind_of(row: Mapping[str, str]) -> str:
    """Return the kind under which a row is counted."""
    return STATISTICS.get(row["statistic"], ("", CONSTANT))[1]


def kinds_table(rows: Rows) -> Layout:
    """Return the rows of the ledger by kind and outcome; every row is in one cell."""
    lines = [_totals(say(kind), rows, named) for kind, named in _statistics(rows).items()]
    columns = [Column(say("Rows")), *(Column(_head(match)) for match in MATCHES)]
    blocks = [lines, [_totals(say(ALL), rows)]]
    caption = say("Printed and regenerated numbers by kind")
    return Layout("printed-kinds", caption, say("Kind"), columns, blocks, [], Footnotes())


def _head(match: str) -> str:
    return say(HEADS[match])


def _statistics(rows: Rows) -> dict[str, dict[str, set[str]]]:
    """Return each kind that occurs -> the statistics that are of it, as a condition of rows."""
    found = {kind: {r["statistic"] for r in rows if kind_of(r) == kind} for kind in KINDS}
    return {kind: {"statistic": names} for kind, names in found.items() if names}


def _totals(header: str, rows: Rows, where: Mapping = MappingProxyType({})) -> Row:
    sizes = [tally(PRINTED, rows, **where)]
    sizes += [tally(PRINTED, rows, match=match, **where) for match in MATCHES]
    return Row(header, [Cell(count(n)) for n in sizes])


def places_table(rows: Rows) -> Layout:
    """Return how many of the comparable numbers are as printed, by place and kind."""
    places = list(dict.fromkeys(row["location"] for row in rows))
    kinds = _statistics([row for row in rows if row["match"] in COMPARED])
    where = [*kinds.values(), {}]
    lines = [
        _shares(told(place), rows, [w | {"location": place} for w in where]) for place in places
    ]
    columns = [Column(say(kind)) for kind in (*kinds, ALL)]
    notes = [say("As printed / of those that are neither impossible nor constants of the study.")]
    caption = say("Numbers as printed by place in the paper")
    blocks = [lines, [_shares(say(ALL), rows, where)]]
    return Layout("printed-places", caption, say("Place"), columns, blocks, notes, Footnotes())


def _shares(header: str, rows: Rows, conditions: Sequence[Mapping]) -> Row:
    cells = []
    for where in conditions:
        yes, of = (tally(PRINTED, rows, match=match, **where) for match in ("yes", COMPARED))
        cells.append(Cell(joined(count(yes), "/", count(of)) if of else missing()))
    return Row(header, cells)


def link(row: Mapping[str, str], sheet: Sheet, files: Mapping[str, Rows]) -> str:
    """Return the id of the cell of the page that shows a number, empty if the page does not.

    Without such a cell it is the id of the row, or of the table: of a number of rows, which is
    seen by counting them.

    Parameters
    ----------
    row : of audit/published.csv.
    files : rows of the files of counts.
    """
    table, model = TABLE_FILE.match(row["file"]), MODEL_FILE.match(row["file"])
    if table:
        places = _table_places(row, table.groups(), sheet.study["tables"])
    elif model:
        places = _estimate_places(row, model)
    else:
        places = _count_places(row, files)
    return next((place for place in places if place in sheet.ids), "")


def _table_places(row: Mapping[str, str], found: Sequence, tables: Mapping) -> Iterator[str]:
    """Yield the ids of cell, row, row of the variable and table of a table of the study."""
    population, name, is_test = found
    entry, wanted, column = tables[name], selector(row["row"]), row["column"]
    variable = wanted.get("variable", "")
    line = row_anchor(variable, wanted.get("level", ""))
    place = f"{name}-{entry['kind']}-{population}"
    if entry["kind"] == "survival":
        place, cell = f"{place}-{entry['endpoint']}", CELLS.get(column, column)
    elif is_test:
        cell = column
    else:
        cell = arm_cell(wanted.get("arm", ""))
        cell = f"missing-{cell}" if wanted.get("statistic") == "missing" else cell
    yield f"{place}-{line}.{cell}"
    yield f"{place}-{line}"
    yield f"{place}-{row_anchor(variable)}"
    yield place


def _estimate_places(row: Mapping[str, str], model: re.Match) -> Iterator[str]:
    """Yield the ids of cell and table of medians and follow-up."""
    population, endpoint, stem = model.groups()
    if stem not in ("quantiles", "followup"):
        return
    wanted, place = selector(row["row"]), f"quantiles-{population}-{endpoint}"
    line = row_anchor(wanted.get("variable", ""), wanted.get("level", ""))
    yield f"{place}-{line}.{row['column'] if stem == 'quantiles' else stem}"
    yield place


def _count_places(row: Mapping[str, str], files: Mapping[str, Rows]) -> Iterator[str]:
    """Yield the ids of cell and table of a count."""
    if row["file"] not in PLACES:
        return
    place, pattern = PLACES[row["file"]]
    if row["take"] != COUNTED:
        wanted = selector(row["row"]).items()
        lines = files[row["file"].rpartition("/")[2].removesuffix(".csv")]
        own = next(line for line in lines if wanted <= line.items())
        yield f"{place}-{pattern.format(**own, column=row['column'])}"
    yield place


def findings_section(files: Mapping[str, Rows]) -> list[Block]:
    """Return what the paper says against itself: facts, then inferences."""
    rows = files.get("findings")
    if not rows:
        return []
    ranked: Sequence = sorted(rows, key=lambda row: KINDS_OF_FINDING.index(row["kind"]))
    told_rows = [
        row | {"what": say(FINDINGS[row["kind"]])} | {k: told(row[k]) for k in ("place", "finding")}
        for row in ranked
    ]
    said = say(
        "A fact is computed from the printed numbers alone by the test that stands beside it; an"
        " inference is the likeliest explanation and is not proven by what is printed."
    )
    return [text(said), {"kind": "findings", "rows": told_rows}]
