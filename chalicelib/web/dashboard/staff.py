"""The administrator's list of colleagues, ending somebody's access and giving it again."""

from chalice.app import Response

from chalicelib.tickets.listing import counts
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.queue import BY_NAME, Place, rail
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


def staff(call: HttpRequest) -> Response:
    """GET colleagues"""
    fields.only(call.query, (), "parameter")
    words = pages.words_for(call, call.now)
    place = Place(BY_NAME["open"])
    return pages.page(
        "staff.html",
        call,
        words=words,
        place=place,
        rail=rail(place, words, counts(call.now), call.colleague),
        colleagues=wiring_web.staff().all(),
    )


def revoke(call: HttpRequest) -> Response:
    """POST: shut a colleague out"""
    fields.only(call.form, ("csrf",))
    wiring_web.revoke_staff()(fields.staff_id(call.path), call.colleague)
    return pages.go("/dashboard/staff")


def restore(call: HttpRequest) -> Response:
    """POST: let a colleague in again"""
    fields.only(call.form, ("csrf",))
    wiring_web.restore_staff()(fields.staff_id(call.path), call.colleague)
    return pages.go("/dashboard/staff")
