"""Files that a customer sent together, as one album: each arrives as a message of its own."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from chalicelib.tickets.records import Message


class InAlbum(NamedTuple):
    """The place of a message in its album, from 1, and how many there are."""

    place: int
    of: int


def albums(messages: Iterable[Message]) -> dict[str, InAlbum]:
    """Return the place of each message that stands beside others of its album, by its id."""
    found: dict[str, InAlbum] = {}
    for name, group in groupby(messages, lambda one: str(one.details.get("media_group_id", ""))):
        together = list(group)
        if name and len(together) > 1:
            found |= {one.id: InAlbum(place, len(together)) for place, one in enumerate(together, 1)}
    return found
