"""Presents the details of a message, which parsers store beside its text.

Every name that a parser puts into `details` is in one of four lists: TOLD_BY_TEXT, TOLD_BY_KIND, NOT_FOR_READERS,
SHOWN. A test reads the parsers and checks that none is missing.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib.channels.reading import as_dict, as_list
from chalicelib.core.texts import desk_msg
from chalicelib.tickets.records import Message

TOLD_BY_TEXT = frozenset(
    "cards items answers question options name address emoji value removed payload data new_kind".split()
)
"""Details that the text of the message holds already, or that its kind or state says."""
TOLD_BY_KIND = frozenset("filename size duration too_big latitude longitude voice".split())
"""Details that stand in the line of the kind: file, length, location."""
NOT_FOR_READERS = frozenset(
    "media_id unique_id mime sha256 width height animated media_group_id callback_id catalog origin quote_text"
    " quoted_text references".split()
)
"""Details that mean nothing to a reader: ids and formats with which the desk fetches, groups and quotes."""

_LINES: Mapping[str, str] = {
    "mailbox": desk_msg("Written to: {value}"),
    "copies": desk_msg("Also to: {value}"),
    "answers_to": desk_msg("Asks for answers at {value}: the desk answers the address that the mail came from"),
    "unproved": desk_msg("Nothing proves that this mail was sent from its address: answer nothing private to it"),
    "organisation": desk_msg("Writes for: {value}"),
    "given_mail": desk_msg("Can be reached at this e-mail, as they say: {value}"),
    "given_phone": desk_msg("Can be reached at this phone, as they say: {value}"),
    "links": desk_msg("Address behind the words: {value}"),
    "product": desk_msg("About the product: {value}"),
    "performer": desk_msg("By: {value}"),
    "title": desk_msg("Title: {value}"),
    "game": desk_msg("Game: {value}"),
    "code": desk_msg("The provider's number for it: {value}"),
    "reason": desk_msg("The provider says: {value}"),
    "live": desk_msg("The place moves: the newest one is shown"),
    "frequently_forwarded": desk_msg("Forwarded many times"),
    "via_bot": desk_msg("Written by a bot that the customer used: {value}"),
    "more": desk_msg("And {value} more, which are not kept"),
    "truncated": desk_msg("Cut here: the text is longer than 100 kB, and the rest is not kept"),
    "time_unknown": desk_msg("The provider gave no time: this is when it arrived"),
}
_PART = desk_msg("A part of the mail that the desk could not read: look into the file")
UNREAD: Mapping[str, str] = {
    "sealed": desk_msg("The mail is encrypted, and the desk cannot open it: ask the customer to send it unencrypted"),
    "long": desk_msg("The text of the mail is too long to be shown: all of it is in this file"),
    "history": desk_msg("The earlier mails below it are too long to be shown: all of them are in this file"),
    "container": desk_msg("A package of Outlook that the desk could not unpack whole: look into the file"),
    **dict.fromkeys(("parts", "encoding", "charset", "html"), _PART),
}
"""Why a part of a mail became a file, by the words of channels/email/mail.UNREAD."""
_ADVERTISEMENT = desk_msg("From an advertisement: {value}")
SHOWN = frozenset({*_LINES, "referral", "folded", "subject", "unread"})
"""Details that have a line or a place of their own."""


def detail_lines(say: Callable[[str], str], message: Message) -> list[str]:
    """Return a line for each detail that is shown. Web addresses are plain text, not links: the sender chose them."""
    if message.deleted or message.erased or message.unreadable:
        return []
    found = []
    for name, text in _LINES.items():
        value = message.details.get(name)
        if value:
            found += [say(text).format(value=one) for one in (as_list(value) or [value])]
    if unread := UNREAD.get(str(message.details.get("unread", ""))):
        found.append(say(unread))
    if advertisement := _advertisement(message.details):
        found.append(say(_ADVERTISEMENT).format(value=advertisement))
    return found


def _advertisement(details: Mapping[str, Any]) -> str:
    referral = as_dict(details.get("referral"))
    told = [name for name in ("headline", "body", "source_url") if referral.get(name)]
    return ", ".join(str(referral[name]) for name in told or referral)


_GIVEN: Mapping[str, str] = {
    "given_mail": desk_msg("E-mail"),
    "given_phone": desk_msg("Phone"),
    "organisation": desk_msg("Organisation"),
}


def given_ways(messages: Iterable[Message]) -> dict[str, str]:
    """Return how the author of these messages, the oldest first, says that they can be reached and for whom they write,
    by its label: what they said last counts. Nothing proves it, and nothing finds them by it."""
    given: dict[str, str] = {}
    for message in messages:
        if not (message.deleted or message.erased or message.unreadable):
            given |= {_GIVEN[name]: str(value) for name in _GIVEN if (value := message.details.get(name))}
    return given


def details_of(message: Message) -> dict[str, Any]:
    """Return for the API the details that are shown, by their names."""
    if message.deleted or message.erased or message.unreadable:
        return {}
    return {name: message.details[name] for name in sorted(SHOWN) if message.details.get(name)}
