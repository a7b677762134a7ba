"""Files that a member of staff brings for a reply: the page's script begins an upload, asks what waits, and removes."""

from chalice.app import Response

from chalicelib.attachments.uploads import Upload
from chalicelib.core.errors import BadInput, Conflict, DeskError
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.composer_model import PROBLEMS
from chalicelib.web.dashboard.ticket import form_fields
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_response
from chalicelib.wiring import web as wiring_web


def begin(request: HttpRequest) -> Response:
    """POST that a file is to be brought; the answer says where its bytes go"""
    form = form_fields(request, "name", "type", "size")
    ticket_id = validators.path_id(request.path)
    try:
        name = validators.short(form, "name", validators.MAX_FILE_NAME)
        size = validators.whole(form, "size", 1, 10**9 - 1)
        begun = wiring_web.bring_file()(ticket_id, name, form.get("type", "")[:100], size, request.staff.id)
    except (BadInput, Conflict) as error:
        return refused(request, error)
    upload = {"url": begun.form.url, "fields": begun.form.fields}
    return json_response({"id": begun.upload.id, "name": begun.upload.name, "upload": upload}, 201)


def waiting(request: HttpRequest) -> Response:
    """GET what has been brought for a reply and is not sent"""
    validators.only(request.query, (), "parameter")
    found = wiring_web.bring_file().arrived(validators.path_id(request.path), request.staff.id)
    return json_response({"uploads": [_shown(one) for one in found]})


def remove(request: HttpRequest) -> Response:
    """POST that a file is not wanted any more"""
    form = form_fields(request, "upload")
    ticket_id, upload_id = validators.path_id(request.path), validators.path_id(form, "upload")
    return json_response({"removed": wiring_web.bring_file().remove(ticket_id, upload_id, request.staff.id)})


def refused(request: HttpRequest, error: DeskError) -> Response:
    """Return why a file is not taken, in the reader's words."""
    words = pages.words_for(request, request.now)
    return json_response(
        {"code": error.code, "message": words.say(PROBLEMS.get(error.code, PROBLEMS[""]))}, error.status
    )


def _shown(one: Upload) -> dict[str, str | int]:
    return {"id": one.id, "name": one.name, "size": one.size}
