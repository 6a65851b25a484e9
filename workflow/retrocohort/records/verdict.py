"""What cleaning makes of one text: the clean text, and why."""

from typing import NamedTuple

from retrocohort.language import noted

SET_TO_MISSING = noted("set to missing")
KEPT = noted("value kept")
LEFT_OUT = noted("row left out")


class Verdict(NamedTuple):
    """The clean text of a cell ("" for missing), the rule that made it, and a problem if any."""

    clean: str = ""
    rule: str = ""
    problem: str = ""


def refused(rule: str, problem: str) -> Verdict:
    """Return the verdict on a text that means nothing that the dictionary allows."""
    return Verdict("", rule, problem)
