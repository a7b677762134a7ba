"""The page on which two officers read what the desk keeps of somebody whose data is destroyed."""

from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.channels.registry import KINDS_OF_ADDRESS
from chalicelib.channels.shared import GIVEN
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import NotFound
from chalicelib.core.observability import audit
from chalicelib.core.texts import desk_msg
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.enter_request import NOT_FOUND
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.labels import KINDS, label
from chalicelib.wiring import web as wiring_web

NAMES: Mapping[str, str] = {"name": desk_msg("Name"), "username": desk_msg("Username")}
WHO: Mapping[str, str] = {"in": desk_msg("Customer"), "out": desk_msg("Reply"), "note": desk_msg("Comment")}


def kept_page(http_request: HttpRequest) -> Response:
    """GET what is kept, for those who have decided to open it; every reading is recorded"""
    validators.only(http_request.query, (), "parameter")
    found = wiring_web.request_pages().find(validators.path_id(http_request.path), http_request.now)
    if found is None:
        raise NotFound(NOT_FOUND)
    one, by = found.request, http_request.staff.id
    content = wiring_web.read_part()(one, by, http_request.now)
    audit("kept_read", request_id=one.id, staff_id=by, count=len(content.messages))
    words, until = pages.words_for(http_request, http_request.now), int(one.part_opened["until"])
    return pages.page(
        "kept.html",
        http_request,
        one=one,
        contact=_contact(content.contact, words),
        tickets=[_ticket(row, words) for row in content.tickets],
        messages=[_message(row, words) for row in content.messages],
        until=words.time(until),
        seconds=(until - http_request.now) // SECOND + 1,
    )


def _contact(row: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """Return name and addresses, each with its label."""
    named = [(words.say(title), str(row[name])) for name, title in NAMES.items() if name in row]
    kinds = [KINDS_OF_ADDRESS[name] for name in row if name in KINDS_OF_ADDRESS]
    return named + [(words.say(kind.name), kind.show(str(row[kind.id]))) for kind in kinds]


def _ticket(row: Mapping[str, Any], words: Words) -> tuple[str, str, str]:
    """Return number, state, and from when to when."""
    times = [int(row[name]) for name in ("created_at", "closed_at") if name in row]
    when = " – ".join(f"{words.date(at)}, {words.time(at)}" for at in times)
    return words.number(row["number"]), words.state(row["state"]), when


def _message(row: Mapping[str, Any], words: Words) -> tuple[str, str]:
    """Return who said it, when, what it is and what became of it; and subject, text and what was typed with it. What is
    not kept is empty."""
    sent, kind = int(row.get("sent_at", 0)), row.get("kind", "text")
    said = [
        label(words.say, WHO, row["direction"]) if "direction" in row else "",
        f"{words.date(sent)}, {words.time(sent)}" if sent else "",
        words.status(row["status"]) if row.get("status") else "",
        label(words.say, KINDS, kind, type="") if kind not in ("text", "comment", "notice") else "",
    ]
    texts = [str(row[name]) for name in ("subject", "text", *GIVEN) if row.get(name)]
    return ", ".join(filter(None, said)), "\n".join(texts)
