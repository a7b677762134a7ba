"""Albums: files that a customer sent as one, which arrive as a message each, seconds apart. They are shown as one block
and count as one unread message. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chalicelib.core.ids import MessageRef, album_number
from chalicelib.tickets.records import Message, Ticket

Block = Sequence[Message]
"""Messages that are shown as one: those of an album, or a single one."""


class Unread(NamedTuple):
    """What is unread: how many messages, and the numbers of albums besides."""

    messages: int = 0
    albums: frozenset[int] = frozenset()

    @classmethod
    def of(cls, ticket: Ticket) -> "Unread":
        """Return what is unread of a ticket."""
        return cls(ticket.unread - len(ticket.unread_albums), ticket.unread_albums)

    def but(self, behind: "Unread") -> "Unread":
        """Return what is left without `behind`."""
        return Unread(max(0, self.messages - behind.messages), self.albums - behind.albums)


def blocks(messages: Iterable[Message]) -> list[Block]:
    """Return messages in their order; those of one album together, at the place of the first."""
    found: dict[str, list[Message]] = {}
    for one in messages:
        found.setdefault(_album(one) or one.id, []).append(one)
    return list(found.values())


def unread_from(found: Sequence[Block], unread: Unread) -> int:
    """Return the index of the first unread block of a customer's blocks; their number when none is."""
    single = [index for index, block in enumerate(found) if not number_of(block)]
    first = single[-min(unread.messages, len(single)) :] if unread.messages else []
    albums = [index for index, block in enumerate(found) if number_of(block) in unread.albums]
    return min([*first, *albums], default=len(found))


def unread_of(found: Iterable[Block]) -> Unread:
    """Return what is unread when all of these blocks are."""
    numbers = [number_of(block) for block in found]
    return Unread(numbers.count(0), frozenset(numbers) - {0})


def number_of(block: Block) -> int:
    """Return the number of an album as the ticket counts it; 0 for a message that is in none."""
    ref = MessageRef.parse(block[0].id)
    album = _album(block[0])
    return album_number(ref.conversation_id, album) if ref and album else 0


def _album(message: Message) -> str:
    return str(message.details.get("media_group_id") or "") if message.direction == "in" else ""
