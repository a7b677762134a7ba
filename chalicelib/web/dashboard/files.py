"""Files of a ticket's page: a link of a minute for whoever asks, fetching one again, and those that a member of staff
brings for a reply: the page's script begins an upload, asks what waits, and removes."""

from chalice.app import Response

from chalicelib.attachments.uploads import Upload
from chalicelib.core.errors import BadInput, Conflict, DeskError
from chalicelib.core.texts import desk_msg
from chalicelib.tickets.erasure_guard import ErasureInProgress
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.composer_model import PROBLEMS, Typed
from chalicelib.web.dashboard.ticket import RefusedChange, back_to_ticket, form_fields, render_ticket
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import file_response, json_response
from chalicelib.wiring import web as wiring_web

NOT_HANDED_OUT = desk_msg("The provider does not hand out this file any more. Ask the customer to send it again.")


def show(request: HttpRequest) -> Response:
    """GET the file of a message, to look at"""
    return _link(request, save=False)


def save(request: HttpRequest) -> Response:
    """GET the file of a message, to keep"""
    return _link(request, save=True)


def _link(request: HttpRequest, *, save: bool) -> Response:
    """Redirect to a link that is valid for a minute and that nobody keeps."""
    validators.only(request.query, (), "parameter")
    (ref, number), ticket_id = validators.file_ref(request.path, "message"), validators.path_id(request.path)
    link = wiring_web.hand_out()(ref, request.staff, ticket_id, number=number, save=save)
    return file_response(link)


def fetch_again(request: HttpRequest) -> Response:
    """POST that the file of a message is to be fetched again"""
    form = form_fields(request, "message")
    ref, ticket_id = validators.message_ref(form, "message"), validators.path_id(request.path)
    try:
        wiring_web.fetch_again()(ref, request.staff, ticket_id)
    except ErasureInProgress:
        raise
    except Conflict as error:
        words = pages.words_for(request, request.now)
        refused = RefusedChange(field="file", why=words.say(NOT_HANDED_OUT))
        return render_ticket(request, form, Typed(), error.status, refused)
    return back_to_ticket(request, form)


# -- files for a reply


def begin_upload(request: HttpRequest) -> Response:
    """POST that a file is to be brought; the answer says where its bytes go"""
    form = form_fields(request, "name", "type", "size")
    ticket_id = validators.path_id(request.path)
    try:
        name = validators.short(form, "name", validators.MAX_FILE_NAME)
        size = validators.whole(form, "size", 1, 10**15 - 1)
        begun = wiring_web.bring_file()(ticket_id, name, form.get("type", "")[:100], size, request.staff.id)
    except (BadInput, Conflict) as error:
        return _refused(request, error)
    upload = {"url": begun.form.url, "fields": begun.form.fields}
    return json_response({"id": begun.upload.id, "name": begun.upload.name, "upload": upload}, 201)


def waiting_uploads(request: HttpRequest) -> Response:
    """GET what has been brought for a reply and is not sent"""
    validators.only(request.query, (), "parameter")
    found = wiring_web.bring_file().arrived(validators.path_id(request.path), request.staff.id)
    return json_response({"uploads": [_shown_upload(one) for one in found]})


def remove_upload(request: HttpRequest) -> Response:
    """POST that a file is not wanted any more"""
    form = form_fields(request, "upload")
    ticket_id, upload_id = validators.path_id(request.path), validators.path_id(form, "upload")
    return json_response({"removed": wiring_web.bring_file().remove(ticket_id, upload_id, request.staff.id)})


def _refused(request: HttpRequest, error: DeskError) -> Response:
    """Return why a file is not taken, in the reader's words."""
    words = pages.words_for(request, request.now)
    return json_response(
        {"code": error.code, "message": words.say(PROBLEMS.get(error.code, PROBLEMS[""]))}, error.status
    )


def _shown_upload(one: Upload) -> dict[str, str | int]:
    return {"id": one.id, "name": one.name, "size": one.size}
