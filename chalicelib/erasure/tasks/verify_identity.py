"""VerifyIdentity: waits up to CONFIRM_WITHIN for the person to confirm on the channel that is bound to the contact.

PauseOutreach has sent the question. A second press of the person answers it, or a decision of staff.
"""

from chalicelib.erasure.task import WaitStart, done_at
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.privacy.requests.waiting_times import identity_until


def due(request: Request) -> int:
    """Return when the person's time to confirm ends (ms)."""
    done_at(request, Step.OUTREACH_PAUSED)
    return identity_until(request)


def begin(_request: Request, _now: int, _refused: frozenset[str]) -> WaitStart:
    """Return what is written with the token: the state."""
    return WaitStart({"state": str(RequestState.VERIFYING)})
