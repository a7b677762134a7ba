"""JSON API: templates that providers have approved."""

from chalicelib.core.errors import NotFound
from chalicelib.core.observability import audit
from chalicelib.tickets.erasure_guard import refuse_if_erasing
from chalicelib.web.api.operation import operation
from chalicelib.web.api.presenter import shown_template, when
from chalicelib.web.api.template_models import Template, TemplatePlace, TemplateQuery, Templates
from chalicelib.web.http.need_to_know import refuse_ticket
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.offered_templates import Offered, offer
from chalicelib.wiring import web as wiring_web


@operation("listTemplates", {200: "The templates"}, refuses=(404, 409))
def list_templates(request: HttpRequest, query: TemplateQuery) -> Templates:
    """Templates that may be sent on a ticket, also outside the reply window, and why others may not"""
    refuse_ticket(request, query.ticket_id)
    desk = wiring_web.desk(request.staff)
    ticket = desk.ticket(query.ticket_id)
    if ticket is None:
        raise NotFound("There is no such ticket, or its retention has ended.")
    refuse_if_erasing(desk, ticket)
    found = offer(wiring_web.templates(), ticket)
    audit("ticket_read", ticket_id=ticket.id, staff_id=request.staff.id)
    return Templates(
        items=[_template(one) for one in found.items],
        problem=found.problem or None,
        fetched_at=when(found.fetched_at),
    )


def _template(one: Offered) -> Template:
    template = one.template
    return Template(
        name=template.name,
        language=template.language,
        category=template.category,
        status=template.status,
        quality=template.quality or None,
        sendable=not one.why,
        reason=one.why or None,
        content=shown_template(one.content),
        places=[TemplatePlace(id=place.id, part=place.part, example=place.example or None) for place in one.places],
    )
