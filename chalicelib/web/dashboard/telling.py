"""What an officer does when the announcement of a destruction did not arrive: send it again, or print a letter."""

from datetime import datetime

from chalice.app import Response

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.ids import grouped
from chalicelib.core.observability import audit
from chalicelib.core.texts import KAZAKHSTAN, desk_msg, desk_text, show_date
from chalicelib.privacy.requests.progress import tellable
from chalicelib.privacy.requests.waiting_times import hours_to_think
from chalicelib.privacy.texts.announcement import letter
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.privacy import render_refused
from chalicelib.web.enter_request import NOT_FOUND
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web

LABELS = (desk_msg("To"), desk_msg("Address"), desk_msg("Request"), desk_msg("Signature"))
"""Texts of the printed letter that the template names; they are said in the person's language, not the reader's."""


def announce_again(http_request: HttpRequest) -> Response:
    """POST: send the announcement again"""
    validators.only(http_request.form, ("csrf",))
    request_id = validators.path_id(http_request.path)
    try:
        wiring_web.announce_again()(request_id)
    except Conflict as error:
        return render_refused(http_request, error)
    audit("request_announced", request_id=request_id, staff_id=http_request.staff.id)
    return pages.go(f"/dashboard/privacy/{request_id}")


def recipient_told(http_request: HttpRequest) -> Response:
    """POST that the company has told a recipient of the person's data. Pressing twice notes it once"""
    validators.only(http_request.form, ("csrf", "recipient"))
    request_id = validators.path_id(http_request.path)
    recipient = validators.short(http_request.form, "recipient", 64)
    if wiring_web.tell_recipients().told(request_id, recipient, http_request.staff.id):
        audit("recipient_told", request_id=request_id, kind=recipient, staff_id=http_request.staff.id)
    return pages.go(f"/dashboard/privacy/{request_id}")


def letter_page(http_request: HttpRequest) -> Response:
    """GET the letter to print: it announces the destruction and holds number and secret of the certificate"""
    validators.only(http_request.query, (), "parameter")
    kept = wiring_web.request_pages().find(validators.path_id(http_request.path), http_request.now)
    if kept is None:
        raise NotFound(NOT_FOUND)
    one, profile = kept.request, wiring_web.profile()
    if not tellable(one):
        raise Conflict("The person was told, or nobody is to be told any more.", code="told_already")
    person = wiring_web.desk(http_request.staff).contact(one.contact_id)
    secret, address = wiring_web.request_secret()(one), wiring_web.certificates_address()
    hours = hours_to_think(one, profile.deadlines)
    day = datetime.fromtimestamp(http_request.now / 1000, KAZAKHSTAN).date()
    parts = [
        (
            language,
            desk_text(language).gettext,
            show_date(language, day),
            letter(profile, language, one, hours, secret, address),
        )
        for language in profile.spoken_to(one.language)
    ]
    audit("request_letter_printed", request_id=one.id, staff_id=http_request.staff.id)
    return pages.page(
        "privacy-letter.html", http_request, one=one, parts=parts, operator=profile.operator,
        mail=profile.contact_point, name=person.name if person else "", number=grouped(one.id, 5, "-"),
    )  # fmt: skip
