"""The fonts of a figure: those of the style, and one of the system for letters that they lack.

The fonts of the style come with the project, so that every machine draws the same; only a letter
that none of them has makes a figure depend on the machine.
"""

from dataclasses import replace
from functools import lru_cache

from matplotlib import rcParams
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findSystemFonts, fontManager, get_font
from matplotlib.text import Text

from retrocohort.faults import Fault, FaultsFound

BOLD = 700


def add(path: str) -> None:
    """Make a font known to matplotlib; one without a bold sister serves in its place too."""
    if path not in {entry.fname for entry in fontManager.ttflist}:
        fontManager.addfont(path)
    own = next(entry for entry in fontManager.ttflist if entry.fname == path)
    if not any(entry.name == own.name and entry.weight == BOLD for entry in fontManager.ttflist):
        fontManager.ttflist.append(replace(own, weight=BOLD))


def without_glyph(text: str) -> set[str]:
    """Return the letters of a text that no font in force has."""
    return set(_lacking(text, tuple(rcParams["font.family"])))


@lru_cache(maxsize=4096)
def _lacking(text: str, families: tuple[str, ...]) -> frozenset[str]:
    missing = {letter for letter in text if not letter.isspace()}
    for family in families:
        if missing:
            font = get_font(fontManager.findfont(FontProperties(family=[family])))
            missing -= {letter for letter in missing if font.get_char_index(ord(letter))}
    return frozenset(missing)


def supply(text: str) -> None:
    """Put fonts of the system in force that have what the fonts in force lack for a text."""
    for letter in sorted(without_glyph(text)):
        family, families = _family_with(letter), rcParams["font.family"]
        if family and family not in families:
            rcParams["font.family"] = [*families, family]


@lru_cache(maxsize=1024)
def _family_with(letter: str) -> str:
    """Return the family of the first font of the system that has a letter, empty for none."""
    for path in sorted(findSystemFonts()):
        try:
            font = get_font(path)
        except (OSError, RuntimeError):  # nothing that can be read
            continue
        if font.scalable and font.get_char_index(ord(letter)):
            add(path)
            return font.family_name
    return ""


def check(figure: Figure) -> None:
    """Check that the fonts in force have all letters of a figure.

    Raises
    ------
    FaultsFound
        When a letter would be drawn as an empty box.
    """
    letters = {letter for text in figure.findobj(Text) for letter in text.get_text()}
    unknown = sorted(without_glyph("".join(sorted(letters))))
    if unknown:
        named = ", ".join(f"'{letter}' (U+{ord(letter):04X})" for letter in unknown)
        remedy = (
            "Install a font that has it, or add one to that folder and its name to font.family in"
            " report/figures.mplstyle, or write the label in other characters."
        )
        fault = f"no font has {named}, nor has one of the system."
        raise FaultsFound([Fault("report/fonts", "", fault, remedy)])
