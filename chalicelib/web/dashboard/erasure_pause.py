"""The page of the erasure pause, which stops all destructions until somebody releases it. Pages call it "hold"."""

from chalice.app import Response

from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.list_query import OPEN_LIST
from chalicelib.web.dashboard.queue import staff_names
from chalicelib.web.dashboard.request_presenter.request_words import RequestWords
from chalicelib.web.dashboard.sidebar import badges, sidebar
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


def pause_page(request: HttpRequest) -> Response:
    """GET whether destructions are paused"""
    validators.only(request.query, (), "parameter")
    words = pages.words_for(request, request.now, staff_names())
    return pages.page(
        "privacy-hold.html",
        request,
        words=words,
        say=RequestWords(words, wiring_web.profile().deadlines),
        list_query=OPEN_LIST,
        sidebar=sidebar(OPEN_LIST, words, badges(request), request.staff, page="privacy"),
        hold=wiring_web.pause_erasures().current(),
    )


def set_pause(request: HttpRequest) -> Response:
    """POST: pause destructions, or let them go on"""
    validators.only(request.form, ("csrf", "hold"))
    use = wiring_web.pause_erasures()
    change = {"set": use.set, "release": use.release}[validators.word(request.form, "hold", ("set", "release"))]
    change(request.staff.id)
    return pages.go("/dashboard/privacy/hold")
