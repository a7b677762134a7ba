"""IssueCertificate (state Certificate): enters the signed certificate in the ledger, together with the request's
step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.certificates.model import issued_body, opt_out_body
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.kinds import OPT_OUT, Step
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
        """Enter the certificate of a request whose data is proved absent, or of an opt-out that is in force. Raises
        Unavailable and TaskFailed."""
        request, end = self.ledger.request_and_head(request_id)
        if request is None:
            raise TaskFailed("no_request")
        if request.done(Step.CERTIFIED):
            return {}
        proved = (Step.OPTED_OUT,) if request.kind == OPT_OUT else (Step.KEY_DESTROYED, Step.ABSENT)
        if not all(request.done(step) for step in proved):
            raise TaskFailed("not_proved")
        now = self.clock()
        mark = self.requests.finish(request, Step.CERTIFIED, now)
        said = opt_out_body if request.kind == OPT_OUT else issued_body
        self.ledger.add(said(request, self.profile, now), self.signer, mark, end=end)
        return {}
