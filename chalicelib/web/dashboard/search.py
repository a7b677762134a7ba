"""The search. Its words are posted; the page with the result has them sealed in its address, so it can be reopened."""

from chalice.app import Response

from chalicelib.core.observability import audit
from chalicelib.core.texts import desk_msg
from chalicelib.staff.challenges import ChallengeOver
from chalicelib.staff.model import SESSION_LASTS, Staff
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import Page
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.list_query import OPEN_LIST, ListQuery
from chalicelib.web.dashboard.queue import list_page, plain_list_page, staff_names
from chalicelib.web.dashboard.sidebar import badges
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web

MOST_PEOPLE = 20
"""Customers without a ticket that a page of a search shows."""
OVER = desk_msg("This search has ended, or a colleague made it. Type it again; here are all open tickets.")


def search(request: HttpRequest) -> Response:
    """POST the words: redirect to the result. The words may be personal data, so its address holds them sealed only."""
    validators.only(request.form, ("csrf", "q"))
    q = " ".join(request.form.get("q", "").split())[: validators.MAX_Q]
    if not q:
        return pages.go("/dashboard")
    return pages.go("/dashboard/found", s=seal_search(validators.short({"q": q}, "q", validators.MAX_Q), request.staff))


def found(request: HttpRequest) -> Response:
    """GET a page of what a search finds now; a search that has ended gives all open tickets with a notice"""
    validators.only(request.query, ("s", "cursor"), "parameter")
    list_query = ListQuery.of(request.query)
    q = search_words(list_query, request.staff)
    if not q:
        return plain_list_page(request, without_search(list_query), notice=OVER)
    desk = wiring_web.desk(request.staff)
    tickets = find_tickets(desk, q, request.staff, request.query.get("cursor", ""))
    opened = [desk.contact(one) for one in tickets.people[:MOST_PEOPLE]]
    people = [one for one in opened if one and not (one.erasing or one.erased)]
    for one in people:
        audit("contact_read", contact_id=one.id, staff_id=request.staff.id)
    words = pages.words_for(request, request.now, staff_names())
    count = f"{len(tickets.items)}{'+' if tickets.cursor else ''}"
    return list_page(request, words, list_query, tickets, badges(request), count=count, q=q, people=people)


def find_tickets(desk: TicketQueries, q: str, staff: Staff, cursor: str = "") -> Page:
    """Return a page of the tickets that a search finds."""
    tickets = wiring_web.search(desk)(q, cursor)
    audit("search", count=len(tickets.items), staff_id=staff.id)
    return tickets


def seal_search(q: str, staff: Staff) -> str:
    """Seal the words of a search for one staff member, for as long as a session lasts."""
    return wiring_web.searches().write(_use(staff), [q], SESSION_LASTS)


def search_words(list_query: ListQuery, staff: Staff) -> str:
    """Return the words of the search in a list query; "" when it has ended, belongs to somebody else or is not ours."""
    try:
        return wiring_web.searches().read(_use(staff), list_query.s)[0] if list_query.s else ""
    except ChallengeOver:
        return ""


def without_search(list_query: ListQuery) -> ListQuery:
    """Return the query to use when a search cannot be shown: all open tickets in the place of a search."""
    return OPEN_LIST if list_query.s else list_query


def _use(staff: Staff) -> str:
    return f"search|{staff.id}"
