"""Gives presses of buttons and choices from lists their words. Pure.

A provider may return the payload of a button without its words, and a release before stored the payload in their place.
The words of a choice of ours stand on the message of ours that offered it.
"""

from collections.abc import Iterable
from dataclasses import replace

from chalicelib.core.asks import choice_of, is_payload
from chalicelib.tickets.model import PRESSES
from chalicelib.tickets.records import Message


def words_of(kind: str, text: str) -> str:
    """Return the stored text of a message as far as it is words: "" for a payload of ours in the place of a press's."""
    return "" if kind in PRESSES and is_payload(text) else text


def with_words(messages: Iterable[Message]) -> list[Message]:
    """Return the messages; a press without words has those of the choice, if a message that offered it is here."""
    kept = list(messages)
    offered = {one.pick: one.choices for one in kept if one.pick}
    return [_named(one, offered) if one.kind in PRESSES and not one.text else one for one in kept]


def _named(press: Message, offered: dict[str, tuple[str, ...]]) -> Message:
    pick, place = choice_of(press.details.get("data") or press.details.get("payload"))
    titles = offered.get(pick, ())
    return replace(press, text=titles[place - 1]) if 0 < place <= len(titles) else press
