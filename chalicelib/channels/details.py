"""What a message brings beside its text: a record for each thing that a person can send.

Readers make the records; `as_stored` makes of them the one mapping that is sealed with the message, whose names are
frozen. web/details.py says which of them are shown. A field that is empty is not stored. What people send rarely is in
shared.py, so that a cold start does not pay for it.
"""

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from chalicelib.channels.shared import (
        Card,
        Contacts,
        Dice,
        FilledForm,
        Item,
        Location,
        MailHead,
        Order,
        Poll,
        Reached,
    )


class File(NamedTuple):
    """A file. `media_id` is the provider's id by which it can be fetched, `size` in bytes, `duration` in seconds.
    `voice` tells a recorded message from another audio; `too_big`: the provider hands it out to nobody."""

    media_id: str
    unique_id: str = ""
    mime: str = ""
    sha256: str = ""
    filename: str = ""
    size: float | None = None
    duration: float | None = None
    width: float | None = None
    height: float | None = None
    title: str = ""
    performer: str = ""
    too_big: bool | None = None
    animated: bool | None = None
    voice: bool | None = None


class Press(NamedTuple):
    """A pressed button, or a choice from a list: `payload` or `data` is the id that we gave it. `callback_id` is what a
    channel wants confirmed."""

    payload: str = ""
    callback_id: str = ""
    data: str = ""
    game: str = ""


class Reaction(NamedTuple):
    """A reaction, whose emoji is the text. `removed`: it was taken back."""

    removed: bool | None = None


class Edit(NamedTuple):
    """An edit: the kind that the message has now."""

    new_kind: str


class NotRead(NamedTuple):
    """Why the provider did not hand a message over: its number and its words."""

    code: str = ""
    reason: str = ""


class Links(NamedTuple):
    """Web addresses behind words and buttons."""

    links: list[str] = []  # noqa: RUF012


class Cut(NamedTuple):
    """What is not kept: the end of a text, so many more cards, lines or options."""

    truncated: bool | None = None
    more: int | None = None


class Beside(NamedTuple):
    """What can stand beside any message: the advertisement or product that it came from, its album, what it quotes, the
    bot that wrote it. `time_unknown`: the provider gave no believable time."""

    referral: dict[str, str] = {}  # noqa: RUF012
    product: str = ""
    frequently_forwarded: bool | None = None
    media_group_id: str = ""
    quote_text: str = ""
    quoted_text: str = ""
    via_bot: str = ""
    time_unknown: bool | None = None


Detail: TypeAlias = (
    "File | Press | Reaction | Edit | NotRead | Links | Cut | Beside"
    " | Location | Contacts | FilledForm | Order | Poll | Dice | MailHead | Reached"
)


def as_stored(*details: Detail) -> dict[str, Any]:
    """Return the details as they are stored."""
    return {name: value for one in details for name, value in _fields(one).items()}


def _fields(record: "Detail | Card | Item") -> dict[str, Any]:
    fields = record._asdict()
    found = {name: value for name, value in fields.items() if value is not None and value not in ("", [], {})}
    if "cards" in found:
        found["cards"] = [{"name": one.name} | _fields(one) for one in found["cards"]]
    if "items" in found:
        found["items"] = [_fields(one) for one in found["items"]]
    return found
