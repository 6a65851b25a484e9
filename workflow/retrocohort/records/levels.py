"""Clean texts of categories, yes/no answers, identifiers and free text."""

from collections.abc import Sequence

from retrocohort.language import noted
from retrocohort.records.characters import plain_forms
from retrocohort.records.verdict import Verdict, refused

ANSWERS = {
    "1": "yes",
    "yes": "yes",
    "y": "yes",
    "true": "yes",
    "0": "no",
    "no": "no",
    "n": "no",
    "false": "no",
}


def clean_levels(texts: Sequence[str], variable: dict) -> list[Verdict]:
    """Accept the levels of the dictionary; all other spellings need a row in codes.csv."""
    levels = variable["levels"]
    unknown = refused("no level", noted("neither a level of the dictionary nor in codes.csv"))
    verdicts = []
    for text in texts:
        plain = plain_forms(text)
        rule = "plain form" if plain != text else ""
        verdicts.append(Verdict(plain, rule) if plain in levels else unknown)
    return verdicts


def clean_answers(texts: Sequence[str], variable: dict) -> list[Verdict]:
    """Accept 1/0, yes/no, y/n and true/false in any case."""
    unknown = refused("no answer", noted("neither yes nor no, and not in codes.csv"))
    answers = [ANSWERS.get(plain_forms(text).casefold()) for text in texts]
    return [Verdict(answer, "yes/no") if answer else unknown for answer in answers]


def clean_free_text(texts: Sequence[str], variable: dict) -> list[Verdict]:
    """Keep the text."""
    return [Verdict(text) for text in texts]
