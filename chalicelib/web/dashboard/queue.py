"""The pages with a list of tickets, and the page with the list of keys."""

from collections.abc import Sequence
from dataclasses import replace

from chalice.app import Response

from chalicelib.core.beside import beside
from chalicelib.core.observability import audit
from chalicelib.tickets.badges import Badges, Tally
from chalicelib.tickets.listing import page
from chalicelib.tickets.model import State
from chalicelib.tickets.records import Contact, Page, Ticket
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.list_query import BY_NAME, VIEWS, ListQuery
from chalicelib.web.dashboard.presenter import Words, capped
from chalicelib.web.dashboard.sidebar import badges, page_without_list, sidebar
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
    desk = wiring_web.desk(request.staff)
    wanted = list_query.wanted(request.staff)
    with beside(staff_names) as names:
        numbers = badges(request, desk, wanted)
        found = page(desk, wanted, request.now, PER_PAGE, cursor)
    audit("list_read", count=len(found.items), staff_id=request.staff.id)
    words = pages.words_for(request, request.now, names())
    if found.total is not None and list_query == ListQuery(BY_NAME["open"], tag=list_query.tag):
        numbers = replace(numbers, tags=numbers.tags | {list_query.tag: Tally(found.total)})
    said = notice and words.say(notice)
    return list_page(request, words, list_query, found, numbers, count=_count(list_query, found, numbers), notice=said)


def _count(list_query: ListQuery, found: Page, numbers: Badges) -> str:
    """Return the badge beside the heading; empty where nothing is counted, as for a channel within a state."""
    if found.total is not None:
        return capped(found.total)
    if list_query.channel and list_query.tag:
        return ""
    if list_query.channel or list_query.tag:
        narrowed = numbers.channel(list_query.channel) if list_query.channel else numbers.tag(list_query.tag)
        return capped(*narrowed) if list_query.view.name == "open" else ""
    tally = numbers.of(list_query.view.name)
    return capped(*tally) if tally else ""


def list_page(
    request: HttpRequest,
    words: Words,
    list_query: ListQuery,
    found: Page,
    numbers: Badges,
    *,
    count: str,
    q: str = "",
    notice: str = "",
    people: Sequence[Contact] = (),
) -> Response:
    """Render the page of a list. `q` holds the words of a search, empty for any other list; `people` are customers
    without a ticket that it finds."""
    return pages.page(
        "queue.html",
        request,
        words=words,
        list_query=list_query,
        sidebar=sidebar(list_query, words, numbers, request.staff),
        tickets=found.items if q else undelivered_first(found.items, list_query),
        next_path=list_query.path(found.cursor) if found.cursor else "",
        first=not request.query.get("cursor"),
        title=list_query.title(words),
        count=count,
        q=q,
        notice=notice,
        people=people,
        tally=numbers,
        none_open=wiring_web.reader(request.staff, request.now).sees_none,
    )


def keys(request: HttpRequest) -> Response:
    """GET the list of keys"""
    validators.only(request.query, (), "parameter")
    words = pages.words_for(request, request.now)
    return page_without_list("keys.html", request, words, here="keys", views=VIEWS)
