"""What is new on a ticket's page, and what has been seen of it.

A page without scripts is taken as read when it is shown. One with scripts says so itself, with a cookie, and marks
nothing by being shown or refreshed: its script tells which message was the newest that somebody really looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib.core.errors import NotFound
from chalicelib.core.references import MessageRef
from chalicelib.tickets.records import Message, Ticket
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_answer
from chalicelib.wiring import web as wiring_web

SCRIPT_COOKIE = "desk-script"
"""Set by the script of every page, to 1: here scripts run. It names nobody."""
LOOK, GLANCE = 2, 5
"""Seconds for which a message is in view before it counts as read; of a ticket that is nobody's a glance does not."""


def has_scripts(call: HttpRequest) -> bool:
    """Whether scripts run in this browser."""
    return call.cookies.get(SCRIPT_COOKIE) == "1"


def looks(ticket: Ticket) -> int:
    """Seconds of looking that make a message of the ticket read."""
    return LOOK if ticket.assignee else GLANCE


def first_new(messages: Sequence[Message], unread: int, shown: str) -> str:
    """The customer's message before which "New messages" stands, or "". Where the open page has it already, by `shown`,
    it stays; a reference that is none of these messages counts as none."""
    inbound = [one.id for one in messages if one.direction == "in"]
    if shown in inbound:
        return shown
    return inbound[-min(unread, len(inbound))] if unread > 0 and inbound else ""


@dataclass(frozen=True)
class Day:
    """The messages of one day. `fresh` is the index of the first new one, or -1; `news` counts the new ones of all
    days."""

    title: str
    messages: Sequence[Message]
    fresh: int = -1
    news: int = 0


def days(messages: Sequence[Message], first: str, words: Words) -> list[Day]:
    """Group by the calendar days of Kazakhstan and mark where the new ones begin: with the message `first`."""
    places = [place for place, one in enumerate(messages) if one.id == first]
    news = sum(one.direction == "in" for one in messages[places[0] :]) if places else 0
    grouped: dict[Any, list[Message]] = {}
    for one in messages:
        grouped.setdefault(words.moment(one.sent_at).date(), []).append(one)
    found = []
    for same in grouped.values():
        fresh = next((index for index, one in enumerate(same) if one.id == first), -1)
        found.append(Day(words.day(same[0].sent_at), same, fresh, news if fresh >= 0 else 0))
    return found


def seen(call: HttpRequest) -> Response:
    """POST the newest message that was looked at"""
    fields.only(call.form, ("csrf", "message"))
    ref = MessageRef.parse(call.form.get("message", ""))
    if ref is None:
        raise NotFound("There is no such message on this ticket.")
    return json_answer({"read": wiring_web.mark_seen()(fields.path_id(call.path), ref, call.colleague)})
