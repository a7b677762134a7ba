"""Finds out whether a sentence denies an act, asks to stop it, or asks for no more contact. Pure.

Words are those of a sentence as recognition/guesses.py splits it.
"""

from collections.abc import Sequence

from chalicelib.privacy.meaning import stems

Words = Sequence[str]
NEAR = 6
"""Distance in words at which an act still belongs to a thing when only fillers stand between."""

SHORT = 3
"""Words of a sentence that says nothing but an act: "stop processing", "не беспокоить"."""


def denied(words: Words, at: int) -> bool:
    """Whether a "not" belongs to the act at this position."""
    for place in range(at - 1, max(-1, at - NEAR), -1):
        if words[place] in stems.NOT:
            return True
        if words[place] not in stems.BETWEEN_NOT:
            return False
    return False


def stops(word: str) -> bool:
    """Whether the word asks to stop something."""
    return word in stems.STOP or word.startswith(stems.STOP_STEMS)


def leaves_alone(words: Words) -> bool:
    """Whether the person wants no more messages and calls: "не пишите мне больше", or only the word "stop" that
    messengers teach people to send."""
    if list(words) in stems.ENOUGH:
        return True
    if len(words) <= SHORT:
        for at, word in enumerate(words):  # a loop, which costs half of a generator
            if word in stems.TALK and denied(words, at):
                return True
    if not any(word in stems.TO_ME for word in words):
        return False
    for at, word in enumerate(words):
        if stops(word) and not denied(words, at) and any(one in stems.TALK for one in words[at + 1 : at + 3]):
            return True
        told = word.startswith(stems.TALK_NOT_STEMS) or (word in stems.TALK and denied(words, at))
        if told and any(one in stems.FOR_GOOD for one in words):
            return True
    return False
