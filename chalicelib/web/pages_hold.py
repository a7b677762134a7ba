"""The hold of destructions: what it means, whether it is set, and the button."""

from chalice.app import Response

from chalicelib import wiring_web
from chalicelib.storage.queue_pages import counts
from chalicelib.web import fields, pages
from chalicelib.web.call import Call
from chalicelib.web.pages_queue import BY_NAME, Place, colleagues, rail
from chalicelib.web.show_privacy import RequestWords


def hold(call: Call) -> Response:
    """GET the hold"""
    fields.only(call.query, (), "parameter")
    words, place = pages.words_for(call, call.now, colleagues()), Place(BY_NAME["open"])
    return pages.page(
        "privacy-hold.html",
        call,
        words=words,
        say=RequestWords(words, wiring_web.profile().deadlines),
        place=place,
        rail=rail(place, words, counts(call.now), call.colleague, privacy=True),
        hold=wiring_web.hold_destructions().current(),
    )


def set_hold(call: Call) -> Response:
    """POST: hold or release"""
    fields.only(call.form, ("csrf", "hold"))
    use = wiring_web.hold_destructions()
    change = {"set": use.set, "release": use.release}[fields.word(call.form, "hold", ("set", "release"))]
    change(call.colleague.id)
    return pages.go("/dashboard/privacy/hold")
