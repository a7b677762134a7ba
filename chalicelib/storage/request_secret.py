"""The secret of a request's certificate, which only the person gets: sealed to the box, gone with it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from chalicelib.domain.privacy import Request
from chalicelib.errors import Conflict, NotFound
from chalicelib.storage import sealing

if TYPE_CHECKING:
    from chalicelib.storage.opening import Opener
    from chalicelib.storage.requests import RequestStore


class RequestSecret:
    """Opens secrets. `opener` is made new for each."""

    def __init__(self, store: "RequestStore", opener: "Callable[[], Opener]") -> None:
        self._store = store
        self._opener = opener

    def __call__(self, request: Request) -> str:
        """Return the secret in the clear. Raises Conflict for a request without a box, NotFound when the box's key or
        the secret is gone, CannotOpen and Unavailable."""
        if request.box is None:
            raise Conflict("The request has no box to answer into.", code="no_box")
        sealed = self._store.item(request.id).get("secret")
        place = sealing.request_attribute(request.id, "secret")
        secret = self._opener().text(request.box.contact_id, place, sealed) if sealed else None
        if secret is None:
            raise NotFound("The box's key or the secret is gone.", code="no_secret")
        return secret
