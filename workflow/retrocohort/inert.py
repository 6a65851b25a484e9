"""Texts of a study in a form that Snakemake can hold: shown as they are, and nothing more.

Snakemake replaces `{name}` in parameters and labels by a wildcard, and writes both into a script
of its own report, which the text `</script>` would end. So a text that goes to Snakemake has a word
joiner, a sign that nobody sees, after each brace and each `<` that could begin markup (before a
letter, "/", "!" or "?": HTML, 13.2.5.6); the scripts get the text as it was written.
"""

import re
from collections.abc import Callable

JOINER = "\N{WORD JOINER}"
ACTIVE = re.compile(rf"<(?=[A-Za-z/!?{JOINER}])|\{{")
MARKED = re.compile(rf"([<{{]){JOINER}")


def inert(value):
    """Return a value of JSON whose texts, keys too, begin neither markup nor a wildcard."""
    return _in_texts(value, lambda text: ACTIVE.sub(rf"\g<0>{JOINER}", text))


def as_written(value):
    """Return the value of which `inert` made this one."""
    return _in_texts(value, lambda text: MARKED.sub(r"\1", text))


def _in_texts(value, change: Callable[[str], str]):
    """Return a value with each of its texts changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_in_texts(key, change): _in_texts(each, change) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_in_texts(each, change) for each in value)
    return value
