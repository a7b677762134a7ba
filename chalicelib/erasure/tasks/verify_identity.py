"""VerifyIdentity: the person is asked on the channel that is bound to the contact, and has two days to confirm.

The question goes out with the box, in SoftSuppress; a second press, or a colleague who knows better, answers it.
"""

from chalicelib.erasure.waiting import WaitStart, done_at
from chalicelib.privacy.requests.kinds import RequestState, Step
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.waits import identity_until


def due(request: Request) -> int:
    """When the person's time to confirm is over (ms)."""
    done_at(request, Step.OUTREACH_PAUSED)
    return identity_until(request)


def begin(request: Request, now: int, refused: frozenset[str]) -> WaitStart:
    """The request shows that it waits for the person."""
    return WaitStart({"state": str(RequestState.VERIFYING)})
