"""What the gate of printed numbers reads: the pages of a study, the files beside them, results."""

from retrocohort.language import ENGLISH
from retrocohort.plan.entries import Plan
from retrocohort.plan.outputs import shared_tables
from retrocohort.plan.page import report_contents, report_facts, shown_files
from retrocohort.plan.readers import pages_of

PRINTED = ("report.html", "tables.json", "tables.docx", "tables.xlsx", "tables.tex", "numbers.json")
AUDITED = ("consistency", "warnings", "verification", "parity")


def printed_pages(plan: Plan) -> list[dict]:
    """Return of each page of a study what tells where its numbers come from."""
    return [
        {
            "shown": page.shown,
            "folder": plan.folder,
            "translated": page.language != ENGLISH,
            "terms": page.terms,
            "study": report_facts(page),
            "contents": report_contents(page),
            "look": page.study["figures"]["look"],
            "ledger": bool(page.study["ledger"]),
        }
        for page in pages_of(plan).values()
    ]


def printed_files(plan: Plan) -> list[str]:
    """Return the files that are read back: pages, what lies beside them, and their figures."""
    found = []
    for page in pages_of(plan).values():
        found += [page.at(f"report/{name}") for name in (*PRINTED, "tables")]
        found += [path for path in shown_files(page) if path.endswith(".svg")]
    return list(dict.fromkeys(found))


def compared_files(plan: Plan) -> list[str]:
    """Return the results that the printed numbers are compared with."""
    audited = [*AUDITED, "published"] if plan.study["ledger"] else AUDITED
    found = [f"{plan.folder}/{path}" for path in shared_tables(plan)]
    found += [f"{plan.folder}/audit/{name}.csv" for name in audited]
    return list(dict.fromkeys([*found, *(p for p in shown_files(plan) if p.endswith(".csv"))]))
