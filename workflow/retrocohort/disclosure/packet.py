"""The packet of a release: where its files go, and what is said of each of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from retrocohort import io
from retrocohort.language import say, template
from retrocohort.source import WITHHELD

COLUMNS = ("output", "kind", "counts", "rule", "withheld")
COUNTS = "counts"  # folder of the numbers behind tables and figures
RULES = {  # kind of number -> what holds for it
    "counts": template(
        "Counts of 1 to {most} are withheld, and others until no withheld count, difference of"
        " populations or number of censored patients has fewer than 3 possible values; 0 is told."
    ),
    "baseline": template(
        "Counts as above; percentages of the counts that are told; means of at least {least}"
        " patients, quartiles of at least {quartiles}, in all groups or in none; no extremes."
    ),
    "tests": template(
        "Tests and differences only of variables or groups of which every count is told."
    ),
    "survival": template(
        "Times to the event, survival at given times and follow-up of the released life table, of"
        " groups whose patients and events are told; no shortest and longest follow-up."
    ),
    "curves": template(
        "Curves, numbers at risk and intervals of the released life table ({km}): patients leave it"
        " in groups of at least {least}."
    ),
    "models": template(
        "Estimates and tests of variables of which the patients and events of all levels are told,"
        " in models with at least 10 residual degrees of freedom (ACRO)."
    ),
    "means": template(
        "Areas under the released curves; with no horizon of the study's own only where every group"
        " has a curve."
    ),
}
RULE_OF = [  # name of a file of counts -> kind
    (r"cohort/.*|.*_excluded", "counts"),
    (r".*_tests|.*/logrank|.*_logrank", "tests"),
    (r".*/km_[^/]*|.*_km", "curves"),
    (r".*/(quantiles|landmarks|followup)|.*_quantiles", "survival"),
    (r".*/rmst_[^/]*", "means"),
    (r"models/.*", "models"),
    (r"tables/.*", "baseline"),
]
LEFT_OUT = {  # what no release has -> why
    "records/*, cohort/cohort.*, cohort/exclusions.csv": template("One row a patient."),
    "records/linkage.csv, records/centres.csv, audit/warnings.csv": template(
        "Counts of cells and records that are linked with no count of patients."
    ),
    "audit/consistency.csv, audit/verification.csv, audit/rendered.csv, audit/parity.csv": template(
        "They list exact numbers cell by cell."
    ),
    "audit/manifest.json, logs/*": template("They name files and steps with rows of patients."),
    "submission/*": template("Figures of the manuscript are drawn from exact numbers."),
}
PAPER = {"audit/published.csv": template("It has exact numbers beside those of a printed paper.")}

STANDS = template("Data: {data}. Every output stands in outputs.csv with its counts and rules.")
RECORD = template("What is told is kept as release {record}; later releases are compared with it.")
DATA = {
    "public": template("public"),
    "private": template("private"),
    "synthetic": template("synthetic"),
}


def files_of(page: Mapping) -> dict[str, str]:
    """Return file of the packet -> file of the results; folders for folders."""
    shown, base = page["shown"], f"{page['place']}/" if page["place"] else ""
    report = {f"{base}{PurePath(path).name}": path for path in page["report"]}
    report.pop(f"{base}tables.json")
    copies = {base + path.removeprefix(f"{shown}/report/"): path for path in page["copies"]}
    svgs = [figure["svg"] for figure in page["figures"]]
    drawn = [path for svg in svgs for path in (svg, f"{svg.removesuffix('.svg')}.pdf")]
    figures = {base + path.removeprefix(f"{shown}/"): path for path in drawn}
    return report | copies | figures | {_counts(page, path): path for path in page["counts"]}


def _counts(page: Mapping, path: str) -> str:
    base = f"{page['place']}/" if path.startswith(f"{page['shown']}/") and page["place"] else ""
    own = page["shown"] if base else page["folder"]
    return f"{base}{COUNTS}/{path.removeprefix(f'{own}/')}"


def outputs(page: Mapping, files: Mapping[str, str]) -> Iterator[dict]:
    """Give a row for each table and figure: its counts, rules and how much is withheld."""
    base = f"{page['place']}/" if page["place"] else ""
    named = {source: target for target, source in files.items()}
    tables = io.read_json(f"{page['shown']}/report/tables.json")
    for table in tables["tables"]:
        sources = sorted(set(_sources(table)))
        places = dict.fromkeys((page["shown"], page["folder"]))
        paths = [f"{place}/{source}" for source in sources for place in places]
        own = [path for path in paths if path in named]
        yield _row(f"{base}report.html#{table['id']}", "table", own, named)
    for figure in page["figures"]:
        csvs = [path for path in figure["counts"] if path in named and path.endswith(".csv")]
        target = base + figure["svg"].removeprefix(f"{page['shown']}/")
        yield _row(target, "figure", csvs, named)


def _row(output: str, kind: str, paths: Sequence[str], named: Mapping[str, str]) -> dict:
    rules = dict.fromkeys(rule_of(named[path].partition(f"{COUNTS}/")[2]) for path in paths)
    return {
        "output": output,
        "kind": kind,
        "counts": "; ".join(named[path] for path in paths),
        "rule": "; ".join(rules),
        "withheld": sum(withheld_in(path) for path in paths),
    }


def rule_of(file: str) -> str:
    """Return the kind of numbers that a file of counts holds."""
    stem = file.removesuffix(".csv")
    return next(kind for pattern, kind in RULE_OF if re.fullmatch(pattern, stem))


def withheld_in(path: str) -> int:
    """Return how many cells of a file are withheld."""
    return sum(value == WITHHELD for row in io.read_rows(path) for value in row.values())


def _sources(part) -> Iterator[str]:
    """Give the file of each number of a table."""
    if isinstance(part, dict):
        if "file" in part and "column" in part:
            yield part["file"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _sources(each)


def left_out(has_ledger: bool) -> list[dict]:
    """Return a row for each kind of output that no release has, with the reason."""
    return [
        {"output": output, "kind": "left out", "rule": say(why)}
        for output, why in (LEFT_OUT | (PAPER if has_ledger else {})).items()
    ]


def checklist(
    title: str, control: Mapping, data: str, outputs: Sequence[Mapping], record: str
) -> str:
    """Return what was done and who checks it, as a page to sign; `record` is its number."""
    least = control["min_cell"]
    about = {"most": least - 1, "least": least, "quartiles": 4 * least, "km": control["km"]}
    used = dict.fromkeys(
        rule for row in outputs for rule in row["rule"].split("; ") if rule in RULES
    )
    rules = [f"- **{rule}**: {say(text, **about)}" for rule, text in RULES.items() if rule in used]
    if control["round_to"]:
        rounding = say("Counts are rounded to the middle of ranges of {n}.", n=control["round_to"])
        rules.insert(0, f"- {rounding}")
    checks = [
        say("No count of 1 to {most} is told, nor a percentage of one.", most=least - 1),
        say("The texts of the study file and of PROVENANCE.md tell nothing of single patients."),
        say("No table, level or figure is needed less than it could harm."),
        say("What is sent is SHA256SUMS and the files that it lists (sha256sum -c SHA256SUMS)."),
    ]
    names = control["signs"] or [say("Data-protection officer")]
    signed = [f"| {name} | | | |" for name in names]
    head = [say("Who may sign"), say("Released: yes or no"), say("Date"), say("Signature")]
    return "\n".join(
        [
            f"# {say('Release: checklist')}",
            "",
            title,
            "",
            say(STANDS, data=say(DATA[data])),
            say(RECORD, record=record),
            "",
            f"## {say('Rules applied')}",
            "",
            *rules,
            "",
            f"## {say('To be checked by a person')}",
            "",
            *[f"- [ ] {check}" for check in checks],
            "",
            f"## {say('Decision')}",
            "",
            "| " + " | ".join(head) + " |",
            "|---|---|---|---|",
            *signed,
            "",
        ]
    )
