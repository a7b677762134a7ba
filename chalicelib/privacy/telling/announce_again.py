"""Staff send the announcement of a destruction once more when the first one did not arrive."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import tellable
from chalicelib.privacy.requests.vocabulary import PAST_STOPPING, Step

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.requests.store import RequestStore

MOST_ANNOUNCEMENTS = 5
"""Announcements of one request; then staff tell the person by letter."""


@dataclass(frozen=True)
class AnnounceAgain:
    """Sends announcements again. `announce` builds one (erasure/tasks/tell.py). `heard_at` returns when the person last
    wrote (ms): WhatsApp accepts a message within a day of that."""

    store: "RequestStore"
    announce: "Callable[[Request, int, int], tuple[dict[str, Any], Sequence[Write]]]"
    heard_at: Callable[[Request], int]
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> None:
        """Send the announcement again, once when two of the staff do so at the same time. Raises NotFound, Unavailable,
        and Conflict with the code `told_already` when the person was told or is not to be told any more, `often_enough`
        after MOST_ANNOUNCEMENTS."""
        seen: list[int] = []

        def build(refused: frozenset[str]) -> "Sequence[Write] | None":
            request = self.store.get(request_id)
            if request is None:
                raise NotFound("There is no such request.")
            if not tellable(request) or "box" in refused:
                raise Conflict("The person was told, or nobody is to be told any more.", code="told_already")
            seen.append(len(request.announcements))
            if seen[-1] > seen[0]:
                return None
            if seen[-1] >= MOST_ANNOUNCEMENTS:
                raise Conflict("It was sent often enough. Tell the person by letter.", code="often_enough")
            new, message = self.announce(request, self.clock(), self.heard_at(request))
            as_read = {"announcements": request.announcements}
            marked = self.store.change(request_id, new, unless=(Step.TOLD, *PAST_STOPPING), as_read=as_read)
            return [marked, *message]

        self.store.run_until_written(build)
