"""Normalises texts for comparison, so that what looks alike or is typed alike becomes the same. Pure.

The search index, the search box and the check for invisible texts all compare `normal(text)`. That form is neither
shown nor stored; a name is shown as `display_name` returns it.
"""

import re
import unicodedata
from functools import lru_cache

_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")
"""Joiners that shape neighbouring letters or emoji: kept in what is shown, dropped for comparison."""
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u2800\u3164\uffa0\U0001d159")
"""Invisible characters that Unicode does not list as format characters."""
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"), "-")
_QUOTES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u02bb\u2032`\u00b4"), "'")
_LETTERS = {
    # Kazakh letters and those of neighbours, as they are typed on a Russian keyboard
    **{ord(one): other for one, other in zip("ғқңөұүһіӏєґ", "гкноуухииег", strict=True)},
    ord("ә"): "а",
    # Latin letters that Unicode does not take apart
    **{ord(one): other for one, other in zip("ıøłđħŧŋ", "ioldhtn", strict=True)},
    **{ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th", ord("ð"): "d", ord("ə"): "a"},
    # Arabic letters that keyboards and habits mix up; the line that only stretches a word
    **{ord("ى"): "ي", ord("ی"): "ي", ord("ک"): "ك", ord("ة"): "ه", ord("\u0640"): ""},
}
"""Small letters and what people type instead. Applied to the index and to the search, so that both spellings match."""
_USUAL_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі"
_USUAL = frozenset(_USUAL_LETTERS + _USUAL_LETTERS.upper() + "«»“”–—’…\n" + "".join(map(chr, range(0x20, 0x7F))))
"""Characters of nearly every message here. Each maps independently of its neighbours, so one translation table is
enough."""
_USUAL_FORMS = {**_LETTERS, **_DASHES, **_QUOTES, ord("ё"): "е", ord("…"): "..."}
_MARKS = (
    *((0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670)),
    *((0x06D6, 0x06ED), (0x08CA, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F)),
)
"""Marks above and below letters of Latin, Cyrillic, Hebrew and Arabic, which people leave out and comparison drops.
Marks of other scripts, such as those of India, are vowels and stay."""
_BREVE, _SHORT_I = "\u0306", "й"
_MOST_MARKS = 30
"""Source: Unicode, "Stream-Safe Text Format" (UAX 15): no living text has more marks on one letter."""
_ROUNDS = 4
"""Most passes until the form is stable. One is enough for what people type; an artificial text may need more."""


@lru_cache(maxsize=4096)
def invisible(character: str) -> bool:
    """Whether a character is invisible: a format, bidi control, joiner, variation selector or filler."""
    if character in _BLANK or "\ufe00" <= character <= "\ufe0f" or "\U000e0000" <= character <= "\U000e0fff":
        return True
    return unicodedata.category(character) in ("Cf", "Cc", "Cs") and not character.isspace()


def shows_nothing(text: str) -> bool:
    """Whether a text consists of blank and invisible characters only, in any Unicode form.

    It examines each character on its own, so that a long run of marks, which Unicode would sort, takes linear time.
    """
    return not any(_shows(one) for one in text)


def _shows(character: str) -> bool:
    if character.isascii() and character.isalnum():
        return True
    parts = unicodedata.normalize("NFKC", character)
    return not all(one.isspace() or invisible(one) for one in parts)


def display_name(text: str) -> str:
    """Return a name for display on one line, without bidi controls and invisible characters that could disguise it.

    Returns "" when nothing of it is visible.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    if not normal(text):
        return ""
    return " ".join("".join(one for one in text if one in _JOINERS or not invisible(one)).split())


def normal(text: str) -> str:
    """Return the form of a text that comparisons use; "" when nothing is visible. `normal(normal(x)) == normal(x)`."""
    if text.isascii():
        return " ".join(
            "".join(one for one in text.lower() if one.isprintable() or one.isspace()).replace("`", "'").split()
        )
    if _USUAL.issuperset(text):
        return " ".join(text.lower().translate(_USUAL_FORMS).split())
    for _ in range(_ROUNDS):
        again = _once(text)
        if again == text:
            break
        text = again
    return text


def same_phrase(text: str) -> str:
    """Return the words of a text as they are compared: letters and digits alone, in their simplest form."""
    return " ".join(re.findall(r"\w+", normal(text)))


def _once(text: str) -> str:
    kept = unicodedata.normalize("NFC", _short_runs(text)).translate(_QUOTES)  # first: NFKC makes ´ a mark
    kept = unicodedata.normalize("NFKC", kept)
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", kept.casefold()))
    plain: list[str] = []
    for one in apart:
        if one == _BREVE and plain and plain[-1] == "и":
            plain[-1] = _SHORT_I  # й is a letter of its own, not и with a mark
        elif unicodedata.decimal(one, None) is not None:
            plain.append(str(unicodedata.decimal(one)))
        elif not _mark(one) and not invisible(one):
            plain.append(one)
    joined = unicodedata.normalize("NFC", "".join(plain))
    return " ".join(joined.translate(_DASHES).translate(_QUOTES).translate(_LETTERS).split())


def _short_runs(text: str) -> str:
    """Drop invisible characters, and all but _MOST_MARKS marks on one letter: Python sorts such a run in quadratic
    time."""
    kept: list[str] = []
    run = 0
    for one in text:
        if invisible(one):
            continue
        run = run + 1 if unicodedata.combining(one) else 0
        if run <= _MOST_MARKS:
            kept.append(one)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _mark(character: str) -> bool:
    code = ord(character)
    if code < 0x0300:
        return False
    return any(first <= code <= last for first, last in _MARKS) and unicodedata.category(character)[0] == "M"
