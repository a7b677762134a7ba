"""The administrator's list of colleagues, ending somebody's access and giving it again."""

from chalice.app import Response

from chalicelib import wiring_web
from chalicelib.storage.queue_pages import counts
from chalicelib.web import fields, pages
from chalicelib.web.call import Call
from chalicelib.web.pages_queue import BY_NAME, Place, rail


def staff(call: Call) -> Response:
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


def revoke(call: Call) -> Response:
    """POST: shut a colleague out"""
    fields.only(call.form, ("csrf",))
    wiring_web.revoke_staff()(fields.staff_id(call.path), call.colleague)
    return pages.go("/dashboard/staff")


def restore(call: Call) -> Response:
    """POST: let a colleague in again"""
    fields.only(call.form, ("csrf",))
    wiring_web.restore_staff()(fields.staff_id(call.path), call.colleague)
    return pages.go("/dashboard/staff")
