"""Choosing a template on the ticket page, and sending it. It works without scripts: each template is a form."""

from chalice.app import Response

from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.outbox.content import ReplyContent, SentTemplate
from chalicelib.provider_templates.model import BadValue
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.composer_model import PROBLEMS, Typed
from chalicelib.web.dashboard.list_query import LIST_FIELDS
from chalicelib.web.dashboard.ticket import back_to_ticket, render_ticket
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.template_words import TypedTemplate
from chalicelib.wiring import web as wiring_web

_VALUE = "value."
"""How the fields of a form begin that hold values; the place's id follows."""
MOST_VALUES = 50


def page(request: HttpRequest) -> Response:
    """GET a ticket with the templates to choose from, also while free text may go out"""
    validators.only(request.query, LIST_FIELDS, "parameter")
    return render_ticket(request, request.query, Typed(), picking=True)


def send(request: HttpRequest) -> Response:
    """POST a template with its values."""
    form = request.form
    values = {name.removeprefix(_VALUE): one for name, one in form.items() if name.startswith(_VALUE)}
    known = ("csrf", *LIST_FIELDS, "template", "client_id")
    if len(values) > MOST_VALUES:
        raise BadInput("There are more values than a template has places.")
    validators.only({name: one for name, one in form.items() if not name.startswith(_VALUE)}, known)
    key = form.get("template", "")
    try:
        name, _, language = key.partition("#")
        sent = SentTemplate(name, language, tuple(values.items()))
        ticket_id, client_id = validators.path_id(request.path), validators.client_id(form)
        wiring_web.reply()(ticket_id, ReplyContent(template=sent), client_id, request.staff.id)
    except (BadInput, Conflict, NotFound) as error:
        if isinstance(error, NotFound) and error.code != "no_template":
            raise
        said = pages.words_for(request, request.now).say(PROBLEMS.get(error.code, PROBLEMS[""]))
        place = error.place if isinstance(error, BadValue) else ""
        typed = TypedTemplate(key, values, said, place)
        return render_ticket(request, form, Typed(), error.status, picking=True, template=typed)
    return back_to_ticket(request, form)
