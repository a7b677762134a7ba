"""CloseWithoutErasure (state Finish): the request was cancelled or refused. Nothing was destroyed, and the person is
told.

News and offers start again when the person cancelled, and stay ended when staff refused. The contact's pointer stays
until the mailbox is destroyed: by it a new request finds that there is still one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.contact_rows import OPTED_OUT
from chalicelib.privacy.requests.vocabulary import Step

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.model import Request
    from chalicelib.privacy.requests.store import RequestStore


@dataclass(frozen=True)
class CloseWithoutErasure:
    """Ends what a request began, in one transaction with the step. `notice` builds the answer to the person."""

    store: "RequestStore"
    contact_rows: "ContactRequestRows"
    notice: "Callable[[Request, int], Sequence[Write]]"
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, str]:
        """Raises TaskFailed for a request that goes on, and Unavailable."""

        def build(refused: frozenset[str]) -> "Sequence[Write] | None":
            request = self.store.get(request_id)
            if request is None:
                raise TaskFailed("no_request")
            if request.done(Step.CLOSED_WITHOUT_ERASURE):
                return None
            if not (request.done(Step.CANCELLED) or request.done(Step.REFUSED)):
                raise TaskFailed("out_of_order")
            now = self.clock()
            writes = [self.store.finish(request, Step.CLOSED_WITHOUT_ERASURE, now)]
            if "pointer" not in refused:  # else it is gone, or a later request's, like the contact's state
                writes.append(self.contact_rows.require_newest(request))
                if request.done(Step.CANCELLED) and OPTED_OUT not in refused:
                    writes.append(self.contact_rows.take_back(request))
                elif "contact" not in refused:  # news stay ended after a refusal: the person did ask for that
                    writes.append(self.contact_rows.resume_outreach(request.contact_id))
            if "box" not in refused and not request.done(Step.REASONED):
                writes += self.notice(request, now)
            return writes

        self.store.run_until_written(build)
        return {}
