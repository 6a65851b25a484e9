"""The language of what readers see; the English text is the key of its translation.

`say` writes a text in the language in force, English where no other is. What is stored in files of
results is English in every language (`noted`), and translated where it is shown (`told`). Both name
their texts literally, so that a test finds those that `report/words.yaml` lacks.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property, reduce
from pathlib import Path
from string import Formatter

from retrocohort.source import joined

LANGUAGES = {"en": "English", "zh": "中文"}
ENGLISH = "en"
OTHER = "zh"  # the language of the translation file
JOINED = "; "  # between two notes
LISTED = ", "  # between the names of a list in a note


@dataclass(frozen=True)
class Catalogue:
    """The texts of a language.

    Attributes
    ----------
    language : str
        A key of `LANGUAGES`.
    texts, notes : mapping
        English text, with {names} for its values, -> translation: what is said, what is stored.
    terms : mapping
        The same of a study: its English labels, which notes may quote.
    """

    language: str = ENGLISH
    texts: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def patterns(self) -> list[tuple[re.Pattern, str]]:
        """Return what notes with values look like, those with the longest texts first."""
        found = [(_pattern(english), told) for english, told in self.notes.items()]
        return sorted(found, key=lambda pair: -len(pair[0].pattern))


PLAIN = Catalogue()  # English as it stands in the code
_CURRENT: ContextVar[Catalogue] = ContextVar("catalogue", default=PLAIN)


def language() -> str:
    """Return the language in force."""
    return _CURRENT.get().language


@contextmanager
def speaking(words: Iterable[str] = (), terms: Mapping[str, str] | None = None) -> Iterator[None]:
    """Let `say` and `told` translate by the file `words` and the terms of a study.

    English, where there is no file.
    """
    catalogue = PLAIN
    for path in words:
        import yaml  # here, because English pages and figures need none

        read = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        catalogue = Catalogue(OTHER, read["texts"], read["notes"], terms or {})
    token = _CURRENT.set(catalogue)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def template(text: str) -> str:
    """Return a text as it is: it is said elsewhere, by `say` with the name of a constant."""
    return text


def say(text: str, /, **values: object) -> str:
    """Return a text in the language in force, with the values of its {names} and their numbers.

    Raises
    ------
    KeyError
        Where the translation file has no such text.
    """
    return joined(*(p if isinstance(p, str) else str(p) for p in pieces(text, **values)))


def pieces(text: str, /, **values: object) -> list:
    """Return the parts of a text in the language in force: pieces of text, and values as given."""
    catalogue = _CURRENT.get()
    translated = text if catalogue.language == ENGLISH else catalogue.texts[text]
    found = []
    for literal, name, _, _ in Formatter().parse(translated):
        found += [literal] if literal else []
        found += [values[name]] if name else []
    return found


def noted(text: str, /, **values: object) -> str:
    """Return an English text that is stored; `told` translates it where it is shown."""
    return text.format(**values)


def told(text: str) -> str:
    """Return a stored text in the language in force; a text that is nobody's note as it is."""
    catalogue = _CURRENT.get()
    if catalogue.language == ENGLISH or not text:
        return text
    for known in (catalogue.terms, catalogue.notes):
        if text in known:
            return known[text]
    for pattern, translated in catalogue.patterns:
        found = pattern.fullmatch(text)
        if found:
            return translated.format(**{k: _value(v) for k, v in found.groupdict().items()})
    several = text.split(JOINED)
    for i in range(len(several) - 1, 0, -1):  # a label may have such a sign itself
        first = JOINED.join(several[:i])
        if i == 1 or first in catalogue.terms:
            return say(JOINED).join([told(first), told(JOINED.join(several[i:]))])
    return text


def _value(text: str) -> str:
    """Return a value of a note; several names are told one by one."""
    several = text.split(LISTED)
    terms = _CURRENT.get().terms
    if text in terms or any(name not in terms for name in several):
        return told(text)
    return listed([terms[name] for name in several])


def listed(names: Iterable[str]) -> str:
    """Return "a, b, c"."""
    return say(", ").join(names)


def clauses(parts: Sequence[str]) -> str:
    """Return parts of a sentence with commas between them."""
    return chained(template("{text}, {more}"), parts)


def listing(sign: str, parts: Iterable[str]) -> str:
    """Return parts with a sign between them, and the numbers of all."""
    found = [each for part in parts for each in (sign, part)]
    return joined(*found[1:])


def all_of(parts: Sequence[str]) -> str:
    """Return "a and b and c"."""
    return chained(template("{text} and {more}"), parts)


def chained(joint: str, parts: Sequence[str]) -> str:
    """Return parts put together by a text with the values {text} and {more}."""
    return reduce(lambda text, more: say(joint, text=text, more=more), parts)


def sentences(parts: Iterable[str]) -> str:
    """Return sentences one after the other."""
    return listing(say(" "), parts)


def _pattern(english: str) -> re.Pattern:
    parts = Formatter().parse(english)
    return re.compile(
        "".join(re.escape(p) + (f"(?P<{name}>[^;]+)" if name else "") for p, name, *_ in parts)
    )
