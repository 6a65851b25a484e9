"""Characters that no text of a study may hold: they hide, reorder or break what is shown.

Control characters steer terminals, marks of direction show a text in another order than it has
(Unicode TR 36, 3.2), and half of a surrogate pair or a noncharacter ends the writing of a document.
"""

import re
from collections.abc import Iterator

from retrocohort.faults import Fault

HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def hidden_faults(file: str, value, place: str = "") -> Iterator[Fault]:
    """Yield a fault for each text of a value of JSON, keys too, with such a character."""
    if isinstance(value, str):
        if found := HIDDEN.search(value):
            problem = f"holds the character U+{ord(found[0]):04X}, which nobody sees."
            yield Fault(file, place, problem, "Write the text without it.")
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from hidden_faults(file, str(key), place)
            yield from hidden_faults(file, part, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from hidden_faults(file, part, f"{place}.{number}")
