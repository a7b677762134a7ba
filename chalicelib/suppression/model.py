"""Entries of the suppression list: addresses from which nothing is taken during and after an erasure. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class ReplyMailbox:
    """The reply mailbox of a request: a small conversation with a key of its own for answers about the request.

    It outlives the person's data and is destroyed last. The ids are random; the address is sealed in its contact.
    """

    contact_id: str
    conversation_id: str
    public_key: bytes


@dataclass(frozen=True)
class SuppressionEntry:
    """The entry of one address. While it is `closed`, during the erasure, nothing from there is stored; afterwards
    nothing that was sent up to `at` (ms), the time of the destruction, because providers repeat webhooks for days.

    `mailbox` is the reply mailbox of the request, stored as `box`.
    """

    at: int
    closed: bool
    request_id: str
    language: str
    mailbox: ReplyMailbox | None

    def refuses(self, sent_at: int) -> bool:
        """Whether a message that was sent at `sent_at` (ms) is refused."""
        return self.closed or sent_at <= self.at


def one_closed_entry_per_request(entries: Iterable[SuppressionEntry]) -> list[SuppressionEntry]:
    """Return the closed entries, one per request."""
    return list({entry.request_id: entry for entry in entries if entry.closed}.values())
