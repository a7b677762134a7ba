"""The pages with a list of tickets, and the page with the list of keys."""

from collections.abc import Sequence

from chalice.app import Response

from chalicelib.core.observability import audit
from chalicelib.staff.model import Staff
from chalicelib.tickets.listing import Counts, counts, page
from chalicelib.tickets.model import State
from chalicelib.tickets.records import Page, Ticket
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.list_query import OPEN_LIST, VIEWS, ListQuery
from chalicelib.web.dashboard.presenter import Words, capped
from chalicelib.web.dashboard.sidebar import sidebar
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web

PER_PAGE = 50


def staff_names() -> dict[str, str]:
    """Return the names of all staff by their ids."""
    return {one.id: one.name for one in wiring_web.staff().all()}


def undelivered_first(tickets: Sequence[Ticket], list_query: ListQuery) -> list[Ticket]:
    """Return the tickets in the order of a list: among open ones, first those with an undelivered message of ours."""
    if list_query.view.state != State.OPEN:
        return list(tickets)
    return sorted(tickets, key=lambda one: one.undelivered is None)


def queue(request: HttpRequest) -> Response:
    """GET the list"""
    validators.only(request.query, ("view", "channel", "tag", "cursor"), "parameter")
    return plain_list_page(request, ListQuery.of(request.query), request.query.get("cursor", ""))


def plain_list_page(request: HttpRequest, list_query: ListQuery, cursor: str = "", notice: str = "") -> Response:
    """Render a list that is not a search, with the sentence `notice` (a msgid) above it if there is one."""
    desk = wiring_web.desk()
    found = page(desk, list_query.wanted(request.staff), request.now, PER_PAGE, cursor)
    audit("list_read", count=len(found.items), staff_id=request.staff.id)
    words = pages.words_for(request, request.now, staff_names())
    tally = counts(request.now)
    count = _count(list_query, tally, request.staff)
    return list_page(request, words, list_query, found, tally, count=count, notice=notice and words.say(notice))


def _count(list_query: ListQuery, tally: Counts, staff: Staff) -> str:
    """Return the badge beside the heading; empty where nothing is counted, as for a tag within a channel."""
    if list_query.tag or list_query.channel:
        number = tally.tags[list_query.tag] if list_query.tag else tally.channels[list_query.channel]
        return capped(number, tally.truncated) if not (list_query.tag and list_query.channel) else ""
    if list_query.view.assignee:
        return capped(tally.assignees[staff.id if list_query.view.assignee == "me" else ""], tally.truncated)
    return capped(tally.states[list_query.view.state]) if list_query.view.state in tally.states else ""


def list_page(
    request: HttpRequest,
    words: Words,
    list_query: ListQuery,
    found: Page,
    tally: Counts,
    *,
    count: str,
    q: str = "",
    notice: str = "",
) -> Response:
    """Render the page of a list. `q` holds the words of a search, empty for any other list."""
    return pages.page(
        "queue.html",
        request,
        words=words,
        list_query=list_query,
        sidebar=sidebar(list_query, words, tally, request.staff),
        tickets=found.items if q else undelivered_first(found.items, list_query),
        next_page=list_query.path(found.cursor) if found.cursor else "",
        first=not request.query.get("cursor"),
        title=list_query.title(words),
        count=count,
        q=q,
        notice=notice,
        tally=tally,
    )


def keys(request: HttpRequest) -> Response:
    """GET the list of keys"""
    validators.only(request.query, (), "parameter")
    words = pages.words_for(request, request.now)
    return pages.page(
        "keys.html",
        request,
        words=words,
        list_query=OPEN_LIST,
        sidebar=sidebar(OPEN_LIST, words, counts(request.now), request.staff),
        views=VIEWS,
    )
