"""VerifyIdentity: the person is asked on the channel that is bound to the contact, and has two days to confirm.

The question goes out with the box, in SoftSuppress; a second press, or a colleague who knows better, answers it.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.privacy import Request, RequestState, Step, Wait, identity_until
from chalicelib.erasure.waiting import Beginning, after


def handle(event: Mapping[str, Any]) -> dict[str, Any]:
    """Step 2 of the workflow."""
    from chalicelib import wiring_erasure

    return wiring_erasure.waiting().handle("verify_identity", event, Wait.IDENTITY, due, begin)


def due(request: Request) -> int:
    """When the person's time to confirm is over (ms)."""
    after(request, Step.SUPPRESSED)
    return identity_until(request)


def begin(request: Request, now: int, refused: frozenset[str]) -> Beginning:
    """The request shows that it waits for the person."""
    return Beginning({"state": str(RequestState.VERIFYING)})
