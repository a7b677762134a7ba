"""Asks before every view whether what its path names is open to the colleague: a ticket, a message, a contact.

The table of routes says what the `{id}` of a path is (Route.about). Where a ticket or message stands elsewhere, in a
query or a body, the view asks by `refuse_ticket` and `refuse_message`. tests/web/need_to_know knows all routes.
"""

from chalicelib.core.ids import MessageRef
from chalicelib.tickets.need_to_know import RefuseUnneeded
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.routes_and_roles import Route


def refuse_unneeded(request: HttpRequest, route: Route) -> None:
    """Refuse what the path names, if it is not open to the colleague. Raises NotNeeded, NotFound and Unavailable."""
    if not route.about or route.opens:
        return
    refuse = _of(request)
    if refuse.reader.sees_all:
        return
    if route.about == "ticket":
        refuse.ticket(validators.path_id(request.path))
    elif route.about == "contact":
        refuse.contact(validators.path_id(request.path))
    else:
        refuse.message(validators.file_ref(request.path)[0])


def refuse_ticket(request: HttpRequest, ticket_id: str) -> None:
    """Refuse a ticket that is named elsewhere, if it is not open to the colleague. Raises NotNeeded and Unavailable."""
    _of(request).ticket(ticket_id)


def refuse_message(request: HttpRequest, ref: MessageRef) -> None:
    """Refuse a message that is named elsewhere, if it lies on a ticket that is not open to the colleague. Raises
    NotNeeded and Unavailable."""
    _of(request).message(ref)


def _of(request: HttpRequest) -> RefuseUnneeded:
    from chalicelib.wiring import web as wiring_web

    return wiring_web.refuse_unneeded(request.staff, request.now)
