"""IssueCertificate (state Certificate): enters the signed certificate in the ledger, together with the request's
step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.certificates.model import certificate_body, proved_by
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.profile.model import Profile

if TYPE_CHECKING:
    from chalicelib.certificates.ledger import Ledger, Signer
    from chalicelib.privacy.requests.store import RequestStore


@dataclass(frozen=True)
class IssueCertificate:
    """Issues certificates."""

    requests: "RequestStore"
    ledger: "Ledger"
    signer: "Signer"
    profile: Profile
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, Any]:
        """Enter the certificate of a request whose data is proved absent, or which is answered at once and in force.
        Nothing happens for a kind that has none. Raises Unavailable and TaskFailed."""
        request, end = self.ledger.request_and_head(request_id)
        if request is None:
            raise TaskFailed("no_request")
        if request.done(Step.CERTIFIED) or kind_of(request.kind).certificate is None:
            return {}
        if not all(request.done(step) for step in proved_by(request)):
            raise TaskFailed("not_proved")
        now = self.clock()
        mark = self.requests.finish(request, Step.CERTIFIED, now)
        self.ledger.add(certificate_body(request, self.profile, now), self.signer, mark, end=end)
        return {}
