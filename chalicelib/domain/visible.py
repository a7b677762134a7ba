"""Whether a text shows anything to a person who reads it. Pure; every text takes time in proportion to its length."""

import unicodedata

_BLANK_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Controls, formats (zero-width and bidi marks, soft hyphen, tags), separators. Source: Unicode, General_Category."""
_BLANK = frozenset(
    "\u034f"  # combining grapheme joiner
    "\u115f\u1160\u3164\uffa0"  # fillers of Hangul
    "\u17b4\u17b5"  # inherent vowels of Khmer
    "\u2800"  # Braille pattern without dots
    "\u180b\u180c\u180d\u180f"  # variation selectors of Mongolian
    "\U0001d159"  # null notehead
)
_SELECTORS = ((0xFE00, 0xFE0F), (0xE0000, 0xE0FFF))
"""Variation selectors, and what Unicode keeps for more of their kind (Default_Ignorable_Code_Point)."""


def shows_nothing(text: str) -> bool:
    """Return whether all of a text is blank or invisible, whatever form of Unicode it is written in."""
    return not any(_shows(one) for one in text)


def _shows(character: str) -> bool:
    """One character at a time: normalising a whole text takes quadratic time when it is made of marks."""
    if character.isalnum() and character.isascii():
        return True
    return any(not _blank(one) for one in unicodedata.normalize("NFKC", character))


def _blank(character: str) -> bool:
    if unicodedata.category(character) in _BLANK_CATEGORIES or character in _BLANK:
        return True
    return any(first <= ord(character) <= last for first, last in _SELECTORS)
