"""What the forms of the ticket page change: state, assignee, priority, tags. A refusal is said where it was asked."""

from collections.abc import Mapping

from chalice.app import Response

from chalicelib.core.errors import BadInput, Conflict
from chalicelib.staff.model import Staff
from chalicelib.tickets.change import AssignedMeanwhile, TicketChanges
from chalicelib.tickets.erasure_guard import ErasureInProgress
from chalicelib.tickets.model import PRIORITIES
from chalicelib.tickets.records import STATES
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.queue import colleagues
from chalicelib.web.dashboard.ticket import Refused, Typed, back, draw, form_fields
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.labels import desk_msg
from chalicelib.wiring import web as wiring_web

FIELDS = ("state", "assignee", "priority", "tags")
"""What can be changed; each form of the page sends one of them."""
NO_CHOICE = desk_msg("Not saved. There is no such choice any more: choose from the list.")
RULES: Mapping[str, str] = {
    "tag_count": desk_msg("Not saved. A ticket has at most {most} tags."),
    "tag_length": desk_msg("Not saved. A tag has at most {longest} characters."),
    "tag_signs": desk_msg("Not saved. A tag holds a sign that cannot be shown. Type it anew."),
    "tag_private": desk_msg(
        "Not saved. A tag has no @ and at most two digits: tags are not sealed, so they must hold nothing about a"
        " person."
    ),
    "no_access": desk_msg("Not saved. This colleague has no access any more. Choose another one."),
    "conflict": desk_msg("Somebody changed this meanwhile. Look at the new state and try again."),
    "newer_ticket": desk_msg("Not reopened. The customer has a newer ticket. Go on there."),
    "expiring": desk_msg("Not reopened. Its retention ends within a day, and it will be destroyed."),
    "taken": desk_msg("{name} has taken this ticket meanwhile."),
}
"""What is said beside the field for a refusal's code."""


def change(call: HttpRequest) -> Response:
    """POST a change of state, assignee, priority or tags"""
    form = form_fields(call, *FIELDS, "seen_assignee", "panel")
    try:
        wiring_web.change_ticket()(fields.path_id(call.path), wish(form, call.colleague), call.colleague)
    except (BadInput, Conflict) as error:
        if call.wants_json or isinstance(error, ErasureInProgress):
            raise
        return draw(call, form, Typed(), error.status, refused(call, form, error))
    return back(call, form)


def wish(form: Mapping[str, str], by: Staff) -> TicketChanges:
    """What a form asks for. Raises BadInput."""
    return TicketChanges(
        state=fields.word(form, "state", STATES) if "state" in form else None,
        assignee=_assignee(form["assignee"], by) if "assignee" in form else None,
        priority=fields.word(form, "priority", PRIORITIES) if "priority" in form else None,
        tags=fields.tags([one for one in form["tags"].split(",") if one.strip()]) if "tags" in form else None,
        seen_assignee=form.get("seen_assignee"),
    )


def _assignee(value: str, by: Staff) -> str:
    """A colleague's id, "" for nobody. Raises BadInput."""
    if value == "me":
        return by.id
    if value and not fields.is_staff_id(value):
        raise BadInput("The assignee is not a colleague with access. Choose another one.", code="no_access")
    return value


def refused(call: HttpRequest, form: Mapping[str, str], error: BadInput | Conflict) -> Refused:
    """What the page says about it, and where."""
    field = next((name for name in FIELDS if name in form), FIELDS[0])
    taken_by = error.assignee if isinstance(error, AssignedMeanwhile) else ""
    words = pages.words_for(call, call.now, colleagues() if taken_by else None)
    why = words.say(RULES.get(error.code, NO_CHOICE)).format(
        most=fields.MAX_TAGS, longest=fields.MAX_TAG, name=words.colleague(taken_by) if taken_by else ""
    )
    return Refused(field, form.get(field, ""), why, bool(form.get("panel")), taken_by)
