"""Whether a sentence denies or stops what it speaks of, and whether it wants no more contact. Pure.

Words are those of a sentence as privacy_guess reads them.
"""

from collections.abc import Sequence

from chalicelib.privacy.recognition import stems

Words = Sequence[str]
NEAR = 6
"""Words between which an act still belongs to a thing, with only fillers between."""


def denied(words: Words, at: int) -> bool:
    """Whether a "not" belongs to the act."""
    for place in range(at - 1, max(-1, at - NEAR), -1):
        if words[place] in stems.NOT:
            return True
        if words[place] not in stems.BETWEEN_NOT:
            return False
    return False


def stops(word: str) -> bool:
    return word in stems.STOP or word.startswith(stems.STOP_STEMS)


def leaves_alone(words: Words) -> bool:
    """Whether somebody wants to be written to and called no more: "не пишите мне больше", and the word by which
    messengers teach people to say so, alone."""
    if list(words) in stems.ENOUGH:
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
