"""The search: posted, and shown at an address that holds its words sealed, so that one can go back to it."""

from chalice.app import Response

from chalicelib.core.observability import audit
from chalicelib.staff.challenges import ChallengeOver
from chalicelib.staff.model import SESSION_LASTS, Staff
from chalicelib.tickets.listing import counts
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import Page, Ticket
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.queue import BY_NAME, Place, colleagues, list_page, plain_list
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.labels import desk_msg
from chalicelib.wiring import web as wiring_web

MOST_FOUND = 100
OVER = desk_msg("This search has ended, or a colleague made it. Type it again; here are all open tickets.")


def search(call: HttpRequest) -> Response:
    """POST search: on to what is found. What people look for stands in no address but sealed."""
    fields.only(call.form, ("csrf", "q"))
    q = " ".join(call.form.get("q", "").split())[: fields.MAX_Q]
    if not q:
        return pages.go("/dashboard")
    return pages.go("/dashboard/found", s=sealed(fields.short({"q": q}, "q", fields.MAX_Q), call.colleague))


def found(call: HttpRequest) -> Response:
    """GET what a search finds by now"""
    fields.only(call.query, ("s",), "parameter")
    place = Place.of(dict(call.query))
    q = words_of(place, call.colleague)
    if not q:
        return plain_list(call, plain(place), notice=OVER)
    tickets = find(wiring_web.desk(), q, call.colleague)
    words = pages.words_for(call, call.now, colleagues())
    return list_page(call, words, place, Page(tickets), counts(call.now), count=str(len(tickets)), q=q)


def find(desk: TicketQueries, q: str, staff: Staff) -> tuple[Ticket, ...]:
    """The tickets that a search finds, as many as a page shows."""
    tickets = tuple(wiring_web.search(desk)(q)[:MOST_FOUND])
    audit("search", count=len(tickets), staff_id=staff.id)
    return tickets


def sealed(q: str, staff: Staff) -> str:
    """The words of a search, sealed for a colleague and for as long as a session lasts."""
    return wiring_web.searches().write(_use(staff), [q], SESSION_LASTS)


def words_of(place: Place, staff: Staff) -> str:
    """The words of the search that a place names; "" when it is over, another colleague's or none of ours."""
    try:
        return wiring_web.searches().read(_use(staff), place.s)[0] if place.s else ""
    except ChallengeOver:
        return ""


def plain(place: Place) -> Place:
    """The place without its search."""
    return Place(BY_NAME["open"]) if place.s else place


def _use(staff: Staff) -> str:
    return f"search|{staff.id}"
