"""References to messages: ids of our own that reveal nothing, safe in URLs and in what a provider sees."""

import re
from typing import NamedTuple

_NUMBER = re.compile("[1-9][0-9]{0,2}")
_FORM = re.compile(r"([0-9a-z]{20})\.([0-9]{13})\.([0-9a-f]{32})")


class MessageRef(NamedTuple):
    """Identifies one message of one conversation. `at` is its time in ms; `pseudonym` is the HMAC of the provider's id
    (inbound) or a random or derived id (outgoing)."""

    conversation_id: str
    at: int
    pseudonym: str

    def __str__(self) -> str:
        return f"{self.conversation_id}.{self.at:013d}.{self.pseudonym}"

    @property
    def tail(self) -> str:
        """The sort key of the row without its prefix: time, then pseudonym."""
        return f"{self.at:013d}#{self.pseudonym}"

    def of_piece(self, number: int) -> str:
        """Return the reference of one piece, counted from 1, of a text that was sent in several messages."""
        return f"{self}.{number}"

    @classmethod
    def parse_piece(cls, text: str) -> "tuple[MessageRef | None, int]":
        """Parse the reference of a message or of a piece; return it and the piece's number, 0 for the whole message."""
        whole, _, number = text.rpartition(".")
        if _NUMBER.fullmatch(number) and (ref := cls.parse(whole)):
            return ref, int(number)
        return cls.parse(text), 0

    @classmethod
    def parse(cls, text: str) -> "MessageRef | None":
        """Parse a reference; return None when `text` is not one of ours."""
        match = _FORM.fullmatch(text)
        return cls(match[1], int(match[2]), match[3]) if match else None

    @classmethod
    def of_tail(cls, conversation_id: str, tail: str) -> "MessageRef":
        """Make a reference from a row's sort key without its prefix."""
        at, _, pseudonym = tail.partition("#")
        return cls(conversation_id, int(at), pseudonym)
