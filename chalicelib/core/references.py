"""References to messages: ours, opaque, safe in URLs and at a provider."""

import re
from typing import NamedTuple

_NUMBER = re.compile("[1-9][0-9]{0,2}")
_FORM = re.compile(r"([0-9a-z]{20})\.([0-9]{13})\.([0-9a-f]{32})")


class MessageRef(NamedTuple):
    """Names one message of one conversation. `at` is its time in ms, `blind` the blind name of its provider id
    (inbound) or random (outgoing)."""

    conversation_id: str
    at: int
    blind: str

    def __str__(self) -> str:
        return f"{self.conversation_id}.{self.at:013d}.{self.blind}"

    @property
    def tail(self) -> str:
        """The part of the row's sort key that orders it: time, then blind name."""
        return f"{self.at:013d}#{self.blind}"

    def of_piece(self, number: int) -> str:
        """The reference of one of several pieces of the message, from 1; releases before knew only the whole."""
        return f"{self}.{number}"

    @classmethod
    def parse_piece(cls, text: str) -> "tuple[MessageRef | None, int]":
        """Read the reference of a message or of a piece; the number is 0 for the whole."""
        whole, _, number = text.rpartition(".")
        if _NUMBER.fullmatch(number) and (ref := cls.parse(whole)):
            return ref, int(number)
        return cls.parse(text), 0

    @classmethod
    def parse(cls, text: str) -> "MessageRef | None":
        """Read a reference back, or return None when `text` is not one of ours."""
        match = _FORM.fullmatch(text)
        return cls(match[1], int(match[2]), match[3]) if match else None

    @classmethod
    def of_tail(cls, conversation_id: str, tail: str) -> "MessageRef":
        """Make a reference from a row's sort key without its prefix."""
        at, _, blind = tail.partition("#")
        return cls(conversation_id, int(at), blind)
