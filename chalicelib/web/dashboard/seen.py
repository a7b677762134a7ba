"""What is new on a ticket's page, and which messages count as read.

Without scripts, showing the page makes its messages read. With scripts (the page says so by a cookie), neither showing
nor refreshing does: the script reports the newest message that somebody looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib.core.errors import NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.tickets.albums import Block, Unread, blocks, unread_from
from chalicelib.tickets.records import Message, Ticket
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.http import validators
from chalicelib.web.http.need_to_know import refuse_message
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_response
from chalicelib.wiring import web as wiring_web

SCRIPT_COOKIE = "desk-script"
"""Cookie that the script of every page sets to 1, so the server knows that scripts run. It identifies nobody."""
LOOK, GLANCE = 2, 5
"""Seconds in view after which a message counts as read: LOOK on an assigned ticket, GLANCE on an unassigned one, which
several people glance at before somebody takes it."""


def has_scripts(request: HttpRequest) -> bool:
    """Tell whether scripts run in this browser."""
    return request.cookies.get(SCRIPT_COOKIE) == "1"


def seconds_to_read(ticket: Ticket) -> int:
    """Return for how many seconds a message of this ticket must be in view to count as read."""
    return LOOK if ticket.assignee else GLANCE


def first_new(messages: Sequence[Message], unread: Unread, shown: str) -> str:
    """Return the id of the customer's news above which "New messages" stands; "" for none.

    `shown` is where the open page has that line already: it stays there. An id that is none of these messages is passed
    over.
    """
    inbound = [one for one in messages if one.is_news]
    if any(one.id == shown for one in inbound):
        return shown
    together = blocks(inbound)
    first = unread_from(together, unread)
    return together[first][0].id if first < len(together) else ""


@dataclass(frozen=True)
class Day:
    """The messages of one day, those of an album together. `fresh` is the index of the first new block, -1 when it is
    on another day; beside it, `news` counts the customer's new ones of this day and the later ones."""

    title: str
    blocks: Sequence[Block]
    fresh: int = -1
    news: int = 0


def group_by_day(messages: Sequence[Message], first: str, words: Words) -> list[Day]:
    """Group messages by the calendar days of Kazakhstan. The new ones begin with the message whose id is `first`."""
    together = blocks(messages)
    start = _place(together, first)
    news = sum(block[0].is_news for block in together[start:]) if start >= 0 else 0
    grouped: dict[Any, list[Block]] = {}
    for block in together:
        grouped.setdefault(words.moment(block[0].sent_at).date(), []).append(block)
    found = []
    for same in grouped.values():
        fresh = _place(same, first)
        found.append(Day(words.day(same[0][0].sent_at), same, fresh, news if fresh >= 0 else 0))
    return found


def _place(found: Sequence[Block], message_id: str) -> int:
    """Return the index of the block that holds a message, -1 for none."""
    return next((at for at, block in enumerate(found) if any(one.id == message_id for one in block)), -1)


def seen(request: HttpRequest) -> Response:
    """POST the newest message that was looked at: it and the earlier ones become read"""
    validators.only(request.form, ("csrf", "message"))
    ref = MessageRef.parse(request.form.get("message", ""))
    if ref is None:
        raise NotFound("There is no such message on this ticket.")
    read = wiring_web.mark_seen()(validators.path_id(request.path), ref, request.staff)
    if read:
        wiring_web.ask_for_signal()("read", ref)
    return json_response({"read": read})


def typing(request: HttpRequest) -> Response:
    """POST that somebody types an answer to the customer's message, so that the customer may see it"""
    validators.only(request.form, ("csrf", "message"))
    validators.path_id(request.path)
    ref = validators.message_ref(request.form, "message")
    refuse_message(request, ref)
    wiring_web.ask_for_signal()("typing", ref)
    return json_response({})
