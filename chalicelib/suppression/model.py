"""Who may not be written to, read or reached: the entries of the suppression list. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class ReplyMailbox:
    """Where answers about the request go: a small conversation of its own with its own key, which outlives the
    person's rows and is destroyed last. Our ids and a public key; the address in it is sealed."""

    contact_id: str
    conversation_id: str
    public_key: bytes


@dataclass(frozen=True)
class SuppressionEntry:
    """What stands for one address. While it is `closed` nothing that comes from there is taken; then nothing that was
    sent up to `at` (ms), the time of the destruction: providers repeat for days. Answers about the request go into
    `box`."""

    at: int
    closed: bool
    request_id: str
    language: str
    box: ReplyMailbox | None

    def refuses(self, sent_at: int) -> bool:
        """Whether what was sent at `sent_at` (ms) is refused."""
        return self.closed or sent_at <= self.at


def one_closed_entry_per_request(fences: Iterable[SuppressionEntry]) -> list[SuppressionEntry]:
    """Return one closed fence of each request."""
    return list({fence.request_id: fence for fence in fences if fence.closed}.values())
