"""The supervisors' page of what remains of tickets whose term is over, as numbers."""

from collections.abc import Mapping

from chalice.app import Response

from chalicelib.core.texts import LANGUAGE_NAMES, desk_msg
from chalicelib.retention.statistics import ANY, LEAST, Cell
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.dashboard.sidebar import page_without_list
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web

TOOK: Mapping[str, str] = {
    "hour": desk_msg("less than an hour"),
    "day": desk_msg("less than a day"),
    "week": desk_msg("less than a week"),
    "month": desk_msg("less than 30 days"),
    "longer": desk_msg("longer"),
}
NOT_TOLD_APART = desk_msg("any")


def page(request: HttpRequest) -> Response:
    """GET the numbers of each month"""
    validators.only(request.query, (), "parameter")
    said = pages.words_for(request, request.now)
    months = [
        (one.month, [(_in_words(cell, said), people) for cell, people in one.people.items()])
        for one in wiring_web.statistics().published()
    ]
    return page_without_list(
        "statistics.html",
        request,
        said,
        here="statistics",
        months=months,
        least=LEAST,
        counted=wiring_web.profile().anonymises,
    )


def _in_words(cell: Cell, words: Words) -> tuple[str, ...]:
    """Return channel, language, duration and tags as people read them."""
    told = (
        words.channel(cell.channel) if cell.channel != ANY else "",
        LANGUAGE_NAMES.get(cell.language, words.say("not known")) if cell.language != ANY else "",
        words.say(TOOK[cell.took]) if cell.took != ANY else "",
        (cell.tags.replace(",", ", ") or words.say("none")) if cell.tags != ANY else "",
    )
    return tuple(one or words.say(NOT_TOLD_APART) for one in told)
