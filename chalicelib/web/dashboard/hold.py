"""The hold of destructions: what it means, whether it is set, and the button."""

from chalice.app import Response

from chalicelib.tickets.listing import counts
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.privacy_presenter import RequestWords
from chalicelib.web.dashboard.queue import BY_NAME, Place, colleagues, rail
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


def hold(call: HttpRequest) -> Response:
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
        hold=wiring_web.pause_erasures().current(),
    )


def set_hold(call: HttpRequest) -> Response:
    """POST: hold or release"""
    fields.only(call.form, ("csrf", "hold"))
    use = wiring_web.pause_erasures()
    change = {"set": use.set, "release": use.release}[fields.word(call.form, "hold", ("set", "release"))]
    change(call.colleague.id)
    return pages.go("/dashboard/privacy/hold")
