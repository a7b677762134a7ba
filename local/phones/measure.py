"""Measures a text as providers do: its length in UTF-16 units, and whether it shows anything.

This does not use the desk's code on purpose: a stand-in that did would share the desk's mistakes and hide them.
"""

import re
import unicodedata

_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d159\U000e0000-\U000e0fff]"
)


def units(text: str) -> int:
    """Return the length in UTF-16 units, of which an emoji has two or more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def blank(text: str) -> bool:
    """Tell whether a text shows nothing: only spaces, controls, zero-width and direction marks, fillers."""
    return all(unicodedata.category(one) in ("Cc", "Cf", "Zs", "Zl", "Zp") for one in _UNSEEN.sub("", text))
