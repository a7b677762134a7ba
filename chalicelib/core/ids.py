"""Identifiers: random ones, which reveal nothing about a person, references of messages, and hashes of client ids."""

import hashlib
import re
import secrets
from typing import NamedTuple

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id() -> str:
    """Return 20 characters of Crockford's base 32: 100 random bits, safe in keys, URLs and speech."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(20))


def new_number(digits: int = 6) -> str:
    """Return a random ticket number of `digits` digits that does not begin with 0.

    It is random because a counter would be a hot item of the table. The caller stores it under the condition that it
    is free, and draws another when it is taken.
    """
    return str(secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1))


def grouped(text: str, size: int, between: str) -> str:
    """Split a text into groups of `size` characters with `between` in between, so that people can read and type it."""
    return between.join(text[start : start + size] for start in range(0, len(text), size))


def speak(number: str) -> str:
    """Return a ticket number in groups of three, as people say and read it: `481207` is `481-207`."""
    head = len(number) % 3
    groups = [number[:head]] if head else []
    groups += [number[i : i + 3] for i in range(head, len(number), 3)]
    return "-".join(groups)


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


LONGEST = 200
"""Characters of a client's id, at most."""


def pseudonym_of_notice(kind: str, owner_id: str) -> str:
    """Return the id of a notice, derived from its kind and owner, so that a notice is stored once: 32 hex digits."""
    return hashlib.sha256(f"{kind}|{owner_id}".encode()).hexdigest()[:32]


def album_number(conversation_id: str, album: str) -> int:
    """Return a number for an album of a conversation, too short to tell the provider's id of it: 0 < number < 2^32."""
    return int(hashlib.sha256(f"{conversation_id}|{album}".encode()).hexdigest()[:8], 16) or 1


def reply_id_hash(client_id: str) -> str:
    """Return the hash of a client's id for a reply: 64 hexadecimal digits."""
    return hashlib.sha256(client_id.encode()).hexdigest()


def retry_id_hash(client_id: str) -> str:
    """Return the hash of our own id for sending a failed reply again. No hash of a client's id looks like it."""
    return f"retry-{reply_id_hash(client_id)}"


def comment_id_hash(client_id: str) -> str:
    """Return the hash of a client's id for an internal comment."""
    return f"comment-{reply_id_hash(client_id)}"
