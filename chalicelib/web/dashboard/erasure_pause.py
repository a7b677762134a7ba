"""The page of the erasure pause, which stops all destructions until somebody releases it. Pages call it "hold"."""

from chalice.app import Response

from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.queue import staff_names
from chalicelib.web.dashboard.request_presenter.request_words import RequestWords
from chalicelib.web.dashboard.sidebar import page_without_list
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


def pause_page(request: HttpRequest) -> Response:
    """GET whether destructions are paused"""
    validators.only(request.query, (), "parameter")
    words = pages.words_for(request, request.now, staff_names())
    return page_without_list(
        "privacy-hold.html",
        request,
        words,
        say=RequestWords(words, wiring_web.profile().deadlines),
        here="privacy",
        hold=wiring_web.pause_erasures().current(),
    )


def set_pause(request: HttpRequest) -> Response:
    """POST: pause destructions, or let them go on"""
    validators.only(request.form, ("csrf", "hold"))
    use = wiring_web.pause_erasures()
    change = {"set": use.set, "release": use.release}[validators.word(request.form, "hold", ("set", "release"))]
    change(request.staff.id)
    return pages.go("/dashboard/privacy/hold")
