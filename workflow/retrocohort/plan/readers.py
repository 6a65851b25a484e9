"""What readers see of a study: its pages in each language, and what may leave the hospital."""

from retrocohort.language import ENGLISH
from retrocohort.plan.entries import Plan, without


def pages_of(plan: Plan) -> dict[str, Plan]:
    """Return page -> plan of what is shown of a study, in each of its languages."""
    study, (first, *others) = plan.study, plan.study["languages"]
    texts = {ENGLISH: study}
    made = [
        Plan(plan.name, texts.get(language, study["chinese"]), language, language in others)
        for language in (first, *others)
    ]
    return {page.page: page for page in made}


def disclosed_pages_of(plan: Plan) -> dict[str, Plan]:
    """Return page -> plan of what may be told of a study, in each of its languages.

    What is about a printed paper, and what is for a manuscript, is no part of it.
    """
    made = [
        Plan(page.name, _disclosed(page.study), page.language, page.is_second, is_disclosed=True)
        for page in pages_of(plan).values()
    ]
    return {page.page: page for page in made}


def _disclosed(study: dict) -> dict:
    notice = study["disclosure"]["notice"]
    return study | {
        "notice": " ".join(filter(None, [study["notice"], notice])),
        "ledger": {},
        "figures": study["figures"] | {"submit": {}},
        "report": without(study["report"], "manuscript"),
    }
