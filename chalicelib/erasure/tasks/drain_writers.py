"""DrainWriters (state Settle): waits between the two erase passes until every writer that began before the first
ended."""

from chalicelib.erasure.waiting import done_at
from chalicelib.privacy.requests.kinds import Step
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.waits import DRAIN_FOR


def due(request: Request) -> int:
    """Return when the last late writer has ended (ms)."""
    return done_at(request, Step.ERASED) + DRAIN_FOR
