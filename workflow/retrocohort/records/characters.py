"""Characters of other forms: full-width ones are read as plain, raised digits are not."""

import re
import unicodedata

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-" * 2)
NO_PLAIN_DIGITS = ("<super>", "<sub>", "<fraction>", "<circle>", "<compat>")


def plain_forms(text: str) -> str:
    """Return a text with full-width and similar forms in their plain form (Unicode NFKC).

    Raised, lowered and circled digits and fractions stay as they are: 10² is not 102.
    """
    if text.isascii():
        return text
    kept = (c if is_no_plain_digit(c) else unicodedata.normalize("NFKC", c) for c in text)
    return unicodedata.normalize("NFC", "".join(kept))


def is_no_plain_digit(char: str) -> bool:
    """Say whether a character stands for a number or sign in another than the plain form."""
    tag = unicodedata.decomposition(char).partition(" ")[0]
    if tag not in NO_PLAIN_DIGITS:
        return False
    return bool(re.search("[0-9+−]", unicodedata.normalize("NFKC", char)))
