"""Telling a person of the destruction of their data when the announcement did not arrive: sending it again, and a
letter to print."""

from datetime import datetime

from chalice.app import Response

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.ids import grouped
from chalicelib.core.observability import audit
from chalicelib.core.texts import KAZAKHSTAN, desk_text, show_date
from chalicelib.privacy.requests.progress import tellable
from chalicelib.privacy.texts.announcement import letter
from chalicelib.web.api.privacy import NOT_FOUND
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.privacy import refused
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.labels import desk_msg
from chalicelib.wiring import web as wiring_web

LABELS = (desk_msg("To"), desk_msg("Address"), desk_msg("Request"), desk_msg("Signature"))
"""What stands on the letter beside its text, in the language of the person."""


def again(call: HttpRequest) -> Response:
    """POST: send the announcement once more"""
    fields.only(call.form, ("csrf",))
    request_id = fields.path_id(call.path)
    try:
        wiring_web.announce_again()(request_id)
    except Conflict as error:
        return refused(call, error)
    audit("request_announced", request_id=request_id, staff_id=call.colleague.id)
    return pages.go(f"/dashboard/privacy/{request_id}")


def printed(call: HttpRequest) -> Response:
    """GET the letter that tells the person, with number and secret of the certificate, to print"""
    fields.only(call.query, (), "parameter")
    kept = wiring_web.request_pages().find(fields.path_id(call.path), call.now)
    if kept is None:
        raise NotFound(NOT_FOUND)
    one, profile = kept.request, wiring_web.profile()
    if not tellable(one):
        raise Conflict("The person was told, or nobody is to be told any more.", code="told_already")
    person = wiring_web.desk().contact(one.contact_id)
    secret, address = wiring_web.request_secret()(one), wiring_web.certificates_address()
    hours = wiring_web.hours_to_think()
    day = datetime.fromtimestamp(call.now / 1000, KAZAKHSTAN).date()
    parts = [
        (
            language,
            desk_text(language).gettext,
            show_date(language, day),
            letter(profile, language, one, hours, secret, address),
        )
        for language in ((one.language,) if one.language else profile.languages[:2])
    ]
    audit("request_letter_printed", request_id=one.id, staff_id=call.colleague.id)
    return pages.page(
        "privacy-letter.html", call, one=one, parts=parts, operator=profile.operator, mail=profile.contact_mail,
        name=person.name if person else "", number=grouped(one.id, 5, "-"),
    )  # fmt: skip
