"""Guesses what a message may ask about the person's data, in whatever words. Pure, in linear time.

A guess changes nothing: the person is asked whether they meant it (recognise_words.py reads the phrases that act). Each
kind of request says by itself whether a sentence may mean it.
"""

from collections.abc import Iterator

from chalicelib.core.normal import normal
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.recognition.answer_phrases import LONGEST_GUESS

MOST_KINDS = 2
"""Kinds offered at most: so many buttons fit under one question, beside "No"."""
_ENDS, _PAUSE = ".!?", "..."
_APOSTROPHES = frozenset("'’")


def guess(text: str) -> tuple[str, ...]:
    """Return the kinds of request that a text may be about, the likelier first, MOST_KINDS at most; none for ordinary
    messages. The earlier sentence is the likelier one, then the order of the kinds."""
    found: dict[str, int] = {}
    for words in dict.fromkeys(_sentences(text[:LONGEST_GUESS])):
        for kind in registry.KINDS:
            if kind.id not in found and kind.means(words):
                found[kind.id] = len(found)
    return tuple(sorted(found, key=lambda kind: found[kind])[:MOST_KINDS])


def _sentences(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each sentence in the form in which the stems are written."""
    for line in text.splitlines():
        shown = "".join(one for one in normal(line) if one not in _APOSTROPHES)
        shown = shown.replace(_PAUSE, " ")
        for end in _ENDS:
            shown = shown.replace(end, "\n")
        for sentence in shown.split("\n"):
            words = tuple("".join([one if one.isalnum() else " " for one in sentence]).split())
            if words:
                yield words
