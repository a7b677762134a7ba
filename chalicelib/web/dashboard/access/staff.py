"""The list of staff: who has signed which text of the undertaking; the administrator revokes and restores access, and
says who is in which team."""

from chalice.app import Response

from chalicelib.core.texts import LANGUAGE_NAMES
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.sidebar import page_without_list
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.teams import team_names
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
        teams=team_names(words.language),
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


def set_team(request: HttpRequest) -> Response:
    """POST the team of a staff member, empty for none"""
    validators.only(request.form, ("csrf", "team"))
    team = validators.word(request.form, "team", ("", *wiring_web.profile().teams))
    wiring_web.set_team()(validators.staff_id(request.path), team, request.staff)
    return pages.go("/dashboard/staff")
