"""The reviews of classes of retention, as the privacy officer's list shows them, and the act that renews one."""

from dataclasses import dataclass

from chalice.app import Response

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.texts import catalogue
from chalicelib.profile.policy_words import CATEGORIES
from chalicelib.retention.reviews import Review
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


@dataclass(frozen=True)
class ShownReview:
    """A review that comes up, with the data that its class is about, in words."""

    review: Review
    data: str
    overdue: bool


def coming_up(request: HttpRequest, words: Words) -> list[ShownReview]:
    """Return the reviews that are to be made now. Raises Unavailable."""
    profile, tell = wiring_web.profile(), catalogue("policy", words.language).gettext
    return [
        ShownReview(
            one,
            ", ".join(tell(CATEGORIES[row.id]) for row in profile.categories.values() if row.retention == one.name),
            one.overdue(request.now),
        )
        for one in wiring_web.reviews().all()
        if one.comes_up(request.now)
    ]


def renew(request: HttpRequest) -> Response:
    """POST that the data of a class is still needed. Pressing twice renews once"""
    validators.only(request.form, ("csrf", "class"))
    name = validators.short(request.form, "class", 64)
    try:
        wiring_web.reviews().renew(name, request.staff.id)
    except Conflict as error:
        if error.code != "not_due":
            raise
    except NotFound:
        pass  # the profile has changed meanwhile: the list shows what is to be reviewed now
    return pages.go("/dashboard/privacy")
