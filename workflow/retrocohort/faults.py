"""What is wrong with a study's files: collected, and shown all at once."""

import os
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
LONGEST = 2000  # characters of a place, problem or remedy
LONGEST_NAME, MOST_NAMES = 100, 5000  # that are searched for the one that was meant


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: its file, its row or key, what it is, and what would be right."""

    file: str
    place: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        """Return one line: place, problem, remedy."""
        place, problem, remedy = map(legible, (self.place, self.problem, self.remedy))
        return f"{place}: " * bool(place) + problem + f" {remedy}" * bool(remedy)


class FaultsFound(Exception):
    """The run cannot go on; the message lists every fault, by file."""

    def __init__(self, faults: Iterable[Fault]):
        """Keep the faults in the order in which they were found, each once."""
        self.faults = list(dict.fromkeys(faults))
        super().__init__(describe(self.faults))


def legible(text: str) -> str:
    """Return a text of a file as a terminal may show it: signs that steer it are spelled."""
    text = CONTROL.sub(lambda sign: sign[0].encode("unicode_escape").decode(), text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def describe(faults: list[Fault]) -> str:
    """Return the faults as text, grouped by file."""
    lines = []
    for file in dict.fromkeys(fault.file for fault in faults):
        own = [fault for fault in faults if fault.file == file]
        lines.append(f"{legible(file)} has {len(own)} fault{'s' if len(own) > 1 else ''}:")
        lines.extend(f"  {fault}" for fault in own)
    return "\n".join(lines)


def suggest(word: str, valid: Iterable[str], most: int = 12) -> str:
    """Return the nearest valid choice, or the valid choices when none is near."""
    choices = [str(choice) for choice in valid if len(str(choice)) <= LONGEST_NAME][:MOST_NAMES]
    word = str(word)[:LONGEST_NAME]
    small = {choice.casefold(): choice for choice in reversed(choices)}
    near = get_close_matches(word.casefold(), small, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{small[near[0]]}'?"
    shown = ", ".join(f"'{choice}'" for choice in choices[:most])
    return f"Valid choices: {shown}{', ...' if len(choices) > most else ''}." if choices else ""


def without_values(error: BaseException) -> str:
    """Return what kind of error it is and where in the code; its text may quote a cell.

    Of one of the machine, such as a full disk, it is what the system calls it, and the file.
    """
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"  {Path(f.filename).name}:{f.lineno} in {f.name}" for f in frames]
    said = type(error).__name__
    if isinstance(error, OSError) and error.errno:
        said = f"{os.strerror(error.errno)}{f': {error.filename}' if error.filename else ''}"
    return "\n".join([said, *lines])


@contextmanager
def told() -> Iterator[None]:
    """End a program that cannot go on with what is wrong, and never with the value of a cell."""
    try:
        yield
    except FaultsFound as found:
        sys.exit(str(found))
    except Exception as error:
        sys.exit(f"{Path(sys.argv[0]).name} stopped. {without_values(error)}")
