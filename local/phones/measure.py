"""How providers measure a text: its length in UTF-16 units, and whether a person would see anything of it.

Written for itself, and not taken from the desk: a stand-in that asked the desk's code would agree with its mistakes.
"""

import re
import unicodedata

_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d159\U000e0000-\U000e0fff]"
)


def units(text: str) -> int:
    """Length in UTF-16 units: an emoji has two or more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def blank(text: str) -> bool:
    """Whether nothing of it would be seen: white space, controls, zero-width and direction marks, fillers."""
    return all(unicodedata.category(one) in ("Cc", "Cf", "Zs", "Zl", "Zp") for one in _UNSEEN.sub("", text))
