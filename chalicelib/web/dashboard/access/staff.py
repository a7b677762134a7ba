"""The list of staff: who has signed which text of the undertaking; the administrator revokes and restores access."""

from chalice.app import Response

from chalicelib.core.texts import LANGUAGE_NAMES
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.sidebar import page_without_list
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


def staff(request: HttpRequest) -> Response:
    """GET the list of staff"""
    validators.only(request.query, (), "parameter")
    words = pages.words_for(request, request.now)
    return page_without_list(
        "staff.html",
        request,
        words,
        here="staff",
        all_staff=wiring_web.staff().all(),
        version=wiring_web.profile().undertaking.version,
        language_names=LANGUAGE_NAMES,
    )


def revoke(request: HttpRequest) -> Response:
    """POST: revoke the access of a staff member"""
    validators.only(request.form, ("csrf",))
    wiring_web.revoke_staff()(validators.staff_id(request.path), request.staff)
    return pages.go("/dashboard/staff")


def restore(request: HttpRequest) -> Response:
    """POST: restore the access of a staff member"""
    validators.only(request.form, ("csrf",))
    wiring_web.restore_staff()(validators.staff_id(request.path), request.staff)
    return pages.go("/dashboard/staff")
