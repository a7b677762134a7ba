"""Reads what a mail asks about data: by the operator's published marking in its subject, or in its words as anywhere
else. What it asks for opens no ticket. Pure."""

from collections.abc import Mapping, Sequence

from chalicelib.channels.parts import InboundMessage
from chalicelib.core.asks import ABROAD, Ask
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.recognition.recognise_words import asks, marked_in, words_of

_LONGEST_SUBJECT = 400


def asks_by_mail(message: InboundMessage, markings: Mapping[str, Sequence[str]]) -> Ask | None:
    """Return what a mail asks. In an answer to a mail of ours the subject is ours, and says nothing. What takes effect
    without a confirmation is asked about, when nothing proves who wrote; in an answer to a mail of ours it is only
    marked, because the signed address may be the proof (messages/ingest.is_believed)."""
    said = asks(message, markings)
    if (said is None or said.action == "maybe") and not message.thread:
        said = _in_subject(message.topic or "", message, markings) or said
    if said is None or said.action != "withdraw":
        return said
    at_once = message.unproved and not all(kind_of(one).confirmed for one in said.kinds)
    if at_once and not message.thread:
        return Ask("maybe", kinds=said.kinds)
    return said._replace(item="" if said.meant_at else said.kinds[0], at_once=at_once)


def _in_subject(subject: str, message: InboundMessage, markings: Mapping[str, Sequence[str]]) -> Ask | None:
    """Return what a subject asks: it begins with a published marking, whoever's name stands at its end; or its words
    ask for something as a text's do. Blanks do not count: mail programs lose some where they break a long subject."""
    marked = {phrase.replace(" ", ""): ask for phrase, ask in marked_in(markings).items()}
    words = words_of(subject[:_LONGEST_SUBJECT])
    for length in range(len(words), 0, -1):
        if ask := marked.get("".join(words[:length])):
            return ask
    ask = asks(message._replace(text=subject), markings)
    return ask if ask and (ask.action in ("withdraw", "maybe") or ask.item.startswith(f"{ABROAD}.")) else None
