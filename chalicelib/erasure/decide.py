"""Decide: nobody confirmed, so a colleague decides before the law's limit. Until then the contact is as before, for
whoever asked has not shown that it was theirs to ask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.domain.privacy import Request, RequestState, Wait
from chalicelib.erasure.waiting import Beginning

if TYPE_CHECKING:
    from chalicelib.storage.writes import Write


def handle(event: Mapping[str, Any]) -> dict[str, Any]:
    """Step 3 of the workflow."""
    from chalicelib import wiring_erasure

    begin = Decide(wiring_erasure.opening().released)
    return wiring_erasure.waiting().handle("decide", event, Wait.DECISION, due, begin)


def due(request: Request) -> int:
    """The law's limit (ms)."""
    return request.deadline_at


@dataclass(frozen=True)
class Decide:
    """How the waiting begins. `released` builds the write that lets a contact get everything again."""

    released: "Callable[[str], Write]"

    def __call__(self, request: Request, now: int, refused: frozenset[str]) -> Beginning:
        """The request shows that it waits for a colleague; a contact that is gone needs no releasing."""
        writes = () if "contact" in refused else (self.released(request.contact_id),)
        return Beginning({"state": str(RequestState.DECIDING)}, writes=writes)
