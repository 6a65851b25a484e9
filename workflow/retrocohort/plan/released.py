"""Which files a release is made from, and which ones it has."""

from pathlib import Path

from retrocohort.plan.checked import checked_files
from retrocohort.plan.entries import Plan
from retrocohort.plan.outputs import GATES, shared_tables
from retrocohort.plan.page import copies, report_contents, report_facts

COUNTED = ("flow", "populations", "arms", "endpoints")
AUDITED = ("warnings", "consistency", "verification", "parity")
WRITTEN = ("report.html", "tables.json", "tables.docx", "checklists.docx", "tables.xlsx",
           "tables.tex", "tables", "numbers.json")  # fmt: skip


def disclosed_files(plan: Plan) -> list[str]:
    """Return every file of which a copy is disclosed, below the results of the study."""
    survival = {
        f"tables/{part['population']}/{name}.csv"
        for name, table in plan.study["tables"].items()
        if table["kind"] == "survival"
        for part in plan.parts(table)
    }
    found = [f"cohort/counts/{name}.csv" for name in COUNTED]
    found += [f"audit/{name}.csv" for name in AUDITED]
    found += [f for f in shared_tables(plan) if not f.startswith("cohort/") and f not in survival]
    for name in plan.study["further"]:
        paths = [path for each in plan.further_files(name).values() for path in each]
        found += [path.removeprefix(f"{plan.folder}/") for path in paths]
    return list(dict.fromkeys(found))


def judged_files(plan: Plan) -> list[str]:
    """Return what a release is judged by: the results, and that they agree."""
    own = [f"{plan.folder}/{path}" for path in disclosed_files(plan)]
    passed = [f"{plan.folder}/audit/{gate}.passed" for gate in GATES]
    return list(dict.fromkeys([*checked_files(plan), *own, *passed]))


def earlier_releases(study: str) -> list[str]:
    """Return what earlier releases of a study told, the last one last; private."""
    found = Path(f"history/{study}/releases").glob("[0-9]*.json")
    return sorted(path.as_posix() for path in found)


def packed(page: Plan) -> dict:
    """Return what is packed of a page: files, figures with what is behind them, and the facts."""
    figures = [
        {"svg": item["svg"], "counts": [link["source"] for link in item.get("links", ())]}
        for items in report_contents(page).values()
        for item in items
        if item.get("svg")
    ]
    tables = [page.at(f) for f in shared_tables(page) if not f.startswith("records/")]
    for name in page.study["further"]:
        tables += [path for each in page.further_files(name).values() for path in each]
    return {
        "language": page.language,
        "place": page.language if page.is_second else "",
        "shown": page.shown,
        "folder": page.folder,
        "title": page.study["title"],
        "labels": report_facts(page)["notice"],
        "figures": figures,
        "report": [page.at(f"report/{name}") for name in WRITTEN],
        "copies": list(copies(page)),
        "counts": [path for path in tables if page.owns(path) or not page.is_second],
    }
