"""JSON API: reviews of the classes of retention that last until consent is withdrawn."""

from typing import Annotated

from chalicelib.web.api.fields import Model, Part, Time, line, says
from chalicelib.web.api.operation import operation
from chalicelib.web.api.presenter import instant, when
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


class RetentionReview(Part):
    name: Annotated[str, says("The class, as the operator's profile calls it.")]
    due_at: Time
    reviewed_at: Time | None
    reviewed_by: Annotated[str | None, says("Id of the colleague who reviewed it last.")]


class RetentionReviews(Model):
    items: Annotated[list[RetentionReview], says("The nearest first.")]


class ReviewedClass(Model):
    name: Annotated[str, line(64)]


@operation("listRetentionReviews", {200: "All of them"})
def list_reviews(_request: HttpRequest) -> RetentionReviews:
    """When the classes of retention that have no term are to be reviewed. Privacy officer only"""
    return _all()


@operation("reviewRetention", {200: "All of them after it"}, refuses=(404, 409))
def review(request: HttpRequest, body: ReviewedClass) -> RetentionReviews:
    """Say that the data of a class is still needed for its purpose. Privacy officer only"""
    wiring_web.reviews().renew(body.name, request.staff.id)
    return _all()


def _all() -> RetentionReviews:
    return RetentionReviews(
        items=[
            RetentionReview(
                name=one.name,
                due_at=instant(one.due_at),
                reviewed_at=when(one.reviewed_at),
                reviewed_by=one.reviewed_by or None,
            )
            for one in wiring_web.reviews().all()
        ]
    )
