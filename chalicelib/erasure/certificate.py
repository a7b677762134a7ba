"""Step 11: the certificate enters the ledger, signed and chained, in one transaction with the request's step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.domain.certificates import issued
from chalicelib.domain.privacy import Step
from chalicelib.domain.profile import Profile
from chalicelib.erasure.task import TaskFailed, run

if TYPE_CHECKING:
    from chalicelib.storage.ledger import Ledger, Signer
    from chalicelib.storage.requests import RequestStore


def handle(event: Mapping[str, Any]) -> dict[str, Any]:
    """The task as the state machine calls it."""
    from chalicelib import wiring_erasure

    return run("certificate", event, wiring_erasure.issue_certificate())


@dataclass(frozen=True)
class IssueCertificate:
    """Issues certificates."""

    requests: "RequestStore"
    ledger: "Ledger"
    signer: "Signer"
    profile: Profile
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, Any]:
        """Enter what is proved. Only what is proved absent gets a certificate. Raises Unavailable and TaskFailed."""
        request, end = self.ledger.begin(request_id)
        if request is None:
            raise TaskFailed("no_request")
        if request.done(Step.CERTIFIED):
            return {}
        if not (request.done(Step.KEY_DESTROYED) and request.done(Step.ABSENT)):
            raise TaskFailed("not_proved")
        now = self.clock()
        mark = self.requests.finish(request, Step.CERTIFIED, now)
        self.ledger.add(issued(request, self.profile, now), self.signer, mark, end=end)
        return {}
