"""The sections on a printed paper: each number beside the regenerated one, and its own errors."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from retrocohort.audit.ledger import KINDS_OF_FINDING, selector
from retrocohort.format import MISSING, count
from retrocohort.report.blocks import Block, Sheet, text
from retrocohort.report.estimates import Rows
from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row, row_anchor

MATCHES = ("yes", "no", "impossible", "not computable")
# what a statistic of the ledger is called, and the kind under which it is counted
COUNT, PERCENT, TIME, RATIO, P = "Counts", "Percentages", "Times", "Hazard ratios", "P values"
CONSTANT = "Other"
STATISTICS = {
    "n": ("n", COUNT),
    "percent": ("%", PERCENT),
    "median_os": ("median", TIME),
    "q1_os": ("lower quartile", TIME),
    "q3_os": ("upper quartile", TIME),
    "median_followup_months": ("median follow-up", TIME),
    "hr": ("HR", RATIO),
    "hr_ci_low": ("HR, lower limit", RATIO),
    "hr_ci_high": ("HR, upper limit", RATIO),
    "p_chi2": ("P, chi-square", P),
    "p_logrank": ("P, log-rank", P),
    "p_cox": ("P, Cox model", P),
}
KINDS = (COUNT, PERCENT, TIME, RATIO, P, CONSTANT)
TABLE_FILE = re.compile(r"tables/(\w+)/(\w+?)(_tests)?\.csv$")
MODEL_FILE = re.compile(r"models/(\w+)/(\w+)/\w+\.csv$")
PLACES = {  # tables of the page that show a file of counts
    "cohort/flow.csv": "flow",
    "cohort/arms.csv": "arms",
    "cohort/populations.csv": "arms",
    "cohort/endpoints.csv": "at-risk",
    "records/centres.csv": "linkage",
}
ID = re.compile(r'\bid="([^"]+)"')


def printed_section(sheet: Sheet, files: Mapping[str, Rows], contents: Mapping) -> list[Block]:
    """Return the comparison with a printed paper, nothing for a study without one."""
    rows = files.get("published")
    if not rows:
        return []
    ids = {f"{t['name']}-{name}" for t in contents["tables"] for name in ID.findall(t["html"])}
    lines = [
        row | {"link": link(row, sheet.study["tables"], ids), "statistic": _named(row["statistic"])}
        for row in rows
    ]
    matches = Counter(row["match"] for row in rows)
    choices = [("all", len(rows)), *((m, matches[m]) for m in MATCHES if matches[m])]
    return [
        text(_summary(rows, matches)),
        *sheet.table(kinds_table(rows), main=True),
        *sheet.table(places_table(rows), main=True),
        {"kind": "published", "rows": lines, "choices": [(m, count(n)) for m, n in choices]},
    ]


def _summary(rows: Rows, matches: Mapping[str, int]) -> str:
    """Return how many numbers are as printed, and what the others are."""
    fitting = sum(row["match"] == "impossible" and row["as_printed"] == "yes" for row in rows)
    yes, no, impossible, constant = (count(matches.get(match, 0)) for match in MATCHES)
    return (
        f"Of {count(len(rows))} printed numbers {yes} are regenerated as printed and {no} are not;"
        f" {impossible} cannot hold beside other numbers of the paper ({count(fitting)} of them"
        f" come out as printed all the same); {constant} are constants of the study, which nothing"
        " computes. A number is as printed when it reads the same after rounding to the printed"
        " decimals; exactly half a step may have been rounded either way; “<” holds when it lies"
        " below; “around” when both agree in the last digit of the printed number that is not zero."
    )


def _named(statistic: str) -> str:
    return STATISTICS.get(statistic, (statistic.replace("_", " "), ""))[0]


def kind_of(row: Mapping[str, str]) -> str:
    """Return the kind under which a row is counted."""
    return STATISTICS.get(row["statistic"], ("", CONSTANT))[1]


def kinds_table(rows: Rows) -> Layout:
    """Return the rows of the ledger by kind and outcome; every row is in one cell."""
    lines = [
        _totals(kind, own) for kind in KINDS if (own := [r for r in rows if kind_of(r) == kind])
    ]
    columns = [Column("Rows"), *(Column(_head(match)) for match in MATCHES)]
    blocks = [lines, [_totals("All", rows)]]
    caption = "Printed and regenerated numbers by kind"
    return Layout("printed-kinds", caption, "Kind", columns, blocks, [], Footnotes())


def _head(match: str) -> str:
    return {"yes": "As printed", "no": "Not as printed"}.get(match, match.capitalize())


def _totals(header: str, rows: Rows) -> Row:
    matches = Counter(row["match"] for row in rows)
    sizes = [len(rows), *(matches[match] for match in MATCHES)]
    return Row(header, [Cell(count(n)) for n in sizes])


def places_table(rows: Rows) -> Layout:
    """Return how many of the comparable numbers are as printed, by place and kind."""
    places = list(dict.fromkeys(row["location"] for row in rows))
    lines = [_shares(place, [r for r in rows if r["location"] == place]) for place in places]
    columns = [Column(kind) for kind in (*KINDS, "All")]
    notes = ["As printed / of those that are neither impossible nor constants of the study."]
    caption = "Numbers as printed by place in the paper"
    blocks = [lines, [_shares("All", rows)]]
    return Layout("printed-places", caption, "Place", columns, blocks, notes, Footnotes())


def _shares(header: str, rows: Rows) -> Row:
    cells = []
    for kind in (*KINDS, ""):
        own = Counter(row["match"] for row in rows if kind in ("", kind_of(row)))
        of = own["yes"] + own["no"]
        cells.append(Cell(f"{count(own['yes'])}/{count(of)}" if of else MISSING))
    return Row(header, cells)


def link(row: Mapping[str, str], tables: Mapping, ids: set[str]) -> str:
    """Return the id of the row or table of the page that shows a number, empty for none.

    Parameters
    ----------
    row : of audit/published.csv.
    tables : entries of the study file.
    ids : of the rows and tables that earlier steps have set, as they are in the page.
    """
    table, model = TABLE_FILE.match(row["file"]), MODEL_FILE.match(row["file"])
    if model:
        return f"quantiles-{model[1]}-{model[2]}"
    if not table:
        return PLACES.get(row["file"], "")
    population, name, _ = table.groups()
    entry, wanted = tables[name], selector(row["row"])
    place = f"{name}-{entry['kind']}-{population}"
    place += f"-{entry['endpoint']}" if entry["kind"] == "survival" else ""
    variable = wanted.get("variable", "")
    choices = [row_anchor(variable, wanted.get("level", "")), row_anchor(variable)]
    return next((f for c in choices if (f := f"{place}-{c}") in ids), place)


def findings_section(files: Mapping[str, Rows]) -> list[Block]:
    """Return what the paper says against itself: facts, then inferences."""
    rows = files.get("findings")
    if not rows:
        return []
    ranked: Sequence = sorted(rows, key=lambda row: KINDS_OF_FINDING.index(row["kind"]))
    said = (
        "A fact is computed from the printed numbers alone by the test that stands beside it; an"
        " inference is the likeliest explanation and is not proven by what is printed."
    )
    return [text(said), {"kind": "findings", "rows": ranked}]
