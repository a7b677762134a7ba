"""Reads a yes or a no, said in a word, to the question whether a person consents. Only who was asked is read so, and
only a whole message of these words counts."""

from functools import cache

from chalicelib.channels.parts import InboundMessage
from chalicelib.core.asks import CONSENT_NO, SAID_ABROAD, SAID_YES, Ask
from chalicelib.privacy.recognition.answer_phrases import spelled
from chalicelib.privacy.recognition.recognise_words import bare_words

_LONGEST = 60
"""Characters of a text that can be such an answer."""
_YES = """
    yes
    yes i agree/consent
    i agree/consent
    да
    -/да согласен/согласна
    -/да я согласен/согласна
    -/да даю согласие
    иә
    -/иә келісемін
    """
_BOTH = """
    1
    yes to both
    да на оба
    -/да согласен/согласна на оба
    екеуіне де иә
    -/иә екеуіне де келісемін
    """
_AT_HOME = """
    2
    yes without the transfer -/abroad
    yes not abroad
    да без передачи -/за рубеж
    да не за рубеж
    иә шетелге берусіз
    иә шетелге емес
    """
_NEITHER = """
    3
    """
_NO = """
    no
    no i do not agree
    no i dont agree
    i do not agree
    i dont agree
    нет
    -/нет не согласен/согласна
    -/нет я не согласен/согласна
    жоқ
    -/жоқ келіспеймін
    """


def consent_answer(message: InboundMessage, numbered: bool = False) -> Ask | None:
    """Return the answer that a message gives, None for any other message; `numbered`: the question has an item of its
    own, so that its answers have numbers, too. A yes that names no item gives none. A question is no answer, and
    forwarded words, or those of a bot, are somebody else's."""
    text = message.text
    if message.kind != "text" or len(text) > _LONGEST or message.forwarded or message.details.get("via_bot"):
        return None
    said = "" if any(mark in text for mark in "?？") else " ".join(bare_words(text))
    item = _answers(numbered).get(said)
    return Ask("consent", item=item) if item else None


@cache
def _answers(numbered: bool) -> dict[str, str]:
    said = [(SAID_YES, _YES), (CONSENT_NO, _NO)]
    if numbered:
        said += [(SAID_ABROAD, _BOTH), (SAID_YES, _AT_HOME), (CONSENT_NO, _NEITHER)]
    pairs = ((item, one) for item, lines in said for one in spelled(lines))
    return {" ".join(bare_words(one)): item for item, one in pairs}
