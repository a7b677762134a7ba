"""What each route of the API takes and answers, said once at its view."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args, get_origin

import msgspec
from chalice.app import Response

from chalicelib.web.api.fields import Nothing, read
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_response

REDIRECT = 302
"""Status of an answer whose `url` is where it leads."""


class Operation:
    """A view of the API as a route calls it: reads path, query and body as the models of the view's arguments of these
    names, and answers with the model that the view returns.

    A view without `query` takes no parameter, one without `body` no field. One with several answers returns the status
    beside its model. Its docstring is the summary in the description, its other parts are of `operation`.
    """

    def __init__(self, view: Callable[..., Any], name: str, answers: Mapping[int, str], refuses: Sequence[int]) -> None:
        self.name, self.answers, self.refuses = name, answers, refuses
        self.summary = " ".join((view.__doc__ or "").split()).removesuffix(".")
        self._view, given = view, dict(view.__annotations__)
        answer = given.pop("return")
        self.answer = get_args(answer)[0] if get_origin(answer) is tuple else answer
        self.takes: Mapping[str, Any] = {place: given[place] for place in ("path", "query", "body") if place in given}

    def __call__(self, request: HttpRequest) -> Response:
        """Answer a request. Raises BadInput, and what the view raises."""
        given = {"query": read(self.takes.get("query", Nothing), request.query, "parameter")}
        if "path" in self.takes:
            given["path"] = read(self.takes["path"], request.path)
        if "body" in self.takes or (request.method != "GET" and request.raw.strip()):
            given["body"] = read(self.takes.get("body", Nothing), request.json)
        answer = self._view(request, **{place: given[place] for place in self.takes})
        status = next(iter(self.answers))
        if isinstance(answer, tuple):
            answer, status = answer
        location = answer.url if status == REDIRECT else ""
        return json_response(msgspec.to_builtins(answer), status, location)


def operation(
    name: str, answers: Mapping[int, str], refuses: Sequence[int] = ()
) -> Callable[[Callable[..., Any]], Operation]:
    """Return a decorator that makes an operation of a view.

    `name` is its operationId, which generated clients use: it never changes. `answers` are its statuses with what each
    means. `refuses` are the statuses of refusals beside those that every route has.
    """
    return lambda view: Operation(view, name, answers, refuses)
