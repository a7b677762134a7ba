"""What stands beside the text of a message: whatever a provider brought is shown, or it is said that it is not kept.

Every name that a parser gives in `details` is in one of the three lists here; a test reads the parsers for it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.channels.reading import as_dict, as_list
from chalicelib.tickets.records import Message
from chalicelib.web.labels import desk_msg

IN_THE_TEXT = frozenset(
    "cards items answers question options name address emoji value removed payload data new_kind".split()
)
"""The message's text says it, or the page says it in the kind or the state of the message."""
IN_THE_KIND = frozenset("filename size duration too_big latitude longitude voice".split())
"""The line that names the kind says it: file, length, place."""
FOR_THE_DESK = frozenset(
    "media_id unique_id mime sha256 width height animated media_group_id callback_id catalog origin quote_text"
    " quoted_text".split()
)
"""Nothing that an operator reads by itself: ids and forms by which the desk fetches, groups and quotes."""

_LINES: Mapping[str, str] = {
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
_ADVERTISEMENT = desk_msg("From an advertisement: {value}")
SHOWN = frozenset({*_LINES, "referral"})


def beside(say: Callable[[str], str], message: Message) -> list[str]:
    """Return a line for each thing beside the text. Addresses are words here, not links: a stranger chose them."""
    if message.deleted or message.erased or message.unreadable:
        return []
    found = []
    for name, text in _LINES.items():
        value = message.details.get(name)
        if value:
            found += [say(text).format(value=one) for one in (as_list(value) or [value])]
    if advertisement := _advertisement(message.details):
        found.append(say(_ADVERTISEMENT).format(value=advertisement))
    return found


def _advertisement(details: Mapping[str, Any]) -> str:
    referral = as_dict(details.get("referral"))
    told = [name for name in ("headline", "body", "source_url") if referral.get(name)]
    return ", ".join(str(referral[name]) for name in told or referral)


def details_of(message: Message) -> dict[str, Any]:
    """Return the same for the API: the shown details by their names."""
    if message.deleted or message.erased or message.unreadable:
        return {}
    return {name: message.details[name] for name in sorted(SHOWN) if message.details.get(name)}
