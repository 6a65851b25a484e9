"""Numerals in a printed text, and which of them are no results."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

# a sign of comparison, a minus, digits in groups of three, decimals with either point
NUMERAL = re.compile(
    r"(?:[<>]\s?|(?<![A-Za-z\d_.·]))−?(?:\d+(?:[,\u2009]\d{3})*(?:[.·]\d+)?|[.·]\d+)"
)
DIGIT = re.compile(r"\d")
VALUE = re.compile(r"\{[^}]*\}")
QUOTED = re.compile(r"'([^']*)'")
LINK = "\ufffc"  # stands for a number that has a link, where the words around it are judged
PLAIN = str.maketrans({",": None, "\u2009": None, "·": "."})
KNOWN = "labels, numbers of tables and figures, decisions of the study"  # what is no result
BARE = re.compile(r"[\d\s.,:;·%()–−-]*")


@cache
def numerals(text: str) -> tuple[str, ...]:
    """Return the numerals of a text, without a blank behind a sign of comparison."""
    return tuple(n[0] + n[1:].lstrip() if n[0] in "<>" else n for n in NUMERAL.findall(text))


def plain(numeral: str) -> str:
    """Return a numeral without marks of thousands, with a point."""
    return numeral.translate(PLAIN)


class KnownTexts:
    """Texts with digits that are no results: labels, fixed phrases, numbers of tables, decisions.

    Whatever numeral of a text is in none of them has to come from a cell of the results. A label
    that is a bare number ("2", of a grade) explains a numeral beside the name of its variable, and
    in heads of tables, which are made of labels.
    """

    def __init__(
        self,
        texts: Iterable[str],
        decided: Iterable[str],
        units: Sequence[str],
        levels: Mapping[str, Iterable[str]] | None = None,
    ):
        """Keep the texts that have digits.

        Parameters
        ----------
        texts : labels and phrases, as they may stand in a text.
        decided : numerals of the study file, as the page writes them.
        units : what stands behind a numeral that was decided: "months", "%".
        levels : label of a variable -> those of its levels; "" -> those of arms, which stand alone.
        """
        found = {text for each in texts for text in _variants(each)}
        ranked = sorted(found, key=lambda text: (-len(text), text))
        self.known = re.compile("|".join(map(_pattern, ranked)) or r"(?!)")
        numbers = "|".join(map(re.escape, sorted(set(decided), key=len, reverse=True)))
        behind = "|".join(map(re.escape, sorted(filter(None, units), key=len, reverse=True)))
        self.decided = re.compile(rf"(?<![\d.·,−])(?:{numbers or '(?!)'})(?:\s?(?:{behind}))")
        self.bare = {
            name.casefold(): {n for label in own if BARE.fullmatch(label) for n in numerals(label)}
            for name, own in (levels or {}).items()
        }

    def unexplained(self, text: str, is_head: bool = False) -> tuple[str, ...]:
        """Return the numerals of a text that are in no known text."""
        if not DIGIT.search(text):
            return ()
        left = numerals(self.decided.sub(" ", self.known.sub(" ", text)))
        if not left:
            return ()
        small = text.casefold()
        bare = set().union(*(own for name, own in self.bare.items() if is_head or name in small))
        return tuple(numeral for numeral in left if numeral not in bare)


def _pattern(text: str) -> str:
    """Return the pattern of a text that is not a part of a longer number."""
    before = r"(?<!\d)" if text[0].isdigit() else ""
    return before + re.escape(text) + (r"(?!\d)" if text[-1].isdigit() else "")


def _variants(text: str) -> Iterable[str]:
    """Yield what may stand of a text: all, without its first letter, its parts round a name."""
    for part in (text, text[1:] if text[:1].isalpha() else "", *QUOTED.split(text)):
        if DIGIT.search(part) and not BARE.fullmatch(part):
            yield part.strip()


def texts_in(data: object) -> Iterable[str]:
    """Yield every text in nested lists and mappings."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from texts_in(value)
    elif isinstance(data, (list, tuple)):
        for value in data:
            yield from texts_in(value)


def numbers_in(data: object) -> Iterable[float]:
    """Yield every number in nested lists and mappings."""
    if isinstance(data, (int, float)) and not isinstance(data, bool):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from numbers_in(value)
    elif isinstance(data, (list, tuple)):
        for value in data:
            yield from numbers_in(value)


def phrases(words: Mapping) -> Iterable[str]:
    """Yield the pieces between the values of every text of the translation file, both languages."""
    for section in words.values():
        for key, value in section.items():
            for text in (key, *(value.values() if isinstance(value, Mapping) else [value])):
                yield from VALUE.split(text)
