"""What the forms of the ticket page change: state, assignee, priority, tags, a refusal beside its form; and messages,
which get a reaction or another text, or are deleted, a refusal at the top."""

from collections.abc import Callable, Mapping

from chalice.app import Response

from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.texts import desk_msg
from chalicelib.staff.model import Staff
from chalicelib.tickets.change import AssignedMeanwhile, TicketChanges
from chalicelib.tickets.erasure_guard import ErasureInProgress, refuse_if_erasing
from chalicelib.tickets.model import PRIORITIES
from chalicelib.tickets.records import STATES
from chalicelib.web import labels
from chalicelib.web.change_of_contact import WantedChanges, change_of_contact
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.composer_model import PROBLEMS, Typed
from chalicelib.web.dashboard.queue import staff_names
from chalicelib.web.dashboard.ticket import RefusedChange, back_to_ticket, form_fields, render_ticket
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web

FIELDS = ("state", "assignee", "priority", "tags", "team")
"""Fields that can be changed; each form of the page sends one of them."""
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
    "conflict": labels.ERRORS[409],
    "newer_ticket": desk_msg("Not reopened. The customer has a newer ticket. Go on there."),
    "expiring": desk_msg("Not reopened. Its retention ends within a day, and it will be destroyed."),
    "taken": desk_msg("{name} has taken this ticket meanwhile."),
}
"""What is said beside the field, by the code of the refusal; NO_CHOICE for any other code."""


AGREEMENT_RULES: Mapping[str, str] = {
    "day": desk_msg("Not saved. Choose a day from the contact's first one to today."),
    "pending": desk_msg("Not saved. The customer has not consented yet: there is no agreement."),
    "expiring": desk_msg("Not saved. The customer's data is destroyed within a day and cannot be kept any more."),
    "no_agreement": desk_msg("Not saved. Under this company's policy nothing counts from an agreement."),
}
"""What is said beside the agreement, by the code of the refusal."""
MESSAGE_RULES: Mapping[str, str] = {
    "": desk_msg("Not done. This message cannot be changed so."),
    "gone": desk_msg("Not done. The message is deleted."),
    "too_old": desk_msg("Not done. The message is too old for the customer's application."),
    "lacking": desk_msg("Not done. The customer's application cannot do this."),
    "leaving": desk_msg("Not done. The reply is leaving right now: try again in a moment."),
    "not_sent": desk_msg("Not done. The reply did not reach the customer."),
    "unknown_id": desk_msg("Not done. The provider's number of this message is not known."),
    "bad_emoji": desk_msg("Not done. The customer's application does not take this emoji."),
    "long": desk_msg("Not done. The new text does not fit into one message: delete the reply and write another one."),
    "empty": desk_msg("Not done. The text shows nothing."),
    "busy": desk_msg("Not done. The conversation changes very fast now: try again."),
    "conflict": labels.ERRORS[409],
}
"""What is said at the page, by the code of a refusal; that of the composer for its codes, "" for any other."""


def change(request: HttpRequest) -> Response:
    """POST a change of state, assignee, priority, tags or team"""
    form = form_fields(request, *FIELDS, "seen_assignee", "panel")
    try:
        changes = requested_changes(form, request.staff)
        wiring_web.change_ticket()(validators.path_id(request.path), changes, request.staff)
    except (BadInput, Conflict) as error:
        if request.wants_json or isinstance(error, ErasureInProgress):
            raise
        return render_ticket(request, form, Typed(), error.status, refused_change(request, form, error))
    return back_to_ticket(request, form)


def requested_changes(form: Mapping[str, str], by: Staff) -> TicketChanges:
    """Read the changes that a form asks for. Raises BadInput."""
    return TicketChanges(
        state=validators.word(form, "state", STATES) if "state" in form else None,
        assignee=_assignee(form["assignee"], by) if "assignee" in form else None,
        priority=validators.word(form, "priority", PRIORITIES) if "priority" in form else None,
        tags=validators.tags([one for one in form["tags"].split(",") if one.strip()]) if "tags" in form else None,
        seen_assignee=form.get("seen_assignee"),
        team=validators.word(form, "team", tuple(wiring_web.profile().teams)) if "team" in form else None,
    )


def _assignee(value: str, by: Staff) -> str:
    """Return the id of a staff member, "" for nobody. Raises BadInput."""
    if value == "me":
        return by.id
    if value and not validators.is_staff_id(value):
        raise BadInput("The assignee is not a colleague with access. Choose another one.", code="no_access")
    return value


def refused_change(request: HttpRequest, form: Mapping[str, str], error: BadInput | Conflict) -> RefusedChange:
    """Return what the page says about a refusal, and beside which field."""
    field = next((name for name in FIELDS if name in form), FIELDS[0])
    taken_by = error.assignee if isinstance(error, AssignedMeanwhile) else ""
    words = pages.words_for(request, request.now, staff_names() if taken_by else None)
    why = words.say(RULES.get(error.code, NO_CHOICE)).format(
        most=validators.MAX_TAGS, longest=validators.MAX_TAG, name=words.staff_name(taken_by) if taken_by else ""
    )
    return RefusedChange(field, form.get(field, ""), why, bool(form.get("panel")), taken_by)


# -- the customer


def contact(request: HttpRequest) -> Response:
    """POST the customer's language, that their data is corrected, or when their agreement ended"""
    form = form_fields(request, "language", "corrected", "ended_on", "lasts")
    language = validators.word(form, "language", LANGUAGES) if "language" in form else ""
    corrected = bool(form.get("corrected") and validators.word(form, "corrected", ("yes",)))
    desk = wiring_web.desk(request.staff)
    ticket = desk.ticket(validators.path_id(request.path))
    if ticket is None:
        raise NotFound("There is no such ticket, or its retention has ended.")
    refuse_if_erasing(desk, ticket)
    lasts = bool(form.get("lasts") and validators.word(form, "lasts", ("yes",)))
    changes = WantedChanges(language, corrected, form.get("ended_on"), lasts)
    try:
        change_of_contact(ticket.contact_id, changes, request.staff)
    except (BadInput, Conflict) as error:
        if error.code not in AGREEMENT_RULES:
            raise
        why = pages.words_for(request, request.now).say(AGREEMENT_RULES[error.code])
        refused = RefusedChange("ended_on", form.get("ended_on", ""), why)
        return render_ticket(request, form, Typed(), error.status, refused)
    return back_to_ticket(request, form)


# -- messages


def react(request: HttpRequest) -> Response:
    """POST a reaction to a customer's message"""
    form = form_fields(request, "message", "emoji")

    def change(ticket_id: str) -> None:
        emoji = validators.emoji(form, "emoji")
        ref = validators.message_ref(form, "message")
        wiring_web.change_message().react(ticket_id, ref, emoji, request.staff.id)

    return _changed(request, form, change)


def edit(request: HttpRequest) -> Response:
    """POST another text of a reply"""
    form = form_fields(request, "message", "new_text")

    def change(ticket_id: str) -> None:
        text = validators.text(form, "new_text", validators.MAX_REPLY)
        ref = validators.message_ref(form, "message")
        wiring_web.change_message().edit(ticket_id, ref, text, request.staff.id)

    return _changed(request, form, change)


def delete(request: HttpRequest) -> Response:
    """POST that a reply is to be deleted"""
    form = form_fields(request, "message")

    def change(ticket_id: str) -> None:
        ref = validators.message_ref(form, "message")
        wiring_web.change_message().delete(ticket_id, ref, request.staff.id)

    return _changed(request, form, change)


def _changed(request: HttpRequest, form: dict[str, str], change: Callable[[str], None]) -> Response:
    try:
        change(validators.path_id(request.path))
    except ErasureInProgress:
        raise
    except (BadInput, Conflict) as error:
        words = pages.words_for(request, request.now)
        said = MESSAGE_RULES.get(error.code) or PROBLEMS.get(error.code) or MESSAGE_RULES[""]
        refused = RefusedChange(field="message", why=words.say(said))
        return render_ticket(request, form, Typed(), error.status, refused)
    return back_to_ticket(request, form)
